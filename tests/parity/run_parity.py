#!/usr/bin/python3
"""Runs recorded cases with the shipped configuration on real Kafka and Redis, and judges them.

  tests/parity/run_parity.py DIR...     every <pipeline>/<case>/case.json under DIR (README.md says what a case is)

The last line is `N passed, N failed`.
"""

import argparse
import base64
import dataclasses
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.kafka_cluster import KafkaCluster  # noqa: E402
from support.processes import REPOSITORY, wait_until  # noqa: E402
from support.own_redis import RedisServer  # noqa: E402
from support.shipped_config import ShippedConfig  # noqa: E402
from support.sluice_process import Sluice  # noqa: E402

CASE_FILES = ("case.json", "input.ndjson", "expected.ndjson")
NOT_SERVED = ("http.ndjson", "sql.ndjson", "cql.ndjson", "sql_after.ndjson", "cql_after.ndjson")
STORES = ("redis", "redis-meta")
LONGEST_CLAIMED_KEY = 1024
CLAIM_PREFIXES = ("CB:",)
MAX_MESSAGE_BYTES = 32 * 1024 * 1024  # README.md: at least 10 MiB


class Unrunnable(Exception):
    """The case can't be run; the text says why."""


def lines_of(path):
    """Values may hold other line separators, so only \\n counts."""
    return [json.loads(line) for line in path.read_bytes().decode().split("\n") if line.strip()]


@dataclasses.dataclass
class Case:
    folder: pathlib.Path
    pipeline: str
    clock: int

    @property
    def name(self):
        return f"{self.pipeline}/{self.folder.name}"

    @classmethod
    def load(cls, folder):
        for name in CASE_FILES:
            if not (folder / name).is_file():
                raise Unrunnable(f"{folder / name} is missing")
        for name in NOT_SERVED:
            if (folder / name).exists():
                raise Unrunnable(f"{name}: this runner has no such server")
        described = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        return cls(folder, described["pipeline"], described["clock"])

    def inputs(self):
        """(topic, key, value) of each record, the topic without its prefix."""
        for record in lines_of(self.folder / "input.ndjson"):
            if "value_b64" in record:
                value = base64.b64decode(record["value_b64"])
            else:
                value = None if record["value"] is None else record["value"].encode()
            yield record["topic"], None if record["key"] is None else record["key"].encode(), value

    def redis_before(self):
        path = self.folder / "redis.ndjson"
        return lines_of(path) if path.exists() else []

    def redis_after(self):
        """Path of the expected contents, None where the case has none."""
        path = self.folder / "redis_after.ndjson"
        return path if path.exists() else None

    def expected_topics(self):
        return {record["topic"] for record in lines_of(self.folder / "expected.ndjson")}


def with_claimed_key(entry):
    """The entry as sluice leaves it: it claims a key of more than 1,024 bytes by its hash (docs/delivery.md), as no original job does."""
    key = entry["key"]
    if entry["store"] != "redis" or len(key.encode()) <= LONGEST_CLAIMED_KEY:
        return entry
    prefix = next((known for known in CLAIM_PREFIXES if key.startswith(known)), "")
    digest = hashlib.sha256(key.removeprefix(prefix).encode()).hexdigest()
    return {**entry, "key": f"{prefix}sha256:{digest}"}


def find_cases(directories):
    """Folders that look like a case, in order; a directory without any is a failure of its own."""
    folders, failures = [], []
    for directory in map(pathlib.Path, directories):
        found = {path.parent for name in CASE_FILES for path in directory.rglob(name)}
        if not found:
            failures.append(f"{directory}: no case")
        folders += sorted(found)
    return folders, failures


class Redis:
    """The two Redis servers of a case, by the names that its files use."""

    def __init__(self):
        self.servers = {store: RedisServer(settings={"databases": "32"}).start() for store in STORES}

    def close(self):
        for server in self.servers.values():
            server.close()

    def load(self, entries):
        for server in self.servers.values():
            server.client().flushall()
        clients = {}
        for entry in entries:
            place = entry["store"], entry["db"]
            if place not in clients:
                clients[place] = self.servers[entry["store"]].client(entry["db"])
            self._put(clients[place], entry)

    @staticmethod
    def _put(client, entry):
        key, value = entry["key"], entry["value"]
        if entry["type"] == "string":
            client.set(key, value)
        elif entry["type"] == "hash":
            client.hset(key, mapping=value)
        elif entry["type"] == "set":
            client.sadd(key, *value)
        elif entry["type"] == "list":
            client.rpush(key, *value)
        else:
            raise Unrunnable(f"redis.ndjson: unknown type {entry['type']}")
        if entry.get("ttl") is not None:
            client.expire(key, entry["ttl"])

    def dump(self, places):
        for store, db in sorted(places):
            client = self.servers[store].client(db)
            for key in sorted(client.scan_iter(count=1000)):
                kind = client.type(key).decode()
                ttl = client.ttl(key)
                yield {"store": store, "db": db, "key": text_of(key), "type": kind,
                       "value": self._get(client, kind, key), "ttl": ttl if ttl >= 0 else None}

    @staticmethod
    def _get(client, kind, key):
        if kind == "string":
            return text_of(client.get(key))
        if kind == "hash":
            return {text_of(name): text_of(value) for name, value in client.hgetall(key).items()}
        if kind == "set":
            return sorted(map(text_of, client.smembers(key)))
        if kind == "list":
            return list(map(text_of, client.lrange(key, 0, -1)))
        return f"<{kind}>"


def text_of(value):
    return value.decode("utf-8", "replace")


