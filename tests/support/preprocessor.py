"""The main job with a topic set of its own, and the judgement of what it did, from outside."""

import collections
import dataclasses
import itertools
import os

from support.processes import REPOSITORY, wait_until
from support.sluice_process import Sluice

INPUT = "telemetry.raw"
UNIQUE, PRIMARY, SECONDARY = "telemetry.unique", "telemetry.unique.primary", "telemetry.unique.secondary"
FAILED, DUPLICATE, LOG, ERROR = "telemetry.failed", "telemetry.duplicate", "druid.events.log", "telemetry.error"
AUDIT, CB_AUDIT = "telemetry.audit", "telemetry.cb.audit"
OUTPUTS = (UNIQUE, PRIMARY, SECONDARY, FAILED, DUPLICATE, LOG, ERROR, AUDIT, CB_AUDIT)
CLAIMS_DB = 7
CONFIG = REPOSITORY / "config/pipeline-preprocessor.yaml"

_ROUTES = {
    "LOG": {LOG},
    "ERROR": {ERROR},
    "INTERACT": {SECONDARY, UNIQUE},
    "IMPRESSION": {SECONDARY, UNIQUE},
    "AUDIT": {PRIMARY, AUDIT, UNIQUE},
    "CB_AUDIT": {PRIMARY, CB_AUDIT},
}
_numbers = itertools.count(1)


def route_of(eid):
    """The topics of a unique event."""
    return _ROUTES.get(eid, {PRIMARY, UNIQUE})


class PreprocessorJob:
    """Topics, group and settings of one test; any number of processes."""

    # A member that was killed or stalls is missed, and its transaction ended, sooner than in production.
    QUICK_GROUP = {"source.kafka.options.session.timeout.ms": "2000",
                   "source.kafka.options.heartbeat.interval.ms": "500",
                   "transaction.timeout": "10s"}

    def __init__(self, kafka, redis, name, partitions=1, brokers=None, redis_url=None, settings=None,
                 output_settings=None, create=OUTPUTS):
        self.kafka = kafka
        self.redis = redis
        self.prefix = f"{name}-{os.getpid()}-{next(_numbers)}."
        self.group = self.prefix + "group"
        self.input = self.prefix + INPUT
        self.outputs = [self.prefix + topic for topic in OUTPUTS]
        self.partitions = partitions
        self._settings = {
            "topic_prefix": self.prefix,
            "source.kafka.brokers": brokers or kafka.brokers,
            "source.kafka.group": self.group,
            "stores.dedup.redis.url": redis_url or redis.url,
            **self.QUICK_GROUP,
            **(settings or {}),
        }
        self.processes = []
        redis.client().flushall()
        kafka.create_topics([self.input], partitions, max_message_bytes=32 * 1024 * 1024)
        if create:
            kafka.create_topics([self.prefix + topic for topic in create], partitions,
                                **{"max_message_bytes": 1572864, **(output_settings or {})})

    def process(self, instance="one", **settings):
        """A process that is not started yet; settings with __ for the dot are added to those of the job."""
        extra = {name.replace("__", "."): value for name, value in settings.items()}
        sluice = Sluice(CONFIG, {**self._settings, "source.kafka.instance": instance, **extra}, name=instance)
        self.processes.append(sluice)
        return sluice

    def start(self, instance="one", **settings):
        return self.process(instance, **settings).start_ready()

    def produce(self, values, partition=0):
        self.kafka.produce(self.input, values, partition)

    def wait_done(self, timeout=60):
        """Until the group has committed all input and the transactions are ended."""
        def done():
            for sluice in self.processes:
                if sluice.exit_status() not in (None, 0, -9):
                    raise RuntimeError(f"sluice ended with {sluice.exit_status()}:\n{sluice.log_tail()}")
            return self.kafka.lag(self.group, [self.input]) == 0

        def state():
            offsets = (f"committed {self.kafka.committed(self.group, [self.input], stable=False)}, "
                       f"ends {self.kafka.end_offsets([self.input])}")
            return f"the group has done all input; {offsets}\n" + "\n".join(
                f"{sluice.ready()[1]}\n{sluice.log_tail()}" for sluice in self.processes if sluice.running())

        wait_until(done, timeout, state)
        self.kafka.wait_for_open_transactions(self.outputs)

    def read(self, values=True):
        """{topic without prefix: records}."""
        found = self.kafka.read_by_topic(self.outputs, values=values)
        return {topic.removeprefix(self.prefix): records for topic, records in found.items()}

    def claims(self):
        return self.redis.client(CLAIMS_DB)

    def close(self):
        for sluice in self.processes:
            sluice.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@dataclasses.dataclass
