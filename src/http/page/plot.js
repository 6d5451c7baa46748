// Small plots of the last minutes: one or two lines, the largest and the last value in words.
import { html, setText, svg } from "./dom.js";
import { fine } from "./format.js";

const WIDTH = 160;
const HEIGHT = 36;

function points(values, most) {
  const step = WIDTH / Math.max(1, values.length - 1);
  return values
    .map((value, index) => [index * step, value])
    .filter(([, value]) => value !== null)
    .map(([x, value]) => `${x.toFixed(1)},${(HEIGHT - 2 - ((HEIGHT - 4) * value) / most).toFixed(1)}`)
    .join(" ");
}

// `lines` are arrays of numbers or null, drawn over each other, the most important one first.
export function updatePlot(figure, unit, lines) {
  const known = lines.flat().filter((value) => value !== null);
  const most = Math.max(...known, 1e-9);
  const last = lines.map((line) => line.at(-1) ?? null);
  const [drawing, words] = [figure.querySelector("svg"), figure.querySelector(".values")];
  lines.forEach((line, index) => drawing.children[index].setAttribute("points", points(line, most)));
  const text = known.length === 0
    ? "no data yet"
    : `now ${last.map(fine).join(" / ")} ${unit}, most ${fine(Math.max(...known))}`;
  setText(words, text);
}

export function makePlot(name, lines) {
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true", preserveAspectRatio: "none" },
    ...Array.from({ length: lines }, (_, index) => svg("polyline", { class: `line line-${index}` })));
  return html("figure", { class: "plot" },
    html("figcaption", {}, html("span", { class: "name" }, name), " ", html("span", { class: "values" }, "no data yet")),
    drawing);
}
