// Before anything is drawn: the reader's choice of light or dark, else the system's. Without scripts the page is light.
(function (page) {
  var mode = "auto";
  try { mode = localStorage.getItem("mode") || "auto"; } catch (refused) { /* no storage: as the system has it */ }
  var dark = mode === "dark" || (mode === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  page.mode = mode;
  page.theme = dark ? "dark" : "light";
  page.scripts = "yes";  // what needs scripts is shown only where they run
})(document.documentElement.dataset);
