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


class Judge:
    """Reads inputs and outputs of a run and compares them.

    claims_lost: whether Redis was made to forget, so that a key may be unique twice.
    window: None for exactly_once; else a function (place, milliseconds of the first and of the last copy) that
    tells whether a record which stands there twice was in flight when it was written again.
    """

    def __init__(self, model, prefix, claims_lost=False, window=None):
        self._model = model
        self._prefix = prefix
        self._claims_lost = claims_lost
        self._window = window
        self._topics = {prefix + topic: number for number, topic in enumerate(model.outputs)}
        self._suffixes = {"": 0}
        self._inputs = {}  # place -> Fate
        self._seen = {}  # place -> cells of (topic, suffix)
        self._times = collections.defaultdict(list)  # (place, cell) -> times, for at_least_once only
        self._claimants = {}  # (place, suffix) of a duplicate -> position of the first one
        self.verdict = Verdict()

    def judge(self, inputs, outputs, fates):
        """inputs, outputs: messages as librdkafka gives them; the verdict."""
        for message in inputs:
            number = int(dict(message.headers())[NUMBER])
            self._inputs[place_of(message.partition(), message.offset())] = fates[number]
        for message in outputs:
            self._take(message)
        self.verdict.inputs = len(self._inputs)
        self.verdict.positions = len(self._seen)
        self._compare()
        return self.verdict

    # Reading

    def _take(self, message):
        headers = dict(message.headers() or [])
        position = (headers.get("sluice-position") or b"").decode()
        found = _POSITION.search(position)
        place = place_of(int(found.group(1)), int(found.group(2))) if found else None
        topic = message.topic().removeprefix(self._prefix)
        self.verdict.records += 1
        if place not in self._inputs or position[:found.start()] != self._prefix + self._model.input:
            self.verdict.add("misrouted", f"{position!r} on {topic} is no input")
            return
        suffix = found.group(3)
        cell = _CELL.pack(self._topics[message.topic()], self._suffixes.setdefault(suffix, len(self._suffixes)))
        self._seen[place] = self._seen.get(place, b"") + cell
        if self._window:
            self._times[place, cell].append(message.timestamp()[1])
        if "sluice-first-claimant" in headers:
            self._claimants[place, suffix] = headers["sluice-first-claimant"].decode()
        self._check_content(place, topic, position, message.value())

    def _check_content(self, place, topic, position, value):
        key = self._inputs[place].key
        if key is None or topic in self._model.unchecked:
            return
        identity = self._model.identity(value or b"")
        if identity != key:
            self.verdict.add("misrouted", f"{position} on {topic} holds {identity}, not {key}")

    # Comparing

    def _compare(self):
        names = self._model.outputs
        suffixes = list(self._suffixes)
        by_key = collections.defaultdict(lambda: ([], []))  # unique and diverted
        for place, fate in self._inputs.items():
            cells = collections.Counter(_CELL.iter_unpack(self._seen.get(place, b"")))
            self._count_doubles(place, cells, names, suffixes)
            actual = {(names[topic], suffixes[suffix]) for topic, suffix in cells}
            if not actual and fate.records:
                self.verdict.add("lost", f"{text_of(place)} {fate.key or ''} stands nowhere")
                continue
            left = set(actual)
            self._settle(fate, place, left, by_key)
            for topic, suffix in sorted(left):
                self.verdict.add("misrouted", f"{text_of(place)}{suffix} {fate.key or ''} on {topic}")
        self._judge_keys(by_key)

    def _count_doubles(self, place, cells, names, suffixes):
        for (topic, suffix), count in cells.items():
            if count == 1:
                continue
            text = f"{text_of(place)}{suffixes[suffix]} x{count} on {names[topic]}"
            times = self._times.get((place, _CELL.pack(topic, suffix)))
            in_flight = times and self._window(place, min(times), max(times))
            self.verdict.add("redelivered" if in_flight else "doubled", text)

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
        named = self._claimants.get((place, suffix))
        found = _POSITION.search(named or "")
        claimant = place_of(int(found.group(1)), int(found.group(2))) if found else None
        allowed = set(unique)
        if self._claims_lost:
            allowed |= {other for other, _ in diverted} - {place}
        if claimant not in allowed:
            self.verdict.add("misrouted", f"{text_of(place)}{suffix} {key} names {named!r} as its original, "
                                          f"which is {' or '.join(map(text_of, unique))}")
