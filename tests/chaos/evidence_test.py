"""Tests of what is read from the disks of brokers; the bytes are those that Kafka 3.9 and 4 write."""

import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from chaos.batches import batches_of  # noqa: E402
from chaos.evidence import around, commits_of, ranges  # noqa: E402
from chaos.verdict import place_of  # noqa: E402

_COMMIT, _ABORT = 1, 0


def varint(number):
    number = (number << 1) ^ (number >> 63)
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def record(key, value):
    body = b"\0" + varint(0) + varint(0) + varint(len(key)) + key + varint(len(value)) + value + varint(0)
    return varint(len(body)) + body


def batch(offset, flags, producer, epoch, *records):
    body = struct.pack(">ibIhiqqqhii", 0, 2, 0, flags, len(records) - 1, 1000, 1000 + offset, producer, epoch, -1, len(records))
    body += b"".join(records)
    return struct.pack(">qi", offset, len(body)) + body


def commit(group, topic, partition, offset):
    def text(value):
        return struct.pack(">h", len(value)) + value.encode()
    return record(struct.pack(">h", 1) + text(group) + text(topic) + struct.pack(">i", partition),
                  struct.pack(">hqi", 3, offset, -1) + text("") + struct.pack(">q", 0))


def marker(offset, producer, epoch, kind):
    return batch(offset, 48, producer, epoch, record(struct.pack(">hh", 0, kind), struct.pack(">hi", 0, 0)))


def test_the_commits_of_a_partition_are_those_of_its_group_with_their_ends(tmp_path):
    log = tmp_path / "00000000000000000000.log"
    log.write_bytes(batch(0, 0, -1, -1, commit("g", "in", 1, 5), commit("g", "in", 2, 6), commit("other", "in", 1, 7)) +
                    batch(3, 16, 9, 4, commit("g", "in", 1, 12)) + marker(4, 9, 4, _ABORT) +
                    batch(5, 16, 9, 5, commit("g", "in", 1, 14)) + marker(6, 9, 5, _COMMIT) +
                    batch(7, 16, 9, 5, commit("g", "in", 1, 20)) + b"half a batch")
    found = list(commits_of(list(batches_of(tmp_path)), "g", "in", 1))
    assert [commit.offset for commit in found] == [5, 12, 14, 20]
    assert [commit.end and commit.end.commits for commit in found] == [None, False, True, None]
    assert found[1].line() == "00:00:01.003Z offset 12, producer 9 epoch 4, ABORTED 00:00:01.004Z"


def test_what_is_shown_of_the_commits_reaches_from_before_to_after_the_doubled_input():
    class At:
        def __init__(self, offset):
            self.offset = offset

    commits = [At(offset) for offset in [*range(0, 100, 10), 60, *range(60, 200, 10)]]
    assert [commit.offset for commit in around(commits, 65)] == [30, 40, 50, 60, 70, 80, 90, 60, 60, 70, 80, 90, 100]


def test_neighbours_are_one_range():
    assert ranges({place_of(1, 7), place_of(1, 9), place_of(1, 8), place_of(2, 8)}) == ["1/7-9 (3)", "2/8-8 (1)"]
