"""The processes under test: a few members of one group, each started again when it ends, as a supervisor would."""

import collections
import contextlib
import os
import random
import shutil
import signal
import threading
import time

from support.sluice_process import Sluice

_PAGE = os.sysconf("SC_PAGE_SIZE")
# SIGKILL is ours; 75 and 70 are how a process asks its supervisor for a new start (docs/operations.md).
_EXPECTED = {0, -signal.SIGKILL, 70, 75}
_SANITIZER_SIGNS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer", "runtime error: ")
# Small, large, slow and fast transactions; several workers in a process.
_SHAPES = ({}, {"transaction.linger": "50ms"}, {"transaction.max_events": "100"}, {"batch.max_events": "16"}, {"workers": "2"},
           {"transaction.linger": "150ms", "transaction.max_events": "2000"})


class Member:
    """One place in the crew and the process that fills it at the time."""

    def __init__(self, name, start):
        self.name = name
        self.lock = threading.RLock()  # held by who does harm to it
        self.process = None
        self.wanted = True
        self._start = start

    def start(self, **options):
        self.process = self._start(self.name, **options)

    def running(self):
        return self.process is not None and self.process.running()


class Crew:
    """`count` members that are kept alive, and guests that come and go.

    Threading: faults call it from threads of their own; tend() from one. Processes must be started by threads
    that last as long as they do.
    """

    def __init__(self, config, settings, environment, count, seed, log, clock=None):
        self._config = config
        self._settings = settings
        self._environment = environment
        self._chance = random.Random(seed)
        self._log = log
        self._clock = clock
        self._guests = 0
        self._processes = []
        self.exits = collections.Counter()
        self.crashes = []
        self.metrics = {}  # (pid, name) -> last value seen
        self.members = [Member(f"member-{number}", self._launch) for number in range(1, count + 1)]

    def start(self):
        for member in self.members:
            member.start()
        for member in self.members:
            member.process.wait_ready(60)
        return self

    def _launch(self, name, environment=None, settings=None):
        settings = {**self._settings, "source.kafka.instance": name, **self._chance.choice(_SHAPES), **(settings or {})}
        process = Sluice(self._config, settings, {**self._environment, **(environment or {})}, self._clock, name)
        self._processes.append(process)
        return process.start()

    # Harm

    @contextlib.contextmanager
    def hold(self, chance, spare_first=False):
        """A member that nobody else touches meanwhile; the one that is to grow old is spared where asked."""
        members = self.members[1:] if spare_first and len(self.members) > 1 else list(self.members)
        chance.shuffle(members)
        for member in members:
            if member.lock.acquire(blocking=False):  # pylint: disable=consider-using-with
                break
        else:
            member = members[0]
            member.lock.acquire()  # pylint: disable=consider-using-with
        try:
            if not member.running():
                member.start()
            yield member
        finally:
            member.lock.release()

    def guest(self):
        """A further member, which the caller ends."""
        self._guests += 1
        return self._launch(f"guest-{self._guests}")

    def note_exit(self, process, status, where):
        self.exits[status] += 1
        if status not in _EXPECTED:
            self.crashes.append(f"{where} ended with {status}:\n{process.log_tail(12)}")
        if status in (70, 75, 78):
            self._log(f"{where} ended with {status}: {process.log_tail(2)}")

    def terminate(self, process, where, timeout=60):
        """SIGTERM; a status other than 0, or none, is a crash."""
        try:
            status = process.terminate(timeout)
        except TimeoutError:
            self.crashes.append(f"{where} did not end within {timeout} s of SIGTERM:\n{process.log_tail(12)}")
            status = process.kill()
        if status == -signal.SIGTERM and not process.log():
            return status  # it had not begun, so there was nothing to end in order
        self.note_exit(process, status, where)
        # Another process took its place in the group meanwhile, which ends it whatever it was asked to do.
        fenced = status == 70 and "fenced by other consumer" in process.log()
        if status in _EXPECTED - {0, 75} and not fenced:
            self.crashes.append(f"{where} ended with {status} after SIGTERM:\n{process.log_tail(12)}")
        return status

    # Care

    def tend(self):
        """Starts again what ended by itself."""
        for member in self.members:
            if not member.wanted or not member.lock.acquire(blocking=False):  # pylint: disable=consider-using-with
                continue
            try:
                if not member.running():
                    if member.process is not None:
                        self.note_exit(member.process, member.process.exit_status(), member.name)
                    member.start()
            finally:
                member.lock.release()

    def sample(self):
        """[(name, MB resident, seconds since its start)], and takes in the metrics that count."""
        found = []
        for member in self.members:
            process = member.process
            try:
                with open(f"/proc/{process.pid}/statm", encoding="ascii") as statm:
                    resident = int(statm.read().split()[1]) * _PAGE / 1e6
                age = time.time() - os.stat(f"/proc/{process.pid}").st_mtime
                self._take_metrics(process)
            except (OSError, RuntimeError, ValueError):
                continue
            found.append((member.name, resident, age))
        return found

    def _take_metrics(self, process):
        for (name, labels), value in process.metrics().items():
            if name in ("sluice_redis_server_changes_total", "sluice_unaccounted_events"):
                self.metrics[process.pid, name, labels] = value
        for (_, name, labels), value in self.metrics.items():
            if name == "sluice_unaccounted_events" and value != 0:
                self.crashes.append(f"sluice_unaccounted_events is {value} {dict(labels)}")

    def metric(self, name):
        """The sum over all processes that were seen."""
        return sum(value for (_, found, _), value in self.metrics.items() if found == name)

    def dismiss(self):
        """SIGTERM for all."""
        for member in self.members:
            member.wanted = False
            with member.lock:
                self.terminate(member.process, member.name)

    def inspect_logs(self):
        """What the sanitizers found is a crash as well."""
        for process in self._processes:
            found = [line for line in process.log().splitlines() if any(sign in line for sign in _SANITIZER_SIGNS)]
            if found:
                self.crashes.append(f"{process.log_path}: {found[0]}")

    def close(self):
        for process in self._processes:
            process.close()

    def forget(self):
        """Removes the logs."""
        for process in self._processes:
            shutil.rmtree(process.log_path.parent, ignore_errors=True)
