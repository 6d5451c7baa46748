// What the page shows, from what /status says: sums over the workers, and rates of what grows.

const WINDOW_MS = 10000;

const add = (counts, key, count) => counts.set(key, (counts.get(key) ?? 0) + count);

export const keys = {
  received: (pipeline) => `received\n${pipeline}`,
  stage: (pipeline, stage) => `stage\n${pipeline}\n${stage}`,
  routed: (pipeline, stage, topic) => `routed\n${pipeline}\n${stage}\n${topic}`,
  diverted: (pipeline, stage, output) => `diverted\n${pipeline}\n${stage}\n${output}`,
  reason: (pipeline, stage, output, reason) => `reason\n${pipeline}\n${stage}\n${output}\n${reason}`,
  dropped: (pipeline, reason) => `dropped\n${pipeline}\n${reason}`,
  store: (store, sample) => `store\n${store}\n${sample}`,
};

function countsOf(status) {
  const counts = new Map();
  for (const worker of status.workers) {
    add(counts, "records", worker.records);
    for (const one of worker.pipelines) {
      const name = one.pipeline;
      add(counts, keys.received(name), one.received);
      for (const [stage, count] of Object.entries(one.stages)) add(counts, keys.stage(name, stage), count);
      for (const routed of one.routed) add(counts, keys.routed(name, routed.stage, routed.topic), routed.records);
      for (const diverted of one.diverted_by) {
        add(counts, keys.diverted(name, diverted.stage, diverted.side_output), diverted.events);
        add(counts, keys.reason(name, diverted.stage, diverted.side_output, diverted.reason), diverted.events);
      }
      for (const [reason, count] of Object.entries(one.dropped_by)) add(counts, keys.dropped(name, reason), count);
    }
  }
  for (const [store, samples] of Object.entries(status.stores)) {
    for (const [sample, value] of Object.entries(samples)) add(counts, keys.store(store, sample), value);
  }
  return counts;
}

export class Model {
  #frames = [];

  graph = { pipelines: [], sink_topics: [], stores: [] };
  status = null;

  take(status) {
    // Another process answers: its counts began anew.
    if (this.status && this.status.started !== status.started) this.#frames = [];
    this.status = status;
    this.#frames.push({ at: Date.parse(status.now), counts: countsOf(status) });
    const latest = this.#frames.at(-1).at;
    while (this.#frames.length > 2 && latest - this.#frames[1].at >= WINDOW_MS) this.#frames.shift();
  }

  // After a gap the first frame would hide what happens now.
  forgetRates() {
    this.#frames = [];
  }

  total(key) {
    return this.#frames.at(-1)?.counts.get(key) ?? 0;
  }

  // Growth within the last ten seconds; null before there are two frames.
  growth(key) {
    if (this.#frames.length < 2) return null;
    return this.total(key) - (this.#frames[0].counts.get(key) ?? 0);
  }

  rate(key) {
    const grown = this.growth(key);
    const ms = this.#frames.length < 2 ? 0 : this.#frames.at(-1).at - this.#frames[0].at;
    return grown === null || ms <= 0 ? null : Math.max(0, (grown * 1000) / ms);
  }

  // The keys that begin so, such as those of a stage's reasons; without their beginning.
  under(prefix) {
    const found = [...(this.#frames.at(-1)?.counts.keys() ?? [])].filter((key) => key.startsWith(`${prefix}\n`));
    return found.map((key) => key.slice(prefix.length + 1)).sort();
  }

  ledgers() {
    const sums = new Map();
    for (const worker of this.status.workers) {
      for (const one of worker.pipelines) {
        const sum = sums.get(one.pipeline) ??
          { pipeline: one.pipeline, received: 0, created: 0, emitted: 0, diverted: 0, dropped: 0, unaccounted: 0 };
        for (const part of ["received", "created", "emitted", "diverted", "dropped", "unaccounted"]) sum[part] += one[part];
        sums.set(one.pipeline, sum);
      }
    }
    return [...sums.values()];
  }

  failures() {
    const sums = new Map();
    for (const worker of this.status.workers) {
      for (const one of worker.pipelines) {
        for (const failure of one.failures) {
          const key = [one.pipeline, failure.stage, failure.reason, failure.eid, failure.pointer, failure.keyword].join("\n");
          const known = sums.get(key);
          if (known) known.events += failure.events;
          else sums.set(key, { ...failure, key });
        }
      }
    }
    return [...sums.values()].sort((a, b) => b.events - a.events).slice(0, 10);
  }

  lag() {
    const partitions = this.status.workers.flatMap((worker) => worker.partitions);
    const known = partitions.filter((partition) => partition.lag !== null);
    const seconds = partitions.map((partition) => partition.lag_seconds).filter((value) => value !== null);
    return {
      records: known.length > 0 ? known.reduce((sum, partition) => sum + partition.lag, 0) : null,
      seconds: seconds.length > 0 ? Math.max(...seconds) : null,
    };
  }

  // What leaves a stage, as {to, why, key}: topics first, then side outputs and their reasons.
  outputs(pipeline, stage) {
    const name = pipeline.pipeline;
    const routed = stage.topics.map((topic) => ({ to: topic, why: "", key: keys.routed(name, stage.stage, topic) }));
    const diverted = stage.side_outputs.flatMap((output) =>
      this.under(`reason\n${name}\n${stage.stage}\n${output}`).map((reason) => ({
        to: `${output}: ${pipeline.side_outputs[output]}`,
        why: reason,
        key: keys.reason(name, stage.stage, output, reason),
      })));
    return [...routed, ...diverted];
  }
}