class Verdict:
    """What a reader of the outputs finds wrong; empty lists are good."""

    lost: list = dataclasses.field(default_factory=list)
    doubled: list = dataclasses.field(default_factory=list)
    misrouted: list = dataclasses.field(default_factory=list)
    inputs: int = 0
    positions: int = 0
    duplicates: int = 0
    true_duplicates: int = 0

    @property
    def good(self):
        return not (self.lost or self.doubled or self.misrouted) and self.inputs == self.positions

    def __str__(self):
        text = (f"inputs {self.inputs}, positions on the outputs {self.positions}, "
                f"true duplicates {self.true_duplicates}, on {DUPLICATE} {self.duplicates}, "
                f"lost {len(self.lost)}, doubled {len(self.doubled)}, misrouted {len(self.misrouted)}")
        for what in ("lost", "doubled", "misrouted"):
            for item in getattr(self, what)[:5]:
                text += f"\n  {what}: {item}"
        return text


def judge(inputs, outputs, prefix):
    """inputs: {(partition, offset): Line}; outputs: {topic: records}, as PreprocessorJob.read gives them.

    An input is lost if it stands nowhere, doubled if the same position stands twice on a topic, and misrouted
    if it stands on other topics than its type, its fault or its being a duplicate asks for. Of the events with
    one mid exactly one is unique, whichever it is where they came on several partitions.
    """
    verdict = Verdict(inputs=len(inputs))
    topics_of = collections.defaultdict(set)
    for topic, records in outputs.items():
        for position, count in collections.Counter(record.position for record in records).items():
            if count > 1:
                verdict.doubled.append(f"{position} x{count} on {topic}")
            parts = (position or "").removeprefix(prefix + INPUT + "/").split("/")
            place = (int(parts[0]), int(parts[1])) if len(parts) in (2, 3) else position
            if place not in inputs:
                verdict.misrouted.append(f"{position} on {topic} is no input")
            elif len(parts) == 2:
                topics_of[place].add(topic)
    verdict.positions = len(topics_of)
    _judge_routes(inputs, topics_of, verdict)
    return verdict


def _judge_routes(inputs, topics_of, verdict):
    unique_places = collections.defaultdict(list)
    by_mid = collections.defaultdict(list)
    for place, line in sorted(inputs.items()):
        topics = topics_of.get(place)
        if not topics:
            verdict.lost.append(f"{place} {line.eid} {line.mid}")
            continue
        deduplicated = line.kind in ("valid", "duplicate") and line.eid != "LOG"
        expected = route_of(line.eid) if line.kind in ("valid", "duplicate") else {FAILED}
        if deduplicated:
            by_mid[line.mid].append(place)
            if topics == {DUPLICATE}:
                verdict.duplicates += 1
                continue
            unique_places[line.mid].append(place)
        if topics != expected:
            verdict.misrouted.append(f"{place} {line.eid} {line.mid} on {sorted(topics)}, not {sorted(expected)}")
    for mid, places in by_mid.items():
        verdict.true_duplicates += len(places) - 1
        unique = unique_places[mid]
        # On one partition the order is known: the first one is the unique one.
        one_partition = len({partition for partition, _ in places}) == 1
        if not unique:
            verdict.lost.append(f"{mid}: all of {places} are on {DUPLICATE}")
        elif len(unique) > 1 or (one_partition and unique[0] != places[0]):
            verdict.misrouted.append(f"{mid}: unique at {unique}, of {places}")
