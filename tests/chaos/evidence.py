"""How what stands twice came there: who wrote each copy, when, and what the group had committed meanwhile."""

import collections
import dataclasses
import struct

from chaos.batches import batches_of, clock
from chaos.verdict import text_of

_OFFSETS = "__consumer_offsets"
_AROUND = 4  # commits shown before and after the one that passed the doubled input
_MOST = 60  # of a partition, however often the group came by


@dataclasses.dataclass(slots=True, frozen=True)
class Commit:
    """One record of the group's offsets: the next offset of a partition, in a transaction or plainly."""

    partition: int
    offset: int
    batch: object
    end: object  # the control batch of its transaction, or None

    def line(self):
        if not self.batch.transactional:
            return f"{clock(self.batch.time_ms)} offset {self.offset}, without a transaction"
        end = "open" if self.end is None else f"{'committed' if self.end.commits else 'ABORTED'} {clock(self.end.time_ms)}"
        return f"{clock(self.batch.time_ms)} offset {self.offset}, producer {self.batch.producer} epoch {self.batch.epoch}, {end}"


class Evidence:
    """Reads the disks of a cluster's nodes. `input_topic`, `prefix`: with that of the run."""

    def __init__(self, kafka, group, input_topic, prefix):
        self._kafka = kafka
        self._group = group
        self._input = input_topic
        self._prefix = prefix

    def lines(self, doubled):
        """doubled: chaos.verdict.Doubled."""
        yield "  doubled inputs: " + ", ".join(ranges(doubled.places))
        copies = self._copies(doubled.shown)
        for place, suffix, topic in doubled.shown[:4]:
            yield f"  the copies of {text_of(place)}{suffix} on {topic}:"
            yield from (f"    {self._written(message)}" for message in copies[place, suffix, topic])
        first = {}
        for place in sorted(doubled.places):
            first.setdefault(place >> 48, place & (1 << 48) - 1)
        for partition, offset in list(first.items())[:3]:
            yield f"  what the group committed of {self._input}[{partition}] around {offset}:"
            yield from (f"    {commit.line()}" for commit in around(self._history(partition), offset))

    def _copies(self, shown):
        wanted = {f"{self._input}/{text_of(place)}{suffix}": (place, suffix) for place, suffix, _ in shown}
        found = collections.defaultdict(list)
        for message in self._kafka.scan([self._prefix + topic for topic in {topic for _, _, topic in shown}]):
            position = dict(message.headers() or []).get("sluice-position", b"").decode()
            if position in wanted:
                found[*wanted[position], message.topic().removeprefix(self._prefix)].append(message)
        return found

    def _written(self, message):
        place = f"{message.topic()}[{message.partition()}] offset {message.offset()}, made {clock(message.timestamp()[1])}"
        writing = None
        for batch in self._batches(message.topic(), message.partition()):
            if batch.first <= message.offset() <= batch.last:
                writing = batch
            elif writing and batch.ends_transaction_of(writing):
                return (f"{place}, producer {writing.producer} epoch {writing.epoch} sequence {writing.sequence}, "
                        f"{'committed' if batch.commits else 'aborted'} {clock(batch.time_ms)}")
        return f"{place}, {writing}"

    def _batches(self, topic, partition):
        """As the node has them that has most of them."""
        folders = self._kafka.partition_folders(topic, partition)
        return max((list(batches_of(folder)) for folder in folders), key=lambda found: found[-1].last if found else -1)

    def _history(self, partition):
        for number in sorted(self._kafka.topic_partitions(_OFFSETS)):
            found = list(commits_of(self._batches(_OFFSETS, number), self._group, self._input, partition))
            if found:
                return found
        return []


def commits_of(batches, group, topic, partition):
    """The commits of one partition of the input, in the order of the log."""
    ends = collections.defaultdict(list)
    for batch in batches:
        if batch.control:
            ends[batch.producer].append(batch)
    for batch in batches:
        if batch.control or batch.compressed:
            continue
        end = next((end for end in ends[batch.producer] if end.first > batch.last), None) if batch.transactional else None
        for key, value in batch.keyed():
            if value is not None and _key(key) == (group, topic, partition):
                yield Commit(partition, struct.unpack_from(">q", value, 2)[0], batch, end)


def _key(key):
    """(group, topic, partition) of a key of the group's offsets; None for what else stands there."""
    if struct.unpack_from(">h", key)[0] > 1:
        return None
    texts, at = [], 2
    for _ in range(2):
        size, = struct.unpack_from(">h", key, at)
        texts.append(key[at + 2:at + 2 + size].decode())
        at += 2 + size
    return *texts, struct.unpack_from(">i", key, at)[0]


def around(commits, offset):
    """From a few before the first one that passed the offset to a few after the last one that had not."""
    passed = next((i for i, commit in enumerate(commits) if commit.offset > offset), 0)
    back = max((i for i, commit in enumerate(commits) if commit.offset <= offset), default=0)
    return commits[max(0, passed - _AROUND):max(passed, back) + 1 + _AROUND][:_MOST]


def ranges(places):
    """"1/2073-2176 (104)": the inputs of each run of neighbours, gaps of a few offsets within it."""
    runs = []
    for place in sorted(places):
        if runs and place - runs[-1][1] <= 10:
            runs[-1][1:] = [place, runs[-1][2] + 1]
        else:
            runs.append([place, place, 1])
    return [f"{text_of(first)}-{last & (1 << 48) - 1} ({count})" for first, last, count in runs]
