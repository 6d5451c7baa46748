"""One real Kafka and one Redis, and measured runs of the main job and of the passthrough on them."""

import dataclasses
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

from confluent_kafka import Consumer, TopicPartition

from bench import usage
from support.kafka_cluster import KafkaCluster
from support.kafka_node import java
from support.own_redis import RedisServer
from support.preprocessor import CONFIG, INPUT, OUTPUTS, UNIQUE
from support.processes import ChildProcess, wait_until
from support.sluice_process import Sluice

EVENTS_PER_TRANSACTION = 5000
_MIB = 1024 * 1024
_POLL = 0.05  # seconds between two looks at a process's progress
# Outputs are not kept: a run after the other would fill the disk.
_OUTPUT_SETTINGS = {"max_message_bytes": 1572864, "retention_bytes": 128 * _MIB, "segment_bytes": 64 * _MIB,
                    "file_delete_delay_ms": 1000}


@dataclasses.dataclass
class Run:
    """What one process did with a preloaded topic."""

    events: int
    seconds: float  # from the first commit seen to the last
    events_per_second: float
    cpu_seconds: float  # all threads, start and end of the process included
    rss_mb: float  # the peak
    other_cores: float  # cores that neither the process nor its broker and Redis kept busy: neighbours
    rss_track: list = dataclasses.field(default_factory=list)  # (events, MB) as it went on

    @property
    def events_per_cpu_second(self):
        return self.events / self.cpu_seconds


def median(runs, name):
    return statistics.median(getattr(run, name) for run in runs)


class _Broker(KafkaCluster):
    """With the compiler and the collector that a broker in production has."""

    def _launch(self, node):
        node.process = ChildProcess(
            [java(), "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Xms2g", "-Xmx2g", "-XX:+UseG1GC",
             "-XX:MaxGCPauseMillis=20", "-cp", f"{self._jars}/*", "kafka.Kafka", node.folder / "server.properties"],
            node.folder / "log")


