"""Counted from outside: what the outputs hold against what the input topic holds."""

import collections
import dataclasses
import re
import struct

from chaos.feed import NUMBER

_SHOWN = 8
_CELL = struct.Struct("<BI")
_POSITION = re.compile(r"/(\d+)/(\d+)((?:/\d+)*)$")


def place_of(partition, offset):
    return partition << 48 | offset


def text_of(place):
    return f"{place >> 48}/{place & (1 << 48) - 1}"


@dataclasses.dataclass
class Doubled:
    """What stands twice: the inputs, and the first few records as (place, suffix, topic)."""

    places: set = dataclasses.field(default_factory=set)
    shown: list = dataclasses.field(default_factory=list)

    def add(self, place, suffix, topic):
        self.places.add(place)
        if len(self.shown) < _SHOWN:
            self.shown.append((place, suffix, topic))


@dataclasses.dataclass
class Verdict:
    """Counts, and the first few cases of each kind."""

    inputs: int = 0
    positions: int = 0
    records: int = 0
    true_duplicates: int = 0
    diverted: int = 0
    lost: int = 0
    doubled: int = 0
    misrouted: int = 0
    reclaimed: int = 0
    redelivered: int = 0
    cases: dict = dataclasses.field(default_factory=lambda: collections.defaultdict(list))
    twice: Doubled = dataclasses.field(default_factory=Doubled)

    def add(self, kind, text):
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.cases[kind]) < _SHOWN:
            self.cases[kind].append(text)

    @property
    def good(self):
        return self.lost == self.doubled == self.misrouted == 0 and self.inputs == self.positions

    def lines(self):
        yield (f"inputs {self.inputs}, distinct positions on the outputs {self.positions}, records {self.records}, "
               f"true duplicates {self.true_duplicates}, diverted as duplicates {self.diverted}")
        for kind, cases in self.cases.items():
            for case in cases:
                yield f"  {kind}: {case}"


class Outputs:
    """Every record of the outputs of a run, by the input that it names, in a few bytes each.

    prefix: that of the run's topics. keep_times: for records that stand there twice.
    """

    def __init__(self, model, prefix, keep_times=False):
        self.records = 0
        self.strange = []  # (position, topic) of what names no input
        self.seen = {}  # place -> cells of (topic, suffix)
        self.times = collections.defaultdict(list)  # (place, cell) -> times
        self.claimants = {}  # (place, suffix) of a duplicate -> position of its original
        self._prefix = prefix
        self._input = prefix + model.input
        self._keep_times = keep_times
        self._topics = list(model.outputs)
        self._topic_numbers = {topic: number for number, topic in enumerate(self._topics)}
        self._suffixes = [""]
        self._suffix_numbers = {"": 0}

    def take(self, message):
        """(place, topic, position) of a message as librdkafka gives it; None where it names no record of the input topic."""
        headers = dict(message.headers() or [])
        position = (headers.get("sluice-position") or b"").decode()
        found = _POSITION.search(position)
        topic = message.topic().removeprefix(self._prefix)
        self.records += 1
        if not found or position[:found.start()] != self._input:
            self.strange.append((position, topic))
            return None
        place, suffix = place_of(int(found.group(1)), int(found.group(2))), found.group(3)
        if suffix not in self._suffix_numbers:
            self._suffix_numbers[suffix] = len(self._suffixes)
            self._suffixes.append(suffix)
        cell = _CELL.pack(self._topic_numbers[topic], self._suffix_numbers[suffix])
        self.seen[place] = self.seen.get(place, b"") + cell
        if self._keep_times:
            self.times[place, cell].append(message.timestamp()[1])
        if "sluice-first-claimant" in headers:
            self.claimants[place, suffix] = headers["sluice-first-claimant"].decode()
        return place, topic, position

    def of(self, place, verdict, window):
        """{(topic, suffix)} of an input; what stands there twice goes to the verdict."""
        found = set()
        for cell, count in collections.Counter(_CELL.iter_unpack(self.seen.get(place, b""))).items():
            name = self._topics[cell[0]], self._suffixes[cell[1]]
            found.add(name)
            if count > 1:
                times = self.times.get((place, _CELL.pack(*cell)))
                in_flight = window and times and window(place, min(times), max(times))
                verdict.add("redelivered" if in_flight else "doubled", f"{text_of(place)}{name[1]} x{count} on {name[0]}")
                if not in_flight:
                    verdict.twice.add(place, name[1], name[0])
        return found


    def claimant(self, place, suffix):
        """(place, suffix) that a duplicate names as its original; (None, suffix) where it names none."""
        found = _POSITION.search(self.claimants.get((place, suffix), ""))
        return (place_of(int(found.group(1)), int(found.group(2))), found.group(3)) if found else (None, suffix)


