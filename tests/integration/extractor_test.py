"""Batches taken apart on real servers: large ones under kills, bad ones, servers that go away."""

import collections
import gzip
import itertools
import json
import os

import pytest
from support.chain import INPUT, Chain
from support.preprocessor import PreprocessorJob

NAME = "telemetry-extractor"
RAW, LOG, FAILED = "telemetry.raw", "druid.events.log", "telemetry.failed"
BATCH_FAILED, DUPLICATE, ASSESS = "telemetry.extractor.failed", "telemetry.extractor.duplicate", "telemetry.assess.raw"
CONTENT_DB = 5
POINTS = ("collected", "claimed", "begun", "written", "offsets_sent", "committed")
_numbers = itertools.count(1)


@pytest.fixture
def extractor(kafka, redis):
    """Makes the job with a topic set of its own; it is not started yet."""
    jobs = []

    def make(**settings):
        redis.client().flushall()
        prefix = f"extractor-{os.getpid()}-{next(_numbers)}."
        jobs.append(Extractor(kafka, redis, prefix, {**PreprocessorJob.QUICK_GROUP, **settings}))
        return jobs[-1]

    yield make
    for job in jobs:
        job.chain.close()


class Extractor:
    def __init__(self, kafka, redis, prefix, settings):
        self.kafka = kafka
        self.prefix = prefix
        self.chain = Chain(kafka, redis, redis, [NAME], prefix, settings=settings)
        self.chain.create_topics()
        self.sluice = self.chain.daemons()[NAME]

    def produce(self, *values):
        self.kafka.produce(self.prefix + INPUT, values)

    def run(self, *values):
        """Writes these, starts the job, waits until all is done; {topic: records}."""
        self.produce(*values)
        self.chain.start()
        self.chain.wait_done()
        return self.chain.read()


def batch(events, msgid=None, syncts=1529500243955, **more):
    params = {} if msgid is None else {"params": {"msgid": msgid, "did": "d"}}
    return json.dumps({"id": "api.sunbird.telemetry", "ver": "3.0", **params, "syncts": syncts, "events": events,
                       **more}).encode()


def events(count, name, size=0):
    """Numbered events, every tenth a LOG; of about `size` bytes."""
    return [{"eid": "LOG" if number % 10 == 0 else "INTERACT", "mid": f"{name}-{number}", "edata": {"filler": "x" * size}}
            for number in range(count)]


def is_audit(value):
    return value.get("edata", {}).get("type") == "telemetry_audit"


def mids(records):
    """How often each mid came, audit records aside."""
    values = (json.loads(record.value) for record in records)
    return collections.Counter(value["mid"] for value in values if not is_audit(value))


def audit_counts(records):
    values = (json.loads(record.value) for record in records)
    return [value["edata"]["params"][0]["events_count"] for value in values if is_audit(value)]


def expect_once(outputs, names, count):
    """Every event of these batches is exactly once on the topic of its eid, with one audit record for each batch."""
    assert mids(outputs[RAW]) == {f"{name}-{number}": 1 for name in names for number in range(count) if number % 10}
    assert mids(outputs[LOG]) == {f"{name}-{number}": 1 for name in names for number in range(0, count, 10)}
    assert audit_counts(outputs[LOG]) == [count] * len(names)
    positions = collections.Counter(record.position for topic in (RAW, LOG) for record in outputs[topic])
    assert set(positions.values()) == {1}


def test_a_batch_of_10_000_events_survives_a_kill_at_every_point(extractor):
    job = extractor()
    names = ["before", "large", "after"]
    job.produce(*(batch(events(10_000, name, size=1000), msgid=name) for name in names), batch([], msgid="large"))
    for number, point in enumerate(POINTS):
        # Not always at the first batch.
        job.sluice.environment["SLUICE_FAULT_POINT"] = f"{point}:{1 if number < 3 else 2}"
        job.sluice.start()
        assert job.sluice.wait(60) == -9, f"killed at {point}\n{job.sluice.log_tail()}"
    del job.sluice.environment["SLUICE_FAULT_POINT"]
    outputs = job.run()
    expect_once(outputs, names, 10_000)
    assert [json.loads(record.value)["flags"] for record in outputs[DUPLICATE]] == [{"extractor_duplicate": True}]
    assert not outputs[FAILED] and not outputs[BATCH_FAILED]
    assert job.sluice.terminate() == 0


def test_kills_at_any_time_lose_and_double_nothing(extractor):
    job = extractor(**{"transaction.max_events": "2"})
    names = [f"b{number}" for number in range(12)]
    job.produce(*(batch(events(2000, name, size=300), msgid=name) for name in names))
    for delay in (0.02, 0.05, 0.08, 0.12, 0.2):
        job.sluice.start_ready()
        try:
            job.sluice.wait(delay)
        except TimeoutError:
            job.sluice.kill()
    expect_once(job.run(), names, 2000)


