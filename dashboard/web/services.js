// Programmes against plan by quarter, and complaints by month: trend of one region, table of all of a period.
const G = D.records.delivery;
const K = D.records.complaints;
const serviceChoice = { region: null, programme: "_T", quarter: null, month: null, category: "_T" };
const LEVEL_ORDER = ["agglomeration", "city", "regency", "subdistrict", "urban_village", "village"];

// `yearly`: what grows from the start of a year to its end has a line for each year.
function trendFigure(name, title, sub, measures, rows, tableOf, isExample, yearly) {
  const known = rows.filter((row) => row.values.some((value) => value !== null));
  const data = known.flatMap((row) => measures.map((text, place) => ({ region: "s" + place, period: row.period, value: row.values[place], segment: "s" + place + (yearly ? row.period.slice(0, 4) : ""), hollow: false,
    tip: row.period + "\n" + text + ": " + num(row.values[place], sub ? 1 : 0) + (sub ? " " + sub : "") })));
  const last = known[known.length - 1];
  return figure({
    name, title, sub, spec: "trend", data: { rows: data }, synthetic: isExample, rows: known, empty: known.length ? null : t("no_figures"),
    legend: measures.map((text, place) => [mark(place), text]), columns: tableOf, notes: yearly ? t("from_january") : null,
    alt: last ? last.period + ": " + measures.map((text, place) => text + " " + num(last.values[place], sub ? 1 : 0)).join("; ") + "." : t("no_figures"),
  });
}
const exampleColumn = (T) => ({ name: "synthetic", label: t("remark"), raw: (row) => at(T, "synthetic", row) === 1,
  show: (row) => (at(T, "synthetic", row) ? badge("synthetic", t("synthetic_mark")) : "") });
const exampleIn = (T) => ({ name: "synthetic", hide: true, raw: (row) => at(T, "synthetic", row.row) === 1 });

