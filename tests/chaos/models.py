"""What each pipeline must make of a record: one class per pipeline, found by the name of its configuration."""

import json
import random
import re

from support.generate_batches import CLOCK_MS, Batches
from support.generate_telemetry import Telemetry
from support.preprocessor import DUPLICATE, FAILED, LOG, SECONDARY, UNIQUE, route_of
from support.shipped_config import ShippedConfig

from chaos import update_models
from chaos.fed import Fate, Fed


class PreprocessorModel:
    """Telemetry to unique, failed and duplicate events."""

    input = "telemetry.raw"
    settings = {}
    clock = None  # the true time
    events_per_record = 1
    by_reference = False  # whether an unharmed run says what is right
    servers = frozenset()  # what it needs beside Kafka and Redis
    largest_output = 4096  # bytes; more than any record of an output, with what belongs to it
    large = frozenset()  # topics whose records may be larger
    unchecked = {FAILED}  # topics whose records need not hold the event that their position names

    _DUPLICATE = frozenset({(DUPLICATE, "")})
    _FAILED = Fate(frozenset({(FAILED, "")}))
    _LOG = Fate(frozenset({(LOG, "")}))
    _ITEMS = (UNIQUE, SECONDARY)
    _MID = re.compile(rb'"mid":"(m-\d+)')

    def __init__(self, config):
        self.config = config
        self.outputs = sorted(config.outputs())
        self._known = {}

    def prepare(self, redis):
        """Puts into an empty Redis what the pipeline looks up."""

    def feed(self, seed, _partitions):
        """An endless, repeatable stream of Fed records."""
        chance = random.Random(seed)
        old = []
        for number, line in enumerate(Telemetry(seed, duplicates=0.04, invalid=0.02, numbered=True)):
            fed = Fed(line.value, self._fate(line))
            yield fed
            if fed.fate.key is None:
                continue
            # The generator repeats what is recent; this is what comes again much later.
            if len(old) < 500:
                old.append(fed)
            elif number % 100 == 0:
                old[chance.randrange(len(old))] = fed
            if number % 90 == 0:
                yield old[chance.randrange(len(old))]

    def identity(self, value):
        """Of the event that an output record holds: the `key` of its fate, or None where it can't be told."""
        found = self._MID.search(value)
        return found.group(1).decode() if found else None

    def _fate(self, line):
        if line.kind not in ("valid", "duplicate"):
            return self._FAILED
        if line.eid == "LOG":
            return self._LOG
        items = len(json.loads(line.value)["edata"]["items"]) if line.eid == "SHARE" else 0
        place = line.eid, items
        if place not in self._known:
            records = {(topic, "") for topic in route_of(line.eid)}
            records |= {(topic, f"/{item}") for topic in self._ITEMS for item in range(items)}
            self._known[place] = frozenset(records)
        return Fate(self._known[place], line.mid, self._DUPLICATE)


class FusedModel:
    """Batches of telemetry through the whole chain in one process."""

    input = "telemetry.ingest"
    settings = {"transaction.max_events": "100"}
    clock = CLOCK_MS  # by which the events are fresh
    events_per_record = 20
    by_reference = True
    servers = frozenset()
    duplicates = {"telemetry.duplicate", "telemetry.extractor.duplicate"}
    largest_output = 8192
    large = {"telemetry.extractor.failed", "telemetry.extractor.duplicate"}  # whole batches

    _KNOWN = 100  # batches of each partition whose users, devices and contents are known

    def __init__(self, config):
        self.config = config
        self.outputs = sorted(config.outputs())
        self._streams = []

    def prepare(self, redis):
        for batches, _ in self._streams:
            batches.load(redis)

    def feed(self, seed, partitions):
        # What is repeated stays on its partition: on several, chance would say which copy is the first one.
        for partition in range(partitions):
            batches = Batches(seed=seed * 1000 + partition, events=1_000_000_000, largest=2 * self.events_per_record - 1)
            self._streams.append((batches, [next(batches) for _ in range(self._KNOWN)]))
        return self._records(random.Random(seed))

    def _records(self, chance):
        while True:
            partition = chance.randrange(len(self._streams))
            batches, first = self._streams[partition]
            value = first.pop(0) if first else next(batches)
            yield Fed(value.replace(b'"msgid":"msg-', b'"msgid":"msg-%d-' % partition), partition=partition)


MODELS = {"pipeline-preprocessor": PreprocessorModel, "telemetry-pipeline": FusedModel, **update_models.MODELS}


def model_of(config_path):
    """The model of a configuration file; SystemExit where there is none."""
    name = config_path.stem
    if name not in MODELS:
        raise SystemExit(f"chaos: no model of {name}: {', '.join(sorted(MODELS))}")
    return MODELS[name](ShippedConfig(name))
