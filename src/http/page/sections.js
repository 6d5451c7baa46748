// The parts of the page below the graph. Each function brings one up to date.
import { byId, facts, html, keyed, rows, setText } from "./dom.js";
import { ago, fine, number, percent, rate, span } from "./format.js";
import { keys } from "./model.js";
import { makePlot, updatePlot } from "./plot.js";

const balance = (unaccounted) => (unaccounted === 0 ? "✓ balances" : `✗ ${number(unaccounted)} unaccounted`);

export function overview(model) {
  const { status } = model;
  const lag = model.lag();
  const unaccounted = model.ledgers().reduce((sum, one) => sum + Math.abs(one.unaccounted), 0);
  setText(byId("title"), status.pipeline);
  document.title = `${status.not_ready.length > 0 ? "⚠ " : ""}${status.pipeline} – sluice`;
  facts(byId("overview"), [
    ["State", status.not_ready.length > 0 ? "not ready" : "ready"],
    ["Records per second", rate(model.rate("records"))],
    ["Lag", lag.records === null ? "–" : `${number(lag.records)} records, ${fine(lag.seconds)} s`],
    ["Ledger", balance(unaccounted)],
    ["Delivery", status.delivery || "–"],
    ["Reads", status.source],
    ["Writes", status.sink],
    ["Workers", number(status.workers.length)],
    ["Running since", `${status.started} (${span(Date.parse(status.now) - Date.parse(status.started))})`],
    ["Version", status.version],
  ]);
  const make = (item) => html("p", { class: "notice" }, item.key);
  keyed(byId("problems"), status.not_ready.map((key) => ({ key })), make, () => {});
}

const perSecond = (point, value) => (point.seconds > 0 ? value / point.seconds : null);
const known = (value, point) => (point.transactions > 0 ? value : null);

const PLOTS = [
  ["Records per second", "/s", [(point) => perSecond(point, point.records)]],
  ["Records per transaction, mean and most", "records", [
    (point) => known(point.records / point.transactions, point), (point) => known(point.most_records, point)]],
  ["Transaction, mean and longest", "ms", [(point) => known(point.mean_ms, point), (point) => known(point.longest_ms, point)]],
  ["Begin, write and commit, mean", "ms", [(point) => known(point.mean_commit_ms, point)]],
  ["Event age at commit, p50 and p99", "ms", [(point) => point.age_p50_ms, (point) => point.age_p99_ms]],
];

function makeWorker(item) {
  const id = `worker-${item.key.replace(/\W+/g, "-")}`;
  return html("article", { "aria-labelledby": id },
    html("h3", { id }, item.key), html("dl", { class: "facts" }),
    html("div", { class: "plots", role: "group", "aria-label": `${item.key}, the last five minutes` },
      ...PLOTS.map(([name, , lines]) => makePlot(name, lines.length))));
}

export function workers(model) {
  const { now } = model.status;
  const items = model.status.workers.map((worker) => ({ key: worker.worker, worker }));
  keyed(byId("worker-list"), items, makeWorker, (article, { worker }) => {
    article.dataset.state = worker.state;
    const failed = Object.entries(worker.failures).map(([kind, count]) => `${kind}: ${number(count)}`);
    facts(article.querySelector("dl"), [
      ["State", `${worker.state}, for ${span(Date.parse(now) - Date.parse(worker.since ?? model.status.started))}`],
      ["Waits for", worker.reason || "nothing"],
      ["Last commit", ago(worker.last_commit, now)],
      ["Transactions", number(worker.transactions)],
      ["Records", `${number(worker.records)}, ${rate(worker.records_per_second)}/s`],
      ["Partitions", number(worker.partitions.length)],
      ["Failures", failed.join(", ") || "none"],
    ]);
    const history = worker.history ?? [];
    PLOTS.forEach(([, unit, lines], index) => updatePlot(article.querySelectorAll(".plot")[index], unit,
      lines.map((line) => history.map((point) => line(point) ?? null))));
  });
}

export function partitions(model) {
  const items = model.status.workers.flatMap((worker) => worker.partitions.map((one) => ({
    key: `${one.topic}[${one.partition}]`,
    cells: [`${one.topic}[${one.partition}]`, worker.worker, number(one.lag), fine(one.lag_seconds), number(one.committed),
      number(one.end), one.stalled ?? ""],
  })));
  rows(byId("partition-rows"), items, "No partition is assigned.");
}