def test_bad_batches_among_good_ones(extractor):
    job = extractor()
    zipped = gzip.compress(batch([{"eid": "A"}]))
    bad = [b"not json", b'{"eid":"A","mid":"1"}', b"[]", b'{"events":{"0":{"eid":"A"}}}', b'{"params":5}', b'{"a":1} x', b'{"syncts":"x"}']
    outputs = job.run(batch([{"eid": "A", "mid": "1"}]), *bad, b"", zipped, None,
                      batch([{"eid": "B", "mid": "2"}, None, {"eid": 5}, {"eid": "C", "mid": "3"}], msgid="part"),
                      batch([{"eid": "D", "mid": "4"}], msgid="part"))
    failed = {record.position: record for record in outputs[BATCH_FAILED]}
    assert len(failed) == len(outputs[BATCH_FAILED]) == len(bad) + 3
    for offset, value in enumerate([*bad, b""], start=1):
        assert failed[f"{job.prefix}{INPUT}/0/{offset}"].value == value
    unzipped = failed[f"{job.prefix}{INPUT}/0/{len(bad) + 2}"]
    assert unzipped.value == zipped.decode("utf-8", "replace").encode()
    assert unzipped.headers["sluice-raw"] == zipped.decode("utf-8", "replace")  # headers are read as text here
    assert mids(outputs[RAW]) == {"1": 1, "2": 1, "3": 1, "4": 1}
    assert audit_counts(outputs[LOG]) == [1, 1]
    assert not outputs[DUPLICATE], "a batch that failed leaves its msgid free"
    assert job.sluice.metric("sluice_unaccounted_events") == 0
    assert job.sluice.metric("sluice_events_dropped_total", reason="null_record") == 1


def test_a_batch_of_20_000_events_takes_little_memory_and_a_larger_one_is_diverted(extractor):
    job = extractor()
    small = [{"eid": "A", "mid": f"s-{number}"} for number in range(20_001)]
    too_many = batch(small, msgid="too-many")
    outputs = job.run(batch(small[:-1]), too_many, batch(events(10, "after")), batch(small[:1], msgid="too-many"))
    assert len(mids(outputs[RAW])) == 20_009
    assert audit_counts(outputs[LOG]) == [20_000, 10, 1]
    (failed,) = outputs[BATCH_FAILED]
    assert failed.value == too_many and failed.headers["sluice-reason"] == "too_many_events"
    assert not outputs[DUPLICATE], "its msgid stays free"
    assert job.chain.rss_mb() < 400


def test_an_event_of_5_mb_does_not_stop_those_beside_it(extractor):
    job = extractor()
    huge = {"eid": "A", "mid": "huge", "edata": {"filler": "x" * 5_000_000}}
    outputs = job.run(batch([*events(5, "b"), huge, *events(5, "c")], msgid="m"), batch(events(3, "after")))
    assert len(mids(outputs[RAW])) == 4 + 4 + 2
    assert audit_counts(outputs[LOG]) == [11, 3]
    (failed,) = outputs[FAILED]
    value = json.loads(failed.value)
    assert value["flags"] == {"ex_processed": False}
    assert value["metadata"] == {"src": "TelemetryExtractorJob", "ex_error": "Event size is Exceeded"}


def test_what_the_failed_topic_does_not_take_is_replaced_there(extractor):
    job = extractor()
    job.kafka.change_topic(job.prefix + FAILED, max_message_bytes=1572864)
    huge = {"eid": "A", "mid": "huge", "edata": {"filler": "x" * 3_000_000}}
    outputs = job.run(batch([huge, *events(5, "b")]))
    (failed,) = outputs[FAILED]
    assert failed.headers["sluice-reason"] == "oversize"
    assert json.loads(failed.value)["metadata"]["position"] == f"{job.prefix}{INPUT}/0/0/0"
    assert len(mids(outputs[RAW])) == 4


def test_redis_that_goes_away_is_waited_for(extractor, redis):
    job = extractor()
    redis.client(CONTENT_DB).set("q1", '{"questionType":"Registration"}')
    answer = {"eid": "ASSESS", "mid": "a", "edata": {"item": {"id": "q1"}, "resvalues": [{"name": "secret"}]}}
    job.run(batch(events(5, "a"), msgid="a"))
    redis.pause()
    try:
        job.produce(batch([answer], msgid="b"), batch(events(5, "c"), msgid="a"))
        job.sluice.wait_unready("dedup")
    finally:
        redis.resume()
    job.chain.wait_done()
    outputs = job.chain.read()
    assert [json.loads(r.value)["edata"]["resvalues"] for r in outputs[RAW] if b'"ASSESS"' in r.value] == [[]]
    assert [json.loads(r.value)["edata"] for r in outputs[ASSESS]] == [answer["edata"]]
    assert len(outputs[DUPLICATE]) == 1
    assert mids(outputs[RAW]).keys() == {"a-1", "a-2", "a-3", "a-4", "a"}


def test_a_record_that_the_broker_refuses_does_not_touch_the_next_batch(extractor):
    job = extractor()
    job.run(batch(events(2, "first")))
    job.kafka.change_topic(job.prefix + RAW, max_message_bytes=20_000)
    job.produce(batch(events(2, "refused", size=30_000)), batch(events(10, "next")))
    job.chain.wait_done()
    outputs = job.chain.read()
    (failed,) = outputs[FAILED]
    assert failed.headers["sluice-reason"] == "oversize", "the limit is read again"
    assert failed.position.startswith(f"{job.prefix}{INPUT}/0/1/"), "of the batch that event alone"
    assert mids(outputs[RAW]).keys() == {"first-1", *(f"next-{number}" for number in range(1, 10))}
    assert not outputs[BATCH_FAILED]
