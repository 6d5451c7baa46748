"""Drives the rows of a store through the program row_client."""

import json
import os
import pathlib
import select
import subprocess
import tempfile

import yaml

from support.processes import REPOSITORY


class RowsUnavailable(Exception):
    """An error of the store; `kind` is such as "unavailable"."""

    def __init__(self, kind, message):
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class RowClient:
    """One connection to the rows of a store, which is described as under `stores` of a configuration."""

    def __init__(self, store):
        self._folder = tempfile.TemporaryDirectory(prefix="sluice-rows-")
        config = pathlib.Path(self._folder.name) / "config.yaml"
        config.write_text(yaml.safe_dump({
            "pipeline": "rows", "delivery": "at_least_once",
            "source": {"files": {"paths": ["in.ndjson"], "topic": "in"}},
            "stages": [{"route": [{"to": "out"}]}],
            "side_outputs": {"failed": "failed"},
            "sink": {"files": {"directory": "out"}},
            "stores": {"rows": store},
        }), encoding="utf-8")
        binary = os.environ.get("ROW_CLIENT_BINARY", REPOSITORY / "build/release/tests/row_client")
        self._process = subprocess.Popen([binary, config, "rows"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def prepare(self, statement):
        """The statement's id; before the first ping or send."""
        return self._ask({"prepare": statement})["id"]

    def ping(self):
        self._ask({"ping": True})

    def send(self, *requests, timeout=60):
        """The replies to the requests, which are lists of (id, values)."""
        listed = [[{"id": number, "values": list(values)} for number, values in request] for request in requests]
        return self._ask({"send": listed}, timeout)["replies"]

    def one(self, number, *values):
        """The rows of one statement; it must not be refused."""
        reply = self.send([(number, values)])[0]
        assert reply["state"] == "done", reply
        return reply["rows"]

    def begin(self, *requests):
        """Sends them, and returns a function that waits for the replies."""
        listed = [[{"id": number, "values": list(values)} for number, values in request] for request in requests]
        self._say({"send": listed})
        return lambda timeout=60: self._answer(timeout)["replies"]

    def close(self):
        self._process.stdin.close()
        self._process.wait(30)
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _ask(self, question, timeout=60):
        self._say(question)
        return self._answer(timeout)

    def _say(self, question):
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()

    def _answer(self, timeout):
        if not select.select([self._process.stdout], [], [], timeout)[0]:
            raise TimeoutError(f"no answer within {timeout} s")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"row_client ended with {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RowsUnavailable(answer["error"], answer.get("message", ""))
        return answer
