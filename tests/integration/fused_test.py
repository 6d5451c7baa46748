"""The fused pipeline writes what the chain of daemons writes."""

import collections
import json
import os

import pytest

from support.chain import CHAIN, FUSED, INPUT, Chain, recreate_topics
from support.generate_batches import CLOCK_MS, Batches
from support.own_redis import RedisServer
from support.preprocessor import PreprocessorJob

POINTS = ("collected", "claimed", "begun", "written", "offsets_sent", "committed")
EVENTS = int(os.environ.get("SLUICE_CHAIN_EVENTS", "4000"))


@pytest.fixture(scope="module")
def lookups():
    with RedisServer() as server:
        yield server


def canonical(value):
    """The JSON value, or the very bytes of what is none."""
    try:
        return json.dumps(json.loads(value), sort_keys=True)
    except ValueError:
        return value


def multiset(records):
    return collections.Counter((record.key, canonical(record.value)) for record in records)


def kill_at_every_point(chain):
    """Lets the one daemon of the chain die at each point of a transaction."""
    (sluice,) = chain.daemons().values()
    for number, point in enumerate(POINTS):
        sluice.environment["SLUICE_FAULT_POINT"] = f"{point}:{1 + number % 2}"
        sluice.start()
        assert sluice.wait(60) == -9, f"killed at {point}\n{sluice.log_tail()}"
    del sluice.environment["SLUICE_FAULT_POINT"]


def run(kafka, redis, lookups, names, prefix, values, settings=None, harm=None):
    """{topic: records} of a run over these batches."""
    redis.client().flushall()
    with Chain(kafka, redis, lookups, names, prefix, clock=CLOCK_MS, settings=settings) as chain:
        if set(chain.topics) & set(kafka.topics()):
            recreate_topics(kafka, chain.topics)
        else:
            chain.create_topics()
        kafka.produce(prefix + INPUT, values)
        if harm:
            harm(chain)
        chain.start()
        chain.wait_done(timeout=60 + EVENTS / 500)
        found = chain.read()
        unaccounted = [(name, value) for name, sluice in chain.daemons().items()
                       for (sample, _), value in sluice.metrics().items() if sample == "sluice_unaccounted_events"]
        assert unaccounted and all(value == 0 for _, value in unaccounted), unaccounted
        assert chain.terminate() == [0] * len(chain.daemons())
    return found


def test_chain_and_fused_write_the_same(kafka, redis, lookups):
    batches = Batches(seed=5, events=EVENTS)
    values = list(batches)
    lookups.client().flushall()
    batches.load(lookups)
    prefix = "fused-and-chain."
    chain = run(kafka, redis, lookups, CHAIN, prefix, values)
    fused = run(kafka, redis, lookups, FUSED, prefix, values, {"keep": "all"})
    assert set(chain) == set(fused)
    for topic in sorted(chain):
        assert multiset(fused[topic]) == multiset(chain[topic]), topic
    for topic in ("druid.events.telemetry", "druid.events.log", "druid.events.error", "telemetry.failed", "telemetry.duplicate",
                  "telemetry.extractor.failed", "telemetry.extractor.duplicate", "druid.cb.audit"):
        assert fused[topic], f"nothing on {topic}: the test shows too little"


def test_what_is_not_kept_stays_in_memory(kafka, redis, lookups):
    batches = Batches(seed=6, events=300)
    values = list(batches)
    prefix = "fused-keep."
    found = run(kafka, redis, lookups, FUSED, prefix, values, {"keep": "[telemetry.denorm]"})
    assert found["telemetry.denorm"] and found["druid.events.telemetry"]
    for topic in ("telemetry.raw", "telemetry.unique.primary", "telemetry.unique.secondary", "telemetry.error"):
        assert not found[topic], topic


def test_kills_at_every_point_change_nothing(kafka, redis, lookups):
    batches = Batches(seed=7, events=EVENTS)
    values = list(batches)
    batches.load(lookups)
    prefix = "fused-kills."
    # Small transactions, so that the kills do not all meet the first one.
    settings = {**PreprocessorJob.QUICK_GROUP, "transaction.max_events": "10", "keep": "all"}
    unharmed = run(kafka, redis, lookups, FUSED, prefix, values, settings)
    killed = run(kafka, redis, lookups, FUSED, prefix, values, settings, harm=kill_at_every_point)
    for topic in sorted(unharmed):
        assert multiset(killed[topic]) == multiset(unharmed[topic]), topic
