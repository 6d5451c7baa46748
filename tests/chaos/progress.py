"""What the group had committed when: tells, for at_least_once, whether a record was in flight."""

import bisect
import threading
import time

from confluent_kafka import Consumer, KafkaException, TopicPartition

_INTERVAL_S = 0.25


class Progress:
    """Samples the committed offsets of a group from a thread of its own, where Kafka answers."""

    def __init__(self, kafka, group, topic, partitions, slack_s):
        self._reader = Consumer({"bootstrap.servers": kafka.brokers, "group.id": group, "log_level": 0,
                                 "isolation.level": "read_uncommitted", "enable.auto.commit": False})
        self._places = [TopicPartition(topic, partition) for partition in range(partitions)]
        self._slack_ms = slack_s * 1000
        self._samples = {partition: ([0], [0]) for partition in range(partitions)}  # offsets and their times
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join(30)
        self._reader.close()

    def in_flight(self, place, _first_ms, last_ms):
        """Whether a record that was written again at `last_ms` was not committed yet, or a stall before."""
        offsets, times = self._samples[place >> 48]
        after = bisect.bisect_right(offsets, place & (1 << 48) - 1)  # the first sample beyond the record
        return after == len(offsets) or last_ms <= times[after] + self._slack_ms

    def _run(self):
        while not self._stop.wait(_INTERVAL_S):
            try:
                found = self._reader.committed(self._places, timeout=5)
            except KafkaException:
                continue
            now = int(time.time() * 1000)
            for place in found:
                offsets, times = self._samples[place.partition]
                if place.error is None and place.offset > offsets[-1]:
                    offsets.append(place.offset)
                    times.append(now)
