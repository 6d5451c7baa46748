"""A set of records that is corrupt on the broker's disk: its partition stands still, the others are read, nothing is stepped over."""

import json

import pytest
from support.kafka_cluster import KafkaCluster
from support.preprocessor import UNIQUE
from support.processes import wait_until

START = b'{"eid":"START","ets":1,"ver":"3.0","mid":"%s","actor":{"id":"u","type":"User"},' \
        b'"context":{"channel":"c","env":"learn","pdata":{"id":"p"},"did":"d"},"edata":{"type":"app"}}'


@pytest.fixture
def own_kafka():
    with KafkaCluster() as cluster:
        yield cluster


def write(job, partition, names):
    """Each in a set of records of its own."""
    producer = job.kafka.producer()
    for name in names:
        producer.produce(job.input, START % name.encode(), partition=partition)
        assert producer.flush(30) == 0


def damage(job, partition, name):
    """Changes one byte of that event on the disk of the broker, which is stopped meanwhile."""
    job.kafka.stop_node()
    segment = job.kafka.data_folder() / f"{job.input}-{partition}" / "00000000000000000000.log"
    content = bytearray(segment.read_bytes())
    content[content.index(name.encode())] ^= 1
    segment.write_bytes(content)
    job.kafka.start_node()


def mids(job):
    return sorted(json.loads(record.value)["mid"] for record in job.read()[UNIQUE])


def test_a_corrupt_set_holds_its_partition_alone(new_job, own_kafka):
    job = new_job(kafka=own_kafka, partitions=2)
    write(job, 0, ["a0", "a1", "broken", "a3", "a4"])
    write(job, 1, ["b0"])
    damage(job, 0, "broken")
    sluice = job.process().start()
    sluice.wait_unready(f"{job.input}[0] is not read: at offset 2", timeout=60)
    write(job, 1, ["b1"])
    wait_until(lambda: mids(job) == ["a0", "a1", "b0", "b1"], 30, lambda: f"the other partition is read: {mids(job)}")
    # An operator decides: behind the set that can't be read.
    assert sluice.terminate() == 0
    job.kafka.set_offset(job.group, job.input, 0, 3)
    sluice.start_ready()
    wait_until(lambda: mids(job) == ["a0", "a1", "a3", "a4", "b0", "b1"], 30, lambda: f"it goes on: {mids(job)}")
