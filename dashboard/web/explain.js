// Why a figure is what it is: formula with its numbers, range, status, and every cell behind it.
const V = { year: 0, value: 1, status: 2, method: 3, exactness: 4, flags: 5, evidence: 6, reason: 7, coverage: 8, low: 9, high: 10,
  source: 11, vintage: 12, formula: 13, cells: 14 };
const I = { id: 0, domain: 1, label: 2, unit: 4, decimals: 6, survey: 7, reference: 8, unitId: 10, count: 11 };
const label = (place) => D.indicators[place][I.label + which()];
const unit = (place) => D.indicators[place][I.unit + which()];
const decimals = (place) => D.indicators[place][I.decimals];
const txt = (place) => (place < 0 ? null : F.texts[place]);
const broken = (row) => (row[V.flags] & 1) === 1;
const isSample = (row) => (row[V.flags] & 2) === 2;

const seriesBy = new Map();
F.series.forEach((item) => {
  const name = item[0] + "|" + item[1];
  if (!seriesBy.has(name)) seriesBy.set(name, []);
  seriesBy.get(name).push(item);
});
const indicatorAt = new Map(D.indicators.map((row, place) => [row[I.id], place]));
const regionAt = new Map(D.regions.map((row, place) => [row[0], place]));

function rowOf(indicator, parts, region, year) {
  const found = (seriesBy.get(indicator + "|" + parts) || []).find((item) => item[2] === region);
  return found ? found[3].find((row) => row[V.year] === year) : undefined;
}
// A formula is written for Indonesian readers; its commas and points change places for English ones.
const formulaIn = (text) => (lang === "en" ? text.replace(/[.,]/g, (sign) => (sign === "." ? "," : ".")) : text);

function standingOf(row) {
  const told = [word("status", txt(row[V.status]))];
  if (row[V.method] >= 0) told.push(word("method", txt(row[V.method])));
  const exact = txt(row[V.exactness]);
  if (exact && exact !== "published" && exact !== "exact") told.push(word("exactness", exact));
  return told.join(", ");
}
const gap = (row) => (row[V.reason] < 0 ? t("missing") : F.reasons[row[V.reason]][which()]);

function explainKey(indicator, region, year, parts = 0) {
  const row = rowOf(indicator, parts, region, year);
  if (row) openExplain(indicator, region, row, parts);
}
function openExplain(indicator, region, row, parts) {
  const dialog = $("penjelasan");
  fill($("isi-penjelasan"), explanation(indicator, region, row, parts));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
}
function explanation(indicator, region, row, parts) {
  const [code, name, role] = D.regions[region];
  const missing = row[V.value] === null;
  const close = h("button", { type: "button", id: "close", onclick: () => $("penjelasan").close() }, lang === "en" ? "Close" : "Tutup");
  const breakdown = parts ? ", " + F.breakdowns[parts][1 + which()] : "";
  const title = label(indicator) + breakdown + ": " + name + " (" + code + "), " + row[V.year];
  const value = missing ? "-" : num(row[V.value], decimals(indicator)) + " " + unit(indicator);
  const facts = [];
  const fact = (head, text) => { if (text) facts.push(h("dt", null, head), h("dd", null, text)); };
  if (missing) fact(t("why_missing"), gap(row));
  fact(t("status"), standingOf(row));
  if (!missing && row[V.low] !== null && row[V.low] !== row[V.high]) {
    fact(t("range"), num(row[V.low]) + " " + t("to") + " " + num(row[V.high]));
  }
  if (txt(row[V.coverage]) && txt(row[V.method]) !== "official") fact(t("coverage"), txt(row[V.coverage]) + " " + t("inputs_of"));
  if (txt(row[V.evidence])) fact(t("evidence"), evidenceWord(txt(row[V.evidence])));
  fact(t("reference"), D.indicators[indicator][I.reference + which()]);
  fact(t("known_since"), day(txt(row[V.vintage])));
  const notes = [];
  if (role === "agglomeration") notes.push(t("joint_label"));
  if (D.indicators[indicator][I.survey]) notes.push(t("survey_note"));
  if (broken(row)) notes.push(t("broken"));
  fact(t("remark"), notes.join(" "));
  return [
    h("div", { class: "head" }, h("h2", { id: "h-penjelasan" }, title), close),
    h("p", { class: "big" }, value), sample(isSample(row)),
    h("h3", null, t("formula")),
    h("p", { class: "formula" }, row[V.formula] ? formulaIn(row[V.formula]) + " = " + num(row[V.value]) : missing ? "-" : t("no_formula")),
    h("dl", null, facts), cellTable(row), sourceList(row),
  ];
}
const evidenceWord = (code) => word("evidence", code);

