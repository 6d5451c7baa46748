"""druid-events-validator and cb-preprocessor on real servers: kills, bad records, servers that go away."""

import collections
import itertools
import json
import os
import pathlib

import pytest
import yaml
from support.chain import Chain
from support.preprocessor import PreprocessorJob
from support.processes import REPOSITORY
from support.sluice_process import run_once

VALIDATOR, CB = "druid-events-validator", "cb-preprocessor"
TELEMETRY, SUMMARY = "druid.events.telemetry", "druid.events.summary"
AUDIT, OFFICER, ROW = "druid.cb.audit", "druid.cb.work.order.officer", "druid.cb.work.order.row"
FAILED, DUPLICATE = "telemetry.failed", "telemetry.duplicate"
DEDUP_DB = {VALIDATOR: 8, CB: 7}
USER_DB = 12
POINTS = ("collected", "claimed", "begun", "written", "offsets_sent", "committed")
UNREADABLE = (b"not json", b"[1]", b"", b"null", b'{"mid":"a"', b'{"mid":"latin \xe9"}', b'{"mid":"inf","n":1e999}', None)
_numbers = itertools.count(1)


@pytest.fixture
def new(kafka, redis):
    """Makes a job with a topic set of its own; it is not started yet."""
    jobs = []

    def make(name, **settings):
        redis.client().flushall()
        prefix = f"{name}-{os.getpid()}-{next(_numbers)}."
        jobs.append(Job(kafka, redis, name, prefix, {**PreprocessorJob.QUICK_GROUP, **settings}))
        return jobs[-1]

    yield make
    for job in jobs:
        job.chain.close()


class Job:
    def __init__(self, kafka, redis, name, prefix, settings):
        self.kafka = kafka
        self.chain = Chain(kafka, redis, redis, [name], prefix, settings=settings)
        self.chain.create_topics()
        self.sluice = self.chain.daemons()[name]
        (topic,) = self.chain.configs[0].inputs()
        self.input = prefix + topic
        self.claims = redis.client(DEDUP_DB[name])

    def produce(self, *values):
        self.kafka.produce(self.input, [v if v is None or isinstance(v, bytes) else json.dumps(v).encode() for v in values])

    def run(self, *values):
        """Writes these, starts the job, waits until all is done; {topic: records}."""
        self.produce(*values)
        self.chain.start()
        self.chain.wait_done()
        return self.chain.read()

    def killed_everywhere(self):
        for number, point in enumerate(POINTS):
            # Not always at the first batch.
            self.sluice.environment["SLUICE_FAULT_POINT"] = f"{point}:{1 if number < 3 else 2}"
            self.sluice.start()
            assert self.sluice.wait(60) == -9, f"killed at {point}\n{self.sluice.log_tail()}"
        del self.sluice.environment["SLUICE_FAULT_POINT"]


def counts(records):
    return collections.Counter(json.loads(record.value)["mid"] for record in records)


def work_order(mid, users=3):
    user = {"id": "U", "unmappedActivities": [{"id": "A"}], "unmappedCompetencies": [{"id": "C"}]}
    return {"mid": mid, "eid": "CB_AUDIT", "context": {"did": "d"},
            "edata": {"cb_object": {"type": "WorkOrder"},
                      "cb_data": {"data": {"id": "W", "status": "Published", "users": [user] * users}}}}


@pytest.mark.parametrize("name, good", [(VALIDATOR, TELEMETRY), (CB, AUDIT)])
def test_what_is_no_event_goes_to_the_failed_topic_as_it_came(new, name, good):
    job = new(name)
    outputs = job.run({"mid": "a"}, *UNREADABLE, {"mid": "b"})
    assert [record.value or b"" for record in outputs[FAILED]] == [value or b"" for value in UNREADABLE]
    assert {record.key for record in outputs[FAILED]} == {None}
    assert counts(outputs[good]) == {"a": 1, "b": 1}
    assert not outputs[DUPLICATE]
    assert job.sluice.metric("sluice_unaccounted_events") == 0


def test_claims_of_the_validator_stand_as_the_original_has_them(new):
    job = new(VALIDATOR)
    outputs = job.run({"mid": "a"}, {"mid": "a"}, {"mid": 5, "eid": "X"}, {"mid": "invalid", "ver": 1}, {"mid": "b", "eid": {}})
    assert set(job.claims.keys()) == {b"a", b"invalid", b"b"}
    assert all(3500 < job.claims.ttl(key) <= 3600 for key in ("a", "invalid", "b"))
    assert [record.key for record in outputs[DUPLICATE]] == [b"a", None]
    errors = [json.loads(record.value)["metadata"]["dv_error"] for record in outputs[FAILED]]
    assert errors == ['"/ver"', '"/allOf/1/properties/eid"']


