#!/usr/bin/python3
"""Measures the chain of daemons beside the fused pipeline: the same batches, one after the other, exactly once.

  tests/bench/chain_bench.py [--events N] [--json FILE]

Prints CPU-seconds, wall time, resident memory and bytes in the brokers of both.
"""

import argparse
import json
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.chain import CHAIN, FUSED, INPUT, Chain  # noqa: E402
from support.generate_batches import CLOCK_MS, Batches  # noqa: E402
from support.kafka_cluster import KafkaCluster  # noqa: E402
from support.own_redis import RedisServer  # noqa: E402

RUNS = {"chain": CHAIN, "telemetry-pipeline": FUSED}
UNITS = {"cpu_seconds": "CPU-seconds", "wall_seconds": "wall seconds", "events_per_cpu_second": "events per CPU-second",
         "rss_mb": "resident, MB", "broker_mb": "bytes in the brokers, MB", "outputs": "records written"}


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
                "broker_mb": kafka.stored_bytes(topics) / 1e6,
                "outputs": len(kafka.read(topics, values=False))}


def measure_each(kafka, claims, lookups, prefix, values, events):
    """{pipeline: events per CPU-second}, one daemon after the other."""
    claims.client().flushall()
    with Chain(kafka, claims, lookups, CHAIN, prefix, clock=CLOCK_MS) as chain:
        chain.create_topics()
        kafka.produce(prefix + INPUT, values)
        found = {}
        for name, records, cpu in chain.run_in_turn(timeout=60 + events / 200):
            # A batch counts as the events in it.
            count = events if name == CHAIN[0] else records
            if count >= events / 100:
                found[name] = count / cpu
        return found


def figures_of(events, seed=1):
    """{name: number} of everything here."""
    batches = Batches(seed=seed, events=events)
    values = list(batches)
    found = {"batches.count": len(values), "batches.mb": sum(map(len, values)) / 1e6}
    with KafkaCluster() as kafka, RedisServer() as claims, RedisServer() as lookups:
        batches.load(lookups)
        for name, rate in measure_each(kafka, claims, lookups, "each.", values, events).items():
            found[f"{name}.kafka.events_per_cpu_second"] = rate
        for name, configs in RUNS.items():
            figures = measure(kafka, claims, lookups, configs, f"{name}.", values, events)
            found.update({f"{name}.kafka.{figure}": value for figure, value in figures.items()})
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()
    found = figures_of(args.events)
    print(f"{args.events} events in {found['batches.count']} batches, {found['batches.mb']:.0f} MB")
    for name, value in found.items():
        if name.endswith("events_per_cpu_second") and name.split(".")[0] not in RUNS:
            print(f"{name:60}{value:>12,.0f}")
    print(f"{'':28}{'chain':>12}{'fused':>12}")
    for figure, title in UNITS.items():
        print(f"{title:28}{found[f'chain.kafka.{figure}']:>12,.1f}{found[f'telemetry-pipeline.kafka.{figure}']:>12,.1f}")
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps({"figures": found}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