function cellsOf(row) {
  const found = [];
  const list = row[V.cells] || [];
  for (let place = 0; place < list.length; place += 2) found.push([txt(list[place]), F.cells[list[place + 1]]]);
  return found;
}
function cellTable(row) {
  const rows = cellsOf(row);
  if (!rows.length) return h("p", { class: "empty" }, t("not_derived"));
  const place = (c) => [txt(c[7]), c[8] >= 0 ? t("sheet") + " " + txt(c[8]) : null, c[11] || (c[9] ? t("line") + " " + c[9] : null),
    c[10] >= 0 ? t("column") + " \u201c" + txt(c[10]) + "\u201d" : null].filter(Boolean).join(", ");
  const numberOf = (c) => num(c[4], indicatorAt.has(c[0]) ? decimals(indicatorAt.get(c[0])) : undefined);
  const columns = [
    { name: "role", label: t("part"), raw: ([role]) => role, show: ([role]) => word("role", role) },
    { name: "indicator", label: t("indicator"), raw: ([, c]) => c[0], show: ([, c]) => (indicatorAt.has(c[0]) ? label(indicatorAt.get(c[0])) : c[0])
      + (c[3] > 0 ? ", " + F.breakdowns[c[3]][1 + which()] : "") },
    { name: "region_code", label: t("region"), raw: ([, c]) => c[1], show: ([, c]) => nameOf(c[1]) },
    { name: "period", label: t("period"), raw: ([, c]) => c[2] },
    { name: "value", label: t("value"), right: true, raw: ([, c]) => c[4], show: ([, c]) => numberOf(c) },
    { name: "raw", label: t("raw"), raw: ([, c]) => c[12], show: ([, c]) => h("code", null, c[12] === null ? "-" : c[12]) },
    { name: "cell", label: t("cell"), raw: ([, c]) => place(c) },
    { name: "done", label: t("done"), raw: ([, c]) => (c[13] < 0 ? null : F.done[c[13]][which()]) },
    { name: "source", label: t("source"), raw: ([, c]) => F.sources[c[6]][0], show: ([, c]) => h("code", null, F.sources[c[6]][0]) },
  ];
  return table(t("inputs"), columns, rows);
}
const nameOf = (code) => (regionAt.has(code) ? D.regions[regionAt.get(code)][1] : code);
function sourceList(row) {
  const seen = new Map();
  for (const [, c] of cellsOf(row)) if (!seen.has(c[6] + "|" + c[14])) seen.set(c[6] + "|" + c[14], c);
  if (!seen.size) return null;
  return h("div", null, h("h3", null, t("sources")), h("ul", { class: "small" }, [...seen.values()].map((c) => {
    const s = F.sources[c[6]];
    const told = [s[1 + which()], s[3], s[4 + which()], txt(c[14]), s[7 + which()]].filter(Boolean).join(". ");
    return h("li", null, h("code", null, s[0]), " ", told, s[6] ? [" ", badge("synthetic", t("synthetic_mark"))] : null);
  })));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest && event.target.closest("[data-explain]");
  if (!button) return;
  const [indicator, region, year] = button.dataset.explain.split("|");
  explainKey(indicatorAt.get(indicator), regionAt.get(region), Number(year));
});
$("penjelasan").addEventListener("click", (event) => { if (event.target === $("penjelasan")) $("penjelasan").close(); });
