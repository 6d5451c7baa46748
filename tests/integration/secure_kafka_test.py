"""Kafka that asks who comes: SASL/SCRAM and TLS work, and a start that can't log in says why."""

import time
import uuid

import pytest
from support.certificates import Authority
from support.generate_telemetry import Telemetry
from support.preprocessor import UNIQUE, judge
from support.secure_kafka import PASSWORD, SecureKafka, scram_works

EVENTS = 400
WRONG = "guessed-4711"
PROTOCOLS = ["SASL_PLAINTEXT", "SSL", "SASL_SSL"]


@pytest.fixture(scope="module")
def secure_kafka():
    with SecureKafka() as cluster:
        yield cluster


@pytest.fixture
def secure_job(secure_kafka, new_job):
    """The main job by one of the listeners."""
    def make(protocol, **options):
        properties = secure_kafka.options_of(protocol, **options)
        settings = {f"{side}.kafka.options.{name}": value for side in ("source", "sink") for name, value in properties.items()}
        return new_job(kafka=secure_kafka, brokers=secure_kafka.brokers_of(protocol), settings=settings)
    return make


def fed(job):
    """Writes telemetry; {place: line} as the judge wants it."""
    lines = [line for line, _ in zip(Telemetry(seed=31, duplicates=0.1, invalid=0.05, numbered=True), range(EVENTS))]
    job.produce([line.value for line in lines])
    return {(0, offset): line for offset, line in enumerate(lines)}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_events_pass_exactly_once_over(secure_kafka, secure_job, protocol):
    if "SASL" in protocol and not scram_works():
        pytest.skip("SCRAM of this librdkafka does not work with this Kafka: test_scram_that_can_not_work names the version")
    secure_kafka.allow_everything()
    job = secure_job(protocol)
    job.start()
    inputs = fed(job)
    job.wait_done()
    verdict = judge(inputs, job.read(values=False), job.prefix)
    assert verdict.good and verdict.true_duplicates > 0, str(verdict)


def test_scram_that_can_not_work_names_the_version_that_does(secure_kafka, secure_job):
    if scram_works():
        pytest.skip("SCRAM works here")
    secure_kafka.allow_everything()
    sluice = secure_job("SASL_PLAINTEXT").process().start()
    assert "librdkafka" in sluice.wait_unready("2.6.1")


@pytest.mark.skipif(not scram_works(), reason="SCRAM of this librdkafka does not work with this Kafka")
def test_a_wrong_password_is_named(secure_kafka, secure_job):
    secure_kafka.allow_everything()
    job = secure_job("SASL_PLAINTEXT", password=WRONG)
    sluice = job.process().start()
    text = sluice.wait_unready("uthentication failed")
    assert sluice.running() and sluice.get("/livez")[0] == 200
    assert WRONG not in text + sluice.log() and PASSWORD not in sluice.log()
    assert sluice.terminate() == 0


def test_an_unknown_certificate_authority_is_named(secure_job, tmp_path):
    stranger = Authority(tmp_path / "stranger", "a-stranger")
    sluice = secure_job("SSL", certificate_authority=stranger.certificate).process().start()
    text = sluice.wait_unready("certificate")
    assert sluice.running() and "ssl.ca.location" in text, text
    assert sluice.terminate() == 0


@pytest.fixture
def bare_job(secure_kafka, secure_job):
    """The main job as a user who has the rights that docs/operations.md lists, and no other."""
    user = f"bare-{uuid.uuid4().hex[:8]}"
    job = secure_job("SSL", certificate=secure_kafka.authority.issue(user))
    job.user = f"User:{user}"
    secure_kafka.allow("--operation", "Read", "--topic", job.input, "--group", job.group, principal=job.user)
    for topic in job.outputs:
        secure_kafka.allow("--operation", "Write", "--operation", "DescribeConfigs", "--topic", topic, principal=job.user)
    secure_kafka.allow("--operation", "Write", "--transactional-id", job.group, "--resource-pattern-type", "prefixed",
                       principal=job.user)
    return job


def test_the_rights_that_are_listed_are_enough(bare_job):
    bare_job.start()
    inputs = fed(bare_job)
    bare_job.wait_done()
    verdict = judge(inputs, bare_job.read(values=False), bare_job.prefix)
    assert verdict.good, str(verdict)


def test_a_right_that_is_withdrawn_is_named_and_waited_for(secure_kafka, bare_job):
    sluice = bare_job.start()
    topic = bare_job.prefix + UNIQUE
    secure_kafka.withdraw("--operation", "Write", "--topic", topic, principal=bare_job.user)
    inputs = fed(bare_job)
    assert "Write" in sluice.wait_unready(topic)
    begun = sluice.metric("sluice_transactions_total")
    time.sleep(10)
    assert sluice.running() and sluice.metric("sluice_transactions_total") - begun < 30, "it fails as fast as it can"
    secure_kafka.allow("--operation", "Write", "--topic", topic, principal=bare_job.user)
    bare_job.wait_done()
    sluice.wait_ready()
    verdict = judge(inputs, bare_job.read(values=False), bare_job.prefix)
    assert verdict.good, str(verdict)
