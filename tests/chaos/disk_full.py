"""A disk that runs full under the file sink: it waits, survives a kill, and goes on when there is room."""

import contextlib
import itertools
import json
import pathlib
import re
import shutil
import subprocess
import tempfile

from support.own_redis import RedisServer
from support.processes import REPOSITORY
from support.shipped_config import ShippedConfig
from support.sluice_process import Sluice

from chaos.feed import NUMBER
from chaos.messages import Message
from chaos.models import PreprocessorModel
from chaos.verdict import Judge

LINES = 8000
_SMALL, _LARGE = "6m", "200m"  # the outputs need about 18 MB


class CannotMount(Exception):
    """Without the right to mount there is no small disk."""


@contextlib.contextmanager
def small_disk(folder):
    """Mounted there; yields the function that makes it large."""
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SMALL}", "tmpfs", folder], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise CannotMount(done.stderr.strip())
    try:
        yield lambda: subprocess.run(["mount", "-o", f"remount,size={_LARGE}", folder], check=True)
    finally:
        subprocess.run(["umount", "-l", folder], check=False)


def _configuration(folder):
    """The quick start, its claims in Redis: those in memory would not outlive the kill."""
    text = (REPOSITORY / "config/quickstart.yaml").read_text(encoding="utf-8")
    text = re.sub(r"memory: \{[^}]*\}", 'redis: { url: "${REDIS_URL}" }', text)
    text = text.replace("schemas/telemetry", f"{REPOSITORY}/schemas/telemetry")
    path = folder / "disk-full.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _run(sluice, make_room):
    """Until it is done, with the disk full for a while and a kill in between."""
    with sluice.start():
        sluice.wait_unready("No space left")
        sluice.kill()
        sluice.start()
        sluice.wait_unready("No space left")
        make_room()
        status = sluice.wait(60)
        if status != 0:
            raise RuntimeError(f"sluice ended with {status}:\n{sluice.log_tail()}")


def _outputs(output):
    for path in sorted(output.glob("*.ndjson")):
        for offset, line in enumerate(path.read_bytes().splitlines()):
            record = json.loads(line)
            headers = [(name, value.encode()) for name, value in record["headers"].items()]
            yield Message(path.stem, offset, headers, json.dumps(record["value"], separators=(",", ":")).encode())


def run(seed):
    """The verdict; CannotMount where there is no small disk to be had."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-disk-"))
    model = PreprocessorModel(ShippedConfig("pipeline-preprocessor"))
    feed = list(itertools.islice(model.feed(seed, 1), LINES))
    (folder / "input.ndjson").write_bytes(b"".join(fed.value + b"\n" for fed in feed))
    output = folder / "output"
    try:
        with small_disk(output) as make_room, RedisServer() as redis:
            environment = {"INPUT": str(folder / "input.ndjson"), "OUTPUT": str(output), "REDIS_URL": redis.url}
            sluice = Sluice(_configuration(folder), {"transaction.max_events": "500"}, environment, name="disk-full")
            _run(sluice, make_room)
            inputs = (Message(model.input, number, [(NUMBER, str(number))]) for number in range(len(feed)))
            return Judge(model, "").judge(inputs, _outputs(output), [fed.fate for fed in feed])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
