// The explorer's page: controls, the answer in words, the chart, and the address that keeps the choice.
"use strict";

// Known before anything is drawn, so that the style sheet keeps the place free: words and picture do not show first and then jump.
if (EXPLORER) document.documentElement.dataset.explorer = "awaited";

document.addEventListener("DOMContentLoaded", () => {
  const { answer, best, compared, exact, inWords, isUnknown, percent, read, sentence } = EXPLORER;
  const place = document.querySelector(".explorer[data-tables]"), page = document.documentElement.dataset;
  const given = JSON.parse(place.dataset.tables), tables = read(given);
  if (!tables.windows.length || !tables.strengths.length) {  // nothing had been published: the words below say so
    delete page.explorer;
    return;
  }
  const MOST = 90;  // percent of the list that the sliders may take to be wrong, or of those who left to be on no list
  const others = tables.armies.map((army) => army.rate);

  // ---- the choice ----
  const windowsOf = (count) => tables.windows.filter((window) => window.of === count.key);
  const first = { count: tables.counts[0], window: windowsOf(tables.counts[0])[0], strength: tables.strengths[0], wrong: 0, unlisted: 0 };
  const isArticles = first.strength.key === "quoted" && first.window.key === "article";
  let chosen = { ...first };

  function part(text) {  // a whole number of percent, as a share
    return /^\d{1,2}$/.test(text || "") && Number(text) <= MOST ? Number(text) / 100 : 0;
  }

  function fromAddress(hash) {
    const asked = new URLSearchParams(hash.slice(1));
    const named = (list, key) => list.find((each) => each.key === asked.get(key)) || null;
    const count = named(tables.counts, "count") || first.count;
    const windows = windowsOf(count);
    return {
      count, window: named(windows, "window") || windows[0], strength: named(tables.strengths, "strength") || first.strength,
      wrong: part(asked.get("wrong")), unlisted: part(asked.get("unlisted")),
    };
  }

  function address() {
    const { count, window, strength, wrong, unlisted } = chosen;
    const parts = { count: count.key, window: window.key, strength: strength.key, wrong: Math.round(wrong * 100), unlisted: Math.round(unlisted * 100) };
    return `#${new URLSearchParams(parts)}`;
  }

  // ---- controls ----
  let serial = 0;
  const options = (list) => list.map((each) => made("option", { value: each.key, textContent: each.label }));
  const capital = (words) => words[0].toUpperCase() + words.slice(1);

  function control(label, field, ...more) {
    serial += 1;
    field.id = `explorer-${serial}`;
    const name = made("label", { htmlFor: field.id, textContent: label });
    return made("div", { className: "explorer-control" }, name, field, ...more);
  }

  function slider(name, label, hint) {
    const field = made("input", { type: "range", name, min: 0, max: MOST, step: 1, value: 0 });
    const shown = made("output", { className: "explorer-share" });
    const note = made("p", { className: "told", textContent: hint });
    const whole = control(label, field, note);
    note.id = `${field.id}-hint`;
    field.setAttribute("aria-describedby", note.id);
    shown.htmlFor = field.id;
    whole.querySelector("label").after(" ", shown);
    return { whole, field, shown };
  }

  function strengthOptions() {
    const groups = new Map();
    for (const each of tables.strengths) groups.set(each.group, [...(groups.get(each.group) || []), each]);
    return [...groups].map(([label, list]) => made("optgroup", { label },
      ...list.map((each) => made("option", { value: each.key, textContent: `${capital(each.label)}: ${men(each)}` }))));
  }

  function men(strength) {  // what its origin has published, whatever the day
    const several = strength.stocks.map((stock) => stock.men);
    if (several.length === 1) return inWords(several[0]);
    const numbers = several.map(best).filter((number) => number !== null);
    return `${inWords(exact(Math.min(...numbers)))}–${inWords(exact(Math.max(...numbers)))}`;
  }

  const count = made("select", { name: "count" }, ...tables.counts.map((each) => made("option", { value: each.key, textContent: `${each.label}: ${inWords(each.number)}` })));
  const window_ = made("select", { name: "window" });
  const strength = made("select", { name: "strength" }, ...strengthOptions());
  const wrong = slider("wrong", "Counted men who never left", given.wrong ? `Published: ${given.wrong}, by one investigator, of one district.` : "No share had been published.");
  const unlisted = slider("unlisted", "Men who left and are on no list", "Nobody has published a share.");
  const copy = made("button", { type: "button", className: "small-button", textContent: "Copy a link to this choice" });
  const reset = made("button", { type: "button", className: "small-button", textContent: isArticles ? "Back to the article’s choice" : "Start again" });
  const told = made("span", { className: "told" });
  told.setAttribute("role", "status");
  // A closed list cuts long names on a phone; there the whole choice stands below it.
  const whole = [count, window_, strength].map((field) => ({ field, words: made("p", { className: "told explorer-whole", ariaHidden: "true" }) }));
  const lists = ["Count", "Window", "Strength"].map((label, at) => control(label, whole[at].field, whole[at].words));
  const form = made("form", { className: "explorer-form" }, ...lists,
    wrong.whole, unlisted.whole, made("p", { className: "explorer-buttons" }, copy, " ", reset, " ", told));
  form.setAttribute("aria-label", "Choose count, window, strength and errors");

  function set() {  // the controls follow the choice
    const windows = windowsOf(chosen.count);
    window_.replaceChildren(...options(windows));
    window_.disabled = windows.length < 2;
    [count.value, window_.value, strength.value] = [chosen.count.key, chosen.window.key, chosen.strength.key];
    for (const { field, words } of whole) words.textContent = field.selectedOptions[0].textContent;
    for (const [each, share] of [[wrong, chosen.wrong], [unlisted, chosen.unlisted]]) {
      each.field.value = Math.round(share * 100);
      each.shown.textContent = percent(share);
      each.field.setAttribute("aria-valuetext", percent(share));
    }
  }

  // ---- the answer ----
  const numbers = made("dl", { className: "simple explorer-numbers" });
  const words = made("div", { className: "explorer-words" });
  words.setAttribute("role", "status");
  const chart = made("div", { className: "explorer-chart" });

  function number(name, worded, face) {
    return made("div", {}, made("dt", { textContent: name }), made("dd", { textContent: inWords(worded) }),
      made("dd", { className: "told", textContent: `${inWords(face)} at face value` }));
  }

  function note() {
    const dated = chosen.strength.stocks.some((stock) => chosen.window.start <= stock.day && stock.day <= chosen.window.end);
    return dated ? "" : "No strength of this origin is dated inside the window: its nearest stands in.";
  }

  function show() {
    const found = answer(chosen);
    numbers.replaceChildren(number("Men a month", found.monthly, found.monthlyFace), number("Per 1,000 men a year", found.yearly, found.yearlyFace));
    const said = [sentence(chosen, found), compared(found, others), note()].filter(Boolean);
    words.replaceChildren(...said.map((each) => made("p", { textContent: each })));
    draw(found, said);
  }

  // ---- the chart ----
  function drawn(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function everyChoice() {
    const faces = tables.counts.flatMap((each) => windowsOf(each).flatMap((window) => tables.strengths.map(
      (force) => answer({ count: each, window, strength: force, wrong: 0, unlisted: 0 }).yearlyFace))).filter((each) => !isUnknown(each));
    return { number: faces.length, rate: { low: Math.min(...faces.map((each) => each.low)), value: null, high: Math.max(...faces.map((each) => each.high)) } };
  }
  const every = everyChoice(), articles = answer(first).yearlyFace;

  function groups(found) {
    const own = [
      { label: `As worded: ${inWords(found.yearly)}`, marks: [{ rate: found.yearly }], kind: "own" },
      { label: `Face value: ${inWords(found.yearlyFace)}`, marks: [{ rate: found.yearlyFace }], kind: "own" }];
    const beside = isArticles ? [{ label: `The article’s choice: ${inWords(articles)}`, marks: [{ rate: articles }], kind: "article" }] : [];
    beside.push({ label: `All ${every.number} choices here: ${inWords(every.rate, 1)}`, marks: [{ rate: every.rate }], kind: "article" });
    const made_ = [["Your choice", own], ["To compare, at face value, uncorrected", beside]];
    for (const army of tables.armies) {
      const title = `Others: ${army.definition[0].toLowerCase()}${army.definition.slice(1)}`;
      let group = made_.find(([name]) => name === title);
      if (!group) made_.push(group = [title, []]);
      let row = group[1].find((each) => each.label === army.line);
      if (!row) group[1].push(row = { label: army.line, marks: [], kind: "army" });
      row.marks.push({ rate: army.rate, open: army.open, period: army.period });
    }
    return made_;
  }

  function ends(found) {
    const rates = [...others, every.rate, articles, found.yearly, found.yearlyFace].flatMap((each) => [each.low, each.high]);
    const stated = rates.filter((end) => end > 0 && end < Infinity);
    return [Math.min(...stated) / 1.3, Math.max(...stated) * 1.6];
  }

  function mark({ rate, open, period }, kind, y, x, edge) {
    const parts = [], kindOf = (shape) => ({ class: `mark-${kind} ${shape}` });
    if (isUnknown(rate)) return parts;
    const line = (from, to, shape) => drawn("line", { x1: from, x2: to, y1: y, y2: y, ...kindOf(shape) });
    const tick = (at) => drawn("line", { x1: at, x2: at, y1: y - 5, y2: y + 5, ...kindOf("thin") });
    const low = rate.low > 0 ? x(rate.low) : edge;
    if (rate.high === Infinity) {
      const tip = low + 26;
      parts.push(line(low, tip, "thin"), tick(low), drawn("path", { d: `M${tip - 6} ${y - 4}L${tip + 2} ${y}L${tip - 6} ${y + 4}Z`, ...kindOf("head") }));
    } else {
      if (rate.high > rate.low) parts.push(line(low, x(rate.high), "bar"));
      if (rate.value !== null || rate.high === rate.low) parts.push(drawn("circle", { cx: x(rate.value ?? rate.low), cy: y, r: 4.5, ...kindOf(open ? "dot open" : "dot") }));
      else parts.push(...(rate.low > 0 ? [tick(low)] : []), tick(x(rate.high)));
    }
    return period ? [drawn("g", {}, drawn("title", {}, `${period}: ${inWords(rate)}`), ...parts)] : parts;
  }

  function draw(found, said) {
    const width = Math.max(280, Math.round(chart.clientWidth || 640)), narrow = width < 600;
    const left = narrow ? 6 : Math.min(360, Math.round(width * 0.46)), right = width - 14, step = narrow ? 36 : 21;
    const [lowest, highest] = ends(found).map(Math.log10);
    const x = (rate) => left + (Math.log10(rate) - lowest) / (highest - lowest) * (right - left);
    const rows = [], back = [];
    let y = 42;
    for (const [title, list] of groups(found)) {
      y += 12;
      rows.push(drawn("text", { x: 0, y: y + 4, class: "group" }, title));
      y += narrow ? 30 : 22;
      for (const row of list) {
        rows.push(drawn("text", { x: 0, y: narrow ? y - 8 : y + 4, class: `name-${row.kind}` }, row.label), ...row.marks.flatMap((each) => mark(each, row.kind, y + (narrow ? 4 : 0), x, left)));
        y += step;
      }
    }
    for (let power = Math.ceil(lowest); power <= highest; power += 1) {
      const at = x(10 ** power), label = EXPLORER.written(10 ** power, Math.min(1, 10 ** power));
      back.push(drawn("line", { x1: at, x2: at, y1: 36, y2: y, class: "grid" }));
      for (const height of [30, y + 14]) back.push(drawn("text", { x: at, y: height, class: "axis", "text-anchor": "middle" }, label));
    }
    back.push(drawn("text", { x: right, y: 12, class: "axis", "text-anchor": "end" }, "Per 1,000 of strength a year, log scale"));
    const face = found.yearlyFace;
    if (!isUnknown(face) && face.low > 0) {
      const from = x(face.low), to = Math.max(x(Math.min(face.high, 10 ** highest)), from + 2);
      back.push(drawn("rect", { x: from - 1, y: 36, width: to - from, height: y - 36, class: "band" }));
    }
    const picture = drawn("svg", { viewBox: `0 0 ${width} ${y + 20}`, role: "img", "aria-label": `Chart of rates per 1,000 a year on a logarithmic axis. ${said.join(" ")}` }, ...back, ...rows);
    chart.replaceChildren(picture);
  }

  // ---- what readers do ----
  function choose(next, keep) {
    const before = address();
    chosen = next;
    set();
    show();
    told.textContent = "";
    if (keep === "entry" && address() !== before) history.pushState(null, "", address());
    if (keep === "replace") history.replaceState(null, "", address());
  }

  function asked() {
    const next = tables.counts.find((each) => each.key === count.value), windows = windowsOf(next);
    return {
      count: next, window: windows.find((each) => each.key === window_.value) || windows[0],
      strength: tables.strengths.find((each) => each.key === strength.value), wrong: part(wrong.field.value), unlisted: part(unlisted.field.value),
    };
  }

  let sliding = false;  // one entry in the history for one pull of a slider
  form.addEventListener("input", (event) => {
    if (event.target.type !== "range") return;
    choose(asked(), sliding ? "replace" : "entry");
    sliding = true;
  });
  form.addEventListener("change", (event) => {
    if (event.target.type === "range") sliding = false;
    else choose(asked(), "entry");
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  reset.addEventListener("click", () => choose({ ...first }, "entry"));
  copy.addEventListener("click", () => copied(new URL(address(), location.href).href).then(
    () => { told.textContent = "Copied."; },
    () => { told.textContent = "Not copied: the address of this page is the link."; }));
  window.addEventListener("popstate", () => {
    if (!location.hash || location.hash.includes("count=")) choose(fromAddress(location.hash), "");
  });

  place.append(numbers, form, words, chart);
  page.explorer = "ready";
  chosen = location.hash.includes("count=") ? fromAddress(location.hash) : chosen;
  set();
  show();
  let drawnFor = chart.clientWidth;
  new ResizeObserver(() => {
    if (chart.clientWidth && chart.clientWidth !== drawnFor) { drawnFor = chart.clientWidth; show(); }
  }).observe(chart);
});
