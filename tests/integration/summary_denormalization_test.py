"""summary-denormalization on real servers: what its claims in Redis are, and kills."""

import collections
import itertools
import json
import os

import pytest
from support.chain import Chain
from support.own_redis import RedisServer
from support.preprocessor import PreprocessorJob

NAME = "summary-denormalization"
INPUT, UNIQUE, DUPLICATE, DRUID = "telemetry.derived", "telemetry.derived.unique", "telemetry.duplicate", "druid.events.summary"
CLAIMS_DB, USER_DB = 9, 12
CLOCK = 1_587_340_800_000
POINTS = ("collected", "claimed", "begun", "written", "offsets_sent", "committed")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def lookups():
    with RedisServer() as server:
        server.client(USER_DB).hset("user:u1", mapping={"usertype": "teacher", "state": "Kerala", "district": "Kollam"})
        yield server


@pytest.fixture
def chain(kafka, redis, lookups):
    redis.client().flushall()
    prefix = f"summary-{os.getpid()}-{next(_numbers)}."
    with Chain(kafka, redis, lookups, [NAME], prefix, clock=CLOCK,
               settings={**PreprocessorJob.QUICK_GROUP, "transaction.max_events": "50"}) as made:
        made.create_topics()
        made.write = lambda values: kafka.produce(prefix + INPUT, [json.dumps(value).encode() for value in values])
        yield made


def summary(mid):
    named = {} if mid is None else {"mid": mid}
    return {"eid": "ME_WORKFLOW_SUMMARY", **named, "ets": CLOCK - 1, "uid": "u1", "dimensions": {"did": "d1"}}


def counts(records):
    return collections.Counter(json.loads(record.value).get("mid") for record in records)


def test_the_first_of_a_mid_is_claimed_for_an_hour(chain, redis):
    chain.write([summary("s1"), summary("s1"), summary(None), summary(None), summary("")])
    chain.start()
    chain.wait_done()
    outputs = chain.read()
    assert counts(outputs[UNIQUE]) == counts(outputs[DRUID]) == {"s1": 1, None: 2, "": 1}
    assert counts(outputs[DUPLICATE]) == {"s1": 1}
    claims = redis.client(CLAIMS_DB)
    assert set(claims.keys()) == {b"s1", b""}
    assert all(3500 < claims.ttl(key) <= 3600 for key in (b"s1", b""))


def test_kills_make_no_duplicate_of_a_summary_and_lose_none(chain):
    names = [f"s{number}" for number in range(500)]
    chain.write([*map(summary, names), summary("s7")])
    (sluice,) = chain.daemons().values()
    for number, point in enumerate(POINTS):
        # Not always at the first batch.
        sluice.environment["SLUICE_FAULT_POINT"] = f"{point}:{1 if number < 3 else 2}"
        sluice.start()
        assert sluice.wait(60) == -9, f"killed at {point}\n{sluice.log_tail()}"
    del sluice.environment["SLUICE_FAULT_POINT"]
    chain.start()
    chain.wait_done()
    outputs = chain.read()
    assert counts(outputs[UNIQUE]) == counts(outputs[DRUID]) == {name: 1 for name in names}
    assert counts(outputs[DUPLICATE]) == {"s7": 1}
    claimed = {"summary_denorm_duplicate"}
    for topic, flags in ((UNIQUE, claimed), (DRUID, {*claimed, "user_denorm", "device_denorm", "loc_denorm"})):
        assert all(set(json.loads(record.value)["flags"]) == flags for record in outputs[topic])
