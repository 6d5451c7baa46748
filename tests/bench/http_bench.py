#!/usr/bin/python3
"""Measures an HTTP server on this machine: what idle connections cost, what slow clients do to the others, and how much
CPU a fixed rate of requests takes. Prints one line per measurement.

  tests/bench/http_bench.py [--idle N] [--slow N] [--rate N --seconds S] [--post BYTES] [--path /livez] -- COMMAND ...

COMMAND starts the server; `{port}` in it becomes a free port. Build build/release/tests/bench/http_host for sluice's own:

  tests/bench/http_bench.py -- build/release/tests/bench/http_host 127.0.0.1:{port}

The server is bound to the first core and the clients to the last one. 10,000 connections need as many open files
(`ulimit -n`), which the script raises up to the hard limit.
"""

import argparse
import gzip
import os
import random
import resource
import selectors
import socket
import subprocess
import time

SLOW_SECONDS = 20
_TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """The process that is measured."""

    def __init__(self, command):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        cores = sorted(os.sched_getaffinity(0))
        command = [word.replace("{port}", str(self.port)) for word in command]
        self.process = subprocess.Popen(["taskset", "-c", str(cores[0]), *command])
        os.sched_setaffinity(0, {cores[-1]})
        deadline = time.monotonic() + 10
        while True:
            try:
                self.connect().close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def answer_is_whole(data):
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return False
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    return len(body) >= length


def ask(connection, request):
    """Seconds until the answer is there; raises if it isn't a 200."""
    begun = time.perf_counter()
    connection.sendall(request)
    data = b""
    while not answer_is_whole(data):
        part = connection.recv(65536)
        if not part:
            raise ConnectionError(f"closed after {data!r}")
        data += part
    if b" 200 " not in data[:16]:
        raise ConnectionError(f"answered {data[:80]!r}")
    return time.perf_counter() - begun


def quantiles(seconds):
    seconds = sorted(seconds)
    at = [seconds[min(len(seconds) - 1, int(len(seconds) * part))] * 1000 for part in (0.5, 0.99)]
    return f"p50 {at[0]:.2f} ms, p99 {at[1]:.2f} ms, max {seconds[-1] * 1000:.2f} ms"


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


def measure_idle(server, count, path):
    before = server.resident_kib()
    connections = [server.connect() for _ in range(count)]
    for connection in connections:
        ask(connection, get(path))
    time.sleep(1)
    after, cpu = server.resident_kib(), server.cpu_seconds()
    time.sleep(3)
    cpu = (server.cpu_seconds() - cpu) / 3
    again = [ask(connection, get(path)) for connection in random.sample(connections, min(1000, count))]
    print(f"idle: {count} keep-alive connections: {before} KiB before, {after} KiB after, "
          f"{(after - before) / count:.2f} KiB each, {cpu:.1%} of a core; asked again: {quantiles(again)}", flush=True)
    for connection in connections:
        connection.close()


def measure_slow(server, count, path):
    """Each slow client sends a byte of a head every second; another client asks meanwhile."""
    begun = time.monotonic()
    slow = [server.connect() for _ in range(count)]
    head = b"GET / HTTP/1.1\r\nX-Padding: " + b"a" * 1000
    for connection in slow:
        connection.setblocking(False)
    times, cut, failed = [], [], 0
    for second in range(SLOW_SECONDS):
        for connection in list(slow):
            try:
                connection.send(head[second:second + 1])
                if connection.recv(4096) == b"":
                    raise ConnectionResetError
            except BlockingIOError:
                pass
            except OSError:
                cut.append(time.monotonic() - begun)
                slow.remove(connection)
                connection.close()
        while time.monotonic() < begun + second + 1:
            try:
                with server.connect() as other:
                    times.append(ask(other, get(path)))
            except OSError:
                failed += 1
            time.sleep(0.02)
    span = f", after {min(cut):.0f} to {max(cut):.0f} s" if cut else ""
    print(f"slow: {count} clients, a byte a second: {len(cut)} cut off{span}; "
          f"others: {failed} of {len(times) + failed} failed, {quantiles(times or [float('nan')])}", flush=True)
    for connection in slow:
        connection.close()


def bodies(size):
    """Twenty gzip bodies of about `size` bytes, each like a batch of telemetry: text that shrinks to a fifth."""
    random.seed(7)
    for _ in range(20):
        text = "".join(f'{{"eid":"INTERACT","mid":"{random.getrandbits(64):x}","pad":"{"telemetry " * 7}"}},'
                       for _ in range(size // 11))
        yield gzip.compress(text.encode())


def measure_rate(server, rate, seconds, size, path):
    """Requests are begun at their times whether or not earlier ones were answered; latency counts from those times."""
    if size:
        requests = [f"POST / HTTP/1.1\r\nHost: bench\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
                    .encode() + body for body in bodies(size)]
    else:
        requests = [get(path)]
    free, selector = [server.connect() for _ in range(200)], selectors.EpollSelector()
    for connection in free:
        selector.register(connection, selectors.EVENT_READ)
    due, answers, times, late, number = {}, {}, [], 0, int(rate * seconds)
    cpu, begun, sent = server.cpu_seconds(), time.perf_counter(), 0
    while len(times) < number and time.perf_counter() < begun + seconds + 10:
        while sent < number and free and begun + sent / rate <= time.perf_counter():
            connection = free.pop()
            due[connection] = begun + sent / rate
            late += time.perf_counter() - due[connection] > 0.005
            connection.sendall(requests[sent % len(requests)])
            sent += 1
        wait = begun + sent / rate - time.perf_counter() if sent < number else 0.1
        for key, _ in selector.select(max(0, wait)):
            connection, part = key.fileobj, key.fileobj.recv(65536)
            if not part and connection in free:  # idle for too long
                free.remove(connection)
                selector.unregister(connection)
                continue
            answers[connection] = answers.get(connection, b"") + part
            if not part:
                raise ConnectionError(f"closed after {answers[connection]!r}")
            if answer_is_whole(answers[connection]):
                del answers[connection]
                times.append(time.perf_counter() - due.pop(connection))
                free.append(connection)
    took = time.perf_counter() - begun
    cpu = server.cpu_seconds() - cpu
    size = sum(map(len, requests)) // len(requests)
    print(f"rate: {len(times) / took:.0f} of {rate} requests/s of {size} bytes for {seconds} s: {cpu / took:.1%} of a core, "
          f"{cpu / len(times) * 1e6:.0f} us each; {quantiles(times)}; {late} begun late; "
          f"{server.resident_kib()} KiB resident", flush=True)
    for connection in (*free, *due):
        connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--idle", type=int, default=10_000, help="idle connections; 0: leave it out")
    parser.add_argument("--slow", type=int, default=1_000, help="slow clients; 0: leave it out")
    parser.add_argument("--rate", type=int, default=2_000, help="requests a second; 0: leave it out")
    parser.add_argument("--seconds", type=int, default=10, help="how long the rate is kept up")
    parser.add_argument("--post", type=int, default=0, help="bytes of a gzip body; 0: GET")
    parser.add_argument("--path", default="/livez", help="what is asked for by GET")
    parser.add_argument("command", nargs="+", help="starts the server; {port} becomes a free port")
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = Server(options.command)
    try:
        time.sleep(1)
        print(f"start: {server.resident_kib()} KiB resident", flush=True)
        if options.rate:
            measure_rate(server, options.rate, options.seconds, options.post, options.path)
        if options.idle:
            measure_idle(server, options.idle, options.path)
        if options.slow:
            measure_slow(server, options.slow, options.path)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
