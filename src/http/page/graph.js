// A pipeline as a drawing, made once from /graph: inputs on top, the stages below each other, and to
// the right of each where its events go. Only the numbers change afterwards.
import { html, setText, svg } from "./dom.js";
import { number, rate, shorten } from "./format.js";
import { keys } from "./model.js";

const WIDTH = 340;
const BOX = { x: 4, width: 136, height: 30 };
const OUT_X = 172;
const ROW = 30;
const SIDE_ROW = 42;  // It names the reasons too.
const GAP = 30;

export const stageId = (pipeline, stage) => `stage/${encodeURIComponent(pipeline)}/${encodeURIComponent(stage)}`;

class Drawing {
  constructor(model) {
    this.model = model;
    this.parts = [];
    this.numbers = [];
    this.y = 4;
    this.bottom = 4;  // Of the last box: outputs may reach below it.
  }

  add(...parts) {
    this.parts.push(...parts);
  }

  // A number that follows the counter `key`.
  count(x, y, key, attributes = {}) {
    const text = svg("text", { x, y, class: "number", ...attributes });
    this.numbers.push(() => {
      const [now, total] = [this.model.rate(key), number(this.model.total(key))];
      setText(text, now === null ? total : `${rate(now)}/s · ${total}`);
      text.parentNode.classList.toggle("idle", this.model.total(key) === 0);
    });
    return text;
  }

  // A long name without its beginning, which names of topics share; `before` is not shortened.
  text(x, y, full, most, before = "") {
    return svg("text", { x, y }, svg("title", {}, before + full), before + shorten(full, most - before.length));
  }

  input(input, height) {
    const memory = input.from_memory ? (input.from_source ? "source and memory" : "memory") : "source";
    this.add(svg("g", { class: "topic" },
      svg("rect", { x: BOX.x, y: this.y, width: WIDTH - 8, height, rx: 14 }),
      this.text(BOX.x + 12, this.y + 19, input.topic, 40),
      svg("text", { x: WIDTH - 16, y: this.y + 19, class: "hint", "text-anchor": "end" }, memory)));
    this.bottom = this.y + height;
    this.y += height + 6;
  }

  arrowDown(key) {
    const x = BOX.x + 20;
    this.add(svg("g", {},
      svg("path", { d: `M${x} ${this.bottom} V${this.y + GAP - 4}`, class: "arrow", "marker-end": "url(#head)" }),
      this.count(x + 10, this.y + GAP / 2 + 3, key)));
    this.y += GAP;
  }

  output(top, y, output, topic, key, side) {
    const from = BOX.x + BOX.width;
    const middle = top + BOX.height / 2;
    const kind = side ? "side" : "route";
    this.add(svg("g", { class: kind },
      svg("path", { d: `M${from} ${middle} C${from + 18} ${middle} ${OUT_X - 24} ${y + 8} ${OUT_X - 6} ${y + 8}`,
        class: "arrow", "marker-end": "url(#head)" }),
      this.text(OUT_X, y + 9, topic, 26, output),
      this.count(OUT_X, y + 21, key),
      ...(side ? [this.reasons(OUT_X, y + 32, side)] : [])));
  }

  // The most frequent reasons of a side output, as far as there is room.
  reasons(x, y, prefix) {
    const text = svg("text", { x, y, class: "hint" });
    this.numbers.push(() => {
      const found = this.model.under(prefix).map((reason) => [reason, this.model.total(`${prefix}\n${reason}`)]);
      const words = found.sort((a, b) => b[1] - a[1]).map(([reason, count]) => `${reason} ${number(count)}`);
      setText(text, words.length > 1 ? `${words[0]}, ${words.length - 1} more` : words.join());
    });
    return text;
  }

  stage(pipeline, stage, linked) {
    const top = this.y;
    const box = svg("g", { class: "stage" },
      svg("rect", { x: BOX.x, y: top, width: BOX.width, height: BOX.height, rx: 4 }),
      this.text(BOX.x + 8, top + 19, stage.stage, 22));
    this.add(linked
      ? svg("a", { href: `#${stageId(pipeline.pipeline, stage.stage)}`, "aria-label": `Stage ${stage.stage}` }, box)
      : box);
    const outputs = [
      ...stage.topics.map((topic) => ["", topic, keys.routed(pipeline.pipeline, stage.stage, topic), null]),
      ...stage.side_outputs.map((output) => [
        `${output}: `, pipeline.side_outputs[output], keys.diverted(pipeline.pipeline, stage.stage, output),
        `reason\n${pipeline.pipeline}\n${stage.stage}\n${output}`]),
    ];
    let y = top;
    for (const [output, topic, key, side] of outputs) {
      this.output(top, y, output, topic, key, side);
      y += side ? SIDE_ROW : ROW;
    }
    this.bottom = top + BOX.height;
    this.y = Math.max(this.bottom, y);
  }
}

