"""Child processes that do not outlive the tests."""

import atexit
import ctypes
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
_running = {}


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def lasting_port():
    """A free port that no outgoing connection is given, so that a server finds it free when it comes back."""
    while True:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def wait_until(condition, timeout, what, interval=0.02):
    """Returns the first true value of condition(); TimeoutError names `what`, which may be a function."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout:g} s: {what() if callable(what) else what}")
        time.sleep(interval)


def accepts_connections(port, host="127.0.0.1"):
    try:
        with socket.create_connection((host, port), timeout=0.2):
            return True
    except OSError:
        return False


class ChildProcess:
    """One program in a session of its own, its output in a file; ended by its process id."""

    def __init__(self, command, log_path, environment=None, folder=None):
        self.command = [str(part) for part in command]
        self.log_path = pathlib.Path(log_path)
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(  # pylint: disable=consider-using-with
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=folder,
                env=None if environment is None else {**os.environ, **environment},
                start_new_session=True, preexec_fn=_die_with_parent)
        _running[self.pid] = self

    @property
    def pid(self):
        return self._process.pid

    def exit_status(self):
        """None while it runs."""
        status = self._process.poll()
        if status is not None:
            _running.pop(self.pid, None)
        return status

    def running(self):
        return self.exit_status() is None

    def signal(self, number):
        if self.running():
            os.kill(self.pid, number)

    def wait(self, timeout=30):
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{self.command[0]} (pid {self.pid}) did not end within {timeout:g} s\n{self.log_tail()}") from None
        _running.pop(self.pid, None)
        return status

    def terminate(self, timeout=30):
        """SIGTERM; the exit status."""
        self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self):
        """SIGKILL; returns when it is gone."""
        self.signal(signal.SIGKILL)
        return self.wait()

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_tail(self, lines=30):
        return "\n".join(self.log().splitlines()[-lines:])


@atexit.register
def _kill_what_runs():
    for child in list(_running.values()):
        child.kill()


def _exit_on_signal(number, _frame):
    raise SystemExit(128 + number)


# SIGTERM must run the exit handlers as well; SIGINT does by itself.
if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
    signal.signal(signal.SIGTERM, _exit_on_signal)
