// Ranks of the region and its members, and everyone's value in one picture.
const P = D.peers;
const R = { indicator: 0, year: 1, scope: 2, region: 3, value: 4, rank: 5, comparable: 6, tied: 7, percentile: 8, reason: 9, highest: 10, sample: 11, place: 12 };
const ranked = distinct(P.ranks.map((row) => row[R.indicator]));
const peerChoice = { indicator: ranked.includes(indicatorAt.get("poverty_rate")) ? indicatorAt.get("poverty_rate") : ranked[0], year: null, scope: 0, place: P.places.length ? P.places[0][0] : 0 };

function rankText(row) {
  if (row[R.rank] === null) return row[R.reason] < 0 ? t("rank_unknown") : D.reasons[row[R.reason]][which()];
  return row[R.rank] + " " + t("rank_of") + " " + row[R.comparable] + (D.regions[row[R.region]][2] === "agglomeration" ? " (" + t("as_if") + ")" : "");
}
function peerField(indicator, year, scope) {
  const found = P.values.find((row) => row[0] === indicator && row[1] === year);
  if (!found) return [];
  const [, own, named, province] = P.places.find((row) => row[0] === peerChoice.place);
  const kept = new Set([...own, ...named]);
  const inProvince = (row) => (own.includes(row.code) || (row.role !== "agglomeration" && row.code.startsWith(province + ".")));
  return P.field.map(([code, name, role], place) => ({ code, name, role, value: found[2][place] }))
    .filter((row) => row.value !== null && (scope === 0 ? inProvince(row) : kept.has(row.code)))
    .map((row) => {
      const place = regionAt.has(row.code) ? regionAt.get(row.code) : -1;
      return { ...row, colour: place < 0 ? "#9aa3ab" : COLOURS[place % COLOURS.length], size: place < 0 ? 34 : place < 3 ? 110 : 70,
        shape: place < 0 ? "circle" : ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"][place % 8],
        tip: row.name + "\n" + num(row.value, decimals(indicator)) + " " + unit(indicator) };
    });
}
function drawPeers() {
  const place = $("g-peringkat");
  release(place);
  if (!ranked.length) {
    fill($("f-peringkat")); $("f-peringkat").hidden = true;
    fill(place, h("p", { class: "empty" }, t("no_section") + " " + (lang === "en" ? "ranks." : "peringkat.")));
    return;
  }
  const years = distinct(P.ranks.filter((row) => row[R.indicator] === peerChoice.indicator).map((row) => row[R.year])).sort((one, two) => two - one);
  if (!years.includes(peerChoice.year)) {
    peerChoice.year = years.find((year) => P.ranks.some((row) => row[R.indicator] === peerChoice.indicator && row[R.year] === year && row[R.rank] !== null)) ?? years[0];
  }
  const set = (name) => (value) => { peerChoice[name] = Number(value); drawPeers(); };
  redraw($("f-peringkat"), () => [
    choice("p-indicator", t("indicator"), ranked.map((item) => [item, label(item)]), peerChoice.indicator, set("indicator")),
    choice("p-year", t("year"), years.map((year) => [year, year]), peerChoice.year, set("year")),
    P.places.length > 1 ? choice("p-place", t("region"), P.places.map(([place]) => [place, D.regions[place][1]]), peerChoice.place, set("place")) : null,
    choice("p-scope", t("scope"), [[0, t("scope_province")], [1, t("scope_peers")]], peerChoice.scope, set("scope")),
  ].filter(Boolean));
  const { indicator, year, scope } = peerChoice;
  const rows = P.ranks.filter((row) => row[R.indicator] === indicator && row[R.year] === year && row[R.scope] === scope && row[R.place] === peerChoice.place);
  const highest = rows.some((row) => row[R.highest] === 1);
  const field = peerField(indicator, year, scope).sort((one, two) => (highest ? two.value - one.value : one.value - two.value));
  const ranks = new Map(rows.map((row) => [D.regions[row[R.region]][0], row]));
  const alt = rows.map((row) => D.regions[row[R.region]][1] + ": " + rankText(row)).join("; ");
  fill(place, figure({
    name: "peringkat", title: label(indicator) + ", " + year + ": " + t(scope ? "scope_peers" : "scope_province"), sub: unit(indicator),
    spec: "strip", data: { rows: field }, alt: alt ? t("rank") + " - " + alt + "." : t("no_figures"), rows: field, empty: field.length ? null : t("no_figures"),
    notes: t("first_is") + ": " + t(highest ? "highest" : "lowest") + ". " + t("highlight")
      + (D.indicators[indicator][I.survey] ? " " + t("survey_note") : ""),
    pick: (datum) => { if (regionAt.has(datum.code)) explainKey(indicator, regionAt.get(datum.code), year, total); },
    columns: [
      { name: "region_name", label: t("region"), raw: (row) => row.name },
      { name: "region_code", hide: true, raw: (row) => row.code },
      { name: "indicator", hide: true, raw: () => D.indicators[indicator][I.id] },
      { name: "year", hide: true, raw: () => year },
      { name: "value", label: t("value"), right: true, raw: (row) => row.value, show: (row) => num(row.value, decimals(indicator)) },
      { name: "unit", hide: true, raw: () => D.indicators[indicator][I.unitId] },
      { name: "rank", label: t("rank"), right: true, raw: (row) => (ranks.has(row.code) ? ranks.get(row.code)[R.rank] : null),
        show: (row) => (ranks.has(row.code) ? rankText(ranks.get(row.code)) : "") },
      { name: "comparable", hide: true, raw: (row) => (ranks.has(row.code) ? ranks.get(row.code)[R.comparable] : null) },
      { name: "percentile", label: t("better_than") + " (" + t("percent_regions") + ")", right: true,
        raw: (row) => (ranks.has(row.code) ? ranks.get(row.code)[R.percentile] : null), show: (row) => (ranks.has(row.code) ? num(ranks.get(row.code)[R.percentile], 1) : "") },
      { name: "synthetic", hide: true, raw: (row) => (ranks.has(row.code) ? ranks.get(row.code)[R.sample] === 1 : false) },
    ],
  }));
}
parts.push(drawPeers);
