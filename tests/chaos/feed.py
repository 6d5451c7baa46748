"""A steady load whose truth can be read back: every input record carries its number in a header."""

import itertools
import random
import threading
import time

NUMBER = "feed-number"


class Feed:
    """Writes what a model makes, at `rate` per second, on the partitions of a topic, until stop().

    What the input topic holds in the end is the truth, not what was acknowledged here: a record that came to be
    written twice while brokers were away is one more input.
    """

    def __init__(self, kafka, topic, partitions, rate, records, seed):
        self.fates = []  # by number
        self.acknowledged = 0
        self._kafka = kafka
        self._topic = topic
        self._partitions = partitions
        self._rate = rate
        self._records = records
        self._chance = random.Random(seed)
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

    def _run(self):
        try:
            self._write()
        except Exception as failure:  # pylint: disable=broad-except
            self._failure = failure

    def _producer(self):
        # Long outages are waited for; compression because a long run writes gigabytes. An idempotent producer can
        # meet errors that it calls fatal, and what is written twice does no harm here.
        return self._kafka.producer(enable_idempotence=False, acks="all", retries=1_000_000, linger_ms=20,
                                    compression_codec="lz4", message_timeout_ms=280_000)

    def _write(self):
        producer = self._producer()
        started = time.monotonic()
        for number in itertools.count():
            if self._stop.is_set():
                break
            ahead = number / self._rate - (time.monotonic() - started)
            if ahead > 0.005:
                producer.poll(0)
                time.sleep(ahead)
            fed = next(self._records)
            self.fates.append(fed.fate)
            partition = self._chance.randrange(self._partitions) if fed.partition is None else fed.partition
            self._put(producer, number, partition, fed.value)
        deadline = time.monotonic() + 280
        while producer.flush(1):
            if time.monotonic() > deadline:
                raise TimeoutError("Kafka did not take everything")

    def _put(self, producer, number, partition, value):
        while True:
            try:
                producer.produce(self._topic, value, partition=partition, headers={NUMBER: str(number)},
                                 on_delivery=self._written)
                producer.poll(0)
                return
            except BufferError:
                producer.poll(0.1)

    def _written(self, error, _message):
        if error is None:
            self.acknowledged += 1
