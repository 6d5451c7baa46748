#!/usr/bin/python3
"""Runs recorded cases with the shipped configuration on real servers, and judges them.

  tests/parity/run_parity.py DIR...     every <pipeline>/<case>/case.json under DIR (README.md says what a case is)

The last line is `N passed, N failed`.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from recorded_case import Case, Unrunnable, find_cases, lines_of  # noqa: E402
from redis_side import STORES, comparable, text_of  # noqa: E402
from servers import Servers  # noqa: E402
from support.kafka_cluster import KafkaCluster  # noqa: E402
from support.processes import REPOSITORY, wait_until  # noqa: E402
from support.shipped_config import ShippedConfig  # noqa: E402
from support.sluice_process import Sluice  # noqa: E402

# Dead letters of jobs that had none: what the original lost without a word stands there, so no recording speaks of it.
ADDED_TOPICS = {"learning.graph.events.failed", "events.deviceprofile.failed", "telemetry.audit.failed"}
MAX_MESSAGE_BYTES = 32 * 1024 * 1024  # README.md: at least 10 MiB


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

    def __init__(self, kafka, servers, timeout):
        self._kafka = kafka
        self._servers = servers
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
        self._servers.load(case, config)
        self._kafka.produce_all((prefix + topic, 0, key, value) for topic, key, value in case.inputs())
        status = self._process(config, case, prefix, sorted(inputs))
        self._kafka.wait_for_open_transactions(sorted(outputs))
        judged = outputs - {prefix + topic for topic in ADDED_TOPICS - case.expected_topics()}
        differences = self._judge(case, config, prefix, sorted(judged))
        if status != 0:
            differences += f"sluice ended with status {status} after SIGTERM\n"
        return differences

    def _process(self, config, case, prefix, inputs):
        """Until every input is committed; the exit status."""
        group = prefix + "group"
        settings = {"topic_prefix": prefix, "source.kafka.group": group, "source.kafka.brokers": self._kafka.brokers}
        if config.fused:
            settings["keep"] = "all"
        settings |= self._servers.overrides(case, config)
        environment = config.redis_environment(*(self._servers.redis.servers[store].url for store in STORES))
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

    def _judge(self, case, config, prefix, outputs):
        with tempfile.TemporaryDirectory(prefix="sluice-parity-") as folder:
            actual = pathlib.Path(folder) / "actual.ndjson"
            lines = [actual_line(r.topic[len(prefix):], r) for r in self._kafka.read(outputs)]
            lines += self._servers.rows(case, config)
            actual.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
            expected = pathlib.Path(folder) / "expected.ndjson"
            expected.write_text(case.expected_text(), encoding="utf-8")
            command = [sys.executable, REPOSITORY / "tests/parity/compare.py", expected, actual,
                       "--case", case.folder / "case.json", "--show", "50"]
            expected_redis = case.path_of("redis_after.ndjson")
            if expected_redis:
                command += ["--redis", *self._redis_files(case, lines_of(expected_redis), pathlib.Path(folder))]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            return "" if done.returncode == 0 else done.stdout + done.stderr

    def _redis_files(self, case, expected, folder):
        """What is expected and what is there, in files that compare.py reads."""
        places = {(entry["store"], entry["db"]) for entry in expected}
        places |= {(rule["store"], rule["db"]) for rule in case.described.get("redis_values", ())}
        sides = {"expected": expected, "actual": self._servers.redis.dump(places)}
        for name, entries in sides.items():
            path = folder / f"redis_{name}.ndjson"
            path.write_text("".join(json.dumps(entry) + "\n" for entry in comparable(
                entries, case.described.get("redis_values", ()))), encoding="utf-8")
            yield path


def run_all(directories, timeout):
    """Prints each case; (passed, failed)."""
    folders, failures = find_cases(directories)
    for failure in failures:
        print(f"FAIL  {failure}", flush=True)
    passed, failed = 0, len(failures)
    if not folders:
        return passed, failed
    servers = Servers()
    with KafkaCluster() as kafka:
        runner = Runner(kafka, servers, timeout)
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
    servers.close()
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
