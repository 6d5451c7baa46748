"""`sluice doctor` names each of many broken set-ups in one line that says what to do, and finds nothing in a good one."""

import contextlib
import dataclasses
import json
import time
import uuid
from typing import Callable

import pytest
from confluent_kafka import Consumer
from support.certificates import Authority
from support.own_redis import RedisServer
from support.preprocessor import AUDIT, CONFIG, FAILED, OUTPUTS, UNIQUE
from support.processes import REPOSITORY, free_port, wait_until
from support.secure_kafka import SecureKafka
from support.sluice_process import run_once

BAD_CONFIG = 78
EXIT = {"error": BAD_CONFIG, "warning": 1}
EVENT = b'{"eid":"START"}'
HOUR_MS = 3_600_000


class World:
    """A set-up that nothing is wrong with, until a case spoils it."""

    def __init__(self, new_job, redis, stack):
        self.new_job = new_job
        self.redis = redis
        self.stack = stack
        self.settings = {}
        self.job = new_job(redis=redis)
        self.config = CONFIG
        self.commit(0)

    def commit(self, offset):
        self.job.kafka.set_offset(self.job.group, self.job.input, 0, offset)

    def remake(self, **options):
        """The job with other topics, whose group has committed offset 0."""
        self.job = self.new_job(redis=self.redis, **options)
        self.commit(0)

    def own_redis(self, **options):
        """A Redis of the case alone, which the pipeline then uses."""
        server = self.stack.enter_context(RedisServer(**{"persistent": True, **options}))
        self.settings["stores.dedup.redis.url"] = server.url
        return server

    def examine(self):
        """(exit status, findings) as JSON has them."""
        settings = {**self.job.process().settings, **self.settings}
        words = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
        status, said = run_once("doctor", self.config, "--json", *words, timeout=120)
        assert said.startswith("{"), f"{status}: {said}"
        return status, json.loads(said)["findings"]


@pytest.fixture(scope="module")
def good_redis():
    with RedisServer(persistent=True) as server:
        yield server


@pytest.fixture
def world(new_job, good_redis):
    with contextlib.ExitStack() as stack:
        yield World(new_job, good_redis, stack)


def faults_of(findings):
    return [(finding["severity"], finding["code"]) for finding in findings if finding["severity"] != "ok"]


def test_a_good_set_up_has_no_findings(world):
    world.job.produce([EVENT] * 3)
    status, findings = world.examine()
    assert (status, faults_of(findings)) == (0, []), findings
    assert {finding["code"] for finding in findings} == {"configuration", "brokers", "topics", "transactions", "group", "store"}
    version = next(finding["text"] for finding in findings if finding["code"] == "brokers")
    assert "1 broker(s), Kafka " in version


def test_it_writes_nothing_and_disturbs_nobody(world):
    daemon = world.job.start()
    world.job.produce([EVENT] * 3)
    world.job.wait_done()
    ends = world.job.kafka.end_offsets(world.job.outputs)
    keys = world.redis.client(7).dbsize()
    begun = daemon.metric("sluice_kafka_fencings_total") + daemon.metric("sluice_kafka_rebalances_total")
    assert faults_of(world.examine()[1]) == []
    assert world.job.kafka.end_offsets(world.job.outputs) == ends
    assert world.redis.client(7).dbsize() == keys
    assert daemon.metric("sluice_kafka_fencings_total") + daemon.metric("sluice_kafka_rebalances_total") == begun
    assert daemon.terminate() == 0


@dataclasses.dataclass
class Broken:
    name: str
    severity: str
    code: str
    spoil: Callable
    named: str = ""  # in the line


def _no_brokers(world):
    world.settings["source.kafka.brokers"] = f"127.0.0.1:{free_port()}"


def _no_redis(world):
    world.settings["stores.dedup.redis.url"] = f"redis://127.0.0.1:{free_port()}"


def _redis_without_right(world):
    server = world.own_redis()
    server.client().execute_command("ACL", "SETUSER", "weak", "on", ">x", "~*", "+@all", "-set")
    world.settings["stores.dedup.redis.user"] = "weak"
    world.settings["stores.dedup.redis.password"] = "x"


