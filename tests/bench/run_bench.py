"""Measures the main job and the other pipelines; run by scripts/bench, which builds what this needs."""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=wrong-import-position
from bench import chain_bench, input_files, usage
from bench.figures import Figures
from bench.kafka_bed import KafkaBed, median
from bench.plot import write_plot
from bench.scaling import Scaling
from bench.targets import table
from support.preprocessor import CONFIG
from support.processes import REPOSITORY

VOID_BELOW = 120_000  # events per CPU-second of the passthrough; recorded on a quiet machine: 157,000 to 173,000
SHARED_PASSTHROUGH = "passthrough"  # name of the program; ours is own_passthrough
MINUTES = {"quick": 3, "pipelines": 4, "full": 30}  # on a quiet machine
SET = "bench."  # prefix of the topics that most runs share


class Bench:
    """Every part writes its figures as it goes."""

    def __init__(self, tools, folder, quick, seed, pipelines):
        self.tools = pathlib.Path(tools)
        self.quick = quick
        self.with_pipelines = pipelines
        self.seed = seed
        self.figures = Figures()
        self.rss_track = []
        self.mixed = input_files.write_mixed(folder / "mixed.ndjson", seed, invalid=0.01)
        self.valid = input_files.write_mixed(folder / "valid.ndjson", seed, invalid=0)
        self.folder = folder
        self.bed = None

    def run(self):
        with KafkaBed(self.tools, {"enable-debug-command": "yes"}) as self.bed:
            if self.bed.passthrough.name != SHARED_PASSTHROUGH:
                self.figures.note("the passthrough is tests/bench/passthrough.cc: ../shared/bench/passthrough.cpp was not "
                                  "there when the benchmarks were configured")
            self.in_memory()
            self.validation()
            self.on_kafka()
            self.latency()
            self.start()
            self.allocations()
            if self.with_pipelines:
                self.pipelines()
            if not self.quick:
                Scaling(self).run()

    # Parts

    def memory_bench(self, events, count, redis=False):
        """The figures that one pass of the loop without Kafka prints."""
        command = [self.tools / "memory_bench", CONFIG, events, str(count), *(["redis"] if redis else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=REPOSITORY,
                              env={**os.environ, "REDIS_URL": self.bed.redis.url})
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        words = done.stdout.split()
        return dict(zip(words[::2], map(float, words[1::2])))

    def in_memory(self):
        heading("In memory: one thread, no Kafka")
        count, passes = (500_000, 3) if self.quick else (2_000_000, 5)
        for store in ("memory", "redis"):
            results = []
            for _ in range(passes):
                self.bed.redis.client().flushall()
                results.append(self.memory_bench(self.mixed, count, store == "redis"))
            for figure, name in (("events_per_second", "events_per_second"), ("cpu_ns_per_event", "cpu_ns_per_event")):
                self.figures.add(f"preprocessor.{store}.{name}", statistics.median(r[figure] for r in results))

    def validation(self):
        heading("Validation of a parsed event, schema found by eid")
        names = {"FindSchemaAndAccept": "validate.ns_per_event", "Accept/4000": "validate.cold_ns_per_event",
                 "Refuse": "validate.refused_ns_per_event", "AcceptByValijsonAlone": "validate.valijson_ns_per_event"}
        done = subprocess.run(
            [self.tools / "schema_bench", f"--benchmark_filter=^({'|'.join(names)})$", "--benchmark_format=json",
             "--benchmark_repetitions=3", "--benchmark_report_aggregates_only=true"],
            capture_output=True, text=True, check=True)
        for result in json.loads(done.stdout)["benchmarks"]:
            if result["aggregate_name"] == "median":
                self.figures.add(names[result["run_name"]], result["cpu_time"])

    def on_kafka(self):
        heading("Kafka and Redis, exactly once, 1 partition; the passthrough in turns with it")
        count, rounds = (500_000, 3) if self.quick else (1_000_000, 5)
        self.bed.make_topics(SET)
        self.figures.add("events.mean_bytes", self.bed.fill(SET, self.mixed, count))
        self.interleaved("kafka", SET, count, rounds)

    def interleaved(self, name, prefix, count, rounds, codec="none", delivery="exactly_once"):
        """Passthrough and main job in turns: what disturbs one disturbs the other."""
        passthrough, preprocessor = [], []
        for _ in range(rounds):
            passthrough.append(self.bed.run_passthrough(
                prefix, count, "eos" if delivery == "exactly_once" else "alo", codec))
            preprocessor.append(self.bed.run_preprocessor(
                prefix, count, sink__kafka__options__compression__codec=codec, delivery=delivery))
        for who, runs in (("passthrough", passthrough), ("preprocessor", preprocessor)):
            for figure in ("events_per_cpu_second", "events_per_second", "rss_mb"):
                self.figures.add(f"{who}.{name}.{figure}", median(runs, figure))
        if name == "kafka":
            self.figures.add("preprocessor.rss_mb", max(run.rss_mb for run in preprocessor))
            self.rss_track = preprocessor[-1].rss_track
        self.compare(name, passthrough, preprocessor)

    def compare(self, name, passthrough, preprocessor):
        bare = median(passthrough, "events_per_cpu_second")
        self.figures.add(f"preprocessor.{name}.ratio_to_passthrough",
                         median(preprocessor, "events_per_cpu_second") / bare)
        others = median(passthrough + preprocessor, "other_cores")
        self.figures.add(f"{name}.other_busy_cores", others)
        if bare < VOID_BELOW:
            self.figures.note(f"VOID: {name}: the passthrough did {bare:,.0f} events per CPU-second, less than "
                              f"{VOID_BELOW:,}: the machine was busy with other things ({others:.1f} cores)")

    def latency(self):
        heading("End to end, from the producer's call to the reader of committed records")
        full = self.figures.get("preprocessor.kafka.events_per_second")
        seconds = 6 if self.quick else 20
        self.warm_up(full * 0.5, seconds=10 if self.quick else 20)
        for share, load in ((0.25, "quarter"), (0.5, "half"), (0.9, "90_percent")):
            prefix = f"load-{load}."
            self.bed.make_topics(prefix)
            self.bed.redis.client().flushall()
            with self.bed.preprocessor(prefix).start_ready(60) as sluice:
                measured = self.bed.latency(prefix, self.mixed, full * share, seconds)
                sluice.terminate()
            self.bed.drop_topics(prefix)
            self.figures.add(f"preprocessor.kafka.rate_at_{load}_load_per_second", measured["rate"])
            for quantile in ("p50", "p99", "p999"):
                self.figures.add(f"preprocessor.kafka.{quantile}_ms_at_{load}_load", measured[f"{quantile}_ms"])

    def warm_up(self, rate, seconds):
        """A broker's JVM that has not yet seen many small transactions takes ten times as long for them."""
        self.bed.make_topics("warm.")
        with self.bed.preprocessor("warm.").start_ready(60) as sluice:
            self.bed.latency("warm.", self.mixed, rate, seconds)
            sluice.terminate()
        self.bed.drop_topics("warm.")

    def pipelines(self):
        heading("Each pipeline by itself, then all at once: a daemon each (chain), and fused")
        events, each = (50_000, 100_000) if self.quick else (100_000, 300_000)
        for name, value in chain_bench.figures_of(events, self.seed, each).items():
            self.figures.add(name, value)

    def start(self):
        heading("Start to the first event before a reader")
        event = pathlib.Path(self.valid).read_bytes().split(b"\n", 1)[0]
        seconds = []
        for number in range(3 if self.quick else 7):
            prefix = f"start-{number}."
            self.bed.make_topics(prefix)
            self.bed.redis.client().flushall()
            seconds.append(self.bed.seconds_to_first_event(prefix, event))
            self.bed.drop_topics(prefix)
        self.figures.add("preprocessor.start_seconds", statistics.median(seconds))

    def allocations(self):
        heading("Allocations of the worker thread per valid event, the client libraries' own left out")
        few, many = 50_000, 250_000
        counts = []
        for count in (few, many):
            prefix = f"allocations-{count}."
            self.bed.make_topics(prefix)
            self.bed.fill(prefix, self.valid, count)
            counts.append(self.bed.allocations(prefix, count))
            self.bed.drop_topics(prefix)
        self.figures.add("preprocessor.allocations_per_event", (counts[1] - counts[0]) / (many - few))
        self.figures.add("preprocessor.allocations_at_start", counts[0] - (counts[1] - counts[0]) * few / (many - few))


def heading(text):
    print(f"\n{text}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs, no scaling")
    parser.add_argument("--pipelines", action="store_true", help="with --quick: the other pipelines as well (without it they are measured anyway)")
    parser.add_argument("--json", metavar="FILE", help="write the figures to this file")
    parser.add_argument("--plot", metavar="FILE", help="write an SVG plot to this file")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other events (1)")
    parser.add_argument("--tools", required=True, help=argparse.SUPPRESS)  # the folder of the programs
    args = parser.parse_args()
    started = time.time()
    about = {"machine": usage.describe_machine(), "quick": args.quick, "seed": args.seed,
             "when": time.strftime("%Y-%m-%d %H:%M", time.gmtime()), "load_at_start": os.getloadavg()[0]}
    minutes = MINUTES["quick"] + args.pipelines * MINUTES["pipelines"] if args.quick else MINUTES["full"]
    print(f"{about['machine']}; load {about['load_at_start']:.1f}; this takes about {minutes} minutes on a quiet machine")
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as folder:
        bench = Bench(args.tools, pathlib.Path(folder), args.quick, args.seed, args.pipelines or not args.quick)
        bench.run()
    about["passthrough"] = bench.bed.passthrough.name
    about["minutes"] = round((time.time() - started) / 60, 1)
    if args.json:
        bench.figures.write(args.json, about)
    if args.plot:
        write_plot(args.plot, bench.figures, bench.rss_track, about)
    print(f"\n{table(bench.figures)}")
    if bench.with_pipelines:
        print(f"\n{chain_bench.table(bench.figures.find)}")
    print(f"\nDone in {about['minutes']} minutes.")
    for note in bench.figures.notes:
        print(note)


if __name__ == "__main__":
    main()
