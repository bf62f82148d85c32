// Figures: a chart drawn when it comes into view, with a sentence, a legend, its data as table and as CSV.
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d00", "#56b4e9", "#4d4d4d", "#000000"];
const DASHES = ["", "", "", "6 3", "2 2", "8 3 2 3", "4 4", "10 4"];
const MARKS = [
  "M8 3a3.2 3.2 0 1 0 .01 0z", "M5 3.2h6v6H5z", "M8 2.6l3.6 6.4H4.4z", "M8 2.2l3.6 4-3.6 4-3.6-4z",
  "M6.8 2.6h2.4v2.4h2.4v2.4H9.2v2.4H6.8V7.4H4.4V5h2.4z", "M8 9.6L4.4 3.2h7.2z", "M11 6.2L5 9.6V2.8z", "M5 6.2l6-3.4v6.8z",
];
function mark(place) {
  const i = place % COLOURS.length;
  return h("svg", { width: 26, height: 12, viewBox: "-5 0 26 12", "aria-hidden": "true", focusable: "false" },
    h("line", { x1: -5, x2: 21, y1: 6.2, y2: 6.2, stroke: COLOURS[i], "stroke-width": i < 3 ? 2.4 : 1.6, "stroke-dasharray": DASHES[i] }),
    h("path", { d: MARKS[i], fill: COLOURS[i] }));
}
const legend = (items) => h("ul", { class: "legend" }, items.map(([sign, text]) => h("li", null, sign, text)));
const swatch = (colour) => h("span", { class: "swatch", style: "background:" + colour });

const waiting = new Map();
const watcher = "IntersectionObserver" in window ? new IntersectionObserver((found) => {
  for (const item of found) if (item.isIntersecting) draw(item.target);
}, { rootMargin: "300px" }) : null;

function draw(place) {
  const made = waiting.get(place);
  if (!made) return;
  waiting.delete(place);
  if (watcher) watcher.unobserve(place);
  const spec = { ...D.specs[made.spec], data: D.specs[made.spec].data.map((item) => (
    made.data[item.name] ? { ...item, values: made.data[item.name] } : item)) };
  try {
    const view = new vega.View(vega.parse(spec), { renderer: "svg", container: place, hover: false, logLevel: vega.Error });
    view.tooltip(showTip);
    if (made.pick) view.addEventListener("click", (event, item) => { if (item && item.datum) made.pick(item.datum); });
    view.run();
    place.made = view;
    const svg = place.querySelector("svg");
    if (svg) { svg.setAttribute("aria-hidden", "true"); svg.removeAttribute("role"); svg.setAttribute("focusable", "false"); }
  } catch (error) {
    fill(place, h("p", { class: "empty" }, t("chart_failed")));
    console.error(error);
  }
}
// The height a chart will have: room kept before it is drawn, so that nothing moves under a reader who clicks.
const AXIS = 40;
const PADDING = 12;
function roomOf(made) {
  const spec = D.specs[made.spec];
  const step = (spec.signals || []).find((item) => item.name === "y_step");
  let inside = spec.height;
  if (step) {
    const { domain } = spec.scales.find((item) => item.name === "y");
    const { field } = domain.fields ? domain.fields[0] : domain;
    inside = step.value * distinct(made.data.rows.map((row) => row[field])).length;
  }
  return inside + (spec.axes && spec.axes.length ? AXIS : PADDING);
}
function later(place, made) {
  place.style.minHeight = roomOf(made) + "px";
  waiting.set(place, made);
  if (watcher) watcher.observe(place); else draw(place);
}
// What left the page is let go, so that a change of language or choice leaves nothing behind.
function release(place) {
  for (const plot of place.querySelectorAll(".plot")) {
    waiting.delete(plot);
    if (watcher) watcher.unobserve(plot);
    if (plot.made) plot.made.finalize();
  }
}
window.addEventListener("beforeprint", () => { for (const place of [...waiting.keys()]) draw(place); });

function showTip(handler, event, item, value) {
  const tip = $("tip");
  if (value === null || value === undefined || value === "") { tip.hidden = true; return; }
  tip.textContent = value;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(event.clientX + 12, innerWidth - box.width - 4)) + "px";
  tip.style.top = (event.clientY + box.height + 24 > innerHeight ? event.clientY - box.height - 10 : event.clientY + 14) + "px";
}
window.addEventListener("scroll", () => { $("tip").hidden = true; }, { passive: true });

// One figure. made: name, title, sub, spec, data, alt, columns, rows, legend, synthetic, pick, notes, controls.
function figure(made) {
  const plot = h("div", { class: "plot", role: "img", "aria-label": made.title + ". " + made.alt });
  const holder = h("div");
  const details = h("details", { class: "data", ontoggle: (event) => {
    if (event.target.open && !holder.firstChild) holder.append(table(made.title, made.columns, made.rows, true));
  } }, h("summary", null, t("table"), h("span", { class: "hidden" }, ": " + made.title)), holder);
  const whole = h("figure", { class: made.synthetic ? "chart example" : "chart", id: "c-" + made.name },
    h("figcaption", null, h("h3", null, made.title, made.sub ? h("span", { class: "unit" }, " (" + made.sub + ")") : null)),
    made.controls, sample(made.synthetic), made.legend ? legend(made.legend) : null,
    made.empty ? h("p", { class: "empty" }, made.empty) : plot,
    h("p", { class: "alt" }, made.alt),
    made.notes ? h("p", { class: "small" }, made.notes) : null,
    h("div", { class: "tools" },
      h("button", { type: "button", class: "csv", onclick: () => download(made.name, made.columns, made.rows) },
        t("download"), h("span", { class: "hidden" }, ": " + made.title)), details));
  if (!made.empty) later(plot, made);
  return whole;
}