class KafkaBed:
    """Topics are made in sets: a prefix, an input topic and all output topics of the main job."""

    def __init__(self, tools, redis_settings=None):
        self._tools = pathlib.Path(tools)
        shared = self._tools / "passthrough"
        self.passthrough = shared if shared.is_file() else self._tools / "own_passthrough"
        self._kafka = _Broker(settings={"log.retention.check.interval.ms": 2000})
        self.redis = RedisServer(settings=redis_settings)
        self._groups = 0

    def __enter__(self):
        self._kafka.start()
        self.redis.start()
        return self

    def __exit__(self, *_):
        self.redis.close()
        self._kafka.close()

    # Input

    def make_topics(self, prefix, partitions=1, **input_settings):
        self._kafka.create_topics([prefix + INPUT], partitions, max_message_bytes=32 * _MIB,
                                  **{"file_delete_delay_ms": 1000, **input_settings})
        self._kafka.create_topics([prefix + topic for topic in OUTPUTS], partitions, **_OUTPUT_SETTINGS)

    def drop_topics(self, prefix):
        self._kafka.delete_topics([prefix + topic for topic in (INPUT, *OUTPUTS)])

    def fill(self, prefix, events, count, partitions=1, codec="none"):
        """Writes `count` events made of the file `events`; the mean size in bytes."""
        return self._load("fill", prefix + INPUT, events, count, partitions, codec)["mean_bytes"]

    def _load(self, verb, *arguments):
        done = subprocess.run([self._tools / "load", verb, self._kafka.brokers, *map(str, arguments)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return json.loads(done.stdout)

    def _new_group(self):
        self._groups += 1
        return f"bench-{self._groups}"

    # Whole topics

    def preprocessor(self, prefix, **settings):
        """The main job, not started; settings with __ for the dot."""
        named = {name.replace("__", "."): str(value) for name, value in settings.items()}
        return Sluice(CONFIG, {"topic_prefix": prefix, "source.kafka.brokers": self._kafka.brokers,
                               "source.kafka.group": self._new_group(), "stores.dedup.redis.url": self.redis.url,
                               "transaction.max_events": EVENTS_PER_TRANSACTION, **named})

    def run_preprocessor(self, prefix, events, environment=None, **settings):
        """All events of the set's input topic, from nothing to the last commit."""
        self.redis.client().flushall()
        sluice = self.preprocessor(prefix, **settings)
        sluice.environment.update(environment or {})
        others = self._Neighbours(self)
        with sluice.start():
            track = self._progress(sluice, events)
            cpu, rss = usage.cpu_seconds(sluice.pid), usage.peak_rss_mb(sluice.pid)
            other_cores = others.cores(cpu)
            sluice.terminate()
        (first, began, _), (last, ended, _) = track[0], track[-1]
        seconds = max(ended - began, _POLL)
        return Run(events, seconds, (last - first) / seconds, cpu, rss, other_cores,
                   [(done, mb) for done, _, mb in track])

    @staticmethod
    def _progress(sluice, events):
        """[(events committed, time, resident MB)], from the first commit seen to the last."""
        track = []
        while not track or track[-1][0] < events:
            time.sleep(_POLL)
            if not sluice.running():
                raise RuntimeError(f"sluice ended with {sluice.exit_status()}:\n{sluice.log_tail()}")
            if sluice.get("/livez")[0] != 200:
                continue
            done = sluice.metric("sluice_events_received_total")
            if done:
                track.append((done, time.monotonic(), usage.rss_mb(sluice.pid)))
        return track

    def run_passthrough(self, prefix, events, delivery="eos", codec="none"):
        """The bare client library with the same fan-out, on the same topics."""
        others = self._Neighbours(self)
        # Below a shell of its own: it reports the peak of its memory, which a process takes over from its parent at exec.
        done = subprocess.run(
            ["sh", "-c", '"$@"; exit $?', "sh", self.passthrough, self._kafka.brokers, self._new_group(), prefix + INPUT, prefix, delivery,
             codec, str(EVENTS_PER_TRANSACTION), str(events)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        figures = json.loads(done.stdout)
        return Run(figures["events"], figures["wall"], figures["events"] / figures["wall"], figures["cpu"],
                   figures["rss_kb"] / 1024, others.cores(figures["cpu"]))

    class _Neighbours:
        """The CPU that others take meanwhile: figures of a busy machine are no figures."""

        def __init__(self, bed):
            self._pids = [bed._kafka.pid(), bed.redis.pid]  # pylint: disable=protected-access
            self._start = time.monotonic()
            self._before = self._foreign()

        def _foreign(self):
            return usage.machine_busy_seconds() - sum(map(usage.cpu_seconds, self._pids))

        def cores(self, ours):
            return max(0.0, (self._foreign() - self._before - ours) / (time.monotonic() - self._start))

    # One event

    def latency(self, prefix, events, rate, seconds, warm_up=2):
        """Events sent at `rate` per second, each timed until a reader of committed records has it."""
        return self._load("paced", prefix + INPUT, prefix + UNIQUE, events, rate, seconds, warm_up)

    def seconds_to_first_event(self, prefix, event):
        """From the start of the process to its first event before a reader; the topics are new, so is the group."""
        self._kafka.produce(prefix + INPUT, [event])
        reader = Consumer({"bootstrap.servers": self._kafka.brokers, "group.id": prefix, "fetch.wait.max.ms": 10,
                           "isolation.level": "read_committed", "enable.auto.commit": False})
        reader.assign([TopicPartition(prefix + UNIQUE, 0, 0)])
        reader.poll(1.0)  # The reader's own start is not counted.
        sluice = self.preprocessor(prefix)
        started = time.monotonic()
        with sluice.start():
            found = wait_until(lambda: reader.poll(1.0), 60, lambda: f"the first event\n{sluice.log_tail()}", 0)
            seconds = time.monotonic() - started
            if found.error():
                raise RuntimeError(found.error())
            sluice.terminate()
        reader.close()
        return seconds

    def allocations(self, prefix, events):
        """Allocations of the worker thread that are not the client libraries', over a whole run."""
        with tempfile.NamedTemporaryFile(prefix="sluice-allocations-") as report:
            self.run_preprocessor(prefix, events, {"LD_PRELOAD": str(self._tools / "libcount_allocations.so"),
                                                   "SLUICE_ALLOCATIONS": report.name})
            lines = [line.rsplit(" ", 2) for line in report.read().decode().splitlines()]
        # The worker is the thread that the client library allocates most for, its own threads aside.
        return max((int(libraries), int(own)) for name, own, libraries in lines if not name.startswith("rdk:"))[1]
