"""Topics that are missing, come late, go and come back."""

import time

import pytest
from support.kafka_cluster import KafkaCluster
from support.preprocessor import AUDIT, INPUT, OUTPUTS, UNIQUE
from support.processes import wait_until

EVENT = b'{"eid":"%s","ets":1,"ver":"3.0","mid":"%s","actor":{"id":"u","type":"User"},' \
        b'"context":{"channel":"c","env":"learn","pdata":{"id":"p"},"did":"d"},"edata":{"type":"app","props":["a"],"state":"s"}}'


@pytest.fixture(scope="module")
def obliging_kafka():
    """A broker that creates what somebody asks for, as Kafka does by itself."""
    with KafkaCluster(settings={"auto.create.topics.enable": "true"}) as cluster:
        yield cluster


def test_a_missing_output_topic_is_not_created(new_job, obliging_kafka):
    job = new_job(kafka=obliging_kafka, create=[topic for topic in OUTPUTS if topic != AUDIT])
    sluice = job.process().start()
    sluice.wait_unready(job.prefix + AUDIT)
    job.produce([EVENT % (b"AUDIT", b"one")])
    time.sleep(5)
    assert job.prefix + AUDIT not in obliging_kafka.topics()
    obliging_kafka.create_topics([job.prefix + AUDIT])
    sluice.wait_ready(60)
    job.wait_done()
    assert len(job.read()[UNIQUE]) == 1


def test_a_missing_source_topic_is_not_created(new_job, obliging_kafka):
    job = new_job(kafka=obliging_kafka)
    missing = job.prefix + "telemetry.other"
    sluice = job.process(source__kafka__topics="[telemetry.other]").start()
    sluice.wait_unready(missing)
    time.sleep(3)
    assert missing not in obliging_kafka.topics()


def test_an_output_topic_that_goes_is_not_created_anew(new_job, obliging_kafka):
    job = new_job(kafka=obliging_kafka)
    sluice = job.start()
    job.produce([EVENT % (b"AUDIT", b"first")])
    job.wait_done()
    obliging_kafka.delete_topics([job.prefix + AUDIT])
    wait_until(lambda: job.prefix + AUDIT not in obliging_kafka.topics(), 30, "the topic is gone")
    job.produce([EVENT % (b"AUDIT", b"second")])
    sluice.wait_unready(AUDIT, 60)
    assert job.prefix + AUDIT not in obliging_kafka.topics()
    obliging_kafka.create_topics([job.prefix + AUDIT])
    job.wait_done()
    assert [b"second" in record.value for record in job.read()[AUDIT]] == [True]


@pytest.mark.parametrize("anew", [0, 1], ids=["gone", "made anew with fewer partitions"])
def test_a_process_whose_source_topic_went_ends_soon_with_0(new_job, anew):
    job = new_job(partitions=3)
    sluice = job.start()
    for partition in range(3):
        job.produce([EVENT % (b"START", b"s%d" % partition)], partition)
    job.wait_done()
    job.kafka.delete_topics([job.prefix + INPUT])
    wait_until(lambda: job.input not in job.kafka.topics(), 30, "the topic is gone")
    if anew:
        job.kafka.create_topics([job.input], anew)
    time.sleep(5)
    asked = time.monotonic()
    assert sluice.terminate(timeout=70) == 0, sluice.log_tail()
    assert time.monotonic() - asked < 10
