"""A broker that refuses records: what it refuses of one record goes to the failed topic with the reason, what it
would refuse of every one is waited for and named."""

import time

import pytest
from support.generate_telemetry import Telemetry
from support.preprocessor import FAILED, OUTPUTS, UNIQUE, judge
from support.sluice_process import binary
from support.stepped_clock import SteppedClock

HOUR_MS = 3_600_000
START = b'{"eid":"START","ets":1,"ver":"3.0","mid":"%s","actor":{"id":"u","type":"User"},' \
        b'"context":{"channel":"c","env":"learn","pdata":{"id":"p"}%s},"edata":{"type":"app"}}'


@pytest.fixture
def clock():
    stepped = SteppedClock(binary())
    if not stepped.works:
        pytest.skip("the clock can't be stepped: there is no C compiler, or the program has sanitizers")
    yield stepped
    stepped.close()


def test_a_record_that_a_topic_does_not_take_is_not_called_oversize(new_job):
    job = new_job(create=[topic for topic in OUTPUTS if topic != UNIQUE])
    job.kafka.create_topics([job.prefix + UNIQUE], cleanup_policy="compact")  # takes no record without a key
    sluice = job.start()
    job.produce([START % (b"without-key", b""), START % (b"with-key", b',"did":"d-1"'), START % (b"again-without", b"")])
    job.wait_done()
    found = job.read()
    assert [b"with-key" in record.value for record in found[UNIQUE]] == [True]
    assert [record.headers["sluice-reason"] for record in found[FAILED]] == ["refused_by_sink"] * 2
    assert sluice.metric("sluice_records_oversize_total") == 0


def test_a_clock_ahead_is_named_and_waited_for(new_job, clock):
    job = new_job(output_settings={"message_timestamp_after_max_ms": HOUR_MS})
    sluice = job.process()
    sluice.environment.update(clock.environment())
    sluice.start_ready()
    clock.step(2 * HOUR_MS // 1000)
    lines = [line for line, _ in zip(Telemetry(seed=41, duplicates=0, invalid=0, numbered=True), range(50))]
    job.produce([line.value for line in lines])
    sluice.wait_unready("clock")
    time.sleep(5)
    assert sluice.running() and sum(map(len, job.read(values=False).values())) == 0
    clock.step(0)
    job.wait_done()
    sluice.wait_ready()
    verdict = judge({(0, offset): line for offset, line in enumerate(lines)}, job.read(values=False), job.prefix)
    assert verdict.good, str(verdict)
