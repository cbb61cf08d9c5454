// What the pages of this book do with scripts. Without them everything is shown and nothing is lost.
"use strict";

// Search shows excerpts by fetching pages, which browsers refuse (with an error each) for a book opened from disk.
if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// ---- the search page: chapters before notebooks, and excerpts in sentences ----
const BEFORE = 10_000;  // more than Sphinx gives any page
const OF_CODE = /(^|\/)(notebooks|library)(\/|$)/;  // pages of notebooks, their list, and the reference of the modules
const NO_PROSE = "h1, nav, script, style, svg, .headerlink, .highlight, .page-line, .tip, .making, .cite, .number-notes, .citation-text, .doubt-note";
const EXCERPT = 230, LED_BY = 90;  // characters of an excerpt, and of what comes before the first word that was sought
const SENTENCE = 40;  // characters from which a paragraph or cell may be one

// The paragraph that has most of the words, around the first of them. html: the page; words: as Sphinx stems them.
function excerpt(html, words, anchor) {
  const summary = made("p", { className: "context" });
  const article = new DOMParser().parseFromString(html, "text/html").querySelector(".bd-article");
  if (!article) return summary;
  for (const part of article.querySelectorAll(NO_PROSE)) part.remove();
  const place = (anchor && article.querySelector(`[id="${CSS.escape(anchor.slice(1))}"]`)) || article;
  const texts = [...place.querySelectorAll("p, li, dd, td")].map((block) => block.textContent.replace(/\s+/g, " ").trim());
  const found = texts.filter((text) => text.length >= SENTENCE).map((text) => {
    const places = [...words].map((word) => text.toLowerCase().indexOf(word.toLowerCase())).filter((at) => at >= 0);
    return { text, count: places.length, at: Math.min(...places) };
  });
  const best = found.reduce((one, other) => (other.count > one.count ? other : one), found[0]);
  if (!best) return summary;
  const from = best.count && best.at > LED_BY ? best.text.indexOf(" ", best.at - LED_BY) + 1 : 0;
  const rest = best.text.slice(from);
  const shown = rest.length > EXCERPT ? `${rest.slice(0, rest.lastIndexOf(" ", EXCERPT))} …` : rest;
  summary.textContent = `${from ? "… " : ""}${shown}`;
  return summary;
}

function prepareSearch() {
  if (typeof Search === "undefined" || typeof Scorer === "undefined") return;
  Scorer.score = ([page, , , , score]) => score + (OF_CODE.test(page) ? 0 : BEFORE);
  Search.makeSearchSummary = excerpt;
}

// ---- small helpers ----
function made(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function many(number, of) {
  return `${number.toLocaleString("en")} of ${of.toLocaleString("en")}`;
}

// ---- citations: a button that copies ----
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (refused) {  // no permission, or an old browser
    const field = made("textarea", { value: text, readOnly: true });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw refused;
  }
}

function addCopyButtons() {
  for (const text of document.querySelectorAll(".citation-text")) {
    const button = made("button", { type: "button", className: "small-button copy-citation", textContent: "Copy" });
    button.setAttribute("aria-label", text.dataset.copy || (text.tagName === "PRE" ? "Copy the BibTeX entry" : "Copy the citation"));
    const told = made("span", { className: "told" });
    told.setAttribute("role", "status");
    button.addEventListener("click", () => copied(text.textContent).then(
      () => { told.textContent = "Copied."; },
      () => { told.textContent = "Not copied: select the text instead."; }));
    text.after(made("p", { className: "copy-line" }, button, " ", told));
  }
}

// ---- tables: sorting (vendor/sortable) and searching ----
const FEW = 8;      // rows up to which a table needs neither
const SEARCHED = 15;

function sortKey(cell) {
  const text = cell.textContent.trim();
  const number = text.match(/^\D{0,12}?([-−]?\d[\d,]*(?:\.\d+)?)/);
  const date = /^\d{4}-\d\d/.test(text);
  return number && !date ? number[1].replace("−", "-").replaceAll(",", "") : text.toLowerCase();
}

