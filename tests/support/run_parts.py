#!/usr/bin/python3
"""Builds and runs parts of the tests, adds up what passed and failed; scripts/test is the way in."""

import dataclasses
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FUZZ_SECONDS = int(os.environ.get("FUZZ_SECONDS", "30"))  # for each target


@dataclasses.dataclass
class Result:
    passed: int = 0
    failed: int = 0

    def __add__(self, other):
        return Result(self.passed + other.passed, self.failed + other.failed)


class CouldNotRun(Exception):
    """A part that could not run counts as one failure."""


def say(text):
    print(text, flush=True)


def call(command, **options):
    """Its output goes to ours; its exit status."""
    return subprocess.run([str(part) for part in command], cwd=REPOSITORY, check=False, **options).returncode


def build(preset, *targets, tests=True):
    say(f"Building {preset} ...")
    environment = {**os.environ, "SLUICE_CMAKE_OPTIONS": f"-DSLUICE_TESTS={'ON' if tests else 'OFF'}"}
    done = subprocess.run([REPOSITORY / "scripts/build", preset, *targets], env=environment, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        say(done.stdout[-6000:] + done.stderr[-6000:])
        raise CouldNotRun(f"the build of {preset} failed")


def check(name, command, **options):
    """One check that passes or fails, and shows what it says only where it fails."""
    done = subprocess.run([str(part) for part in command], cwd=REPOSITORY, capture_output=True, text=True, check=False,
                          **options)
    say(f"  {'ok  ' if done.returncode == 0 else 'FAIL'}  {name}")
    if done.returncode != 0:
        say(done.stdout[-6000:] + done.stderr[-6000:])
    return Result(1, 0) if done.returncode == 0 else Result(0, 1)


def sources(*suffixes):
    """Files of ours that are under version control or new, ignored ones left out."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY,
                            capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in listed if name.endswith(suffixes) and (REPOSITORY / name).is_file()]


def junit(path):
    """What a JUnit file says; a file that is not there is one failure."""
    if not path.exists():
        return Result(0, 1)
    total = Result()
    for suite in xml.etree.ElementTree.parse(path).getroot().iter("testsuite"):
        count, skipped = int(suite.get("tests", 0)), int(suite.get("skipped") or suite.get("disabled") or 0)
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        total += Result(count - failed - skipped, failed)
    return total


# Parts


def rules():
    total = check("the include rules find what breaks them", ["tests/include_rules.py", "--self-test"])
    total += check("nobody includes what the table forbids", ["tests/include_rules.py"])
    if shutil.which("clang-format-14"):
        total += check("the sources are formatted",
                       ["clang-format-14", "--dry-run", "-Werror", *sources(".cc", ".h")])
    else:
        say("  --    clang-format 14 is not there: formatting is not checked")
    scripts = [name for name in sources("") if re.match(r"(scripts|\.ci)/[^.]+$", name)]
    for name in scripts:
        shell = (REPOSITORY / name).read_text(encoding="utf-8").startswith(("#!/bin/sh", "#!/bin/bash"))
        if shell:
            total += check(f"{name} can be read by the shell", ["bash", "-n", name])
    total += check("the Python files compile", [sys.executable, "-m", "py_compile", *sources(".py")],
                   env={**os.environ, "PYTHONPYCACHEPREFIX": tempfile.gettempdir()})
    return total


def gtest(preset, label):
    """Runs the programs of a label; counts their test cases, a program that crashed as a failure."""
    build(preset)
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder)
        environment = {**os.environ, "GTEST_OUTPUT": f"json:{folder}/cases/", "GTEST_COLOR": "no"}
        call(["ctest", "--preset", preset, "-L", label, "--output-on-failure", "--no-tests=error",
              "--parallel", os.cpu_count(), "--timeout", 600, "--output-junit", results / "ctest.xml"], env=environment)
        total = Result()
        programs = junit(results / "ctest.xml")
        counted = 0
        for path in (results / "cases").glob("*.json"):
            said = json.loads(path.read_text(encoding="utf-8"))
            failed = said["failures"] + said.get("errors", 0)
            total += Result(said["tests"] - said["disabled"] - failed, failed)
            counted += 1
        # A program that gave no list of its cases died, or is no GoogleTest program.
        quiet = programs.passed + programs.failed - counted
        total += Result(max(0, quiet - programs.failed), min(quiet, programs.failed))
        if programs.failed and not total.failed:
            total += Result(0, programs.failed)
        return total


def unit():
    return gtest("dev", "unit")


def tsan():
    return gtest("tsan", "unit")


def clang():
    return gtest("clang", "unit")


def golden():
    build("dev", "sluice")
    return last_line([sys.executable, "tests/golden/run_golden.py"],
                     env={**os.environ, "SLUICE_BINARY": str(REPOSITORY / "build/dev/sluice")})


def integration():
    build("release", "sluice")
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder) / "pytest.xml"
        call([sys.executable, "-m", "pytest", "-v", "--tb=short", "-p", "no:cacheprovider",
              f"--junit-xml={results}", "tests/integration"])
        return junit(results)


def parity():
    build("release", "sluice")
    return last_line([sys.executable, "tests/parity/run_parity.py", "tests/parity/cases"])


def chaos(preset="release"):
    """The short form of scripts/chaos, and the tests of its judge."""
    build(preset, "sluice")
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder) / "pytest.xml"
        call([sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", f"--junit-xml={results}",
              "tests/chaos"])
        total = junit(results)
    binary = REPOSITORY / "build" / preset / "sluice"
    return total + last_line([sys.executable, "tests/chaos/short.py"], env={**os.environ, "SLUICE_BINARY": str(binary)})


def chaos_sanitized():
    return chaos("dev")


def last_line(command, **options):
    """Runs a program whose last line is `N passed, N failed`."""
    with subprocess.Popen([str(part) for part in command], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True,
                          **options) as process:
        line = ""
        for line in process.stdout:
            print("  " + line, end="", flush=True)
    found = re.fullmatch(r"(\d+) passed, (\d+) failed", line.strip())
    if not found:
        raise CouldNotRun(f"{command[1]} did not finish")
    return Result(int(found.group(1)), int(found.group(2)))


def tidy():
    """clang-tidy on every source file that the clang build compiles."""
    build("clang")
    database = json.loads((REPOSITORY / "build/clang/compile_commands.json").read_text(encoding="utf-8"))
    files = sorted({os.path.relpath(entry["file"], REPOSITORY) for entry in database})
    runner = shutil.which("run-clang-tidy-14") or shutil.which("run-clang-tidy")
    linter = shutil.which("clang-tidy-14") or shutil.which("clang-tidy")
    if not runner or not linter:
        raise CouldNotRun("clang-tidy is not there: scripts/install-dependencies dev")
    pattern = "^" + re.escape(str(REPOSITORY)) + r"/(src|tests)/.*\.cc$"
    return check(f"clang-tidy has nothing to say about {len(files)} files",
                 [runner, "-quiet", "-clang-tidy-binary", linter, "-p", "build/clang", pattern])


def fuzz():
    """Every target from its seeds; what it finds to fail stays in out/fuzz."""
    build("fuzz", tests=False)
    total = Result()
    programs = sorted(path for path in (REPOSITORY / "build/fuzz/tests/fuzz").glob("*_fuzz") if os.access(path, os.X_OK))
    if not programs:
        raise CouldNotRun("no fuzz target was built")
    failures = REPOSITORY / "out/fuzz"
    failures.mkdir(parents=True, exist_ok=True)
    for program in programs:
        dictionary = REPOSITORY / f"tests/fuzz/{program.name}.dict"
        with tempfile.TemporaryDirectory() as folder:
            found, seeds, log = (pathlib.Path(folder) / name for name in ("found", "seeds", "log"))
            found.mkdir()
            if call([sys.executable, "tests/fuzz/seeds.py", program.name, seeds], stdout=subprocess.DEVNULL) != 0:
                raise CouldNotRun(f"no seeds for {program.name}")
            # A shell sends what it says to a file, of which the last line with figures is shown.
            total += check(f"{program.name} for {FUZZ_SECONDS} s",
                           ["sh", "-c", '"$@" >"$0" 2>&1 || { tail -n 60 "$0"; exit 1; }', log, program,
                            f"-max_total_time={FUZZ_SECONDS}", "-rss_limit_mb=4096", "-print_final_stats=1",
                            f"-artifact_prefix={failures}/{program.name}-",
                            *([f"-dict={dictionary}"] if dictionary.is_file() else []), found, seeds])
            said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
            for word in ("INITED", "DONE"):
                say("".join(f"        {line}" for line in said.splitlines() if re.match(rf"#\d+\s+{word}", line)))
    return total


PARTS = {part.__name__: part for part in (rules, unit, golden, integration, parity, chaos, chaos_sanitized, tsan, clang,
                                          tidy, fuzz)}


def main():
    names = sys.argv[1:]
    totals = {}
    for name in names:
        started = time.monotonic()
        say(f"\n== {name}")
        try:
            totals[name] = PARTS[name]()
        except CouldNotRun as reason:
            say(f"{name} could not run: {reason}")
            totals[name] = Result(0, 1)
        say(f"== {name}: {totals[name].passed} passed, {totals[name].failed} failed "
            f"({time.monotonic() - started:.0f} s)")
    total = sum(totals.values(), Result())
    say("")
    for name, result in totals.items():
        say(f"{name:12} {result.passed:6} passed {result.failed:6} failed")
    say(f"{total.passed} passed, {total.failed} failed")
    return 0 if total.failed == 0 and total.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
