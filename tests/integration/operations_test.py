"""topics, lag and offsets against a real Kafka: what an operator sees and changes, with the daemon stopped and running."""

import json
import time

import pytest
from support.own_redis import RedisServer
from support.preprocessor import CONFIG, FAILED, OUTPUTS, UNIQUE
from support.processes import REPOSITORY, free_port
from support.sluice_process import run_once

ATTENTION, UNAVAILABLE, BAD_CONFIG = 1, 69, 78
EVENT = b'{"eid":"START","ets":1,"ver":"3.0","mid":"m%d","actor":{"id":"u","type":"User"},' \
        b'"context":{"channel":"c","env":"learn","pdata":{"id":"p"},"did":"d"},"edata":{"type":"app"}}'


def settings_of(job):
    """The --set arguments by which a command sees what the job's processes see."""
    settings = job.process().settings
    return [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]


@pytest.fixture
def sluice(new_job):
    """run(job, "lag", "--json", ...): (exit status, output)."""
    def run(job, *words, config=CONFIG):
        return run_once(*words, config, *settings_of(job), timeout=120)
    return run


@pytest.fixture
def lag(sluice):
    def read(job):
        status, said = sluice(job, "lag", "--json")
        assert status == 0, said
        return json.loads(said)
    return read


def events(count, first=0):
    return [EVENT % number for number in range(first, first + count)]


def committed(job):
    return {partition: offset for (_, partition), offset in job.kafka.committed(job.group, [job.input]).items()}


# topics


def test_topics_that_are_missing_are_named_and_created_when_asked_for(new_job, sluice):
    job = new_job(create=[topic for topic in OUTPUTS if topic != UNIQUE])
    status, said = sluice(job, "topics", "--partitions", "1", "--retention", "1h")
    assert status == ATTENTION, said
    states = {line.split()[0]: line.split()[1] for line in said.splitlines()[1:]}
    assert states.pop(job.prefix + UNIQUE) == "missing"
    assert set(states) == {job.input, *job.outputs} - {job.prefix + UNIQUE} and set(states.values()) == {"ok"}, said

    status, said = sluice(job, "topics", "--partitions", "1", "--retention", "1h", "--create")
    assert status == 0 and "created" in said, said
    status, said = sluice(job, "topics", "--partitions", "1", "--retention", "1h", "--json")
    assert status == 0, said
    made = next(topic for topic in json.loads(said)["topics"] if topic["topic"] == job.prefix + UNIQUE)
    assert made["state"] == "ok" and made["written_by"] == ["pipeline-preprocessor"], made
    assert made["actual"] == {"partitions": 1, "replication": 1, "retention_ms": 3_600_000, "max_message_bytes": 1_572_864}


def test_topics_that_fall_short_say_in_what(new_job, sluice):
    job = new_job(output_settings={"max_message_bytes": 1000, "retention_ms": 60_000})
    status, said = sluice(job, "topics")
    line = next(line for line in said.splitlines() if line.startswith(job.prefix + FAILED))
    assert status == ATTENTION
    for part in ("differs", "partitions 1, not 16", "retention 1m, not 48h", "max.message.bytes 1000, not 1572864"):
        assert part in line, line


def test_the_commands_that_create_topics_need_no_server(tmp_path):
    status, said = run_once("topics", "--kafka-topics-sh", CONFIG, REPOSITORY / "config/telemetry-extractor.yaml",
                            environment={"ENV": "test", "KAFKA_BROKERS": f"127.0.0.1:{free_port()}"})
    lines = [line for line in said.splitlines() if line]
    assert status == 0 and all(line.startswith("kafka-topics.sh --bootstrap-server") for line in lines), said
    names = [line.split("--topic ")[1].split()[0] for line in lines]
    assert len(names) == len(set(names)) and {"test.telemetry.ingest", "test.telemetry.raw"} <= set(names)


# lag


def test_lag_is_that_of_the_stopped_daemon_in_records_and_seconds(new_job, lag):
    job = new_job(partitions=2)
    job.produce(events(3))
    process = job.start()
    job.wait_done()
    assert process.terminate() == 0
    job.produce(events(5, 100), 1)
    time.sleep(1.5)
    found = lag(job)
    assert found["group"] == job.group and found["members"] == [] and found["state"] == "Empty"
    by_partition = {at["partition"]: at for at in found["partitions"]}
    assert by_partition[0]["records"] == 0 and by_partition[0]["seconds"] == 0
    assert by_partition[1]["records"] == 5 and 1.4 < by_partition[1]["seconds"] < 60
    assert by_partition[0]["committed"] == 3