function makeSortable(table) {
  table.classList.add("sortable", "asc");
  for (const head of table.tHead.rows[0].cells) {
    const button = made("button", { type: "button", className: "sort-button" });
    button.append(...head.childNodes);
    head.append(button);
  }
  // Keys are needed only once someone sorts; a long table would make every reader wait for them.
  table.tHead.addEventListener("click", () => {
    for (const row of table.tBodies[0].rows)
      for (const cell of row.cells) cell.dataset.sort ??= sortKey(cell);
  }, { once: true, capture: true });
}

function makeSearchable(box, table) {
  const rows = [...table.tBodies[0].rows];
  const field = made("input", { type: "search", className: "table-search", placeholder: "Search this table" });
  field.setAttribute("aria-label", `Search the table: ${box.getAttribute("aria-label")}`);
  const told = made("span", { className: "told" });
  told.setAttribute("role", "status");
  let texts = null;
  field.addEventListener("input", () => {
    texts ??= new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      row.hidden = !words.every((word) => texts.get(row).includes(word));
      shown += !row.hidden;
    }
    told.textContent = words.length ? `${many(shown, rows.length)} rows` : "";
  });
  box.before(made("p", { className: "table-tools" }, field, " ", told));
}

function prepareTables() {
  for (const box of document.querySelectorAll(".table-scroll")) {
    const table = box.querySelector("table");
    if (!table || !table.tHead || !table.tBodies.length || table.tBodies[0].rows.length <= FEW) continue;
    makeSortable(table);
    if (table.tBodies[0].rows.length > SEARCHED) makeSearchable(box, table);
  }
}

// ---- wide tables: over the room beside the text, as far as they need it and the window has it; on a phone, a card for each row ----
const BROAD = 1000;  // pixels of the window from which there is such room
const EDGE = 16;     // pixels left free at the window's edge
const PHONE = 600;   // pixels of the window up to which a table that does not fit becomes cards
const MANY = 500;    // rows of a page from which it is on the screen before it could be laid out as cards

function label(table) {
  if (table.hasAttribute("role")) return;
  const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());
  for (const row of table.tBodies[0].rows) {
    row.setAttribute("role", "row");
    [...row.cells].forEach((cell, column) => {
      if (cell.textContent.trim()) cell.dataset.label = heads[column] ?? "";
      cell.setAttribute("role", "cell");  // the style sheet takes from cells that they are a table's
    });
  }
  table.tBodies[0].setAttribute("role", "rowgroup");
  table.setAttribute("role", "table");
}

function fitTables() {
  const room = document.documentElement.clientWidth;
  const boxes = [...document.querySelectorAll(".bd-article :is(.table-scroll, .pst-scrollable-table-container)")].filter(
    (box) => !box.parentElement.closest(".table-scroll"));
  for (const box of boxes) {
    box.removeAttribute("style");
    box.classList.remove("as-cards");
  }
  if (room > PHONE ? room < BROAD : document.querySelectorAll(".bd-article tbody tr").length > MANY) return;
  // All are measured before any is changed: a change between two measurements would have the page laid out once more.
  const found = boxes.map((box) => [box, box.scrollWidth > box.clientWidth, box.getBoundingClientRect().left]);
  for (const [box, isCut, left] of found.filter(([, isCut]) => isCut)) {
    const table = box.querySelector("table");
    if (room > PHONE) {
      if (!box.closest("details")) Object.assign(box.style, { width: "max-content", maxWidth: `${room - left - EDGE}px` });
    } else if (table?.tHead?.rows.length === 1 && table.tBodies.length === 1) {
      label(table);
      box.classList.add("as-cards");
    }
  }
}

// ---- claim cards: filter by verdict and section ----
function choice(label, name, options) {
  const select = made("select", { name }, made("option", { value: "", textContent: "all" }));
  for (const [text, count] of options) select.append(made("option", { value: text, textContent: `${text} (${count})` }));
  return [made("label", {}, `${label} `, select), select];
}

function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  return counts;
}