// A store's metrics are told apart by the ends of their names: every kind of store has its own.
export function stores(model) {
  const kinds = new Map(model.graph.stores.map((store) => [store.store, store.kind]));
  const names = [...new Set([...kinds.keys(), ...Object.keys(model.status.stores)])].sort();
  const items = names.map((store) => {
    const samples = Object.keys(model.status.stores[store] ?? {});
    const sum = (pattern, measure) => {
      const matching = samples.filter((sample) => pattern.test(sample));
      return matching.length === 0 ? null : matching.reduce((all, sample) => all + (measure(keys.store(store, sample)) ?? 0), 0);
    };
    const total = (pattern) => sum(pattern, (key) => model.total(key));
    const trips = sum(/_round_trip_seconds_count/, (key) => model.growth(key));
    const seconds = sum(/_round_trip_seconds_sum/, (key) => model.growth(key));
    const hits = total(/_cache_hits_total/);
    const found = total(/^sluice_lookups_total\{.*found/);
    return {
      key: store,
      cells: [store, kinds.get(store) ?? "–", rate(sum(/_round_trip_seconds_count/, (key) => model.rate(key))),
        trips > 0 ? fine((1000 * seconds) / trips) : "–", number(total(/_errors_total/)), number(total(/_reconnects_total/)),
        found === null ? "–" : percent(found, total(/^sluice_lookups_total/)),
        hits === null ? "–" : percent(hits, hits + total(/_cache_misses_total/))],
    };
  });
  rows(byId("store-rows"), items, "No stage uses a store.");
}

function sample(cell, failure) {
  if (cell.children.length > 0) return;
  cell.append(html("code", {}, failure.position));
  if (failure.sample) cell.append(html("details", {}, html("summary", {}, "Sample"), html("pre", {}, failure.sample)));
}

export function failures(model) {
  const items = model.failures().map((failure) => ({
    key: failure.key,
    cells: [number(failure.events), failure.eid || "–", failure.pointer || "–", failure.keyword || "–", failure.reason, failure.stage,
      (cell) => sample(cell, failure)],
  }));
  rows(byId("failure-rows"), items, "Nothing has failed since the start.");
}

export function ledger(model) {
  const items = model.ledgers().map((one) => ({
    key: one.pipeline,
    cells: [one.pipeline, number(one.received), number(one.created), number(one.emitted), number(one.diverted), number(one.dropped),
      balance(one.unaccounted)],
  }));
  rows(byId("ledger-rows"), items, "No worker has begun.");
}

// The graph in words.
export function graphTable(model) {
  const items = [];
  const row = (pipeline, from, to, why, key) => items.push({
    key, cells: [pipeline, from, to, why, rate(model.rate(key)), number(model.total(key))],
  });
  for (const pipeline of model.graph.pipelines) {
    const name = pipeline.pipeline;
    row(name, pipeline.reads.map((input) => input.topic).join(", "), "decode", "", keys.received(name));
    let from = "decode";
    for (const stage of pipeline.stages) {
      row(name, from, stage.stage, "", keys.stage(name, stage.stage));
      from = stage.stage;
    }
    const all = [{ stage: "decode", topics: [], side_outputs: ["failed"] }, ...pipeline.stages];
    for (const stage of all) {
      for (const output of model.outputs(pipeline, stage)) row(name, stage.stage, output.to, output.why, output.key);
    }
    for (const reason of model.under(`dropped\n${name}`)) row(name, "", "nowhere (dropped)", reason, keys.dropped(name, reason));
  }
  rows(byId("graph-rows"), items, "The pipelines are not built yet.");
}

// The stage that is chosen; false if there is no such stage.
export function stageDetails(model, pipelineName, stageName) {
  const pipeline = model.graph.pipelines.find((one) => one.pipeline === pipelineName);
  const stage = pipeline?.stages.find((one) => one.stage === stageName);
  if (stage === undefined) return false;
  const key = keys.stage(pipelineName, stageName);
  setText(byId("stage-title"), `${stageName} of ${pipelineName}`);
  setText(byId("stage-summary"), stage.summary);
  facts(byId("stage-facts"), [
    ["Events per second", rate(model.rate(key))],
    ["Events", number(model.total(key))],
    ["Stores", stage.stores.join(", ") || "none"],
  ]);
  const items = model.outputs(pipeline, stage).map((output) => ({
    key: output.key, cells: [output.to, output.why, rate(model.rate(output.key)), number(model.total(output.key))],
  }));
  rows(byId("stage-outputs"), items, "All of them went on to the next stage.");
  return true;
}
