"""Every event goes where its type, its validity and its mid say."""

import json

from support.generate_telemetry import FAULTS, WEIGHTS, Telemetry
from support.preprocessor import (DUPLICATE, FAILED, LOG, OUTPUTS, PRIMARY, SECONDARY, UNIQUE, judge, route_of)

HUBBED = {"IMPRESSION", "INTERACT", "START", "END"}


def one_of_each():
    """One valid line per event type."""
    found = {}
    for line in Telemetry(seed=11, duplicates=0, invalid=0):
        found.setdefault(line.eid, line)
        if len(found) == len(WEIGHTS):
            return [found[eid] for eid in sorted(found)]
    return []


def event_of(record):
    return json.loads(record.value)


def test_every_event_type_goes_to_its_topics(new_job):
    job = new_job()
    lines = one_of_each()
    job.produce([line.value for line in lines])
    job.start()
    job.wait_done()
    outputs = job.read()
    for offset, line in enumerate(lines):
        position = f"{job.input}/0/{offset}"
        found = {topic for topic in OUTPUTS if any(r.position == position for r in outputs[topic])}
        assert found == route_of(line.eid), line.eid
    verdict = judge({(0, offset): line for offset, line in enumerate(lines)}, outputs, job.prefix)
    assert verdict.good, str(verdict)


def test_an_event_carries_its_marks_hub_and_key(new_job):
    job = new_job()
    lines = one_of_each()
    job.produce([line.value for line in lines])
    job.start()
    job.wait_done()
    by_position = {r.position: r for topic in (UNIQUE, LOG) for r in job.read()[topic]}
    for offset, line in enumerate(lines):
        record = by_position.get(f"{job.input}/0/{offset}")
        if record is None:
            continue
        event, original = event_of(record), json.loads(line.value)
        assert event["flags"]["pp_validation_processed"] is True
        assert event["type"] == "events"
        assert ("hub" in event["context"]) == (line.eid in HUBBED), line.eid
        assert record.key.decode() == original["context"]["did"]
        assert isinstance(event["syncts"], int) and event["@timestamp"].endswith("Z")


def test_a_share_gives_its_items_on_both_topics_with_ordinals(new_job):
    job = new_job()
    share = next(line for line in one_of_each() if line.eid == "SHARE")
    items = json.loads(share.value)["edata"]["items"]
    job.produce([share.value])
    job.start()
    job.wait_done()
    outputs = job.read()
    for topic in (UNIQUE, SECONDARY):
        made = [r for r in outputs[topic] if event_of(r)["eid"] == "SHARE_ITEM"]
        assert len(made) == len(items)
        assert len({r.position for r in made}) == len(items)
        assert all(r.position.startswith(f"{job.input}/0/0/") for r in made)
    flags = [event_of(r).get("flags", {}) for topic in (PRIMARY, UNIQUE) for r in outputs[topic]
             if event_of(r)["eid"] == "SHARE"]
    assert [flag.get("pp_share_event_processed") for flag in flags] == [None, True]


def test_a_repeated_mid_is_a_duplicate_that_names_the_first(new_job):
    job = new_job()
    line = next(line for line in one_of_each() if line.eid == "INTERACT")
    job.produce([line.value, line.value, line.value])
    job.start()
    job.wait_done()
    duplicates = job.read()[DUPLICATE]
    assert [r.position for r in duplicates] == [f"{job.input}/0/1", f"{job.input}/0/2"]
    assert {r.headers["sluice-first-claimant"] for r in duplicates} == {f"{job.input}/0/0"}
    assert all(event_of(r)["flags"]["pp_duplicate"] is True for r in duplicates)
    assert all("hub" not in event_of(r)["context"] for r in duplicates)


def test_a_log_event_is_never_a_duplicate(new_job):
    job = new_job()
    line = next(line for line in one_of_each() if line.eid == "LOG")
    job.produce([line.value, line.value])
    job.start()
    job.wait_done()
    outputs = job.read()
    assert len(outputs[LOG]) == 2 and not outputs[DUPLICATE]
    assert job.claims().dbsize() == 0


def test_a_claim_is_the_position_and_expires_within_the_hour(new_job):
    job = new_job()
    line = next(line for line in one_of_each() if line.eid == "START")
    job.produce([line.value])
    job.start()
    job.wait_done()
    assert job.claims().get(line.mid).decode() == f"{job.input}/0/0"
    assert 3500 < job.claims().ttl(line.mid) <= 3600


def test_a_claim_of_the_original_job_makes_a_duplicate(new_job):
    job = new_job()
    line = next(line for line in one_of_each() if line.eid == "START")
    job.claims().set(line.mid, "", ex=3600)
    job.produce([line.value])
    job.start()
    job.wait_done()
    assert [r.position for r in job.read()[DUPLICATE]] == [f"{job.input}/0/0"]


def test_every_fault_goes_to_failed_with_its_reason(new_job):
    job = new_job()
    faulty = {}
    for line in Telemetry(seed=12, duplicates=0, invalid=1):
        faulty.setdefault(line.kind, line)
        if len(faulty) == len(FAULTS):
            break
    job.produce([line.value for line in faulty.values()])
    job.start()
    job.wait_done()
    outputs = job.read()
    assert len(outputs[FAILED]) == sum(map(len, outputs.values())) == len(FAULTS)
    for record in outputs[FAILED]:
        event = event_of(record)
        assert event["flags"]["pp_validation_processed"] is False
        assert event["metadata"]["src"] == "PipelinePreprocessor"
        assert event["metadata"]["validation_error"]
        assert record.headers["sluice-reason"]


def test_a_large_load_is_judged_right_with_two_workers(new_job):
    job = new_job(partitions=4)
    lines = [line for line, _ in zip(Telemetry(seed=13, duplicates=0.05, invalid=0.03), range(8000))]
    placed = {}
    for partition in range(4):
        part = lines[partition::4]
        job.produce([line.value for line in part], partition)
        placed.update({(partition, offset): line for offset, line in enumerate(part)})
    job.start(workers=2)
    job.wait_done()
    verdict = judge(placed, job.read(values=False), job.prefix)
    assert verdict.good and verdict.duplicates == verdict.true_duplicates > 0, str(verdict)


def test_at_least_once_delivers_everything_in_a_quiet_run(new_job):
    job = new_job()
    lines = [line for line, _ in zip(Telemetry(seed=14), range(3000))]
    job.produce([line.value for line in lines])
    sluice = job.start(delivery="at_least_once")
    job.wait_done()
    assert sluice.terminate() == 0
    verdict = judge({(0, offset): line for offset, line in enumerate(lines)}, job.read(values=False), job.prefix)
    assert verdict.good, str(verdict)
