"""How the figures change with codec, delivery, workers, partitions, claims, event size and time."""

import time

from bench import input_files
from support.preprocessor import CLAIMS_DB

_COUNT = 600_000
_ROUNDS = 3
_ENDURANCE_COUNT = 10_000_000
_CLAIMS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)


class Scaling:
    """The parts of the full benchmark that the quick one leaves out."""

    def __init__(self, bench):
        self._bench = bench
        self._bed = bench.bed
        self._figures = bench.figures

    def run(self):
        for part in (self.codecs, self.at_least_once, self.workers, self.claims, self.sizes, self.endurance):
            print(f"\n{part.__doc__}", flush=True)
            part()

    def codecs(self):
        """Compressed input and output"""
        for codec in ("lz4", "zstd"):
            with _Topics(self._bench, f"{codec}.", _COUNT, codec=codec) as prefix:
                self._bench.interleaved(f"kafka.{codec}", prefix, _COUNT, _ROUNDS, codec)

    def at_least_once(self):
        """At least once"""
        with _Topics(self._bench, "alo.", _COUNT) as prefix:
            self._bench.interleaved("kafka.at_least_once", prefix, _COUNT, _ROUNDS, delivery="at_least_once")

    def workers(self):
        """Workers and partitions"""
        for partitions in (1, 8, 64):
            with _Topics(self._bench, f"of-{partitions}.", _COUNT, partitions) as prefix:
                for number in (1, 2, 4):
                    run = self._bed.run_preprocessor(prefix, _COUNT, workers=number)
                    name = f"preprocessor.kafka.partitions_{partitions}.workers_{number}"
                    self._figures.add(f"{name}.events_per_cpu_second", run.events_per_cpu_second)
                    self._figures.add(f"{name}.events_per_second", run.events_per_second)

    def claims(self):
        """Claims that the store holds already"""
        client = self._bed.redis.client(CLAIMS_DB)
        for claims in _CLAIMS:
            client.flushall()
            client.execute_command("DEBUG", "POPULATE", claims, "held", 40)
            result = self._bench.memory_bench(self._bench.mixed, 500_000, redis=True)
            self._figures.add(f"preprocessor.redis.claims_{claims}.events_per_second", result["events_per_second"])
        client.flushall()

    def sizes(self):
        """Sizes of events, in memory"""
        for size in (300, 1_000, 10_000, 100_000):
            path = input_files.write_sized(self._bench.folder / f"of-{size}.ndjson", self._bench.seed, size)
            result = self._bench.memory_bench(path, max(20_000, 400_000_000 // size))
            name = f"preprocessor.memory.bytes_{size}"
            self._figures.add(f"{name}.events_per_second", result["events_per_second"])
            self._figures.add(f"{name}.mb_per_second", result["events_per_second"] * size / 1e6)

    def endurance(self):
        """10 million events in one go"""
        count = _ENDURANCE_COUNT
        # Compressed, so that it fits on the disk.
        with _Topics(self._bench, "long.", count, codec="zstd") as prefix:
            run = self._bed.run_preprocessor(prefix, count)
        self._figures.add("preprocessor.rss_mb", run.rss_mb)
        tenth = next(mb for done, mb in run.rss_track if done >= count / 10)
        self._figures.add("preprocessor.rss_growth_mb", run.rss_track[-1][1] - tenth)
        self._figures.add("preprocessor.kafka.long.events_per_second", run.events_per_second)
        self._bench.rss_track = run.rss_track


class _Topics:
    """A set of topics, filled; dropped at the end."""

    def __init__(self, bench, prefix, count, partitions=1, codec="none"):
        self._bed = bench.bed
        self._prefix = prefix
        self._fill = (bench.mixed, count, partitions, codec)
        self._partitions = partitions

    def __enter__(self):
        self._bed.make_topics(self._prefix, self._partitions)
        self._bed.fill(self._prefix, *self._fill)
        return self._prefix

    def __exit__(self, *_):
        self._bed.drop_topics(self._prefix)
        time.sleep(1)
