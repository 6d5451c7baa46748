"""A PostgreSQL of our own on a free loopback port."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import psycopg2
import psycopg2.extras

from support.processes import ChildProcess, lasting_port, wait_until

OWNER = "postgres"  # PostgreSQL refuses to run as root.


def programs():
    """The folder of the newest version's programs; None where it is not installed."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def _as_owner(*command):
    if os.geteuid() != 0:
        return list(command)
    return ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups", "--pdeathsig", "QUIT", *command]


class PostgresServer:
    """Starts, stops, kills and restarts one server. What was committed survives a restart.

    The superuser `postgres` needs no password; every other user does.
    """

    def __init__(self, settings=None, port=None):
        self.host = "127.0.0.1"
        self.port = port or lasting_port()
        self._settings = settings or {}
        self._process = None
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-postgres-"))

    @property
    def pid(self):
        return self._process.pid

    @property
    def data(self):
        return self._folder / "data"

    def url(self, database="postgres", user=OWNER):
        return f"postgresql://{user}@{self.host}:{self.port}/{database}"

    def start(self):
        if not self.data.exists():
            self._make()
        command = [programs() / "postgres", "-D", self.data, "-p", self.port, "-k", self._folder, "-c",
                   f"listen_addresses={self.host}", "-c", "fsync=off", "-c", "shared_buffers=16MB"]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        self._process = ChildProcess(_as_owner(*command), self._folder / "log")
        wait_until(self._ready, 60, lambda: f"PostgreSQL answers on port {self.port}\n{self._process.log_tail()}")
        return self

    def _make(self):
        if os.geteuid() == 0:
            shutil.chown(self._folder, OWNER, OWNER)
        subprocess.run(_as_owner(programs() / "initdb", "-D", self.data, "-U", OWNER, "-A", "trust", "-E", "UTF8",
                                 "--locale=C", "--no-sync"), check=True, stdout=subprocess.DEVNULL, cwd="/")
        (self.data / "pg_hba.conf").write_text(
            f"local all all trust\nhost all {OWNER} {self.host}/32 trust\nhost all all {self.host}/32 scram-sha-256\n",
            encoding="utf-8")

    def _ready(self):
        if not self._process.running():
            raise RuntimeError(f"postgres ended:\n{self._process.log_tail()}")
        try:
            self.execute("SELECT 1")
        except psycopg2.OperationalError:
            return False
        return True

    def stop(self):
        """Ends it in order; connections are closed and the port refuses new ones."""
        self._process.signal(signal.SIGINT)
        self._process.wait(60)

    def kill(self):
        """Ends it and its connections at once, without writing anything back."""
        self._process.signal(signal.SIGQUIT)
        self.resume()
        self._process.wait(60)

    def running(self):
        return self._process is not None and self._process.running()

    def pause(self):
        """It takes connections, and answers nothing until resume()."""
        self._signal_all(signal.SIGSTOP)

    def resume(self):
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number):
        """Each connection has a process of its own."""
        for pid in _tree(self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def close(self):
        if self.running():
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def client(self, database="postgres"):
        """A connection that commits each statement; rows are dictionaries."""
        connection = psycopg2.connect(self.url(database), connect_timeout=5,
                                      cursor_factory=psycopg2.extras.RealDictCursor)
        connection.autocommit = True
        return connection

    def execute(self, statement, values=None, database="postgres"):
        """Runs one statement; its rows as dictionaries, none where it gives none."""
        with contextlib.closing(self.client(database)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return [dict(row) for row in cursor.fetchall()] if cursor.description else []

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()


def _tree(pid):
    """A process and those that it has started."""
    yield pid
    with contextlib.suppress(OSError):
        for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            yield from _tree(int(child))
