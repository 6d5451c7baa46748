"""Files of telemetry for the benchmarks, the same for the same seed."""

import itertools
import json

from support.generate_telemetry import Telemetry

_LINES = 20000  # so many that they don't stay in the caches, and batches compress as telemetry does


def write_mixed(path, seed, invalid):
    """All event types, 0.8 to 1 KB on average."""
    telemetry = Telemetry(seed=seed, duplicates=0, invalid=invalid)
    _write(path, (line.value for line in itertools.islice(telemetry, _LINES)))
    return path


def write_sized(path, seed, size):
    """Valid events of about `size` bytes each: HEARTBEAT, whose edata may hold anything."""
    telemetry = (line for line in Telemetry(seed=seed, duplicates=0, invalid=0, share=False) if line.eid == "HEARTBEAT")
    lines = min(_LINES, max(200, 20_000_000 // size)) // 10
    _write(path, (_sized(json.loads(next(telemetry).value), size) for _ in range(lines)))
    return path


def _sized(event, size):
    for name in ("object", "tags"):
        event.pop(name, None)
    for name in ("cdata", "rollup", "sid"):
        event["context"].pop(name, None)
    event["edata"] = {}
    room = size - len(_encode(event))
    event["edata"] = {f"value{number}": {"title": "data literacy", "score": number * 12.5, "seen": True}
                      for number in range(max(0, room // 64))}
    return _encode(event)


def _encode(event):
    return json.dumps(event, separators=(",", ":")).encode()


def _write(path, values):
    with open(path, "wb") as file:
        file.writelines(value + b"\n" for value in values)
