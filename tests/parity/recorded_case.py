"""A recorded case: its files, as README.md describes them."""

import base64
import dataclasses
import json
import pathlib

CASE_FILES = ("case.json", "input.ndjson", "expected.ndjson")


class Unrunnable(Exception):
    """The case can't be run; the text says why."""


def lines_of(path):
    """Values may hold other line separators, so only \\n counts."""
    return [json.loads(line) for line in path.read_bytes().decode().split("\n") if line.strip()]


@dataclasses.dataclass
class Case:
    folder: pathlib.Path
    described: dict

    @property
    def pipeline(self):
        return self.described["pipeline"]

    @property
    def clock(self):
        return self.described["clock"]

    @property
    def name(self):
        return f"{self.pipeline}/{self.folder.name}"

    @classmethod
    def load(cls, folder):
        for name in CASE_FILES:
            if not (folder / name).is_file():
                raise Unrunnable(f"{folder / name} is missing")
        return cls(folder, json.loads((folder / "case.json").read_text(encoding="utf-8")))

    def inputs(self):
        """(topic, key, value) of each record, the topic without its prefix."""
        for record in lines_of(self.folder / "input.ndjson"):
            if "value_b64" in record:
                value = base64.b64decode(record["value_b64"])
            else:
                value = None if record["value"] is None else record["value"].encode()
            yield record["topic"], None if record["key"] is None else record["key"].encode(), value

    def path_of(self, name):
        """Path of one of the further files, None where the case has none."""
        path = self.folder / name
        return path if path.exists() else None

    def lines(self, name):
        """The lines of one of the further files, none where the case has none."""
        path = self.path_of(name)
        return lines_of(path) if path else []

    def expected_topics(self):
        return {record["topic"] for record in lines_of(self.folder / "expected.ndjson")}

    def expected_text(self):
        """What is expected on the topics and in the tables of rows."""
        names = ("expected.ndjson", "sql_after.ndjson", "cql_after.ndjson")
        texts = [path.read_text(encoding="utf-8") for path in map(self.path_of, names) if path]
        return "".join(text if text.endswith("\n") or not text else text + "\n" for text in texts)


def find_cases(directories):
    """Folders that look like a case, in order; a directory without any is a failure of its own."""
    folders, failures = [], []
    for directory in map(pathlib.Path, directories):
        found = {path.parent for name in CASE_FILES for path in directory.rglob(name)}
        if not found:
            failures.append(f"{directory}: no case")
        folders += sorted(found)
    return folders, failures