class Judge:
    """Compares the outputs of a run with the fates of its inputs.

    claims_lost: whether Redis was made to forget, so that a key may be unique twice.
    window: None for exactly_once; else a function (place, milliseconds of the first and of the last copy) that
    tells whether a record which stands there twice was in flight when it was written again.
    """

    def __init__(self, model, prefix, claims_lost=False, window=None):
        self._model = model
        self._claims_lost = claims_lost
        self._window = window
        self._inputs = {}  # place -> Fate
        self._outputs = Outputs(model, prefix, keep_times=window is not None)
        self.verdict = Verdict()

    def judge(self, inputs, outputs, fates):
        """inputs, outputs: messages as librdkafka gives them; the verdict."""
        for message in inputs:
            number = int(dict(message.headers())[NUMBER])
            self._inputs[place_of(message.partition(), message.offset())] = fates[number]
        for message in outputs:
            self._take(message)
        self.verdict.inputs = len(self._inputs)
        self.verdict.positions = len(self._outputs.seen)
        self.verdict.records = self._outputs.records
        for position, topic in self._outputs.strange:
            self.verdict.add("misrouted", f"{position!r} on {topic} is no input")
        self._compare()
        return self.verdict

    # Reading

    def _take(self, message):
        taken = self._outputs.take(message)
        if taken is None:
            return
        place, topic, position = taken
        if place not in self._inputs:
            self.verdict.add("misrouted", f"{position!r} on {topic} is no input")
            return
        key = self._inputs[place].key
        if key is None or topic in self._model.unchecked:
            return
        identity = self._model.identity(message.value() or b"")
        if identity != key:
            self.verdict.add("misrouted", f"{position} on {topic} holds {identity}, not {key}")

    # Comparing

    def _compare(self):
        by_key = collections.defaultdict(lambda: ([], []))  # unique and diverted
        for place, fate in self._inputs.items():
            left = self._outputs.of(place, self.verdict, self._window)
            if not left:
                self.verdict.add("lost", f"{text_of(place)} {fate.key or ''} stands nowhere")
                continue
            self._settle(fate, place, left, by_key)
            for topic, suffix in sorted(left):
                self.verdict.add("misrouted", f"{text_of(place)}{suffix} {fate.key or ''} on {topic}")
        self._judge_keys(by_key)

    def _settle(self, fate, place, left, by_key):
        """Takes out of `left` what belongs to the fate."""
        if fate.duplicate is not None and fate.duplicate <= left:
            left -= fate.duplicate
            by_key[fate.key][1].append((place, next(iter(fate.duplicate))[1]))
            self.verdict.diverted += 1
            if not fate.records & left:
                return
            if not (self._window and self._claims_lost):
                self.verdict.add("misrouted", f"{text_of(place)} {fate.key} is unique and a duplicate")
        elif fate.key is not None:
            by_key[fate.key][0].append(place)
        for topic, suffix in sorted(fate.records - left):
            self.verdict.add("lost", f"{text_of(place)}{suffix} {fate.key or ''} is not on {topic}")
        left -= fate.records
        for part in fate.parts:
            self._settle(part, place, left, by_key)

    def _judge_keys(self, by_key):
        for key, (unique, diverted) in by_key.items():
            self.verdict.true_duplicates += max(0, len(unique) + len(diverted) - 1)
            if not unique:
                self.verdict.add("lost", f"{key}: all of {[text_of(p) for p, _ in diverted]} are diverted as duplicates")
                continue
            if len(unique) > 1:
                kind = "reclaimed" if self._claims_lost else "misrouted"
                self.verdict.add(kind, f"{key} is unique at {', '.join(map(text_of, unique))}")
            for place, suffix in diverted:
                self._check_claimant(key, place, suffix, unique, diverted)

    def _check_claimant(self, key, place, suffix, unique, diverted):
        claimant, _ = self._outputs.claimant(place, suffix)
        allowed = set(unique)
        if self._claims_lost:
            allowed |= {other for other, _ in diverted} - {place}
        if claimant not in allowed:
            named = self._outputs.claimants.get((place, suffix))
            self.verdict.add("misrouted", f"{text_of(place)}{suffix} {key} names {named!r} as its original, "
                                          f"which is {' or '.join(map(text_of, unique))}")