const arrowHead = () =>
  svg("defs", {}, svg("marker", { id: "head", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
    svg("path", { d: "M0 0 L8 4 L0 8 z" })));

// The figure, and a function that brings its numbers up to date.
export function pipelineFigure(pipeline, model) {
  const drawing = new Drawing(model);
  for (const input of pipeline.reads) drawing.input(input, 28);
  drawing.arrowDown(keys.received(pipeline.pipeline));
  drawing.stage(pipeline, { stage: "decode", topics: [], side_outputs: ["failed"] }, false);
  for (const stage of pipeline.stages) {
    drawing.arrowDown(keys.stage(pipeline.pipeline, stage.stage));
    drawing.stage(pipeline, stage, true);
  }
  const label = `Graph of ${pipeline.pipeline}: ${pipeline.stages.map((stage) => stage.stage).join(", ")}`;
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${drawing.y + 4}`, role: "group", "aria-label": label },
    arrowHead(), ...drawing.parts);
  const figure = html("figure", { class: "pipeline" }, html("figcaption", {}, html("h3", {}, pipeline.pipeline)), picture);
  return { figure, update: () => drawing.numbers.forEach((update) => update()) };
}

// How many pipelines of this process stand before each.
function depths(pipelines, writers) {
  const found = new Map();
  for (const pipeline of pipelines) {
    const before = pipeline.reads.flatMap((input) => writers(input.topic)).map((name) => found.get(name) ?? 0);
    found.set(pipeline.pipeline, before.length > 0 ? Math.max(...before) + 1 : 0);
  }
  return found;
}

const words = (name) => {
  const parts = name.split("-");
  const middle = Math.ceil(parts.length / 2);
  return [parts.slice(0, middle), parts.slice(middle)].map((part) => part.join("-")).filter((line) => line !== "");
};

// Several pipelines in one process: which feeds which.
export function overviewFigure(pipelines, model) {
  const names = (one) => one.stages.flatMap((stage) => stage.topics).concat(Object.values(one.side_outputs));
  const writers = (topic) => pipelines.filter((one) => names(one).includes(topic)).map((one) => one.pipeline);
  const depth = depths(pipelines, writers);
  const layers = [];
  for (const one of pipelines) (layers[depth.get(one.pipeline)] ??= []).push(one.pipeline);
  const place = new Map();
  layers.forEach((layer, row) => layer.forEach((name, column) => {
    const width = Math.min(150, (WIDTH - 8) / layer.length - 8);
    const x = (WIDTH / layer.length) * (column + 0.5);
    place.set(name, { x, y: 4 + row * 88, width });
  }));
  const drawing = new Drawing(model);
  for (const reader of pipelines) {
    for (const writer of new Set(reader.reads.flatMap((input) => writers(input.topic)))) {
      const [a, b] = [place.get(writer), place.get(reader.pipeline)];
      drawing.add(svg("path", { d: `M${a.x} ${a.y + 40} C${a.x} ${a.y + 62} ${b.x} ${b.y - 36} ${b.x} ${b.y - 4}`,
        class: "arrow", "marker-end": "url(#head)" }));
    }
  }
  for (const [name, { x, y, width }] of place) {
    const lines = words(name).map((line, index, all) =>
      svg("text", { x, y: y + (all.length > 1 ? 11 : 16) + index * 11, "text-anchor": "middle", class: "small" }, line));
    drawing.add(svg("g", { class: "stage" },
      svg("rect", { x: x - width / 2, y, width, height: 40, rx: 4 }), ...lines,
      drawing.count(x, y + 35, keys.received(name), { "text-anchor": "middle" })));
  }
  const label = `Which pipeline feeds which: ${pipelines.map((one) => one.pipeline).join(", ")}`;
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${layers.length * 88 - 40}`, role: "img", "aria-label": label },
    arrowHead(), ...drawing.parts);
  const figure = html("figure", { class: "pipeline" }, html("figcaption", {}, html("h3", {}, "All pipelines, events received")), picture);
  return { figure, update: () => drawing.numbers.forEach((update) => update()) };
}