function listing(name, title, T, columns, rows) {
  return h("div", { class: "chart" + (T.example ? " example" : "") }, h("h3", null, title), sample(T.example === 1), table(title, columns, rows, true),
    h("div", { class: "tools" }, h("button", { type: "button", class: "csv", onclick: () => download(name, columns, rows) }, t("download"), h("span", { class: "hidden" }, ": " + title))));
}
function deliveryParts() {
  const { region, programme, quarter } = serviceChoice;
  const own = rowsOf(G, (row) => at(G, "region_code", row) === region && at(G, "programme", row) === programme)
    .map((row) => ({ row, period: at(G, "period", row), values: ["physical_realisation", "budget_realisation", "time_elapsed"].map((column) => at(G, column, row)) }))
    .sort((one, two) => one.period.localeCompare(two.period));
  const named = programme === "_T" ? t("all_programmes") : programme;
  const measures = [t("physical"), t("budget"), t("elapsed")];
  const percent = lang === "en" ? "percent" : "persen";
  const trend = trendFigure("program", (lang === "en" ? "Programmes against plan: " : "Program terhadap rencana: ") + placeName(region) + ", " + named, percent, measures, own, [
    { name: "period", label: t("period"), raw: (row) => row.period },
    ...["physical_realisation", "budget_realisation", "time_elapsed"].map((column, place) => ({ name: column, label: measures[place], right: true,
      raw: (row) => row.values[place], show: (row) => num(row.values[place], 1) })),
    exampleIn(G),
  ], G.example === 1, true);
  const of = (column) => (row) => at(G, column, row);
  const rows = rowsOf(G, (row) => at(G, "period", row) === quarter && at(G, "programme", row) === programme);
  const columns = [
    { name: "region_name", label: t("region"), raw: of("region_name") }, { name: "region_code", hide: true, raw: of("region_code") },
    { name: "level", label: lang === "en" ? "Level" : "Tingkat", raw: of("level"), show: (row) => word("level", at(G, "level", row)) },
    { name: "programme", hide: true, raw: of("programme") }, { name: "period", hide: true, raw: of("period") },
    { name: "activities", label: t("activities"), right: true, raw: of("activities"), show: (row) => num(at(G, "activities", row), 0) },
    { name: "physical_realisation", label: t("physical"), right: true, raw: of("physical_realisation"), show: (row) => num(at(G, "physical_realisation", row), 1) },
    { name: "budget_realisation", label: t("budget"), right: true, raw: of("budget_realisation"), show: (row) => num(at(G, "budget_realisation", row), 1) },
    { name: "findings", label: t("findings"), right: true, raw: of("findings"), show: (row) => num(at(G, "findings", row), 0) },
    { name: "verdict", label: t("verdict"), raw: of("verdict"), show: (row) => (at(G, "verdict", row) ? badge(at(G, "verdict", row), word("delivery", at(G, "verdict", row))) : whyEmpty(G, row)) },
    exampleColumn(G),
  ];
  return [trend, listing("program-wilayah", (lang === "en" ? "Programmes by region, " : "Program menurut wilayah, ") + quarter + ", " + named + " (" + percent + ")", G, columns, rows)];
}
const whyEmpty = (T, row) => {
  const code = at(T, "null_reason", row);
  return code && D.gaps[code] ? h("span", { class: "why" }, "- " + D.gaps[code][which()]) : "-";
};
const placeName = (code) => {
  const found = [...rowsOf(G, (row) => at(G, "region_code", row) === code).slice(0, 1).map((row) => at(G, "region_name", row)),
    ...rowsOf(K, (row) => at(K, "region_code", row) === code).slice(0, 1).map((row) => at(K, "region_name", row))];
  return found[0] || nameOf(code);
};
function complaintParts() {
  const { region, month, category } = serviceChoice;
  const measures = ["complaints", "prank", "silent", "information"];
  const own = rowsOf(K, (row) => at(K, "region_code", row) === region && at(K, "category", row) === "_T" && at(K, "period", row).length > 4)
    .map((row) => ({ row, period: at(K, "period", row), values: measures.map((column) => at(K, column, row)) })).sort((one, two) => one.period.localeCompare(two.period));
  const trend = trendFigure("pengaduan", (lang === "en" ? "Calls by month: " : "Panggilan menurut bulan: ") + placeName(region), null, measures.map(t), own, [
    { name: "period", label: t("period"), raw: (row) => row.period },
    ...measures.map((column, place) => ({ name: column, label: t(column), right: true, raw: (row) => row.values[place], show: (row) => num(row.values[place], 0) })),
    exampleIn(K),
  ], K.example === 1);
  const of = (column) => (row) => at(K, column, row);
  const rows = rowsOf(K, (row) => at(K, "period", row) === month && at(K, "category", row) === category);
  const figureOf = (name, text, digits) => ({ name, label: text, right: true, raw: of(name), show: (row) => num(at(K, name, row), digits) });
  const columns = [
    { name: "region_name", label: t("region"), raw: of("region_name") }, { name: "region_code", hide: true, raw: of("region_code") },
    { name: "level", label: lang === "en" ? "Level" : "Tingkat", raw: of("level"), show: (row) => word("level", at(K, "level", row)) },
    { name: "period", hide: true, raw: of("period") }, { name: "category", hide: true, raw: of("category") },
    figureOf("calls", t("calls"), 0), figureOf("complaints", t("complaints"), 0),
    { ...figureOf("complaints_per_1000", t("per_1000"), 2), show: (row) => (at(K, "complaints_per_1000", row) === null ? whyEmpty(K, row) : num(at(K, "complaints_per_1000", row), 2)) },
    figureOf("median_close_hours", t("close_hours"), 1), figureOf("backlog", t("backlog"), 0), figureOf("satisfaction", t("satisfaction"), 2), exampleColumn(K),
  ];
  const named = category === "_T" ? t("all_categories") : category;
  return [trend, listing("pengaduan-wilayah", (lang === "en" ? "Complaints by region, " : "Pengaduan menurut wilayah, ") + month + ", " + named, K, columns, rows)];
}
function serviceFilters(regions) {
  const set = (name) => (value) => { serviceChoice[name] = value; drawServices(); };
  const quarters = distinct(rowsOf(G).map((row) => at(G, "period", row))).sort().reverse();
  const months = distinct(rowsOf(K).map((row) => at(K, "period", row))).sort((one, two) => one.length - two.length || two.localeCompare(one));
  if (!quarters.includes(serviceChoice.quarter)) [serviceChoice.quarter] = quarters;
  if (!months.includes(serviceChoice.month)) [serviceChoice.month] = months;
  const monthsWith = (month) => month + (month.length === 4 ? " (" + t("whole_year") + ")" : "");
  const categories = distinct(rowsOf(K, (row) => at(K, "period", row) === serviceChoice.month).map((row) => at(K, "category", row)));
  if (!categories.includes(serviceChoice.category)) serviceChoice.category = "_T";
  const programmes = distinct(rowsOf(G).map((row) => at(G, "programme", row)));
  redraw($("f-layanan"), () => [
    choice("s-region", t("region"), regions.map(([code, name, level]) => [code, name + " (" + word("level", level) + ")"]), serviceChoice.region, set("region")),
    G.n ? choice("s-programme", t("programme"), programmes.map((code) => [code, code === "_T" ? t("all_programmes") : code]), serviceChoice.programme, set("programme")) : null,
    G.n ? choice("s-quarter", lang === "en" ? "Quarter" : "Triwulan", quarters.map((code) => [code, code]), serviceChoice.quarter, set("quarter")) : null,
    K.n ? choice("s-month", lang === "en" ? "Complaints of" : "Pengaduan pada", months.map((code) => [code, monthsWith(code)]), serviceChoice.month, set("month")) : null,
    K.n ? choice("s-category", t("category"), categories.map((code) => [code, code === "_T" ? t("all_categories") : code]), serviceChoice.category, set("category")) : null,
  ].filter(Boolean));
}
function drawServices() {
  const place = $("g-layanan");
  release(place);
  if (!G.n && !K.n) {
    $("f-layanan").hidden = true;
    fill(place, withoutParts(lang === "en" ? "programmes and no complaints" : "program dan pengaduan"));
    return;
  }
  const regions = new Map();
  for (const T of [G, K]) for (const row of rowsOf(T)) regions.set(at(T, "region_code", row), [at(T, "region_code", row), at(T, "region_name", row), at(T, "level", row)]);
  const sorted = [...regions.values()].sort((one, two) => LEVEL_ORDER.indexOf(one[2]) - LEVEL_ORDER.indexOf(two[2]) || one[0].localeCompare(two[0]));
  if (!regions.has(serviceChoice.region)) [[serviceChoice.region]] = sorted;
  serviceFilters(sorted);
  redraw(place, () => h("div", { class: "stack" }, G.n ? deliveryParts() : withoutParts(t("programme").toLowerCase()), K.n ? complaintParts() : withoutParts(t("complaints").toLowerCase())));
}
parts.push(drawServices);
