// Time series by domain, with regions and years to choose.
const chosen = { domain: D.domains[0], regions: new Set(D.regions.map((row, place) => place)), from: null, other: null, parts: 0 };
const isTotal = F.breakdowns.findIndex((row) => row[0] === "_T");
const total = isTotal < 0 ? 0 : isTotal;
const yearsOf = (list) => list.flatMap((item) => item[3].filter((row) => row[V.value] !== null).map((row) => row[V.year]));
const allYears = distinct(yearsOf(F.series)).sort();

// Rows for a chart: a point per year from the first to the last; a missing year has no value, a break starts a new line.
function points(list, indicator, from) {
  const rows = [];
  const breaks = new Map();
  for (const [, , region, values] of list) {
    const kept = values.filter((row) => row[V.year] >= from);
    const known = kept.filter((row) => row[V.value] !== null).map((row) => row[V.year]);
    if (!known.length) continue;
    const byYear = new Map(kept.map((row) => [row[V.year], row]));
    let segment = 0;
    for (let year = Math.min(...known); year <= Math.max(...known); year += 1) {
      const row = byYear.get(year);
      if (row && broken(row) && year > Math.min(...known)) { segment += 1; breaks.set(year, [...(breaks.get(year) || []), region]); }
      rows.push(pointOf(row, indicator, region, year, segment));
    }
  }
  return { rows, breaks: [...breaks.keys()].sort().map((year) => ({ year, text: t("broken") })), broken: breaks };
}
function pointOf(row, indicator, region, year, segment) {
  const name = D.regions[region][1];
  const value = row ? row[V.value] : null;
  const status = row ? txt(row[V.status]) : "M";
  return { region: D.regions[region][0], year, value, segment: region + "-" + segment, hollow: status !== "A",
    tip: row && value !== null ? name + ", " + year + "\n" + num(value, decimals(indicator)) + " " + unit(indicator) + "\n" + standingOf(row) : "",
    at: [indicator, region, year] };
}
// The newest figure of each region in words: the text of the chart for those who do not see it.
function sentence(list, indicator) {
  const told = [];
  for (const [, , region, values] of list.slice(0, 3)) {
    const known = values.filter((row) => row[V.value] !== null);
    const last = known[known.length - 1];
    if (last) told.push(D.regions[region][1] + " " + num(last[V.value], decimals(indicator)) + " (" + last[V.year]
      + (txt(last[V.status]) === "A" ? "" : ", " + word("status", txt(last[V.status]))) + ")");
  }
  return told.length ? told.join("; ") + ". " : "";
}
function columnsOf(indicator, parts) {
  const explainable = (pick) => (row) => (row.row[V.value] === null ? gap(row.row)
    : h("button", { type: "button", title: t("explain"), onclick: () => openExplain(indicator, row.region, row.row, parts) }, pick(row)));
  return [
    { name: "region_name", label: t("region"), raw: (row) => D.regions[row.region][1] },
    { name: "region_code", hide: true, raw: (row) => D.regions[row.region][0] },
    { name: "indicator", hide: true, raw: () => D.indicators[indicator][I.id] },
    { name: "breakdown", hide: true, raw: () => F.breakdowns[parts][0] },
    { name: "year", label: t("year"), right: true, raw: (row) => row.row[V.year] },
    { name: "value", label: t("value"), right: true, raw: (row) => row.row[V.value],
      show: explainable((row) => num(row.row[V.value], decimals(indicator))) },
    { name: "unit", hide: true, raw: () => D.indicators[indicator][I.unitId] },
    { name: "obs_status", label: t("status"), raw: (row) => txt(row.row[V.status]), show: (row) => standingOf(row.row) },
    { name: "method", hide: true, raw: (row) => txt(row.row[V.method]) },
    { name: "break_in_series", label: t("remark"), raw: (row) => broken(row.row), show: (row) => (broken(row.row) ? t("broken") : "") },
    { name: "rounding_low", hide: true, raw: (row) => row.row[V.low] },
    { name: "rounding_high", hide: true, raw: (row) => row.row[V.high] },
    { name: "null_reason", hide: true, raw: (row) => (row.row[V.value] === null ? gap(row.row) : null) },
    { name: "source", hide: true, raw: (row) => (row.row[V.source] < 0 ? null : F.sources[row.row[V.source]][0]) },
    { name: "evidence", hide: true, raw: (row) => txt(row.row[V.evidence]) },
    { name: "synthetic", hide: true, raw: (row) => isSample(row.row) },
    { name: "notice", hide: true, raw: (row) => (D.regions[row.region][2] === "agglomeration" ? t("joint") : null) },
  ];
}
function seriesFigure(indicator, parts, name, controls) {
  const list = (seriesBy.get(indicator + "|" + parts) || []).filter((item) => chosen.regions.has(item[2]));
  const tooLarge = list.filter((item) => D.indicators[indicator][I.count] && D.regions[item[2]][2] === "province");
  const made = points(list.filter((item) => !tooLarge.includes(item)), indicator, chosen.from);
  const rows = list.flatMap((item) => item[3].filter((row) => row[V.year] >= chosen.from).map((row) => ({ region: item[2], row })));
  const shown = D.regions.map((_, place) => place).filter((place) => made.rows.some((row) => row.region === D.regions[place][0]));
  const notes = [];
  if (made.rows.some((row) => row.hollow && row.value !== null)) notes.push(lang === "en" ? "Hollow points: provisional." : "Titik berongga: sementara.");
  for (const [year, regions] of made.broken) notes.push(sentenceCase(t("broken")) + " " + year + ": " + regions.map((place) => D.regions[place][1]).join(", ") + ".");
  for (const item of tooLarge) notes.push(D.regions[item[2]][1] + ": " + t("too_large") + ".");
  if (D.indicators[indicator][I.survey]) notes.push(lang === "en" ? "Survey: changes not tested for significance." : "Survei: perubahan belum diuji signifikansinya.");
  return figure({
    name, title: label(indicator) + (parts === total ? "" : ", " + F.breakdowns[parts][1 + which()]), sub: unit(indicator),
    spec: "series", data: { rows: made.rows, breaks: made.breaks }, alt: sentence(list, indicator) || t("no_figures"),
    legend: shown.map((place) => [mark(place), D.regions[place][1]]), columns: columnsOf(indicator, parts), rows, controls,
    synthetic: rows.some((row) => isSample(row.row)), notes: notes.join(" "), empty: shown.length ? null : t("no_figures"),
    pick: (datum) => { if (datum.at) explainKey(...datum.at, parts); },
  });
}
const ofDomain = (domain) => D.indicators.map((row, place) => [row, place])
  .filter(([row, place]) => row[I.domain] === domain && F.series.some((item) => item[0] === place)).map(([, place]) => place);

