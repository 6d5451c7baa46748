"""What the input topic held in all: what stands there, and what was kept of it before retention took it."""

import zlib

from chaos.feed import NUMBER


class _Kept:
    """A record as librdkafka gives it, of which only what the judges need is left."""

    def __init__(self, message, with_value):
        self._place = message.partition(), message.offset()
        self._number = dict(message.headers())[NUMBER]
        self._value = zlib.compress(message.value(), 1) if with_value else None

    def partition(self):
        return self._place[0]

    def offset(self):
        return self._place[1]

    def headers(self):
        return [(NUMBER, self._number)]

    def value(self):
        return zlib.decompress(self._value)


class Inputs:
    """Iterated, it gives every record once, each partition in its order."""

    def __init__(self, kafka, topic, with_values):
        self._kafka = kafka
        self._topic = topic
        self._with_values = with_values
        self._kept = []
        self._ends = {}  # partition -> offset behind what is kept

    def keep(self, partitions):
        """Keeps all that stands on these partitions, on which nothing may be written meanwhile."""
        for message in self._kafka.scan([self._topic], partitions):
            if message.offset() >= self._ends.get(message.partition(), 0):
                self._kept.append(_Kept(message, self._with_values))
                self._ends[message.partition()] = message.offset() + 1

    def __iter__(self):
        yield from self._kept
        for message in self._kafka.scan([self._topic]):
            if message.offset() >= self._ends.get(message.partition(), 0):
                yield message
