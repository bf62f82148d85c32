// The page of checks needs a switch of language and tables that sort, and nothing else.
const root = document.documentElement;
const button = document.getElementById("language");
function speak(lang) {
  root.lang = lang;
  button.lang = lang === "en" ? "id" : "en";
  button.textContent = lang === "en" ? "Bahasa Indonesia" : "English";
}
button.addEventListener("click", () => {
  const lang = root.lang === "en" ? "id" : "en";
  try { localStorage.setItem("mojoraya-lang", lang); } catch (e) { /* no memory from file:// */ }
  speak(lang);
});
speak(root.lang === "en" ? "en" : "id");
for (const table of document.querySelectorAll("table.sortable")) {
  for (const [place, head] of [...table.tHead.rows[0].cells].entries()) {
    head.querySelector("button").addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => row.cells[place].dataset.v ?? row.cells[place].textContent;
      const rows = [...table.tBodies[0].rows].sort((a, b) => key(a).localeCompare(key(b), "id", { numeric: true }));
      table.tBodies[0].append(...(up ? rows : rows.reverse()));
    });
  }
}
root.dataset.ready = "";
