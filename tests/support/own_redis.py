"""A Redis of our own on a free loopback port."""

import pathlib
import shutil
import signal
import tempfile

import redis

from support.processes import ChildProcess, accepts_connections, lasting_port, wait_until


class RedisServer:
    """Starts, stops, kills and restarts one redis-server. Data survives a restart only with `persistent`."""

    def __init__(self, password=None, persistent=False, settings=None, host="127.0.0.1", port=None):
        self.host = host
        self.port = port or lasting_port()
        self.password = password
        self._persistent = persistent
        self._settings = settings or {}
        self._process = None
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-redis-"))

    @property
    def url(self):
        secret = f":{self.password}@" if self.password else ""
        return f"redis://{secret}{self.host}:{self.port}"

    @property
    def pid(self):
        return self._process.pid

    def start(self):
        command = ["redis-server", "--port", self.port, "--bind", self.host, "--dir", self._folder, "--save", "",
                   "--appendonly", "yes" if self._persistent else "no", "--appendfsync", "always"]
        if self.password:
            command += ["--requirepass", self.password]
        for name, value in self._settings.items():
            command += [f"--{name}", value]
        self._process = ChildProcess(command, self._folder / "log")
        wait_until(self._ready, 20, lambda: f"Redis answers on port {self.port}\n{self._process.log_tail()}")
        return self

    def _ready(self):
        if not self._process.running():
            raise RuntimeError(f"redis-server ended:\n{self._process.log_tail()}")
        if not accepts_connections(self.port, self.host):
            return False
        try:
            return self.client().ping()
        except redis.exceptions.BusyLoadingError:
            return False

    def stop(self):
        """Ends it in order; the port refuses connections afterwards."""
        self._process.terminate()

    def kill(self):
        self._process.kill()

    def running(self):
        return self._process is not None and self._process.running()

    def forget(self):
        """Removes what is on its disk; only while it does not run."""
        shutil.rmtree(self._folder / "appendonlydir", ignore_errors=True)

    def pause(self):
        """It takes connections and requests, and answers nothing until resume()."""
        self._process.signal(signal.SIGSTOP)

    def resume(self):
        self._process.signal(signal.SIGCONT)

    def close(self):
        if self._process and self._process.running():
            self._process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def client(self, db=0, **options):
        """A client whose replies are bytes."""
        return redis.Redis(host=self.host, port=self.port, db=db, password=self.password, **options)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()
