"""Bytes from the ingestion cluster to the processing cluster."""

import itertools
import json
import os

import pytest
from support.kafka_cluster import KafkaCluster
from support.processes import REPOSITORY, wait_until
from support.sluice_process import Sluice, run_once

CONFIG = REPOSITORY / "config/ingest-router.yaml"
INGESTION, INGEST, RAW, FAILED = "telemetry.ingestion", "telemetry.ingest", "telemetry.raw", "telemetry.failed"
BOTH = f"[{INGESTION}, {RAW}]"
VALUES = [b'{"events":[]}', b"not json", b"", b"\xff\xfe\x00\x01", b"\x1f\x8b gzip"]
_numbers = itertools.count(1)


class Router:
    def __init__(self, ingestion, processing, topics, limit=32 * 1024 * 1024, **settings):
        self.ingestion = ingestion
        self.processing = processing
        self.prefix = f"router-{os.getpid()}-{next(_numbers)}."
        self.inputs = [self.prefix + topic for topic in topics]
        self.outputs = [self.prefix + topic for topic in (INGEST, RAW, FAILED)]
        ingestion.create_topics(self.inputs, max_message_bytes=32 * 1024 * 1024)
        processing.create_topics(self.outputs, max_message_bytes=limit)
        self.sluice = Sluice(CONFIG, {"topic_prefix": self.prefix, "source.kafka.group": self.prefix + "group",
                                      "source.kafka.brokers": ingestion.brokers, **settings})

    def run(self):
        """{topic without prefix: records} once all input is done."""
        with self.sluice:
            wait_until(lambda: self.ingestion.lag(self.prefix + "group", self.inputs) == 0, 60,
                       lambda: f"all input is done\n{self.sluice.ready()[1]}\n{self.sluice.log_tail()}")
            assert self.sluice.metric("sluice_unaccounted_events") == 0
            assert self.sluice.terminate() == 0, self.sluice.log_tail()
        found = self.processing.read_by_topic(self.outputs)
        return {topic.removeprefix(self.prefix): records for topic, records in found.items()}


@pytest.fixture(scope="module")
def processing():
    with KafkaCluster() as cluster:
        yield cluster


def test_both_streams_go_from_one_cluster_to_the_other(kafka, processing):
    router = Router(kafka, processing, [INGESTION, RAW], delivery="at_least_once",
                    **{"source.kafka.topics": BOTH, "sink.kafka.brokers": processing.brokers})
    for name in (INGESTION, RAW):
        kafka.produce(router.prefix + name, [(b"key", name.encode()), (b"key", None), *VALUES])
    outputs = router.run()
    for topic, name in ((INGEST, INGESTION), (RAW, RAW)):
        assert [record.value for record in outputs[topic]] == [name.encode(), *VALUES]
        assert {record.key for record in outputs[topic]} == {None}
    assert not outputs[FAILED]


def test_it_goes_on_where_it_stopped_on_the_cluster_that_it_reads(kafka, processing):
    router = Router(kafka, processing, [INGESTION], delivery="at_least_once", **{"sink.kafka.brokers": processing.brokers})
    kafka.produce(router.prefix + INGESTION, [b"1", b"2"])
    router.run()
    kafka.produce(router.prefix + INGESTION, [b"3"])
    assert [record.value for record in router.run()[INGEST]] == [b"1", b"2", b"3"]


def test_on_one_cluster_it_does_not_feed_itself():
    status, said = run_once("run", CONFIG, "--set", f"source.kafka.topics={BOTH}")
    assert status == 78
    assert "reads the topic dev.telemetry.raw and writes it" in said


def test_a_record_that_the_topic_does_not_take_is_replaced_and_the_next_goes_on(kafka):
    router = Router(kafka, kafka, [INGESTION], limit=1572864)
    kafka.produce(router.prefix + INGESTION, [b"before", b"x" * 5_000_000, b"after"])
    outputs = router.run()
    assert [record.value for record in outputs[INGEST]] == [b"before", b"after"]
    (replaced,) = outputs[FAILED]
    assert replaced.headers["sluice-reason"] == "oversize"
    assert json.loads(replaced.value)["metadata"]["size"] == 5_000_000
