"""Reference data in Redis: servers that go away, databases that lack, values that are not what they should be."""

import itertools
import json
import os

import pytest
from support.chain import Chain
from support.own_redis import RedisServer
from support.preprocessor import PreprocessorJob

NAME = "denormalization-primary"
INPUT, DENORM, FAILED = "telemetry.unique.primary", "telemetry.denorm", "telemetry.failed"
CONTENT_DB, DEVICE_DB, USER_DB, DIALCODE_DB = 5, 2, 12, 6
NOW_MS = 1_600_000_000_000
_numbers = itertools.count(1)


@pytest.fixture
def lookups():
    with RedisServer(persistent=True) as server:
        fill(server)
        yield server


@pytest.fixture
def new(kafka, lookups):
    """Makes the job with a topic set of its own; it is not started yet."""
    jobs = []

    def make(server=lookups, **settings):
        jobs.append(Job(kafka, server, f"lookups-{os.getpid()}-{next(_numbers)}.", settings))
        return jobs[-1]

    yield make
    for job in jobs:
        job.chain.close()


class Job:
    def __init__(self, kafka, server, prefix, settings):
        self.kafka = kafka
        self.chain = Chain(kafka, server, server, [NAME], prefix, clock=NOW_MS,
                           settings={**PreprocessorJob.QUICK_GROUP, **settings})
        self.chain.create_topics()
        self.sluice = self.chain.daemons()[NAME]
        self.input = prefix + INPUT

    def produce(self, events):
        self.kafka.produce(self.input, [json.dumps(event).encode() for event in events])

    def run(self, events):
        """Writes these, starts the job, waits until all is done; the events of telemetry.denorm."""
        self.produce(events)
        self.chain.start()
        return self.done()

    def done(self):
        self.chain.wait_done()
        outputs = self.chain.read()
        assert not outputs[FAILED]
        return [json.loads(record.value) for record in outputs[DENORM]]


def fill(server):
    for number in range(20):
        server.client(CONTENT_DB).set(f"do_{number}", json.dumps({"name": f"Content {number}", "pkgVersion": number}))
        server.client(DEVICE_DB).hset(f"d{number}", mapping={"state": "Goa", "state_code": "GA"})
        server.client(USER_DB).hset(f"user:u{number}", mapping={"usertype": "teacher", "state": "Kerala", "district": "Kollam"})
        server.client(DIALCODE_DB).set(f"CODE{number}", json.dumps({"identifier": f"CODE{number}", "status": "Live"}))


def event(number, mid=None, kind="Content"):
    name = f"CODE{number % 20}" if kind == "dialcode" else f"do_{number % 20}"
    return {"eid": "INTERACT", "ets": NOW_MS, "mid": mid or f"m{number}", "actor": {"id": f"u{number % 20}", "type": "User"},
            "context": {"did": f"d{number % 20}", "channel": "c"}, "object": {"id": name, "type": kind}}


def flags(found):
    return {name: value for name, value in found["flags"].items() if name.endswith("_denorm")}


ALL_FOUND = {"device_denorm": True, "user_denorm": True, "content_denorm": True, "loc_denorm": True}


def check_all(found, count):
    assert sorted(one["mid"] for one in found) == sorted(f"m{number}" for number in range(count))
    for one in found:
        number = int(one["mid"][1:]) % 20
        assert flags(one) == ALL_FOUND
        assert one["contentdata"] == {"name": f"Content {number}", "pkgversion": number}
        assert one["devicedata"]["state"] == "Goa" and one["devicedata"]["iso3166statecode"] == "IN-GA"
        assert one["userdata"]["district"] == "Kollam"


def test_a_server_that_is_away_at_the_start_is_waited_for(new, lookups):
    lookups.stop()
    job = new()
    job.produce(event(number) for number in range(200))
    job.sluice.start()
    text = job.sluice.wait_unready(str(lookups.port))
    assert "refused" in text
    lookups.start()
    check_all(job.done(), 200)


def test_a_server_that_goes_away_in_the_middle_loses_and_doubles_nothing(new, lookups):
    job = new(**{"transaction.max_events": "100"})
    job.produce(event(number) for number in range(1000))
    job.chain.start()
    job.done()
    lookups.kill()
    job.produce(event(number) for number in range(1000, 3000))
    job.sluice.wait_unready(str(lookups.port))
    lookups.start()
    check_all(job.done(), 3000)
    assert job.sluice.metric("sluice_unaccounted_events") == 0


def test_a_server_without_the_database_stops_the_start(new):
    with RedisServer(settings={"databases": "4"}) as small:
        job = new(small)
        job.sluice.start()
        assert job.sluice.wait(30) == 78, job.sluice.log_tail()
        said = job.sluice.log()
        assert "stores.content" in said and "SELECT 5" in said and "out of range" in said, said


def test_a_key_of_the_wrong_type_counts_as_missing(new, lookups):
    lookups.client(CONTENT_DB).delete("do_0")
    lookups.client(CONTENT_DB).hset("do_0", "name", "a hash")
    lookups.client(DEVICE_DB).delete("d0")
    lookups.client(DEVICE_DB).set("d0", "a text")
    job = new()
    (found, other) = job.run([event(0), event(1)])
    assert flags(found) == {**ALL_FOUND, "content_denorm": False, "device_denorm": False}
    assert "contentdata" not in found and "devicedata" not in found
    assert flags(other) == ALL_FOUND
    for store in ("content", "device"):
        assert job.sluice.metric("sluice_lookups_total", store=store, result="wrong_type") == 1


@pytest.mark.parametrize("value", [b"no JSON", b"[1]", b"5", b"", b'{"name":', b"\xff\xfe"])
def test_a_cached_value_that_is_no_object_counts_as_missing(new, lookups, value):
    lookups.client(CONTENT_DB).set("do_0", value)
    job = new()
    (found, other) = job.run([event(0), event(1)])
    assert flags(found) == {**ALL_FOUND, "content_denorm": False}
    assert "contentdata" not in found
    assert flags(other) == ALL_FOUND


def test_the_cache_changes_no_output(new):
    events = [event(number % 50, mid=f"m{number}", kind="dialcode" if number % 3 == 0 else "Content") for number in range(500)]
    plain = new().run(events)
    job = new(**{f"stores.{store}.cache": "{}" for store in ("content", "device", "user", "dialcode")})
    cached = job.run(events)
    assert cached == plain and len(plain) == 500
    assert job.sluice.metric("sluice_lookup_cache_hits_total", store="device") > 0
