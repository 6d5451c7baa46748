"""Sources and sinks of two systems: outputs first, then the source's checkpoint."""

import collections
import json

from support.generate_telemetry import Telemetry
from support.preprocessor import CONFIG, INPUT, OUTPUTS
from support.processes import wait_until
from support.sluice_process import run_once

AT_LEAST_ONCE = "at least once, deduplicated downstream by the header sluice-position"
KEY = "key: [/dimensions/did, /context/did]"


def to_files(folder):
    return {"sink": f"{{ {KEY}, files: {{ directory: '{folder}', envelope: true }} }}", "delivery": "at_least_once"}


def positions_in(folder, prefix):
    """How often each position stands in the files of a folder, by file."""
    found = collections.Counter()
    for topic in OUTPUTS:
        path = folder / f"{prefix}{topic}.ndjson"
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            found[topic, json.loads(line)["headers"]["sluice-position"]] += 1
    return found


def input_places(found, prefix):
    """The (partition, offset) of the records that came out somewhere."""
    return {tuple(map(int, position.removeprefix(prefix + INPUT + "/").split("/")[:2])) for _, position in found}


def produce(job, count, seed):
    job.produce([line.value for line, _ in zip(Telemetry(seed=seed, duplicates=0.02, invalid=0.02), range(count))])


def test_the_status_says_what_is_promised_and_what_was_done(new_job):
    job = new_job()
    produce(job, 500, seed=71)
    sluice = job.start()
    job.wait_done()

    def done():
        status, text = sluice.get("/status")
        assert status == 200, text
        said = json.loads(text)
        return said if said["workers"][0]["records"] == 500 else None

    said = wait_until(done, 20, lambda: "the status shows 500 records")
    assert said["delivery"] == "exactly once" and said["pipeline"] == "pipeline-preprocessor"
    assert job.input in said["source"] and job.group in said["source"]
    worker = said["workers"][0]
    assert worker["state"] == "running" and worker["reason"] == "" and worker["last_commit"]
    assert [(p["topic"], p["partition"]) for p in worker["partitions"]] == [(job.input, 0)]
    pipeline = worker["pipelines"][0]
    assert pipeline["received"] == 500 and pipeline["unaccounted"] == 0
    assert pipeline["received"] + pipeline["created"] == sum(pipeline[end] for end in ("emitted", "diverted", "dropped"))
    assert pipeline["stages"]["validate_telemetry"] == 500
    assert sum(pipeline["topics"].values()) == sum(len(records) for records in job.read(values=False).values())


def test_a_worker_that_waits_says_for_what(new_job):
    sluice = new_job(redis_url="redis://127.0.0.1:1").process().start()
    sluice.wait_unready("127.0.0.1:1")
    worker = json.loads(sluice.get("/status")[1])["workers"][0]
    assert worker["state"] == "waiting" and "127.0.0.1:1" in worker["reason"] and worker["since"]


def test_kafka_to_files_loses_nothing_when_killed(new_job, tmp_path):
    job = new_job()
    produce(job, 3000, seed=72)
    settings = {**to_files(tmp_path / "out"), "transaction.max_events": "100"}
    for point in ("written", "outputs_committed"):
        sluice = job.process(**settings)
        sluice.environment["SLUICE_FAULT_POINT"] = f"{point}:5"
        sluice.start()
        assert sluice.wait(60) == -9, sluice.log_tail()
    sluice = job.start(**settings)
    assert AT_LEAST_ONCE in sluice.log()
    job.processes[:] = [sluice]
    job.wait_done()
    assert sluice.terminate() == 0
    found = positions_in(tmp_path / "out", job.prefix)
    assert input_places(found, job.prefix) == {(0, offset) for offset in range(3000)}
    repeated = {place for place, count in found.items() if count > 1}
    assert repeated, "the kill between the two commits repeats what was in flight"
    assert len(input_places(repeated, job.prefix)) <= 100


def test_files_to_kafka_go_on_at_their_own_checkpoint(new_job, tmp_path):
    job = new_job()
    lines = [line.value for line, _ in zip(Telemetry(seed=73, duplicates=0, invalid=0), range(400))]
    path = tmp_path / "in.ndjson"
    path.write_bytes(b"\n".join(lines[:300]) + b"\n")
    source = f"{{ files: {{ paths: ['{path}'], topic: {INPUT}, checkpoint: '{tmp_path}/in.checkpoint' }} }}"
    arguments = ["run", CONFIG]
    for key, value in {"topic_prefix": job.prefix, "source": source, "delivery": "at_least_once",
                       "sink.kafka.brokers": job.kafka.brokers, "stores.dedup.redis.url": job.redis.url,
                       "admin.listen": "off"}.items():
        arguments += ["--set", f"{key}={value}"]
    for total in (300, 300, 400):
        if total == 400:
            path.write_bytes(b"\n".join(lines) + b"\n")
        status, said = run_once(*arguments, timeout=60)
        assert status == 0 and AT_LEAST_ONCE in said, said
        counts = collections.Counter(record.position for records in job.read().values() for record in records
                                     if record.position.count("/") == 2)
        assert len(counts) == total, said


def test_exactly_once_over_two_systems_is_refused(tmp_path):
    settings = to_files(tmp_path)
    status, said = run_once("validate", CONFIG, "--set", f"sink={settings['sink']}")
    assert status == 78 and "in one step with its outputs" in said and "delivery: at_least_once" in said
    status, said = run_once("validate", CONFIG, "--set", f"sink={settings['sink']}", "--set", "delivery=at_least_once")
    assert status == 0 and AT_LEAST_ONCE in said
