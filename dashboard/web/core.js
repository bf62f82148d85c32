// Data, words, numbers, elements, tables and CSV: what every part of the page builds on.
const D = JSON.parse(document.getElementById("data").textContent);
const F = D.figures;
const $ = (id) => document.getElementById(id);
let lang = document.documentElement.lang === "en" ? "en" : "id";
const which = () => (lang === "en" ? 1 : 0);

// A word by section and code; a code without words stands for itself.
function word(section, code) {
  const found = D.words[section] && D.words[section][code];
  return found ? found[which()] : String(code).replaceAll("_", " ");
}
const t = (code) => word("text", code);

// Numbers in the form of the reader's language; missing is missing.
const formats = new Map();
function num(value, decimals) {
  if (value === null || value === undefined) return "-";
  const most = decimals === undefined ? 4 : decimals;
  const name = lang + most + (decimals === undefined);
  if (!formats.has(name)) {
    formats.set(name, new Intl.NumberFormat(lang === "en" ? "en-GB" : "id-ID", {
      minimumFractionDigits: decimals === undefined ? 0 : most, maximumFractionDigits: most, useGrouping: "always",
    }));
  }
  return formats.get(name).format(value).replace("-", "\u2212");
}
vega.expressionFunction("mrNumber", (value) => num(Math.abs(value) >= 1000 ? Math.round(value) : value));
const sentenceCase = (text) => text.charAt(0).toUpperCase() + text.slice(1);
function day(text) {
  const parts = text ? text.split("-").map(Number) : null;
  return parts ? new Intl.DateTimeFormat(lang === "en" ? "en-GB" : "id-ID", { dateStyle: "long", timeZone: "UTC" })
    .format(new Date(Date.UTC(parts[0], parts[1] - 1, parts[2]))) : "-";
}

// An element: attributes, handlers (onclick) and children (texts are never read as HTML).
function h(tag, attributes, ...children) {
  const svg = ["svg", "path", "line"].includes(tag);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) made.append(child);
  return made;
}
function fill(place, ...children) {
  place.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined));
}

// What a packed table of records holds in one row and column.
function at(table, column, row) {
  const found = table[column];
  if (!found) return null;
  if (Array.isArray(found)) return found[row];
  const place = found.p[row];
  if (Array.isArray(place)) return place.map((item) => found.t[item]);
  return place < 0 ? null : found.t[place];
}
function rowsOf(table, wanted) {
  const found = [];
  for (let row = 0; row < table.n; row += 1) if (!wanted || wanted(row)) found.push(row);
  return found;
}
const distinct = (values) => [...new Set(values)];

// CSV: UTF-8, decimal points; a text that a spreadsheet would run as a formula is quoted with an apostrophe.
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  const safe = /^[=+\-@\t\r]/.test(value) ? "'" + value : value;
  return /[",\n\r]/.test(safe) ? '"' + safe.replaceAll('"', '""') + '"' : safe;
}
function csv(columns, rows) {
  const lines = [columns.map((column) => cell(column.name)).join(",")];
  for (const row of rows) lines.push(columns.map((column) => cell(column.raw(row))).join(","));
  return lines.join("\n") + "\n";
}
function download(name, columns, rows) {
  const url = URL.createObjectURL(new Blob([csv(columns, rows)], { type: "text/csv;charset=utf-8" }));
  const link = h("a", { href: url, download: name + ".csv" });
  document.body.append(link);
  link.click();
  link.remove();
  // A slow machine begins a download late; what is taken back before is lost.
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

// A table with sorting heads. A column: name (CSV), label, raw(row), show(row), right, hide (CSV only).
let tables = 0;
function table(caption, columns, rows, tall) {
  const shown = columns.filter((column) => !column.hide);
  const id = "t" + (tables += 1);
  const head = h("tr", null, shown.map((column) => h("th", { scope: "col", "aria-sort": "none", class: column.right ? "number" : null },
    h("button", { type: "button", class: "sort" }, column.label))));
  const body = rows.map((row) => h("tr", null, shown.map((column, place) => {
    const raw = column.raw(row);
    const inside = column.show ? column.show(row) : raw === null || raw === undefined ? "-" : String(raw);
    return h(place === 0 ? "th" : "td", { scope: place === 0 ? "row" : null, class: column.right ? "number" : null,
      "data-v": raw === null || raw === undefined ? "" : raw }, inside);
  })));
  return h("div", { class: tall ? "wide tall" : "wide", tabindex: "0", role: "region", "aria-labelledby": id },
    h("table", { class: shown.length >= 5 ? "sortable many" : "sortable" }, h("caption", { id }, h("span", { class: "hidden" }, caption)), h("thead", null, head), h("tbody", null, body)));
}
// Rows without a value stay last in both directions.
function sortBy(button) {
  const head = button.closest("th");
  const place = [...head.parentNode.children].indexOf(head);
  const turn = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  for (const other of head.parentNode.children) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", turn > 0 ? "ascending" : "descending");
  const body = head.closest("table").tBodies[0];
  const key = (row) => {
    const found = row.children[place];
    return found.dataset.v !== undefined ? found.dataset.v : found.textContent.trim();
  };
  const rows = [...body.rows].map((row) => [key(row), row]);
  const numbers = rows.every(([value]) => value === "" || !Number.isNaN(Number(value)));
  rows.sort(([one], [two]) => {
    const empty = (value) => value === "" || value === "-";
    if (empty(one) || empty(two)) return Number(empty(one)) - Number(empty(two));
    return turn * (numbers ? Number(one) - Number(two) : one.localeCompare(two, lang));
  });
  body.append(...rows.map(([, row]) => row));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest && event.target.closest("button.sort");
  if (button) sortBy(button);
});

// A labelled choice; `choices` are [value, text].
function choice(id, label, choices, chosen, then) {
  return h("div", { class: "field" }, h("label", { for: id }, label),
    h("select", { id, onchange: (event) => then(event.target.value) },
      choices.map(([value, text]) => h("option", { value, selected: String(value) === String(chosen) }, text))));
}
// Replaces a part of the page and leaves the keyboard where it was.
function redraw(place, make) {
  const active = document.activeElement;
  const held = active && active.id && place.contains(active) ? active.id : null;
  fill(place, make());
  if (held && $(held)) $(held).focus();
}
const sample = (yes) => (yes ? h("p", { class: "sample" }, "\u26a0 " + t("synthetic")) : null);
const badge = (kind, text) => h("span", { class: "badge " + kind }, text);
const parts = [];
