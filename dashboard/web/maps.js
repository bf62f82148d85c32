// Maps of kecamatan and kelurahan: tiles near their real places, or areas where the office set a boundary file.
const RAMP = ["#fde725", "#5ec962", "#21918c", "#3b528b", "#440154"];
const CLASS_COLOURS = { kurang_berkembang: "#d55e00", berkembang: "#f0e442", cepat_berkembang: "#0072b2", unclassified: "#e3e6e9", not_evaluated: "#a9b1b9" };
const EMPTY = "#f1f3f5";
const inkOn = (colour) => (["#21918c", "#3b528b", "#440154", "#0072b2"].includes(colour) ? "#ffffff" : "#1a1f24");
const mapChoice = {};

// Five classes of equal width between the lowest and the highest value.
function scaleOf(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const step = (high - low) / RAMP.length;
  const place = (value) => (step === 0 ? 0 : Math.min(RAMP.length - 1, Math.floor((value - low) / step)));
  const used = step === 0 ? [RAMP[0]] : RAMP;
  return { colour: (value) => RAMP[place(value)], ranges: used.map((colour, i) => [colour, low + i * step, step === 0 ? high : low + (i + 1) * step]) };
}
function areaRows(map, measure) {
  const numbers = Object.values(measure.values).filter((value) => typeof value === "number");
  const scale = measure.classes ? null : scaleOf(numbers);
  const rows = map.areas.map(([code, name, text, col, row, parent, inCity]) => {
    const value = code in measure.values ? measure.values[code] : null;
    const colour = value === null ? EMPTY : measure.classes ? CLASS_COLOURS[value] || EMPTY : scale.colour(value);
    const shown = value === null ? "-" : measure.classes ? word("class", value) : num(value, measure.decimals);
    return { code, name, label: text, col, row, parent, value, fill: colour, edge: inCity ? "#1a1f24" : value === null ? "#8a949e" : colour, ink: inkOn(colour),
      shown: measure.classes && value !== null ? word("class", value).replace(" ", "/") : shown,
      tip: name + " (" + parent + ")\n" + (value === null ? t("no_value") : shown + " " + measure.unit[which()]) };
  });
  return { rows, scale };
}
function mapSentence(rows, measure) {
  const known = rows.filter((row) => row.value !== null);
  if (measure.classes) {
    return distinct(known.map((row) => row.value)).map((value) => word("class", value) + ": " + known.filter((row) => row.value === value).length).join("; ") + ".";
  }
  const sorted = [...known].sort((one, two) => two.value - one.value);
  const say = (row) => row.name + " " + num(row.value, measure.decimals);
  return (sorted.length > 1 ? t("extremes") + ": " + say(sorted[0]) + "; " + t("lowest_is") + ": " + say(sorted[sorted.length - 1]) + ". " : "")
    + known.length + " " + t("count_of") + " " + rows.length + " " + t("with_figure") + ".";
}
function mapFigure(map) {
  if (!map.measures.length) return h("p", { class: "empty" }, t("no_section") + " " + map.label[which()] + ".");
  const place = Math.min(mapChoice[map.id] || 0, map.measures.length - 1);
  const measure = map.measures[place];
  const { rows, scale } = areaRows(map, measure);
  const drawn = map.shapes.length > 0;
  const cities = new Set(map.areas.filter((area) => area[6]).map((area) => area[0]));
  const byCode = new Map(rows.map((row) => [row.code, row]));
  const titled = (item) => item.label[which()] + " (" + item.period + ")" + (item.synthetic ? " - " + t("synthetic_mark") : "");
  const shownClasses = distinct(rows.map((row) => row.value)).filter((value) => value !== null);
  const key = measure.classes
    ? Object.keys(D.classes).filter((code) => shownClasses.includes(code)).map((code) => [swatch(CLASS_COLOURS[code]), word("class", code)])
    : scale.ranges.map(([colour, low, high]) => [swatch(colour), num(low, measure.decimals) + " - " + num(high, measure.decimals)]);
  if (rows.some((row) => row.value === null)) key.push([swatch(EMPTY), t("no_value")]);
  const data = drawn
    ? { shapes: map.shapes.map(([code, geometry]) => ({ type: "Feature", geometry, properties: { ...byCode.get(code), edge: cities.has(code) ? "#1a1f24" : "#ffffff" } })) }
    : { rows };
  return figure({
    name: "peta-" + map.id, title: map.label[which()] + ": " + titled(measure), sub: measure.unit[which()] || null,
    spec: drawn ? "shapes" : "tiles", data, legend: key, rows, synthetic: measure.synthetic === 1,
    alt: mapSentence(rows, measure), notes: (drawn ? t("shape_hint") : t("tile_hint")) + (measure.classes ? "" : " " + t("classes") + ".") + (cities.size ? " " + t("outlined") : ""),
    controls: h("div", { class: "filters" }, choice("m-" + map.id, t("show"), map.measures.map((item, i) => [i, titled(item)]), place,
      (value) => { mapChoice[map.id] = Number(value); drawMaps(); })),
    columns: [
      { name: "region_name", label: t("name"), raw: (row) => row.name },
      { name: "region_code", hide: true, raw: (row) => row.code },
      { name: "parent", label: t("region"), raw: (row) => row.parent },
      { name: "measure", hide: true, raw: () => measure.label[1] },
      { name: "period", label: t("period"), raw: () => measure.period },
      { name: "value", label: t("value"), right: !measure.classes, raw: (row) => row.value,
        show: (row) => (row.value === null ? "-" : measure.classes ? word("class", row.value) : num(row.value, measure.decimals)) },
      { name: "unit", hide: true, raw: () => measure.unit[1] },
      { name: "source", hide: true, raw: () => measure.sources.join("; ") },
      { name: "synthetic", label: t("remark"), raw: () => measure.synthetic === 1, show: () => (measure.synthetic ? badge("synthetic", t("synthetic_mark")) : "") },
    ],
  });
}
function drawMaps() {
  release($("g-peta"));
  redraw($("g-peta"), () => D.maps.map(mapFigure));
}
parts.push(drawMaps);
