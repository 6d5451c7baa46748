"""Record batches as they stand in a partition's folder on a broker's disk: what no client is told, such as who wrote them."""

import dataclasses
import datetime
import struct

_HEAD = struct.Struct(">qiibIhiqqqhii")
_LENGTH = 12  # of offset and length, which the length does not count
_COMPRESSION, _TRANSACTIONAL, _CONTROL = 7, 16, 32


@dataclasses.dataclass(slots=True, frozen=True)
class Batch:
    """The head of a batch; `records` are its bytes."""

    first: int
    last: int
    time_ms: int
    producer: int
    epoch: int
    sequence: int
    transactional: bool
    control: bool
    compressed: bool
    count: int
    records: bytes

    def ends_transaction_of(self, other):
        return self.control and self.producer == other.producer and self.epoch >= other.epoch

    @property
    def commits(self):
        """Of a control batch: whether it is a commit; its one record's key is two numbers, version and kind."""
        return next(self.keyed())[0][2:4] == b"\0\1"

    def keyed(self):
        """Yields (key, value) of each record; only where nothing is compressed."""
        reader = _Varints(self.records)
        for _ in range(self.count):
            end = reader.number() + reader.at
            reader.at += 1
            reader.number()
            reader.number()
            key, value = reader.text(), reader.text()
            reader.at = end
            yield key, value


class _Varints:
    def __init__(self, data):
        self._data, self.at = data, 0

    def number(self):
        value = shift = 0
        while True:
            byte = self._data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return (value >> 1) ^ -(value & 1)

    def text(self):
        size = self.number()
        if size < 0:
            return None
        self.at += size
        return self._data[self.at - size:self.at]


def batches_of(folder):
    """Every batch of a partition's folder, in order; the end of the last file may be half written."""
    for path in sorted(folder.glob("*.log")):
        data = path.read_bytes()
        at = 0
        while at + _HEAD.size <= len(data):
            base, length, _, magic, _, flags, delta, _, time_ms, producer, epoch, sequence, count = _HEAD.unpack_from(data, at)
            end = at + _LENGTH + length
            if magic != 2 or end > len(data):
                break
            yield Batch(base, base + delta, time_ms, producer, epoch, sequence, bool(flags & _TRANSACTIONAL),
                        bool(flags & _CONTROL), bool(flags & _COMPRESSION), count, data[at + _HEAD.size:end])
            at = end


def clock(time_ms):
    """As the logs of the processes write it."""
    return datetime.datetime.fromtimestamp(time_ms / 1000, datetime.timezone.utc).strftime("%H:%M:%S.%f")[:-3] + "Z"