def test_lag_of_a_running_daemon_names_its_members(new_job, lag):
    job = new_job()
    job.start()
    job.produce(events(4))
    job.wait_done()
    found = lag(job)
    assert [member["client_id"] for member in found["members"]] == ["sluice-pipeline-preprocessor"]
    assert [at["records"] for at in found["partitions"]] == [0]


def test_lag_without_committed_offsets_counts_from_the_reset(new_job, lag, sluice):
    job = new_job()
    job.produce(events(7))
    at = lag(job)["partitions"][0]
    assert at["committed"] is None and at["records"] == 7 and at["note"] == "no committed offset"
    status, said = run_once("lag", CONFIG, *settings_of(job), "--set", "source.kafka.auto_offset_reset=latest", "--json", timeout=60)
    assert status == 0 and json.loads(said)["partitions"][0]["records"] == 0, said


def test_a_broker_that_does_not_answer_is_named(tmp_path):
    brokers = f"127.0.0.1:{free_port()}"
    for verb in (["lag"], ["topics"], ["offsets", "export"]):
        status, said = run_once(*verb, CONFIG, environment={"KAFKA_BROKERS": brokers}, timeout=60)
        assert status == UNAVAILABLE, said
        assert brokers in said and "Connection refused" in said and "check" in said, said
        assert len(said.strip().splitlines()) == 1, said


def test_a_pipeline_that_reads_files_has_no_lag():
    status, said = run_once("lag", REPOSITORY / "config/quickstart.yaml")
    assert status == BAD_CONFIG and "does not read Kafka" in said


# offsets


@pytest.fixture
def stopped(new_job):
    """A job that has done 10 records on each of two partitions, and stopped."""
    job = new_job(partitions=2)
    for partition in (0, 1):
        job.produce(events(10, partition * 10), partition)
    process = job.start()
    job.wait_done()
    assert process.terminate() == 0
    return job


@pytest.mark.parametrize("to, expected", [("earliest", {0: 0, 1: 0}), ("latest", {0: 10, 1: 10}), ("shift-by=-3", {0: 7, 1: 7}),
                                          ("shift-by=-1000", {0: 0, 1: 0}), ("by-duration=1h", {0: 0, 1: 0}),
                                          ("datetime=2030-01-01T00:00:00Z", {0: 10, 1: 10})])
def test_set_moves_the_group_only_with_execute(stopped, sluice, to, expected):
    before = committed(stopped)
    status, said = sluice(stopped, "offsets", "set", "--to", to)
    assert status == 0 and "nothing was changed" in said and committed(stopped) == before
    status, said = sluice(stopped, "offsets", "set", "--to", to, "--execute")
    assert status == 0 and "offsets were set" in said, said
    assert committed(stopped) == expected


def test_set_to_a_time_finds_the_first_record_after_it(stopped, sluice):
    time.sleep(1.1)
    between = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    time.sleep(1.1)
    stopped.produce(events(2, 100))
    status, said = sluice(stopped, "offsets", "set", "--to", f"datetime={between}", "--execute")
    assert status == 0 and committed(stopped) == {0: 10, 1: 10}, said


def test_a_group_with_members_is_left_alone(stopped, sluice):
    process = stopped.start()
    for words in (["set", "--to", "earliest"], ["set", "--to", "earliest", "--execute"]):
        status, said = sluice(stopped, "offsets", *words)
        assert status == ATTENTION and stopped.group in said and "sluice-pipeline-preprocessor" in said, said
    assert committed(stopped) == {0: 10, 1: 10}
    assert process.terminate() == 0


def test_what_export_writes_import_and_kafkas_own_command_take(stopped, sluice, tmp_path):
    path = tmp_path / "offsets.csv"
    status, said = sluice(stopped, "offsets", "export", "--file", path)
    assert status == 0, said
    assert sorted(path.read_text().split()) == [f"{stopped.input},0,10", f"{stopped.input},1,10"]
    assert sluice(stopped, "offsets", "set", "--to", "earliest", "--execute")[0] == 0
    status, said = sluice(stopped, "offsets", "import", "--file", path, "--execute")
    assert status == 0 and committed(stopped) == {0: 10, 1: 10}, said
    path.write_text(path.read_text().replace(",10", ",4"))
    stopped.kafka.command("ConsumerGroupCommand", "--group", stopped.group, "--reset-offsets", "--from-file", path, "--execute")
    assert committed(stopped) == {0: 4, 1: 4}


