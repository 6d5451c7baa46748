"""A steady load whose truth can be read back: every input record carries its number in a header."""

import collections
import contextlib
import functools
import itertools
import random
import threading
import time

from support.processes import wait_until

NUMBER = "feed-number"
_OUTAGE_S = 280  # what is waited for


class Feed:
    """Writes what a model makes, at `rate` per second, on the partitions of a topic, until stop().

    What the input topic holds in the end, and what was kept of it before retention took it, is the truth, not what
    was acknowledged here: a record that came to be written twice while brokers were away is one more input.

    Threading: one thread writes the load; faults call quiet() and transaction() from others.
    """

    def __init__(self, kafka, topic, partitions, rate, records, seed):
        self.fates = []  # by number
        self.aborted = set()  # numbers
        self.partitions = partitions
        self.acknowledged = bytearray()  # by number: whether it was, and counts
        self.data_ends = collections.Counter()  # partition -> offset behind the last record that counts
        self._kafka = kafka
        self._topic = topic
        self._rate = rate
        self._records = records
        self._chance = random.Random(seed)
        self._lock = threading.Lock()  # over what is next, and over the counts
        self._closed = set()
        self._waiting = collections.defaultdict(collections.deque)  # partition -> Fed records of it
        self._in_flight = collections.Counter()  # by partition
        self._transactions = itertools.count(1)
        self._stop = threading.Event()
        self._failure = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        """Returns when everything is written."""
        self._stop.set()
        self._thread.join(300)
        if self._thread.is_alive():
            raise TimeoutError("the feed is not written")
        self.check()

    def check(self):
        if self._failure:
            raise RuntimeError(f"the feed could not be written: {self._failure!r}") from self._failure

    @contextlib.contextmanager
    def quiet(self, partitions):
        """Nothing is written to these meanwhile but by transaction(); what was written is acknowledged before."""
        with self._lock:
            self._closed.update(partitions)
        try:
            wait_until(lambda: not any(self._in_flight[partition] for partition in partitions), 60,
                       "the feed's records on these partitions are written")
            yield
        finally:
            with self._lock:
                self._closed.difference_update(partitions)

    def transaction(self, partition, count, commit, pause_s=0.0):
        """Writes so many records in a transaction, which is then committed or aborted after a pause."""
        producer = self._kafka.producer(transactional_id=f"{self._topic}.feed-{next(self._transactions)}")
        producer.init_transactions(60)
        producer.begin_transaction()
        ends = []
        for number, value in [self._take(partition, commit) for _ in range(count)]:
            producer.produce(self._topic, value, partition=partition, headers={NUMBER: str(number)},
                             on_delivery=lambda error, message: ends.append(-1 if error else message.offset() + 1))
        if producer.flush(60) or min(ends, default=0) < 0:
            raise RuntimeError("the feed's transaction could not be written")
        time.sleep(pause_s)
        if commit:
            producer.commit_transaction(60)
            with self._lock:
                self.data_ends[partition] = max([self.data_ends[partition], *ends])
        else:
            producer.abort_transaction(60)

    def _run(self):
        try:
            self._write()
        except Exception as failure:  # pylint: disable=broad-except
            self._failure = failure

    def _producer(self):
        # Long outages are waited for; compression because a long run writes gigabytes. An idempotent producer can
        # meet errors that it calls fatal, and what is written twice does no harm here.
        return self._kafka.producer(enable_idempotence=False, acks="all", retries=1_000_000, linger_ms=20,
                                    compression_codec="lz4", message_timeout_ms=_OUTAGE_S * 1000)

    def _write(self):
        producer = self._producer()
        started = time.monotonic()
        for count in itertools.count():
            if self._stop.is_set():
                break
            ahead = count / self._rate - (time.monotonic() - started)
            if ahead > 0.005:
                producer.poll(0)
                time.sleep(ahead)
            self._write_next(producer)
        while self._write_next(producer, fresh=False):
            pass
        deadline = time.monotonic() + _OUTAGE_S
        while producer.flush(1):
            if time.monotonic() > deadline:
                raise TimeoutError("Kafka did not take everything")

    def _write_next(self, producer, fresh=True):
        """One record, if there is one for an open partition."""
        with self._lock:
            partition, fed = self._next(fresh)
            if fed is None:
                return False
            number = self._number(fed.fate)
            self._in_flight[partition] += 1
        self._put(producer, number, partition, fed.value)
        return True

    def _next(self, fresh):
        for partition, waiting in self._waiting.items():
            if waiting and partition not in self._closed:
                return partition, waiting.popleft()
        fed = next(self._records) if fresh else None
        if fed is None:
            return None, None
        open_ones = [p for p in range(self.partitions) if p not in self._closed]
        if fed.partition is None and open_ones:
            return self._chance.choice(open_ones), fed
        partition = self._chance.randrange(self.partitions) if fed.partition is None else fed.partition
        if partition in self._closed:
            self._waiting[partition].append(fed)
            return None, None
        return partition, fed

    def _take(self, partition, counts):
        """(number, value) of a record that may stand on a partition, closed or not."""
        with self._lock:
            while not self._waiting[partition]:
                fed = next(self._records)
                home = partition if fed.partition is None else fed.partition
                self._waiting[home].append(fed)
            fed = self._waiting[partition].popleft()
            number = self._number(fed.fate)
            if counts:
                self.acknowledged[number] = True
            else:
                self.aborted.add(number)
            return number, fed.value

    def _number(self, fate):
        self.fates.append(fate)
        self.acknowledged.append(False)
        return len(self.fates) - 1

    def _put(self, producer, number, partition, value):
        while True:
            try:
                producer.produce(self._topic, value, partition=partition, headers={NUMBER: str(number)},
                                 on_delivery=functools.partial(self._written, number))
                producer.poll(0)
                return
            except BufferError:
                producer.poll(0.1)

    def _written(self, number, error, message):
        with self._lock:
            self._in_flight[message.partition()] -= 1
            if error is None:
                self.acknowledged[number] = True
                self.data_ends[message.partition()] = max(self.data_ends[message.partition()], message.offset() + 1)

    def written(self):
        """How many records are acknowledged and count."""
        return sum(self.acknowledged)
