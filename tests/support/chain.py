"""Runs several shipped configurations as daemons on one set of topics: the chain of jobs, or the fused file."""

import os
import time

from support.processes import wait_until
from support.shipped_config import ShippedConfig
from support.sluice_process import Sluice

# Writers before readers.
CHAIN = ("telemetry-extractor", "pipeline-preprocessor", "denormalization-primary", "denormalization-secondary",
         "denormalization-error", "summary-denormalization", "druid-events-validator", "cb-preprocessor")
FUSED = ("telemetry-pipeline",)
INPUT = "telemetry.ingest"
_TICKS = os.sysconf("SC_CLK_TCK")


class Chain:
    """Daemons that hang together by their topics."""

    def __init__(self, kafka, claims, lookups, names, prefix, clock=None, settings=None):
        self._kafka = kafka
        self._prefix = prefix
        self._names = "-".join(name[:2] for name in names)
        self.configs = [ShippedConfig(name) for name in names]
        self.written = set().union(*(config.outputs() for config in self.configs))
        self.topics = sorted(prefix + topic for topic in self.written.union(*(c.inputs() for c in self.configs)))
        self._daemons = [(config, self._daemon(config, claims, lookups, clock, settings or {})) for config in self.configs]

    def _daemon(self, config, claims, lookups, clock, settings):
        return Sluice(config.path, {"topic_prefix": self._prefix, "source.kafka.brokers": self._kafka.brokers,
                                    "source.kafka.group": self._group(config), **settings},
                      config.redis_environment(claims.url, lookups.url), clock=clock, name=config.name)

    def _group(self, config):
        return f"{self._prefix}{self._names}.{config.name}"

    def create_topics(self, partitions=1):
        self._kafka.create_topics(self.topics, partitions, max_message_bytes=32 * 1024 * 1024)

    def start(self):
        for _, sluice in self._daemons:
            sluice.start()
        for _, sluice in self._daemons:
            sluice.wait_ready()
        return self

    def wait_done(self, timeout=120):
        """Until every daemon has committed all that there is: one after the other, in the order of the data."""
        for config, sluice in self._daemons:
            self._wait_for(config, sluice, timeout)

    def _wait_for(self, config, sluice, timeout):
        topics = [self._prefix + topic for topic in config.inputs()]
        ends = self._ends(topics)

        def done():
            if not sluice.running():
                raise RuntimeError(f"sluice ended with {sluice.exit_status()}:\n{sluice.log_tail()}")
            committed = self._kafka.committed(self._group(config), topics)
            return all(committed[place] >= end for place, end in ends.items())

        wait_until(done, timeout, lambda: f"all input is done\n{sluice.ready()[1]}\n{sluice.log_tail()}", interval=0.05)
        self._kafka.wait_for_open_transactions([self._prefix + topic for topic in config.outputs()])

    def run_in_turn(self, timeout=120):
        """Runs one daemon after the other to the end of its input; yields (name, records read, CPU-seconds)."""
        for config, sluice in self._daemons:
            records = len(self._kafka.read([self._prefix + topic for topic in config.inputs()], values=False))
            sluice.start()
            sluice.wait_ready()
            self._wait_for(config, sluice, timeout)
            yield config.name, records, _cpu_seconds(sluice)
            sluice.terminate()

    def _ends(self, topics):
        """Offsets after the last records; the ends of the partitions count the marks of transactions too."""
        ends = {}
        for record in self._kafka.read(topics, values=False):
            place = (record.topic, record.partition)
            ends[place] = max(ends.get(place, 0), record.offset + 1)
        return ends

    def read(self):
        """{topic without prefix: records} of every topic that is written."""
        found = self._kafka.read_by_topic([self._prefix + topic for topic in sorted(self.written)])
        return {topic.removeprefix(self._prefix): records for topic, records in found.items()}

    def cpu_seconds(self):
        """Of all daemons together, so far."""
        return sum(_cpu_seconds(sluice) for _, sluice in self._daemons)

    def rss_mb(self):
        """Resident memory of all daemons together."""
        total = 0
        for _, sluice in self._daemons:
            with open(f"/proc/{sluice.pid}/statm", encoding="ascii") as statm:
                total += int(statm.read().split()[1])
        return total * os.sysconf("SC_PAGE_SIZE") / 1e6

    def daemons(self):
        return {config.name: sluice for config, sluice in self._daemons}

    def terminate(self):
        """Their exit statuses."""
        return [sluice.terminate() for _, sluice in self._daemons]

    def close(self):
        for _, sluice in self._daemons:
            sluice.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _cpu_seconds(sluice):
    with open(f"/proc/{sluice.pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def recreate_topics(kafka, topics, partitions=1):
    """Deletes them and makes them anew, empty."""
    kafka.delete_topics(topics)
    wait_until(lambda: not set(topics) & set(kafka.topics()), 30, "the topics are gone")
    time.sleep(0.5)  # the brokers still close files
    kafka.create_topics(topics, partitions, max_message_bytes=32 * 1024 * 1024)
