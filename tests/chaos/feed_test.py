"""The feed keeps off partitions that are closed, and says of each record whether it counts."""

import itertools
import pathlib
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.processes import wait_until  # noqa: E402

from chaos.feed import NUMBER, Feed  # noqa: E402
from chaos.fed import Fed  # noqa: E402


class Kafka:
    """Keeps what is written; transactions are written when they are committed."""

    def __init__(self):
        self.topic = []  # (partition, number, value)

    def producer(self, **settings):
        return Producer(self.topic, "transactional_id" in settings)


class Producer:
    def __init__(self, topic, transactional):
        self._topic, self._pending, self._transactional = topic, [], transactional

    def produce(self, _topic, value, partition, headers, on_delivery):
        self._pending.append((partition, int(headers[NUMBER]), value))
        if not self._transactional:
            self.commit_transaction()
        on_delivery(None, Delivered(partition, len(self._topic)))

    def commit_transaction(self, _timeout=0):
        self._topic += self._pending
        self._pending = []

    def abort_transaction(self, _timeout):
        self._pending = []

    def poll(self, _seconds):
        return 0

    flush = poll

    def init_transactions(self, _timeout):
        pass

    def begin_transaction(self):
        pass


class Delivered:
    def __init__(self, partition, offset):
        self.partition, self.offset = lambda: partition, lambda: offset


def records(fixed):
    for number in itertools.count():
        yield Fed(b"%d" % number, partition=number % 3 if fixed else None)


@pytest.mark.parametrize("fixed", [False, True], ids=["any partition", "partitions of their own"])
def test_a_closed_partition_gets_nothing_but_transactions(fixed):
    kafka = Kafka()
    feed = Feed(kafka, "in", 3, 2000, records(fixed), seed=1).start()
    with feed.quiet([1]):
        before = [record for record in kafka.topic if record[0] == 1]
        feed.transaction(1, 5, commit=False)
        feed.transaction(1, 4, commit=True)
        seen = len(kafka.topic)
        wait_until(lambda: len(kafka.topic) > seen + 50, 10, "the others get more")
        time.sleep(0.05)
        assert len([record for record in kafka.topic if record[0] == 1]) == len(before) + 4
    seen = len(kafka.topic)
    wait_until(lambda: {partition for partition, *_ in kafka.topic[seen:]} == {0, 1, 2}, 10, "it is open again")
    feed.stop()
    numbers = [number for _, number, _ in kafka.topic]
    assert len(set(numbers)) == len(numbers) == feed.written() == len(feed.fates) - 5
    assert len(feed.aborted) == 5 and not feed.aborted & set(numbers)
    if fixed:
        assert all(partition == int(value) % 3 for partition, _, value in kafka.topic)