def actual_line(topic, record):
    """One line of the form of expected.ndjson. The JSON of the record stands in it as it is: no digit is lost."""
    head = f'{{"topic": {json.dumps(topic)}, "key": {json.dumps(None if record.key is None else text_of(record.key))}, '
    if record.value is None:
        return head + '"text": null}'
    try:
        text = record.value.decode()
        json.loads(text, parse_constant=_refuse, parse_int=str, parse_float=str)
        return head + '"value": ' + text.replace("\n", " ").replace("\r", " ") + "}"
    except (ValueError, RecursionError):
        return head + f'"text": {json.dumps(text_of(record.value))}}}'


def _refuse(constant):
    raise ValueError(constant)


class Runner:
    """Runs cases one after the other on one Kafka."""

    def __init__(self, kafka, redis, timeout):
        self._kafka = kafka
        self._redis = redis
        self._timeout = timeout
        self._number = 0

    def run(self, case):
        """The differences, as text; empty where there are none."""
        try:
            config = ShippedConfig(case.pipeline)
        except FileNotFoundError as error:
            raise Unrunnable(str(error)) from None
        self._number += 1
        prefix = re.sub(r"[^A-Za-z0-9]", "-", f"parity-{self._number}-{case.folder.name}") + "."
        inputs = {prefix + name for name in {*config.inputs(), *(topic for topic, _, _ in case.inputs())}}
        outputs = {prefix + name for name in config.outputs() | case.expected_topics()} - inputs
        self._kafka.create_topics(sorted(inputs | outputs), max_message_bytes=MAX_MESSAGE_BYTES)
        self._redis.load(case.redis_before())
        self._kafka.produce_all((prefix + topic, 0, key, value) for topic, key, value in case.inputs())
        status = self._process(config, case, prefix, sorted(inputs))
        self._kafka.wait_for_open_transactions(sorted(outputs))
        differences = self._judge(case, prefix, sorted(outputs))
        if status != 0:
            differences += f"sluice ended with status {status} after SIGTERM\n"
        return differences

    def _process(self, config, case, prefix, inputs):
        """Until every input is committed; the exit status."""
        group = prefix + "group"
        settings = {"topic_prefix": prefix, "source.kafka.group": group, "source.kafka.brokers": self._kafka.brokers}
        if config.fused:
            settings["keep"] = "all"
        environment = config.redis_environment(*(self._redis.servers[store].url for store in STORES))
        ends = {place: end for place, end in self._kafka.end_offsets(inputs).items() if end > 0}
        with Sluice(config.path, settings, environment, clock=case.clock, name="parity") as sluice:

            def done():
                if not sluice.running():
                    raise Unrunnable(f"sluice ended with status {sluice.exit_status()}:\n{sluice.log_tail()}")
                committed = self._kafka.committed(group, inputs)
                return all(committed[place] >= end for place, end in ends.items())

            try:
                wait_until(done, self._timeout, lambda: f"all input is committed\n/readyz: {sluice.ready()[1]}\n"
                                                        f"{sluice.log_tail()}", interval=0.01)
                return sluice.terminate()
            except TimeoutError as error:
                raise Unrunnable(str(error)) from None

    def _judge(self, case, prefix, outputs):
        with tempfile.TemporaryDirectory(prefix="sluice-parity-") as folder:
            actual = pathlib.Path(folder) / "actual.ndjson"
            actual.write_text("".join(actual_line(r.topic[len(prefix):], r) + "\n" for r in self._kafka.read(outputs)),
                              encoding="utf-8")
            command = [sys.executable, REPOSITORY / "tests/parity/compare.py", case.folder / "expected.ndjson", actual,
                       "--case", case.folder / "case.json", "--show", "50"]
            expected_redis = case.redis_after()
            if expected_redis:
                places = {(entry["store"], entry["db"]) for entry in lines_of(expected_redis)}
                dump = pathlib.Path(folder) / "redis_after.ndjson"
                dump.write_text("".join(json.dumps(entry) + "\n" for entry in self._redis.dump(places)), encoding="utf-8")
                expected = pathlib.Path(folder) / "redis_expected.ndjson"
                expected.write_text("".join(json.dumps(with_claimed_key(entry)) + "\n" for entry in lines_of(expected_redis)),
                                    encoding="utf-8")
                command += ["--redis", expected, dump]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            return "" if done.returncode == 0 else done.stdout + done.stderr


def run_all(directories, timeout):
    """Prints each case; (passed, failed)."""
    folders, failures = find_cases(directories)
    for failure in failures:
        print(f"FAIL  {failure}", flush=True)
    passed, failed = 0, len(failures)
    if not folders:
        return passed, failed
    redis = Redis()
    with KafkaCluster() as kafka:
        runner = Runner(kafka, redis, timeout)
        for folder in folders:
            started = time.monotonic()
            name = f"{folder.parent.name}/{folder.name}"
            try:
                differences = runner.run(Case.load(folder))
            except Unrunnable as reason:
                differences = f"{reason}\n"
            except Exception as error:  # pylint: disable=broad-except
                differences = f"{type(error).__name__}: {error}\n"
            passed, failed = (passed, failed + 1) if differences else (passed + 1, failed)
            print(f"{'FAIL' if differences else 'ok  '}  {name} ({time.monotonic() - started:.1f} s)", flush=True)
            print(differences, end="", flush=True)
    redis.close()
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="+", metavar="DIR")
    parser.add_argument("--timeout", type=float, default=60, help="seconds that one case may take (60)")
    args = parser.parse_args()
    passed, failed = run_all(args.directories, args.timeout)
    print(f"{passed} passed, {failed} failed")
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