def _replica(world):
    primary = world.stack.enter_context(RedisServer())
    server = world.own_redis()
    server.client().replicaof("127.0.0.1", primary.port)
    wait_until(lambda: server.client().info("replication")["master_link_status"] == "up", 20, "the replica follows")


def _too_little_memory(world):
    server = world.own_redis(settings={"maxmemory": "8mb"})
    world.job.produce([EVENT] * 6000)
    world.commit(6000)
    assert server.client().info("memory")["maxmemory"] == 8 * 1024 * 1024


def _unpersistent(world):
    world.own_redis(persistent=False)


def _stranger(world):
    member = Consumer({"bootstrap.servers": world.job.kafka.brokers, "group.id": world.job.group, "client.id": "flink-7"})
    world.stack.callback(member.close)
    member.subscribe([world.job.input])
    wait_until(lambda: member.poll(0.1) or member.assignment(), 30, "the stranger has joined")


def _no_offset(world):
    world.job.produce([EVENT])
    world.settings["source.kafka.group"] = world.job.group + "-new"


def _no_offset_and_no_reset(world):
    _no_offset(world)
    world.settings["source.kafka.auto_offset_reset"] = "error"


def _deleted_unread(world):
    world.job.produce([EVENT] * 5)
    world.job.kafka.delete_records({(world.job.input, 0): 3})


def _beyond_the_end(world):
    world.commit(1000)


def _near_retention(world):
    world.job.kafka.change_topic(world.job.input, retention_ms=2 * HOUR_MS)
    producer = world.job.kafka.producer()
    producer.produce(world.job.input, EVENT, partition=0, timestamp=int(time.time() * 1000) - 90 * 60_000)
    assert producer.flush(30) == 0


