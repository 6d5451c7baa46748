"""One Kafka and one Redis for all tests; a topic set per test."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.kafka_cluster import KafkaCluster  # noqa: E402
from support.preprocessor import PreprocessorJob  # noqa: E402
from support.own_redis import RedisServer  # noqa: E402


@pytest.fixture(scope="session")
def kafka():
    with KafkaCluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def redis():
    with RedisServer() as server:
        yield server


@pytest.fixture
def new_job(kafka, redis, request):
    """Makes the main job with a topic set of its own; its processes end with the test."""
    jobs = []

    def make(**options):
        name = "".join(c if c.isalnum() else "-" for c in request.node.name)[:60]
        jobs.append(PreprocessorJob(options.pop("kafka", kafka), options.pop("redis", redis), name, **options))
        return jobs[-1]

    yield make
    for job in jobs:
        job.close()
