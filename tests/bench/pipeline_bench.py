"""Each pipeline by itself on as many records as every other: what the ones before it wrote, repeated with ids of their own."""

import itertools
import re

from support.chain import CHAIN, Chain
from support.generate_batches import CLOCK_MS
from support.generate_telemetry import Telemetry

PIPELINES = ("ingest-router", *CHAIN)  # writers before readers
_FROM_BATCHES = ("ingest-router", "telemetry-extractor")  # a batch counts as the events in it
_DERIVED = "telemetry.derived"  # no pipeline of these writes it
_ID = re.compile(rb'("(?:mid|msgid)":")')


def measure_pipelines(kafka, claims, lookups, batches, events, count):
    """{pipeline: events per CPU-second}; `batches` hold `events` events, each pipeline gets `count` or a few more."""
    prefix = "each."
    claims.client().flushall()
    with Chain(kafka, claims, lookups, PIPELINES, prefix) as chain:
        chain.create_topics()
        inputs = {config.name: prefix + min(config.inputs()) for config in chain.configs}
    kafka.produce(inputs[PIPELINES[0]], batches)
    kafka.produce(prefix + _DERIVED, _summaries(events // 10))
    found = {}
    for name in PIPELINES:
        records = [record.value for record in kafka.read([inputs[name]])]
        if not records:
            raise RuntimeError(f"{name} has no input: nothing was written to {inputs[name]}")
        # The router's copies are on the topic that the extractor reads.
        there = found["ingest-router"][0] if name == "telemetry-extractor" else events if name in _FROM_BATCHES else len(records)
        rounds = max(1, -(-count // there))
        kafka.produce(inputs[name], _copies(records, rounds - 1, name))
        found[name] = (there * rounds, _cpu_seconds(kafka, claims, lookups, name, prefix, there * rounds))
    return {name: done / cpu for name, (done, cpu) in found.items()}


def _cpu_seconds(kafka, claims, lookups, name, prefix, events):
    """From the start of the process to its last commit."""
    with Chain(kafka, claims, lookups, (name,), prefix, clock=CLOCK_MS) as job:
        job.start()
        job.wait_done(timeout=60 + events / 200)
        cpu = job.cpu_seconds()
        job.terminate()
        return cpu


def _summaries(count):
    summaries = (event.value for event in Telemetry(duplicates=0, invalid=0) if event.eid == "SUMMARY")
    return list(itertools.islice(summaries, count))


def _copies(records, rounds, name):
    """The records again and again, each time with other ids: no duplicates."""
    for number in range(rounds):
        other = rb"\g<1>%s-%d-" % (name.encode(), number)
        for record in records:
            yield _ID.sub(other, record)
