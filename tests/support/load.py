"""A paced load: telemetry written to a topic by a thread, every line remembered by its place."""

import threading
import time

from support.generate_telemetry import Telemetry


class Load:
    """Writes `events` lines at `rate` per second over all partitions of a topic.

    Threading: one thread writes; the others may read `placed` (grows only) and call stop().
    """

    def __init__(self, kafka, topic, events, rate, partitions=1, **telemetry):
        self.placed = {}  # (partition, offset) -> Line
        self._producer = kafka.producer(linger_ms=2)
        self._topic = topic
        self._events = events
        self._rate = rate
        self._partitions = partitions
        self._telemetry = Telemetry(**telemetry)
        self._stop = threading.Event()
        self._failures = []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        self._thread.start()
        return self

    def running(self):
        return self._thread.is_alive()

    def stop(self):
        """Ends it early; what was written stays."""
        self._stop.set()
        return self.join()

    def join(self, timeout=600):
        self._thread.join(timeout)
        if self._thread.is_alive():
            raise TimeoutError("the load is not written")
        if self._failures:
            raise RuntimeError(f"the load could not be written: {self._failures[0]}")
        return self

    def _run(self):
        try:
            self._write()
        except Exception as error:  # pylint: disable=broad-except
            self._failures.append(error)

    def _write(self):
        started = time.monotonic()
        for number in range(self._events):
            if self._stop.is_set():
                break
            ahead = number / self._rate - (time.monotonic() - started)
            if ahead > 0.005:
                self._producer.poll(0)
                time.sleep(ahead)
            self._put(next(self._telemetry), number % self._partitions)
        if self._producer.flush(120):
            raise TimeoutError("Kafka did not take everything")

    def _put(self, line, partition):
        def written(error, message):
            if error:
                self._failures.append(error)
            else:
                self.placed[partition, message.offset()] = line

        while True:
            try:
                self._producer.produce(self._topic, line.value, partition=partition, on_delivery=written)
                break
            except BufferError:
                self._producer.poll(0.1)
        self._producer.poll(0)
