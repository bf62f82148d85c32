// Classes of desa and kelurahan by year and area, the list of all of them, and one profile at a time.
const E = D.records.evaluation;
const C = D.records.count;
const Q = D.records.profile;
const CLASSES = Object.keys(D.classes);
const villageChoice = { year: null, area: null, kecamatan: "", text: "", profile: null };
const withoutParts = (name) => h("p", { class: "empty" }, t("no_section") + " " + name + ".");

function classBars(year) {
  const regions = distinct(rowsOf(C, (row) => at(C, "data_year", row) === year).map((row) => at(C, "region_code", row)));
  const levelOf = new Map(rowsOf(C).map((row) => [at(C, "region_code", row), at(C, "level", row)]));
  const kept = villageChoice.area === "kecamatan" ? regions.filter((code) => levelOf.get(code) === "subdistrict") : regions.filter((code) => levelOf.get(code) !== "subdistrict");
  const rows = [];
  for (const code of kept) {
    for (const kind of CLASSES) {
      const own = rowsOf(C, (row) => at(C, "data_year", row) === year && at(C, "region_code", row) === code && at(C, "class", row) === kind);
      const units = own.reduce((sum, row) => sum + at(C, "units", row), 0);
      if (!own.length) continue;
      const name = at(C, "region_name", own[0]);
      rows.push({ code, name, kind, units, turn: CLASSES.indexOf(kind), colour: CLASS_COLOURS[kind], ink: inkOn(CLASS_COLOURS[kind]),
        tip: name + "\n" + word("class", kind) + ": " + num(units, 0) });
    }
  }
  // A number does not fit a bar of a few units among hundreds; it stands in the table and the tip.
  const longest = Math.max(...kept.map((code) => rows.filter((row) => row.code === code).reduce((sum, row) => sum + row.units, 0)));
  return rows.map((row) => ({ ...row, shown: row.units >= longest / 50 ? num(row.units, 0) : "" }));
}
function classFigure(year) {
  const rows = classBars(year);
  const first = rows.length ? rows[0].code : null;
  const alt = rows.filter((row) => row.code === first && row.units).map((row) => word("class", row.kind) + " " + num(row.units, 0)).join(", ");
  return figure({
    name: "kelas", title: (lang === "en" ? "Villages by class, data of " : "Desa dan kelurahan menurut kelas, data ") + year, sub: t("units"),
    spec: "bars", data: { rows: rows.filter((row) => row.units) }, rows, synthetic: C.example === 1, alt: first ? rows[0].name + ": " + alt + "." : t("no_figures"),
    legend: CLASSES.filter((kind) => rows.some((row) => row.kind === kind && row.units)).map((kind) => [swatch(CLASS_COLOURS[kind]), word("class", kind)]),
    columns: [
      { name: "region_name", label: t("region"), raw: (row) => row.name }, { name: "region_code", hide: true, raw: (row) => row.code },
      { name: "data_year", label: t("year"), right: true, raw: () => year },
      { name: "class", label: t("class"), raw: (row) => row.kind, show: (row) => word("class", row.kind) },
      { name: "units", label: t("units"), right: true, raw: (row) => row.units, show: (row) => num(row.units, 0) },
      { name: "synthetic", label: t("remark"), raw: () => C.example === 1, show: () => (C.example ? badge("synthetic", t("synthetic_mark")) : "") },
    ],
  });
}
function villageTable(year) {
  const wanted = villageChoice.text.trim().toLowerCase();
  const rows = rowsOf(E, (row) => at(E, "data_year", row) === year
    && (!villageChoice.kecamatan || at(E, "kecamatan_name", row) + "|" + at(E, "government", row) === villageChoice.kecamatan)
    && (!wanted || at(E, "region_name", row).toLowerCase().includes(wanted)));
  const of = (name) => (row) => at(E, name, row);
  const columns = [
    { name: "region_name", label: t("name"), raw: of("region_name") }, { name: "region_code", hide: true, raw: of("region_code") },
    { name: "unit_type", hide: true, raw: of("unit_type") },
    { name: "kecamatan", label: t("kecamatan"), raw: of("kecamatan_name") }, { name: "data_year", hide: true, raw: of("data_year") },
    { name: "class", label: t("class"), raw: of("class"), show: (row) => (at(E, "class", row) ? word("class", at(E, "class", row)) : "-") },
    { name: "class_basis", label: t("basis"), raw: of("class_basis"), show: (row) => (at(E, "class_basis", row) ? word("basis", at(E, "class_basis", row)) : "-") },
    { name: "total", label: t("score"), right: true, raw: of("total"), show: (row) => num(at(E, "total", row)) },
    { name: "change", label: t("change"), right: true, raw: of("change"), show: (row) => num(at(E, "change", row)) },
    { name: "rank_kecamatan", label: t("rank_kecamatan"), right: true, raw: of("rank_kecamatan"),
      show: (row) => (at(E, "rank_kecamatan", row) === null ? "-" : at(E, "rank_kecamatan", row) + " / " + at(E, "ranked_kecamatan", row)) },
    { name: "points_to_next", label: t("points_to_next"), right: true, raw: of("points_to_next"), show: (row) => num(at(E, "points_to_next", row)) },
    { name: "warnings", hide: true, raw: of("warnings") },
    { name: "synthetic", label: t("remark"), raw: (row) => at(E, "synthetic", row) === 1,
      show: (row) => h("span", null, at(E, "synthetic", row) ? badge("synthetic", t("synthetic_mark")) : null, at(E, "warnings", row) ? " " + at(E, "warnings", row).replaceAll("_", " ") : null) },
  ];
  const title = (lang === "en" ? "All desa and kelurahan, data of " : "Semua desa dan kelurahan, data ") + year;
  return h("div", { class: "chart" + (E.example ? " example" : "") }, h("h3", null, title), sample(E.example === 1),
    h("p", { class: "small", "aria-live": "polite" }, rows.length + " " + t("rows_shown")),
    table(title, columns, rows, true),
    h("div", { class: "tools" }, h("button", { type: "button", class: "csv", onclick: () => download("kelurahan", columns, rows) }, t("download"), h("span", { class: "hidden" }, ": " + title))));
}
function profileBox() {
  if (!Q.n) return withoutParts(t("profile").toLowerCase());
  const codes = distinct(rowsOf(Q).map((row) => at(Q, "region_code", row)));
  const nameAt = new Map(rowsOf(Q).map((row) => [at(Q, "region_code", row), at(Q, "region_name", row) + " (" + at(Q, "kecamatan", row) + ")"]));
  const city = codes.filter((code) => D.maps.some((map) => map.areas.some((area) => area[0] === code)));
  if (!villageChoice.profile) villageChoice.profile = city[0] || codes[0];
  const rows = rowsOf(Q, (row) => at(Q, "region_code", row) === villageChoice.profile);
  const listOf = (row, name) => {
    const found = at(Q, name + (lang === "en" ? "_en" : "_id"), row) || [];
    return h("div", null, h("h4", null, t(name)), found.length ? h("ul", null, found.map((text) => h("li", null, text))) : h("p", { class: "small" }, t("none_found")));
  };
  const facts = (row) => [["population", 0, t("population")], ["density", 0, t("density")], ["total", 1, t("score")], ["physical_realisation", 1, t("physical")],
    ["complaints_per_1000", 1, t("complaints") + " " + t("per_1000").toLowerCase()], ["satisfaction", 2, t("satisfaction")]]
    .filter(([name]) => at(Q, name, row) !== null).map(([name, digits, text]) => text + ": " + num(at(Q, name, row), digits)).join("; ");
  const one = (row) => h("div", null, h("h3", null, nameAt.get(villageChoice.profile) + ", " + at(Q, "year", row)),
    h("p", { class: "small" }, facts(row)), h("div", { class: "profile" }, listOf(row, "strengths"), listOf(row, "problems")));
  const byYear = [...rows].sort((first, second) => at(Q, "year", second) - at(Q, "year", first));
  const sorted = [...city, ...codes.filter((code) => !city.includes(code))];
  return h("div", { class: "chart" + (Q.example ? " example" : "") },
    choice("v-profile", t("profile"), sorted.map((code) => [code, nameAt.get(code)]), villageChoice.profile, (value) => { villageChoice.profile = value; drawVillages(); }),
    sample(Q.example === 1), one(byYear[0]),
    byYear.length > 1 ? h("details", null, h("summary", null, lang === "en" ? "Years before" : "Tahun-tahun sebelumnya"), byYear.slice(1).map(one)) : null);
}
function drawVillages() {
  const place = $("g-kelurahan");
  release(place);
  const years = distinct(rowsOf(E).map((row) => at(E, "data_year", row))).sort((one, two) => two - one);
  if (!years.length && !Q.n) {
    $("f-kelurahan").hidden = true;
    fill(place, withoutParts(lang === "en" ? "evaluation of villages" : "evaluasi desa dan kelurahan"));
    return;
  }
  if (!years.includes(villageChoice.year)) [villageChoice.year] = years;
  const kecamatan = distinct(rowsOf(E).map((row) => at(E, "kecamatan_name", row) + "|" + at(E, "government", row))).sort();
  const set = (name) => (value) => { villageChoice[name] = name === "year" ? Number(value) : value; drawVillages(); };
  redraw($("f-kelurahan"), () => [
    choice("v-year", t("year"), years.map((year) => [year, year]), villageChoice.year, set("year")),
    choice("v-area", lang === "en" ? "Chart by" : "Grafik menurut", [["", lang === "en" ? "governments" : "pemerintah"], ["kecamatan", t("kecamatan")]], villageChoice.area || "", set("area")),
    choice("v-kecamatan", t("kecamatan"), [["", t("all")], ...kecamatan.map((item) => [item, item.split("|")[0] + " (" + nameOf(item.split("|")[1]) + ")"])], villageChoice.kecamatan, set("kecamatan")),
    h("div", { class: "field" }, h("label", { for: "v-text" }, t("search")), h("input", { type: "search", id: "v-text", value: villageChoice.text, autocomplete: "off", onchange: (event) => set("text")(event.target.value) })),
  ]);
  redraw(place, () => h("div", { class: "stack" }, C.n ? classFigure(villageChoice.year) : null, years.length ? villageTable(villageChoice.year) : null, profileBox()));
}
parts.push(drawVillages);