// The indicator with the most figures: an empty chart is a poor first example.
function longest(choices) {
  const size = (place) => yearsOf(F.series.filter((item) => item[0] === place && item[1] === total)).length;
  return choices.length ? choices.reduce((best, place) => (size(place) > size(best) ? place : best)) : undefined;
}
function drawSeries() {
  const grid = $("g-deret");
  const other = $("x-deret");
  release(grid); release(other);
  const featured = (D.featured[chosen.domain] || []).map((id) => indicatorAt.get(id))
    .filter((place) => place !== undefined && seriesBy.has(place + "|" + total));
  fill(grid, featured.map((place) => seriesFigure(place, total, "deret-" + D.indicators[place][I.id])));
  const choices = ofDomain(chosen.domain);
  if (!choices.length) { fill(other, h("p", { class: "empty" }, t("no_section") + " " + word("domain", chosen.domain) + ".")); return; }
  if (!choices.includes(chosen.other)) chosen.other = longest(choices.filter((place) => !featured.includes(place))) ?? choices[0];
  const partsOf = distinct(F.series.filter((item) => item[0] === chosen.other).map((item) => item[1]));
  if (!partsOf.includes(chosen.parts)) [chosen.parts] = partsOf;
  redraw(other, () => {
    const controls = h("div", { class: "filters" },
      choice("pick-indicator", t("pick"), choices.map((place) => [place, label(place)]), chosen.other, (value) => { chosen.other = Number(value); chosen.parts = total; drawSeries(); }),
      partsOf.length > 1 ? choice("pick-breakdown", t("breakdown"), partsOf.map((place) => [place, F.breakdowns[place][1 + which()]]), chosen.parts,
        (value) => { chosen.parts = Number(value); drawSeries(); }) : null);
    return h("div", { style: "margin-top:1rem" }, seriesFigure(chosen.other, chosen.parts, "deret-pilihan", controls));
  });
}
function seriesFilters() {
  const start = chosen.from === null ? Math.max(allYears[0] || 0, (allYears[allYears.length - 1] || 0) - 15) : chosen.from;
  chosen.from = start;
  redraw($("f-deret"), () => [
    h("fieldset", null, h("legend", null, lang === "en" ? "Domain" : "Bidang"), h("div", { class: "tabs" }, D.domains.map((domain) => h("button", {
      type: "button", id: "d-" + domain, "aria-pressed": String(domain === chosen.domain),
      onclick: () => { chosen.domain = domain; seriesFilters(); drawSeries(); } }, word("domain", domain))))),
    choice("f-from", lang === "en" ? "From year" : "Mulai tahun", allYears.map((year) => [year, year]), start, (value) => { chosen.from = Number(value); drawSeries(); }),
    h("fieldset", null, h("legend", null, t("region")), h("div", { class: "options" }, D.regions.map((row, place) => h("label", null,
      h("input", { type: "checkbox", id: "r-" + place, checked: chosen.regions.has(place), onchange: (event) => {
        if (event.target.checked) chosen.regions.add(place); else chosen.regions.delete(place);
        drawSeries();
      } }), mark(place), row[1])))),
  ]);
}
parts.push(() => { seriesFilters(); drawSeries(); });
