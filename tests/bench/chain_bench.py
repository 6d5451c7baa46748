#!/usr/bin/python3
"""Measures the chain of daemons beside the fused pipeline: the same batches, one after the other, exactly once.

  tests/bench/chain_bench.py [--events N] [--json FILE]

Prints CPU-seconds, wall time, resident memory and bytes in the brokers of both, and what each pipeline does by itself.
"""

import argparse
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from bench import update_bench  # noqa: E402
from bench.figures import text_of  # noqa: E402
from bench.pipeline_bench import PIPELINES, measure_pipelines  # noqa: E402
from support.chain import CHAIN, FUSED, INPUT, Chain  # noqa: E402
from support.generate_batches import CLOCK_MS, Batches  # noqa: E402
from support.kafka_cluster import KafkaCluster  # noqa: E402
from support.own_redis import RedisServer  # noqa: E402

RUNS = {"chain": CHAIN, "telemetry-pipeline": FUSED}
UNITS = {"cpu_seconds": "CPU-seconds", "wall_seconds": "wall seconds", "events_per_cpu_second": "events per CPU-second",
         "rss_mb": "resident, MB", "broker_bytes": "bytes in the brokers", "outputs": "records written"}
_FEW = 20_000  # events in the batches that every pipeline's input is made from


def measure(kafka, claims, lookups, names, prefix, values, events):
    """Figures of a run with all daemons at once."""
    claims.client().flushall()
    with Chain(kafka, claims, lookups, names, prefix, clock=CLOCK_MS) as chain:
        chain.create_topics()
        kafka.produce(prefix + INPUT, values)
        started = time.monotonic()
        chain.start()
        chain.wait_done(timeout=60 + events / 200)
        wall, cpu, rss = time.monotonic() - started, chain.cpu_seconds(), chain.rss_mb()
        chain.terminate()
        topics = [topic for topic in chain.topics if topic != prefix + INPUT]
        return {"cpu_seconds": cpu, "wall_seconds": wall, "events_per_cpu_second": events / cpu, "rss_mb": rss,
                "broker_bytes": kafka.stored_bytes(topics),
                "outputs": len(kafka.read(topics, values=False))}


def figures_of(events, seed=1, each=100_000):
    """{name: number} of everything here; `each` events for every pipeline by itself."""
    batches = Batches(seed=seed, events=events)
    values = list(batches)
    few = Batches(seed=seed, events=_FEW)
    found = {"batches.count": len(values), "batches.mb": sum(map(len, values)) / 1e6}
    with KafkaCluster() as kafka, RedisServer() as claims, RedisServer() as lookups:
        batches.load(lookups)
        rates = measure_pipelines(kafka, claims, lookups, list(few), _FEW, each)
        found.update({f"{name}.kafka.events_per_cpu_second": rate for name, rate in rates.items()})
        for name, configs in RUNS.items():
            figures = measure(kafka, claims, lookups, configs, f"{name}.", values, events)
            found.update({f"{name}.kafka.{figure}": value for figure, value in figures.items()})
        found.update(update_bench.figures_of(kafka, each // 5))
    return found


def table(find):
    """Chain and fused side by side, then each pipeline, in Markdown; `find` gives a figure by its name, or None."""
    rows = ["| the same batches | chain | fused |", "|---|---:|---:|"]
    for figure, title in UNITS.items():
        values = [find(f"{name}.kafka.{figure}") for name in RUNS]
        rows.append(f"| {title} | {' | '.join(map(text_of, values))} |")
    rows += ["", "| by itself | events per CPU-second |", "|---|---:|"]
    rows += [f"| {name} | {text_of(find(f'{name}.kafka.events_per_cpu_second'))} |" for name in PIPELINES]
    return "\n".join(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()
    found = figures_of(args.events, each=args.events)
    print(f"{args.events} events in {found['batches.count']} batches, {found['batches.mb']:.0f} MB\n\n{table(found.get)}")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({"figures": found}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
