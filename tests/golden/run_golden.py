#!/usr/bin/python3
"""Runs the golden cases: shipped stages between files, no server. README.md says what a case is.

  tests/golden/run_golden.py [--write] [CASE...]

The last line is `N passed, N failed`.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import yaml  # noqa: E402

from support.processes import REPOSITORY  # noqa: E402
from support.sluice_process import run_once  # noqa: E402

CASES = REPOSITORY / "tests/golden"
PREFIX = "golden."


class Case:
    def __init__(self, folder):
        self.folder = folder
        self.pipeline = folder.parent.name
        self.name = f"{self.pipeline}/{folder.name}"
        self.described = json.loads((folder / "case.json").read_text(encoding="utf-8"))

    def run(self):
        """(lines of the form of expected.ndjson, reason codes)."""
        with tempfile.TemporaryDirectory(prefix="sluice-golden-") as folder:
            work = pathlib.Path(folder)
            config = work / "config.yaml"
            config.write_text(yaml.safe_dump(self._config(work / "out"), sort_keys=False), encoding="utf-8")
            (work / "out").mkdir()
            settings = [part for name, value in self.described.get("settings", {}).items()
                        for part in ("--set", f"{name}={value}")]
            status, said = run_once("run", config, *settings, "--clock", self.described["clock"],
                                    environment={"ENV": PREFIX.rstrip(".")}, timeout=60)
            if status != 0:
                raise RuntimeError(f"sluice ended with status {status}:\n{said}")
            return self._outputs(work / "out")

    def _config(self, outputs):
        """The shipped configuration with files and memory in place of servers."""
        nodes = yaml.safe_load((REPOSITORY / f"config/{self.pipeline}.yaml").read_text(encoding="utf-8"))
        topic = nodes["source"]["kafka"]["topics"][0]
        nodes["source"] = {"files": {"paths": [str(self.folder / "input.ndjson")], "topic": topic}}
        nodes["sink"].pop("kafka")
        nodes["sink"]["files"] = {"directory": str(outputs), "envelope": True}
        nodes["stores"] = {name: {"memory": {}} for name in nodes.get("stores", {})}
        for section in ("admin", "instance"):
            nodes.pop(section, None)
        return nodes

    @staticmethod
    def _outputs(folder):
        lines, reasons = [], collections.Counter()
        for path in sorted(folder.glob("*.ndjson")):
            topic = path.name.removesuffix(".ndjson").removeprefix(PREFIX)
            for text in path.read_bytes().decode("utf-8", "replace").split("\n"):
                if not text.strip():
                    continue
                record = json.loads(text)
                reasons.update([record["headers"]["sluice-reason"]] if "sluice-reason" in record["headers"] else [])
                # The value stands in the line as it is, so that no digit is lost.
                head = f'{{"topic": {json.dumps(topic)}, "key": {json.dumps(record["key"])}, '
                lines.append(head + text[text.index('"value":'):] + "\n")
        return lines, dict(reasons)

    def judge(self):
        """The differences, as text."""
        lines, reasons = self.run()
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as actual:
            actual.writelines(lines)
            actual.flush()
            done = subprocess.run([sys.executable, REPOSITORY / "tests/parity/compare.py", self.folder / "expected.ndjson",
                                   actual.name, "--case", self.folder / "case.json"],
                                  capture_output=True, text=True, check=False)
        differences = "" if done.returncode == 0 else done.stdout + done.stderr
        expected = self.described.get("reasons", reasons)
        if expected != reasons:
            differences += f"reasons: expected {expected}, actual {reasons}\n"
        return differences

    def write(self):
        lines, _ = self.run()
        (self.folder / "expected.ndjson").write_text("".join(lines), encoding="utf-8")


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