def _from_the_future(world):
    producer = world.job.kafka.producer()
    producer.produce(world.job.input, EVENT, partition=0, timestamp=int(time.time() * 1000) + HOUR_MS // 2)
    assert producer.flush(30) == 0


def _gone(topic):
    def spoil(world):
        name = world.job.prefix + topic if topic else world.job.input
        world.job.kafka.delete_topics([name])
        wait_until(lambda: name not in world.job.kafka.topics(), 30, "the topic is gone")
    return spoil


def _changed(topic, **settings):
    return lambda world: world.job.kafka.change_topic(world.job.prefix + topic, **{"max_message_bytes": 1572864, **settings})


def _set(**settings):
    return lambda world: world.settings.update({name.replace("__", "."): value for name, value in settings.items()})


def _empty_reference_data(world):
    world.config = REPOSITORY / "config/denormalization-primary.yaml"
    names = [world.job.prefix + topic for topic in ("telemetry.unique.primary", "telemetry.denorm", "telemetry.failed")]
    have = world.job.kafka.topics()
    world.job.kafka.create_topics([name for name in names if name not in have], max_message_bytes=1572864)
    world.job.kafka.set_offset(world.job.group, names[0], 0, 0)
    for db in (2, 5, 12):
        world.redis.client(db).set("a", "b")
    job = world.job
    world.examine = lambda: _examined(world, {"topic_prefix": job.prefix, "source.kafka.brokers": job.kafka.brokers,
                                              "source.kafka.group": job.group})


def _examined(world, settings):
    words = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    status, said = run_once("doctor", world.config, "--json", *words, environment={"REDIS_META_URL": world.redis.url}, timeout=120)
    assert said.startswith("{"), f"{status}: {said}"
    return status, json.loads(said)["findings"]


BROKEN = [
    Broken("no broker answers", "error", "brokers_unreachable", _no_brokers, "Connection refused"),
    Broken("the source topic is missing", "error", "topic_missing", _gone(None), "sluice topics"),
    Broken("a sink topic is missing", "error", "topic_missing", _gone(AUDIT), AUDIT),
    Broken("a sink topic takes small records only", "warning", "topic_small_records", _changed(FAILED, max_message_bytes=1000), "1000"),
    Broken("a sink topic is compacted", "warning", "topic_compacted", _changed(UNIQUE, cleanup_policy="compact"), "cleanup.policy"),
    Broken("too few replicas in sync", "error", "topic_min_insync", _changed(UNIQUE, min_insync_replicas=2), "min.insync.replicas is 2"),
    Broken("a transaction lasts too long", "error", "transaction_timeout", _set(transaction__timeout="1h"), "transaction.max.timeout.ms"),
    Broken("somebody else is in the group", "error", "group_strangers", _stranger, "flink-7"),
    Broken("no committed offset", "warning", "group_no_offsets", _no_offset, "sluice offsets set"),
    Broken("no committed offset and no reset", "error", "group_no_offsets", _no_offset_and_no_reset, "auto_offset_reset is error"),
    Broken("records deleted unread", "error", "group_behind_log_start", _deleted_unread, "shift-by=0"),
    Broken("committed after the end", "error", "group_after_end", _beyond_the_end, "beyond the end"),
    Broken("more workers than partitions", "warning", "group_idle_workers", _set(workers=3), "3 workers for 1 partition"),
    Broken("lag nears the retention", "warning", "group_near_retention", _near_retention, "2h"),
    Broken("records from the future", "warning", "clock_ahead", _from_the_future, "clock"),
    Broken("no Redis answers", "error", "store_unreachable", _no_redis, "check that Redis runs there"),
    Broken("a wrong password of Redis", "error", "store_refuses", _set(stores__dedup__redis__password="guessed-4711"), "AUTH"),
    Broken("a database that Redis has not", "error", "store_refuses", _set(stores__dedup__redis__db=99), "databases"),
    Broken("a user of Redis without SET", "error", "store_refuses", _redis_without_right, "ACL"),
    Broken("a replica for claims", "error", "store_replica", _replica, "primary"),
    Broken("a Redis cluster", "error", "store_refuses",
           lambda world: world.own_redis(settings={"cluster-enabled": "yes"}), "cluster mode"),
    Broken("claims may be evicted", "warning", "claims_evicted",
           lambda world: world.own_redis(settings={"maxmemory-policy": "allkeys-lru"}), "noeviction"),
    Broken("claims are gone after a restart", "warning", "claims_not_persistent", _unpersistent, "appendonly"),
    Broken("no memory for the claims", "warning", "claims_memory", _too_little_memory, "8 MiB"),
    Broken("reference data is missing", "warning", "store_empty", _empty_reference_data, "database 6 is empty"),
]


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_a_broken_set_up_is_named_in_one_line(world, case):
    case.spoil(world)
    status, findings = world.examine()
    faults = [finding for finding in findings if finding["severity"] != "ok"]
    assert faults_of(findings) == [(case.severity, case.code)], faults
    line = " ".join((faults[0]["subject"], faults[0]["text"], faults[0]["advice"]))
    assert case.named in line and faults[0]["advice"], line
    assert "guessed-4711" not in line
    assert status == EXIT[case.severity]


def test_the_text_has_one_line_for_each_finding(world):
    _gone(AUDIT)(world)
    world.own_redis(persistent=False)
    settings = {**world.job.process().settings, **world.settings}
    words = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    status, said = run_once("doctor", CONFIG, *words, timeout=120)
    lines = said.strip().splitlines()
    assert status == BAD_CONFIG and lines[-1].startswith("1 error(s), 1 warning(s), "), said
    assert sum(line.startswith("error ") for line in lines) == sum(line.startswith("warning ") for line in lines) == 1, said


def test_a_configuration_that_is_not_valid_is_named_as_by_validate(tmp_path):
    status, said = run_once("doctor", CONFIG, "--set", "stages[0].validate_telemetry.schemas=schemas/none")
    assert status == BAD_CONFIG and "schemas/none" in said


# Rights


@pytest.fixture(scope="module")
def secure_kafka():
    with SecureKafka() as cluster:
        yield cluster


@pytest.fixture
def guarded(secure_kafka, new_job, good_redis):
    """A set-up whose user has the rights that docs/operations.md lists; they can be withdrawn."""
    with contextlib.ExitStack() as stack:
        user = f"bare-{uuid.uuid4().hex[:8]}"
        options = secure_kafka.options_of("SSL", certificate=secure_kafka.authority.issue(user))
        settings = {f"{side}.kafka.options.{name}": value for side in ("source", "sink") for name, value in options.items()}
        world = World(lambda **more: new_job(kafka=secure_kafka, brokers=secure_kafka.brokers_of("SSL"), settings=settings, **more),
                      good_redis, stack)
        world.user = f"User:{user}"
        world.rights = {
            "read": ("--operation", "Read", "--topic", world.job.input),
            "group": ("--operation", "Read", "--group", world.job.group),
            "ids": ("--operation", "Write", "--transactional-id", world.job.group, "--resource-pattern-type", "prefixed"),
            **{topic: ("--operation", "Write", "--topic", world.job.prefix + topic) for topic in OUTPUTS},
        }
        topics = [part for topic in OUTPUTS for part in ("--topic", world.job.prefix + topic)]
        secure_kafka.allow("--operation", "DescribeConfigs", *topics, principal=world.user)
        secure_kafka.allow("--operation", "Write", *topics, principal=world.user)
        for name in ("read", "group", "ids"):
            secure_kafka.allow(*world.rights[name], principal=world.user)
        yield world


def test_the_rights_that_are_listed_are_enough(guarded):
    status, findings = guarded.examine()
    assert (status, faults_of(findings)) == (0, []), findings


RIGHTS = [("group", "read_refused", "grant Describe and Read on the group"), ("ids", "transactions_refused", "grant Write"),
          (UNIQUE, "topic_write_refused", "grant Write")]


@pytest.mark.parametrize("right, code, advice", RIGHTS, ids=[code for _, code, _ in RIGHTS])
def test_a_missing_right_is_named(secure_kafka, guarded, right, code, advice):
    # Write brings Describe with it: without either, the topic is hidden.
    secure_kafka.allow("--operation", "Describe", "--topic", guarded.job.prefix + UNIQUE, principal=guarded.user)
    secure_kafka.withdraw(*guarded.rights[right], principal=guarded.user)
    status, findings = guarded.examine()
    faults = [finding for finding in findings if finding["severity"] != "ok"]
    assert status == BAD_CONFIG and code in [finding["code"] for finding in faults], faults
    assert advice in next(finding["advice"] for finding in faults if finding["code"] == code), faults


@pytest.mark.parametrize("right, advice", [("read", "grant Read"), (UNIQUE, "grant Write")], ids=["source", "sink"])
def test_a_topic_that_may_not_be_seen_is_named(secure_kafka, guarded, right, advice):
    secure_kafka.withdraw(*guarded.rights[right], principal=guarded.user)
    status, findings = guarded.examine()
    hidden = [finding for finding in findings if finding["code"] == "topic_hidden"]
    topic = guarded.job.input if right == "read" else guarded.job.prefix + right
    assert status == BAD_CONFIG and [finding["subject"] for finding in hidden] == [f"topic {topic}"], findings
    assert advice in hidden[0]["advice"]


def test_an_unknown_certificate_authority_is_named(secure_kafka, new_job, good_redis, tmp_path):
    stranger = Authority(tmp_path / "stranger", "a-stranger")
    options = secure_kafka.options_of("SSL", certificate_authority=stranger.certificate)
    words = [part for side in ("source", "sink") for name, value in options.items()
             for part in ("--set", f"{side}.kafka.options.{name}={value}")]
    status, said = run_once("doctor", CONFIG, *words, timeout=60,
                            environment={"KAFKA_BROKERS": secure_kafka.brokers_of("SSL"), "REDIS_URL": good_redis.url})
    line = next(line for line in said.splitlines() if line.startswith("error "))
    assert status == BAD_CONFIG and "certificate" in line, said
