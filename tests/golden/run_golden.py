#!/usr/bin/python3
"""Runs the golden cases: shipped stages between files, no server. README.md says what a case is.

  tests/golden/run_golden.py [--write] [CASE...]

The last line is `N passed, N failed`.
"""

import argparse
import collections
import concurrent.futures
import difflib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import yaml  # noqa: E402

from support.processes import REPOSITORY  # noqa: E402
from support.sluice_process import run_once  # noqa: E402

CASES = REPOSITORY / "tests/golden"
COMPARE = REPOSITORY / "tests/parity/compare.py"


class Case:
    def __init__(self, folder):
        self.folder = folder
        self.pipeline = folder.parent.name
        self.name = f"{self.pipeline}/{folder.name}"
        self.described = json.loads((folder / "case.json").read_text(encoding="utf-8"))

    def run(self):
        """What came out, as lines of the form of expected.ndjson, and what the tables hold then."""
        with tempfile.TemporaryDirectory(prefix="sluice-golden-") as folder:
            work = pathlib.Path(folder)
            config = work / "config.yaml"
            config.write_text(yaml.safe_dump(self._config(work), sort_keys=False), encoding="utf-8")
            (work / "out").mkdir()
            settings = [part for name, value in self.described.get("settings", {}).items()
                        for part in ("--set", f"{name}={value}")]
            status, said = run_once("run", config, *settings, "--clock", self.described["clock"], timeout=60)
            if status != 0:
                raise RuntimeError(f"sluice ended with status {status}:\n{said}")
            return self._outputs(work / "out"), self._lines(work.glob("after-*.ndjson"))

    def _config(self, work):
        """The shipped configuration with files and memory in place of servers, and without prefix."""
        nodes = yaml.safe_load((REPOSITORY / f"config/{self.pipeline}.yaml").read_text(encoding="utf-8"))
        topic = nodes["source"]["kafka"]["topics"][0]
        nodes["topic_prefix"] = ""
        nodes["source"] = {"files": {"paths": [str(self.folder / "input.ndjson")], "topic": topic}}
        nodes["sink"].pop("kafka")
        nodes["sink"]["files"] = {"directory": str(work / "out"), "envelope": True}
        nodes["stores"] = {name: self._store(work, name, store) for name, store in nodes.get("stores", {}).items()}
        nodes["admin"] = {"listen": "off"}
        return nodes

    def _store(self, work, name, store):
        """What stands in for a server: for reference data the case's own, where it has some."""
        if "http" in store:
            path = work / f"{name}.ndjson"
            path.write_text("".join(self._api(store["http"]["url"])), encoding="utf-8")
            return {"file": {"path": str(path)}}
        if "META" not in store["redis"]["url"]:
            return {"memory": {}}
        path = self.folder / "redis.ndjson"
        if not path.exists():
            path = work / "none.ndjson"
            path.touch()
        # It is written only where a stage writes to the store.
        return {"file": {"path": str(path), "db": store["redis"].get("db", 0), "output": str(work / f"after-{name}.ndjson")}}

    def _api(self, url):
        """What the API answers for each key, as entries of a file."""
        before, after = (re.escape(part) for part in re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", url).split("{key}"))
        path = self.folder / "http.ndjson"
        for line in path.read_text(encoding="utf-8").split("\n") if path.exists() else ():
            if not line.strip():
                continue
            answer = json.loads(line)
            key = re.fullmatch(re.sub(r"^https?://[^/]*", "", before) + "(.*)" + after, answer["path"])
            if key is None:
                raise RuntimeError(f"http.ndjson: {answer['path']} is not of {url}")
            yield json.dumps({"key": urllib.parse.unquote(key[1]), "type": "string", "value": answer["body"]}) + "\n"

    @staticmethod
    def _lines(paths):
        return [line + "\n" for path in sorted(paths) for line in path.read_text(encoding="utf-8").split("\n") if line]

    @staticmethod
    def _outputs(folder):
        lines = []
        for path in sorted(folder.glob("*.ndjson")):
            for text in path.read_text(encoding="utf-8", errors="replace").split("\n"):
                if text.strip():
                    lines.append(expected_line(path.name.removesuffix(".ndjson"), text) + "\n")
        return lines

    def judge(self):
        """The differences, as text."""
        expected = (self.folder / "expected.ndjson").read_text(encoding="utf-8").splitlines()
        actual, after = self.run()
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as written:
            written.writelines(actual)
            written.flush()
            done = subprocess.run([sys.executable, COMPARE, self.folder / "expected.ndjson", written.name,
                                   "--case", self.folder / "case.json"], capture_output=True, text=True, check=False)
        differences = "" if done.returncode == 0 else done.stdout + done.stderr
        wanted, found = free_parts(expected), free_parts(actual)
        for kind, lines in (("missing", wanted - found), ("extra", found - wanted)):
            differences += "".join(f"{kind} x{count} {line}\n" for line, count in sorted(lines.items()))
        wanted, found = self._lines(path for path in [self.folder / "redis_after.ndjson"] if path.exists()), after
        return differences + "".join(difflib.unified_diff(wanted, found, "redis_after.ndjson", "what the tables hold", n=0))

    def write(self):
        actual, after = self.run()
        (self.folder / "expected.ndjson").write_text("".join(actual), encoding="utf-8")
        if after:
            (self.folder / "redis_after.ndjson").write_text("".join(after), encoding="utf-8")


def expected_line(topic, line):
    """A line of the file sink in the form of expected.ndjson."""
    decode = json.JSONDecoder().raw_decode
    _, end = decode(line, len('{"key":'))
    _, end = decode(line, end + len(',"headers":'))
    value = line[end + len(',"value":'):-1]
    head = f'{{"topic":{json.dumps(topic)},{line[1:end]}'
    try:
        json.loads(value, parse_constant=refuse)
    except (ValueError, RecursionError):
        return f'{head},"text":{json.dumps(value, ensure_ascii=False)}}}'
    # The record stands in the line as it is, so that no digit is lost.
    return f'{head},"value":{value}}}'


def refuse(constant):
    raise ValueError(constant)


def free_parts(lines):
    """What compare.py does not look at; the position among the headers tells the records apart."""
    found = collections.Counter()
    for record in (json.loads(line) for line in lines if line.strip()):
        value = record.get("value")
        raw = value.get("metadata") if isinstance(value, dict) else None
        parts = {"headers": record["headers"], "raw_event": raw.get("raw_event") if isinstance(raw, dict) else None}
        found[f"{record['topic']} {json.dumps(parts, sort_keys=True)}"] += 1
    return found


def attempt(case, write):
    try:
        return case.write() or "" if write else case.judge()
    except Exception as error:  # pylint: disable=broad-except
        return f"{type(error).__name__}: {error}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", type=pathlib.Path, metavar="CASE")
    parser.add_argument("--write", action="store_true", help="what comes out is what is expected")
    args = parser.parse_args()
    folders = [case.resolve() for case in args.cases] or sorted(path.parent for path in CASES.glob("*/*/case.json"))
    cases = [Case(folder) for folder in folders]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, differences in zip(cases, pool.map(lambda c: attempt(c, args.write), cases)):
            failed += bool(differences)
            print(f"{'FAIL' if differences else 'ok  '}  {case.name}", flush=True)
            print(differences, end="", flush=True)
    if not cases:
        print("FAIL  no golden case")
        failed = 1
    print(f"{len(cases) - failed if cases else 0} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