def test_claims_of_cb_preprocessor_have_their_prefix_and_only_events_with_a_mid_have_one(new):
    job = new(CB)
    outputs = job.run({"mid": "a"}, {"mid": "a"}, {"eid": "X"}, {"eid": "X"}, {"mid": 5}, {"mid": "u", "uid": 5})
    assert job.claims.keys() == [b"CB:a"]
    assert 3500 < job.claims.ttl("CB:a") <= 3600
    assert len(outputs[AUDIT]) == 3 and len(outputs[DUPLICATE]) == 1 and len(outputs[FAILED]) == 2


def test_kills_make_no_duplicate_of_an_event_of_the_validator(new):
    job = new(VALIDATOR, **{"transaction.max_events": "50"})
    names = [f"m{number}" for number in range(500)]
    job.produce(*({"mid": name} for name in names), {"mid": "m7"})
    job.killed_everywhere()
    outputs = job.run()
    assert counts(outputs[TELEMETRY]) == {name: 1 for name in names}
    assert counts(outputs[DUPLICATE]) == {"m7": 1}


def test_kills_make_no_other_rows_of_a_work_order(new):
    job = new(CB, **{"transaction.max_events": "20"})
    names = [f"w{number}" for number in range(100)]
    job.produce(*(work_order(name) for name in names), work_order("w7"))
    job.killed_everywhere()
    outputs = job.run()
    assert counts(outputs[AUDIT]) == {name: 1 for name in names}
    assert counts(outputs[DUPLICATE]) == {"w7": 1}
    for topic, rows in ((OFFICER, 3), (ROW, 6)):
        parents = collections.Counter(json.loads(record.value)["mid_parent"] for record in outputs[topic])
        assert parents == {name: rows for name in names}
        assert set(counts(outputs[topic]).values()) == {1}
        assert {record.key for record in outputs[topic]} == {b"d"}
        assert len({record.position for record in outputs[topic]}) == rows * len(names)


@pytest.mark.parametrize("name, good", [(VALIDATOR, TELEMETRY), (CB, AUDIT)])
def test_redis_that_goes_away_is_waited_for(new, redis, name, good):
    job = new(name)
    redis.client(USER_DB).hset("user:u1", mapping={"rootorgid": "RO", "orgname": "ON"})
    job.run({"mid": "a"})
    redis.pause()
    try:
        job.produce({"mid": "a"}, {"mid": "b", "uid": "u1", "context": {"did": "d"}})
        job.sluice.wait_unready("dedup")
    finally:
        redis.resume()
    job.chain.wait_done()
    outputs = job.chain.read()
    assert counts(outputs[good]) == {"a": 1, "b": 1}
    assert counts(outputs[DUPLICATE]) == {"a": 1}
    if name == CB:
        assert json.loads(outputs[AUDIT][1].value)["context"] == {"channel": "RO", "did": "d"}


# Section 15 of the validator's specification, and rows 46 to 48: {switches: records on each topic}.
SWITCHES = {
    (True, True): {TELEMETRY: 3, SUMMARY: 1, FAILED: 1, DUPLICATE: 1},
    (False, False): {TELEMETRY: 5, SUMMARY: 1},
    (True, False): {TELEMETRY: 4, SUMMARY: 1, FAILED: 1},
    (False, True): {TELEMETRY: 4, SUMMARY: 1, DUPLICATE: 1},
}


@pytest.mark.parametrize("validation, deduplication", SWITCHES)
def test_validation_and_deduplication_can_be_switched_off(tmp_path: pathlib.Path, validation, deduplication):
    nodes = yaml.safe_load((REPOSITORY / f"config/{VALIDATOR}.yaml").read_text(encoding="utf-8"))
    stages = {name: stage for entry in nodes["stages"] for name, stage in entry.items()}
    if not deduplication:
        del stages["deduplicate"], nodes["stores"]
    else:
        nodes["stores"] = {"dedup": {"memory": {}}}
    if not validation:
        stages["validate_druid"]["eid_only"] = True
    fixtures = REPOSITORY / "tests/golden" / VALIDATOR / "fixtures/input.ndjson"
    nodes.update(topic_prefix="", admin={"listen": "off"}, stages=[{name: stage} for name, stage in stages.items()],
                 source={"files": {"paths": [str(fixtures)], "topic": "telemetry.denorm"}})
    nodes["sink"].pop("kafka")
    nodes["sink"]["files"] = {"directory": str(tmp_path)}
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(nodes, sort_keys=False), encoding="utf-8")
    status, said = run_once("run", config)
    assert status == 0, said
    written = {path.stem: path.read_text(encoding="utf-8").count("\n") for path in tmp_path.glob("*.ndjson")}
    assert {topic: count for topic, count in written.items() if count} == SWITCHES[validation, deduplication]
