// Language, navigation, printing, search in the dictionary; then everything is drawn.
function speak(next) {
  lang = next;
  document.documentElement.lang = next;
  try { localStorage.setItem("mojoraya-lang", next); } catch (error) { /* a page from a folder may have no memory */ }
  const button = $("language");
  button.textContent = next === "en" ? "Bahasa Indonesia" : "English";
  button.lang = next === "en" ? "id" : "en";
  document.title = document.querySelector("h1 span[lang='" + next + "']")?.textContent || document.title;
  if ($("penjelasan").open) $("penjelasan").close();
  for (const make of parts) make();
}
$("language").addEventListener("click", () => speak(lang === "en" ? "id" : "en"));
$("print").addEventListener("click", () => {
  document.body.classList.add("sheet-only");
  window.print();
  document.body.classList.remove("sheet-only");
});
for (const form of document.querySelectorAll("form")) form.addEventListener("submit", (event) => event.preventDefault());
$("cari-kamus").addEventListener("input", (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const entry of document.querySelectorAll(".entry")) entry.hidden = wanted !== "" && !entry.textContent.toLowerCase().includes(wanted);
});
const links = new Map([...document.querySelectorAll(".sections a")].map((link) => [link.hash.slice(1), link]));
if ("IntersectionObserver" in window) {
  const seen = new IntersectionObserver((found) => {
    for (const item of found) {
      if (!item.isIntersecting || !links.has(item.target.id)) continue;
      for (const link of links.values()) link.removeAttribute("aria-current");
      const link = links.get(item.target.id);
      link.setAttribute("aria-current", "true");
      const list = link.closest("ul");
      list.scrollLeft = link.offsetLeft - list.clientWidth / 2 + link.offsetWidth / 2;
    }
  }, { rootMargin: "-25% 0px -65% 0px" });
  for (const id of links.keys()) seen.observe($(id));
}
speak(lang);
document.documentElement.dataset.ready = "yes";