def test_an_import_that_does_not_fit_is_refused(stopped, sluice, tmp_path):
    path = tmp_path / "offsets.csv"
    for text, named in ((f"{stopped.input},0\n", ":1: "), ("elsewhere,0,1\n", "elsewhere[0]"), (f"{stopped.input},7,1\n", "[7]")):
        path.write_text(text)
        status, said = sluice(stopped, "offsets", "import", "--file", path, "--execute")
        assert status == BAD_CONFIG and named in said, said
    assert committed(stopped) == {0: 10, 1: 10}


def test_move_takes_over_where_another_group_is(stopped, sluice, new_job):
    old = stopped.group + "-flink"
    stopped.kafka.set_offset(old, stopped.input, 0, 6)
    stopped.kafka.set_offset(old, stopped.input, 1, 2)
    words = ["offsets", "move", "--from", old, "--to", CONFIG, *settings_of(stopped)]
    assert run_once(*words, timeout=60)[0] == 0 and committed(stopped) == {0: 10, 1: 10}
    status, said = run_once(*words, "--execute", timeout=60)
    assert status == 0 and committed(stopped) == {0: 6, 1: 2}, said
    assert {p: o for (_, p), o in stopped.kafka.committed(old, [stopped.input]).items()} == {0: 6, 1: 2}
    status, said = run_once("offsets", "move", "--from", "nobody", "--to", CONFIG, *settings_of(stopped), timeout=60)
    assert status == BAD_CONFIG and "nobody" in said, said


def test_a_pipeline_goes_on_where_its_offsets_were_set(stopped, sluice):
    """Its own claims name the same positions: what comes again comes out again, and is no duplicate."""
    before = len(stopped.read()[UNIQUE])
    assert sluice(stopped, "offsets", "set", "--to", "shift-by=-4", "--execute")[0] == 0
    stopped.start("two")
    stopped.wait_done()
    assert before == 20 and len(stopped.read()[UNIQUE]) == 28


def test_offsets_of_the_fused_file_are_those_of_both_its_topics(kafka, redis, tmp_path):
    prefix = f"fused-{time.time_ns()}."
    kafka.create_topics([prefix + "telemetry.ingest", prefix + "telemetry.derived"])
    kafka.produce(prefix + "telemetry.ingest", [b"{}"] * 3)
    words = ["--set", f"topic_prefix={prefix}", "--set", f"source.kafka.brokers={kafka.brokers}",
             "--set", f"source.kafka.group={prefix}group"]
    config = REPOSITORY / "config/telemetry-pipeline.yaml"
    status, said = run_once("offsets", "set", config, "--to", "latest", "--execute", *words, timeout=60)
    assert status == 0, said
    found = kafka.committed(prefix + "group", [prefix + "telemetry.ingest", prefix + "telemetry.derived"])
    assert found == {(prefix + "telemetry.ingest", 0): 3, (prefix + "telemetry.derived", 0): 0}
    status, said = run_once("topics", config, "--json", *words, timeout=60)
    assert status == ATTENTION and prefix + "telemetry.unique.primary" not in said, said


def test_no_command_prints_a_secret(tmp_path, kafka):
    with RedisServer(password="hush-4711") as guarded:
        for verb in (["lag"], ["topics"], ["doctor"], ["offsets", "export"]):
            _, said = run_once(*verb, CONFIG, "--set", "source.kafka.options.sasl.password=hush-4711",
                               "--set", "source.kafka.options.sasl.username=me",
                               environment={"KAFKA_BROKERS": kafka.brokers, "REDIS_URL": guarded.url}, timeout=120)
            assert "hush" not in said, said


def test_misuse_says_what_to_write(tmp_path):
    for words, named in ((["offsets", "set", CONFIG, "--to", "yesterday"], "by-duration"),
                         (["offsets", "set", CONFIG, "--to", "datetime=2025-01-01"], "+05:30"),
                         (["offsets", "set", CONFIG], "--to"), (["topics", CONFIG, "--retention", "soon"], "48h"),
                         (["offsets", "move", "--from", "g"], "--to"), (["offsets"], "subcommand")):
        status, said = run_once(*words)
        assert status == 64 and named in said, said


@pytest.mark.parametrize("verb", ["doctor", "topics", "lag", "offsets", "offsets set", "offsets move", "offsets import"])
def test_help_has_an_example(verb):
    status, said = run_once(*verb.split(), "--help")
    assert status == 0 and (verb == "offsets" or f"sluice {verb} " in said), said
