"""The memory of a worker, whatever comes: small records that would make millions of events, and large ones of odd forms."""

import contextlib
import json
import os
import pathlib
import subprocess
import time

import pytest

from support.processes import REPOSITORY
from support.sluice_process import binary

LIMIT_MB = 512
MB = 1_000_000
CLOCK = "1735776000000"


def batch(elements):
    return '{"params":{"msgid":"m"},"events":[' + elements + "]}\n"


def repeated(text, size):
    return ",".join([text] * (size // (len(text) + 1)))


def event(eid, **members):
    return json.dumps({"eid": eid, "ets": 1735689600175, "ver": "3.0", "mid": "m", "actor": {"id": "a", "type": "User"},
                       "context": {"channel": "c", "pdata": {"id": "p"}, "env": "e", "sid": "s", "did": "d"},
                       "edata": {"type": "t"}, **members}, separators=(",", ":"))


def with_edata(eid, edata):
    return event(eid).replace('"edata":{"type":"t"}', '"edata":' + edata)


INVALID = ['{"eid":"START","mid":"m%06d","ets":1,"ver":"3.0"}' % i for i in range(100_000)]
NESTED = with_edata("START", '{"type":"t","a":[' + repeated("[]", MB + MB // 2) + "]}")
DEEP = with_edata("START", '{"type":"t","a":' + ",".join(["[" * 900 + "]" * 900] * 830).join("[]") + "}")
ESCAPES = with_edata("START", '{"type":"' + "\\u0001" * 245_000 + '"}')
SURROGATES = with_edata("START", '{"type":"' + "\\ud800" * 245_000 + '"}')
SHARE = with_edata("SHARE", '{"type":"t","dir":"In","items":[' + repeated('{"id":"i"}', MB // 2) + "]}").replace(
    '"pdata"', '"cdata":[' + repeated('{"id":"c","type":"t"}', MB // 2) + '],"pdata"')
# Each stands for the records of one file, and says how many they are.
EVENTS = {
    "objects": "{}\n" * (5 * MB // 3),
    "arrays": "[]\n" * (5 * MB // 3),
    "one byte each": "1\n" * (5 * MB // 2),
    "invalid": "\n".join(INVALID) + "\n",
    "nested arrays": NESTED + "\n",
    "deep arrays": DEEP + "\n",
    "escapes": ESCAPES + "\n",
    "surrogates": SURROGATES + "\n",
    "shared items": SHARE + "\n",
    "numbers": with_edata("START", '{"a":[' + repeated("1", MB + MB // 2) + "]}") + "\n",
}
BATCHES = {
    "objects": batch(repeated("{}", 5 * MB)),
    "arrays": batch(repeated("[]", 5 * MB)),
    "one byte each": batch(repeated("1", 5 * MB)),
    "invalid": batch(",".join(INVALID)),
    "nested arrays": batch(NESTED),
    "deep arrays": batch(DEEP),
    "escapes": batch(ESCAPES),
    "surrogates": batch(SURROGATES),
    "shared items": batch(SHARE),
    "batches of 20,000 objects": "".join(batch(repeated("{}", 60_000)).replace('"m"', f'"m{i}"') for i in range(20)),
    "batches of 20,000 invalid": "".join(
        batch(",".join(INVALID[:20_000])).replace('"msgid":"m"', f'"msgid":"m{i}"') for i in range(8)),
    "objects of 5 MB, four times": batch(repeated("{}", 5 * MB)) * 4,
}


def peak_of(process):
    """Peak resident memory in MB of a process that ends by itself; what wait4 says counts its parent's memory in."""
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(OSError):
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            peak = max([peak] + [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")])
        time.sleep(0.01)
    return peak / 1024


def run(config, text, folder):
    """Peak resident memory in MB, and the number of records on each topic."""
    (folder / "in.ndjson").write_text(text, encoding="utf-8")
    environment = {**os.environ, "INPUT": str(folder / "in.ndjson"), "OUTPUT": str(folder / "out")}
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([binary(), "run", REPOSITORY / "config" / config, "--clock", CLOCK], env=environment, stderr=log)
        peak = peak_of(process)
    assert process.returncode == 0, (folder / "log").read_text(encoding="utf-8")[-2000:]
    counts = {path.name.removesuffix(".ndjson"): path.read_bytes().count(b"\n") for path in (folder / "out").glob("*.ndjson")}
    return peak, counts


@pytest.fixture
def in_repository(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    if b"__asan_init" in pathlib.Path(binary()).read_bytes():
        pytest.skip("the address sanitizer takes several times the memory")


@pytest.mark.parametrize("name", EVENTS)
def test_events(name, tmp_path, in_repository):
    peak, counts = run("quickstart.yaml", EVENTS[name], tmp_path)
    print(f"preprocessor, {name}: peak {peak:.0f} MB")
    assert peak < LIMIT_MB
    assert sum(counts.values()) >= EVENTS[name].count("\n"), counts


@pytest.mark.parametrize("name", BATCHES)
def test_batches(name, tmp_path, in_repository):
    peak, counts = run("quickstart-pipeline.yaml", BATCHES[name], tmp_path)
    print(f"fused, {name}: peak {peak:.0f} MB")
    assert peak < LIMIT_MB
    assert sum(counts.values()) >= BATCHES[name].count("\n"), counts


def test_a_batch_of_too_many_events_is_on_the_side_output_as_it_came(tmp_path, in_repository):
    for name in ("objects", "arrays", "one byte each", "invalid"):
        folder = tmp_path / name
        folder.mkdir()
        _, counts = run("quickstart-pipeline.yaml", BATCHES[name], folder)
        record = json.loads((folder / "out" / "dev.telemetry.extractor.failed.ndjson").read_text(encoding="utf-8"))
        assert record["headers"]["sluice-reason"] in ("too_many_events", "too_many_values")
        assert record["value"] == json.loads(BATCHES[name]), "whole"
        assert sum(counts.values()) == 1
