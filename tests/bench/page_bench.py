#!/usr/bin/python3
"""What open live pages cost: the main job on files, without and with pages that listen to /events, in turns.

  tests/bench/page_bench.py [--events N] [--pages N] [--turns N]

Prints events per CPU-second of the process, all of its threads, and by the clock, as medians; each turn runs both.
"""

import argparse
import contextlib
import pathlib
import resource
import socket
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.generate_telemetry import Telemetry  # noqa: E402
from support.processes import REPOSITORY, wait_until  # noqa: E402
from support.sluice_process import Sluice  # noqa: E402


class Listener:
    """An open page, as far as the server can tell."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.send(b"GET /events HTTP/1.1\r\nHost: bench\r\n\r\n")
        self.bytes = self.events = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        with contextlib.suppress(OSError):
            while part := self._socket.recv(1 << 18):
                self.bytes += len(part)
                self.events += part.count(b"\n\n")

    def close(self):
        self._thread.join(10)
        self._socket.close()


def children_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(path, events, pages):
    """(events per CPU-second, events per second, events of the stream that each page got)."""
    with tempfile.TemporaryDirectory(prefix="sluice-bench-") as folder:
        sluice = Sluice(REPOSITORY / "config/quickstart.yaml", {"source.files.paths": f"['{path}']", "sink.files.directory": folder})
        before, begun = children_seconds(), time.monotonic()
        sluice.start()
        wait_until(lambda: sluice.admin_port, 30, sluice.log)
        listeners = [Listener(sluice.admin_port) for _ in range(pages)]
        if sluice.wait(600) != 0:
            raise RuntimeError(sluice.log_tail())
        elapsed, used = time.monotonic() - begun, children_seconds() - before
        for listener in listeners:
            listener.close()
        heard = min((listener.events for listener in listeners), default=0)
        return events / used, events / elapsed, heard


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=400_000)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile(prefix="sluice-bench-", suffix=".ndjson") as lines:
        for line, _ in zip(Telemetry(seed=1, duplicates=0.01, invalid=0.01), range(options.events)):
            lines.write(line.value + b"\n")
        lines.flush()
        found = {0: [], options.pages: []}
        for turn in range(options.turns):
            # Whichever comes second has the warmer caches: they swap.
            for pages in sorted(found, reverse=turn % 2 == 1):
                found[pages].append(run(lines.name, options.events, pages))
                print(f"turn {turn + 1}, {pages} pages: {found[pages][-1][0]:,.0f} events/CPU-second, "
                      f"{found[pages][-1][1]:,.0f} events/s, {found[pages][-1][2]} events heard", flush=True)
    cpu = {pages: statistics.median(each[0] for each in runs) for pages, runs in found.items()}
    clock = {pages: statistics.median(each[1] for each in runs) for pages, runs in found.items()}
    for pages in found:
        print(f"{pages} pages: {cpu[pages]:,.0f} events per CPU-second, {clock[pages]:,.0f} events per second")
    print(f"ratio {cpu[options.pages] / cpu[0]:.3f} by CPU time, {clock[options.pages] / clock[0]:.3f} by the clock")


if __name__ == "__main__":
    main()