function prepareClaims() {
  const found = [...document.querySelectorAll("section > article.claim-card")];
  if (found.length < 2) return;
  const cards = found.map((card) => ({
    card,
    section: card.closest("section"),
    verdict: card.dataset.verdict,
    title: card.closest("section").querySelector("h2, h3").firstChild.textContent.trim(),
  }));
  const [verdictLabel, verdict] = choice("Verdict", "verdict", counted(cards.map((each) => each.verdict)));
  const [sectionLabel, section] = choice("Section", "section", counted(cards.map((each) => each.title)));
  const told = made("span", { className: "told" });
  told.setAttribute("role", "status");
  const reset = made("button", { type: "button", className: "small-button", textContent: "Show all" });
  const show = () => {
    let shown = 0;
    for (const each of cards) {
      each.card.hidden = Boolean((verdict.value && each.verdict !== verdict.value) || (section.value && each.title !== section.value));
      shown += !each.card.hidden;
    }
    for (const part of new Set(cards.map((each) => each.section)))
      part.hidden = cards.every((each) => each.section !== part || each.card.hidden);
    told.textContent = `${many(shown, cards.length)} claims`;
  };
  const all = () => { verdict.value = section.value = ""; show(); };
  const form = made("form", { className: "claim-filter" }, verdictLabel, sectionLabel, reset, told);
  form.setAttribute("aria-label", "Filter the claims");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", show);
  reset.addEventListener("click", all);
  cards[0].section.before(form);
  // A link to a card that is filtered out brings it back.
  window.addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]")) { all(); target.scrollIntoView(); }
  });
}

// ---- explanations of terms: Escape puts them away ----
function prepareTips() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const term of document.querySelectorAll(".term:hover, .term:focus-within")) {
      term.classList.add("put-away");
      const back = () => term.classList.remove("put-away");
      term.addEventListener("mouseleave", back, { once: true });
      term.addEventListener("focusout", back, { once: true });
    }
  });
}

// ---- notes on numbers: beside the number; the browser closes them by Escape or a click elsewhere and brings the focus back ----
const GAP = 8;  // pixels between a note and its number, and between a note and the window's edge

function placeBeside(note, link) {  // on phones, the style sheet puts notes at the foot of the window
  const at = link.getClientRects()[0] || link.getBoundingClientRect();
  const left = Math.max(GAP, Math.min(at.left, document.documentElement.clientWidth - note.offsetWidth - GAP));
  const above = at.top - note.offsetHeight - GAP, below = at.bottom + GAP;
  const top = below + note.offsetHeight > innerHeight && above > 0 ? above : below;
  Object.assign(note.style, { left: `${left + scrollX}px`, top: `${top + scrollY}px` });
}

function openNote(note, link) {
  note.showPopover({ source: link });
  placeBeside(note, link);
  note.focus({ preventScroll: true });
}

// Someone has cited a number: the link leads to its note, so the page is shown where the number stands.
function openNoteOfAddress() {
  const note = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const link = note && note.matches(".number-note") && document.getElementById(`from-${note.id}`);
  if (!link) return;
  link.scrollIntoView({ block: "center" });
  link.focus({ preventScroll: true });
  if (!note.matches(":popover-open")) openNote(note, link);
}

function prepareNotes() {
  if (!("popover" in HTMLElement.prototype)) return;  // links to notes work as without scripts
  document.documentElement.dataset.notes = "beside";
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.result-link, a.note-close");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const closing = link.matches(".note-close");
    const note = closing ? link.closest(".number-note") : document.getElementById(link.hash.slice(1));
    if (!note || !note.matches(".number-note")) return;
    event.preventDefault();
    if (closing) note.hidePopover();
    else openNote(note, link);
  });
  // Sphinx takes Escape for its own (it puts away the marks of words that were searched), and the browser would close nothing.
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.querySelector(".number-note:popover-open")) event.stopImmediatePropagation();
  }, { capture: true });
  openNoteOfAddress();
  window.addEventListener("hashchange", openNoteOfAddress);
}

// ---- a link into a fold-out opens it ----
function openFolds() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  let opened = false;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    opened ||= !fold.open;
    fold.open = true;
  }
  if (opened) target.scrollIntoView();
}

document.addEventListener("DOMContentLoaded", () => {
  prepareSearch();  // this script comes before Sphinx's, which begins to search afterwards
  addCopyButtons();
  prepareTables();
  fitTables();
  window.addEventListener("resize", fitTables);
  document.addEventListener("toggle", () => {  // a table in a fold has no width before
    if (document.documentElement.clientWidth <= PHONE) fitTables();
  }, true);
  prepareClaims();
  prepareTips();
  openFolds();
  prepareNotes();
  window.addEventListener("hashchange", openFolds);
  // The search page: ready to type.
  const field = document.querySelector(".bd-search-container input[type=search]");
  if (field) field.focus();
});
