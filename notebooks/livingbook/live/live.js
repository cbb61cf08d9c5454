// Shows on an open page of `make live` what is being done and what is wrong, and loads the page again when there is a newer one.
(() => {
  const shown = document.currentScript.dataset.shown;
  const page = location.pathname.slice(1);
  const element = (id, role) => {
    const made = document.createElement("div");
    made.id = id;
    made.hidden = true;
    made.setAttribute("role", role);
    return made;
  };
  const link = (to, words) => {
    const made = document.createElement("a");
    made.href = `/${to}`;
    made.textContent = words;
    return made;
  };
  const state = element("live-state", "status");
  const wrong = element("live-wrong", "alert");

  // Where on this page it is that something is wrong: before the cell, or before the paragraph with the words of the line.
  const placeOf = (at) => {
    const article = document.querySelector("article") || document.body;
    if (at.cell) return article.querySelectorAll("div.cell")[at.cell - 1] || article.firstElementChild;
    const plain = (text) => text.replace(/[\u2018\u2019\u201c\u201d\u2013\u2014'"-]+/g, "").replace(/\s+/g, " ");
    const holders = [...article.querySelectorAll("p, li, h1, h2, h3, td, dd")];
    const found = (at.words || []).map((words) => holders.find((each) => plain(each.textContent).includes(plain(words))));
    return found.find((each) => each) || article.firstElementChild;
  };

  const show = (now) => {
    const elsewhere = now.made && now.made !== page;
    state.hidden = !now.doing && !now.made;
    state.replaceChildren(...(elsewhere ? [link(now.made, `${now.made} is made. `)] : []), now.doing || "The rest of the book is older.");
    wrong.hidden = !now.wrong;
    if (!now.wrong) return;
    const here = now.at.page === page;
    const said = document.createElement("pre");
    said.textContent = now.wrong;
    wrong.replaceChildren("This is the last page without a fault. ", said);
    if (now.at.page && !here) wrong.append(link(now.at.page, `Open ${now.at.page}`));
    wrong.classList.toggle("elsewhere", !here);
    if (here) placeOf(now.at).before(wrong);
    else document.body.append(wrong);
  };

  const listen = () => {
    const events = new EventSource(`/_live/events?page=${encodeURIComponent(page)}&shown=${shown}`);
    events.onmessage = (event) => show(JSON.parse(event.data));
    events.addEventListener("again", () => location.reload());
    events.onerror = () => show({ doing: "make live has ended, or is not to be reached.", wrong: "" });
    addEventListener("pagehide", () => events.close());
  };

  addEventListener("DOMContentLoaded", () => {
    document.body.append(state);
    listen();
  });
})();
