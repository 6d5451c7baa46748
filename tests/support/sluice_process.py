"""The sluice daemon as a test sees it: a process, a configuration and an admin port."""

import json
import os
import pathlib
import re
import signal
import tempfile
import urllib.error
import urllib.request

from support.processes import REPOSITORY, ChildProcess, wait_until

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")
_ADMIN = re.compile(r"admin https?://\S+:(\d+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def binary():
    """SLUICE_BINARY, else the optimised build, else the sanitised one."""
    named = os.environ.get("SLUICE_BINARY")
    candidates = [named] if named else [REPOSITORY / "build" / preset / "sluice" for preset in ("release", "dev")]
    for path in map(pathlib.Path, candidates):
        if path.is_file():
            return path
    raise FileNotFoundError(f"no sluice binary: {', '.join(map(str, candidates))}; build it or set SLUICE_BINARY")


class Sluice:
    """One `sluice run`; settings are those of --set, with dotted names."""

    def __init__(self, config, settings=None, environment=None, clock=None, name="sluice"):
        self.config = config
        self.settings = dict(settings or {})
        self.environment = dict(environment or {})
        self.clock = clock
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix=f"sluice-{name}-"))
        self.log_path = self._folder / "log"
        self._process = None

    @property
    def pid(self):
        return self._process.pid

    def start(self):
        assert not self.running(), f"{self.config} runs already"
        # It takes a free port itself, and says which: one that is free now may be taken by then.
        settings = {"admin.listen": "127.0.0.1:0", **self.settings}
        command = [binary(), "run", self.config]
        for name, value in settings.items():
            command += ["--set", f"{name}={value}"]
        if self.clock is not None:
            command += ["--clock", self.clock]
        self._process = ChildProcess(command, self.log_path, self.environment, folder=REPOSITORY)
        return self

    def start_ready(self, timeout=30):
        self.start()
        self.wait_ready(timeout)
        return self

    def running(self):
        return self._process is not None and self._process.running()

    def exit_status(self):
        """None while it runs, or where it was never started."""
        return self._process.exit_status() if self._process else None

    def wait(self, timeout=30):
        return self._process.wait(timeout)

    def terminate(self, timeout=30):
        """SIGTERM; the exit status."""
        return self._process.terminate(timeout)

    def kill(self):
        """SIGKILL."""
        return self._process.kill()

    def pause(self):
        self._process.signal(signal.SIGSTOP)

    def resume(self):
        self._process.signal(signal.SIGCONT)

    def hang_up(self):
        self._process.signal(signal.SIGHUP)

    def close(self):
        if self.running():
            self.kill()

    def log(self):
        return self._process.log() if self._process else ""

    def log_tail(self, lines=30):
        return self._process.log_tail(lines)

    @property
    def admin_port(self):
        """As its log says; None before that."""
        said = _ADMIN.findall(self.log())
        return int(said[-1]) if said else None

    def get(self, path, timeout=5, scheme="http", token=None, tls=None):
        """(status, text) of the admin server; (0, reason) where it does not answer."""
        if self.admin_port is None:
            return 0, "the admin server is not up"
        request = urllib.request.Request(f"{scheme}://127.0.0.1:{self.admin_port}{path}")
        if token is not None:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=timeout, context=tls) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def ready(self):
        """Its answer to /readyz as (true or false, the JSON text)."""
        status, text = self.get("/readyz")
        return status == 200, text

    def wait_ready(self, timeout=30):
        last = ["no answer"]

        def is_ready():
            if not self.running():
                raise RuntimeError(f"sluice ended with {self.exit_status()}:\n{self.log_tail()}")
            ready, last[0] = self.ready()
            return ready

        wait_until(is_ready, timeout, lambda: f"sluice is ready; /readyz: {last[0]}\n{self.log_tail()}")

    def wait_unready(self, reason, timeout=30):
        """Until /readyz says 503 with `reason` in its text; that text."""
        last = [""]

        def is_unready():
            status, last[0] = self.get("/readyz")
            return status == 503 and reason in last[0] and last[0]

        return wait_until(is_unready, timeout,
                          lambda: f"/readyz names {reason!r}; it says: {last[0]}\n{self.log_tail()}")

    def readiness(self):
        return json.loads(self.get("/readyz")[1])

    def metrics(self):
        """{(name, ((label, value), ...)): number}."""
        status, text = self.get("/metrics")
        if status != 200:
            raise RuntimeError(f"/metrics: {status} {text}")
        found = {}
        for line in text.splitlines():
            sample = _SAMPLE.match(line)
            if sample:
                labels = tuple(sorted(_LABEL.findall(sample.group(2) or "")))
                found[sample.group(1), labels] = float(sample.group(3))
        return found

    def metric(self, name, **labels):
        """The sum of the samples with that name and these labels (others are free)."""
        wanted = set(labels.items())
        return sum(value for (found, pairs), value in self.metrics().items() if found == name and wanted <= set(pairs))

    def __enter__(self):
        return self if self.running() else self.start()

    def __exit__(self, *_):
        self.close()


def run_once(*arguments, environment=None, timeout=30):
    """Runs one command of the binary to its end; (exit status, output)."""
    with tempfile.NamedTemporaryFile(prefix="sluice-output-") as output:
        process = ChildProcess([binary(), *arguments], output.name, environment, folder=REPOSITORY)
        return process.wait(timeout), process.log()
