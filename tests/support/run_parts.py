#!/usr/bin/python3
"""Builds and runs parts of the tests, adds up what passed and failed; scripts/test is the way in."""

import argparse
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

from selection import NothingMatches, cases, gtest_filter, unit_programs

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


def build(preset, *targets):
    say(f"Building {' '.join(targets)} ({preset}) ...")
    run_build(preset, *targets)


def run_build(*arguments):
    done = subprocess.run([REPOSITORY / "scripts/build", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        say(done.stdout[-6000:] + done.stderr[-6000:])
        raise CouldNotRun(f"scripts/build {' '.join(arguments)} failed")


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


# Parts. Each takes the NAME of -k, or None for all of its tests.


def rules(name):
    checks = {
        "the include rules find what breaks them": ["tests/include_rules.py", "--self-test"],
        "nobody includes what the table forbids": ["tests/include_rules.py"],
    }
    if shutil.which("clang-format-14"):
        checks["the sources are formatted"] = ["clang-format-14", "--dry-run", "-Werror", *sources(".cc", ".h")]
    else:
        say("  --    clang-format 14 is not there: formatting is not checked")
    for script in [path for path in sources("") if re.match(r"(scripts|\.ci)/[^.]+$", path)]:
        if (REPOSITORY / script).read_text(encoding="utf-8").startswith(("#!/bin/sh", "#!/bin/bash")):
            checks[f"{script} can be read by the shell"] = ["bash", "-n", script]
    checks["the Python files compile"] = [sys.executable, "-m", "py_compile", *sources(".py")]
    wanted = matching(name, checks, "rule")
    return sum((check(each, checks[each], env={**os.environ, "PYTHONPYCACHEPREFIX": tempfile.gettempdir()})
                for each in wanted), Result())


def matching(name, candidates, kind):
    """Those that contain NAME."""
    found = [each for each in candidates if name is None or name in str(each)]
    if not found:
        raise NothingMatches(f"no {kind} has {name!r} in its name")
    return found


def gtest(preset, name):
    """Builds and runs the unit programs, or what NAME needs of them."""
    if name is None:
        build(preset, "unit_tests", *(["sluice"] if preset == "dev" else []))
        total = run_programs(preset, ".", {})
        if total == Result():
            raise CouldNotRun("no unit test ran")
        return total
    run_build("--configure", preset)
    programs = unit_programs(REPOSITORY / "build" / preset / "unit_programs.txt", name)
    build(preset, *programs)
    total = Result()
    for wanted in sorted(set(programs.values()), key=str):
        of_filter = "|".join(program for program, its in programs.items() if its == wanted)
        total += run_programs(preset, f"^({of_filter})$", {"GTEST_FILTER": wanted} if wanted else {})
    if total == Result():
        raise NothingMatches(f"no test of {' '.join(programs)} matches {gtest_filter(name)!r}")
    return total


def run_programs(preset, pattern, environment):
    """Counts the test cases of the programs, a program that crashed as a failure."""
    with tempfile.TemporaryDirectory() as folder:
        results = pathlib.Path(folder)
        environment = {**os.environ, **environment, "GTEST_OUTPUT": f"json:{folder}/cases/", "GTEST_COLOR": "no"}
        call(["ctest", "--preset", preset, "-L", "unit", "-R", pattern, "--output-on-failure", "--no-tests=error",
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


def unit(name):
    return gtest("dev", name)


def tsan(name):
    return gtest("tsan", name)


def clang(name):
    return gtest("clang", name)


def golden(name):
    wanted = [] if name is None else cases(REPOSITORY / "tests/golden", name)
    build("dev", "sluice")
    return last_line([sys.executable, "tests/golden/run_golden.py", *wanted],
                     env={**os.environ, "SLUICE_BINARY": str(REPOSITORY / "build/dev/sluice")})


def pytest(folder, name, *options):
    """Runs the tests of a folder; none that match NAME gives no result at all."""
    with tempfile.TemporaryDirectory() as results:
        path = pathlib.Path(results) / "pytest.xml"
        status = call([*PYTEST, *options, *(["-k", name] if name else []), f"--junit-xml={path}", folder])
        return Result() if name and status == NO_TESTS_COLLECTED else junit(path)


def pytest_has(folder, name):
    done = subprocess.run([*PYTEST, "-q", "--collect-only", "-k", name, folder], cwd=REPOSITORY, capture_output=True,
                          check=False)
    return done.returncode != NO_TESTS_COLLECTED


PYTEST = [sys.executable, "-m", "pytest", "--tb=short", "-p", "no:cacheprovider"]
NO_TESTS_COLLECTED = 5


def integration(name):
    if name and not pytest_has("tests/integration", name):
        raise NothingMatches(f"no test of tests/integration matches {name!r}")
    build("release", "sluice", "row_client")
    return pytest("tests/integration", name, "-v", "--durations=15")


def parity(name):
    folder = REPOSITORY / "tests/parity/cases"
    wanted = [folder] if name is None else cases(folder, name)
    build("release", "sluice")
    return last_line([sys.executable, "tests/parity/run_parity.py", *wanted])


def chaos(name, preset="release"):
    """The tests of the judge of scripts/chaos, and its short form, which -k short means."""
    if name not in (None, "short") and not pytest_has("tests/chaos", name):
        raise NothingMatches(f"no test of tests/chaos matches {name!r}, which is not 'short' either")
    total = pytest("tests/chaos", name, "-q") if name != "short" else Result()
    if name not in (None, "short"):
        return total
    build(preset, "sluice")
    binary = REPOSITORY / "build" / preset / "sluice"
    return total + last_line([sys.executable, "tests/chaos/short.py"], env={**os.environ, "SLUICE_BINARY": str(binary)})


def chaos_sanitized(name):
    return chaos(name, "dev")


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


def tidy(name):
    """clang-tidy on every source file, those of the tests in the batches that they are compiled in. Builds nothing, as
    no source is generated."""
    runner = shutil.which("run-clang-tidy-14") or shutil.which("run-clang-tidy")
    linter = shutil.which("clang-tidy-14") or shutil.which("clang-tidy")
    if not runner or not linter:
        raise CouldNotRun("clang-tidy is not there: scripts/install-dependencies dev")
    run_build("--configure", "tidy")
    folder = REPOSITORY / "build/tidy"
    alone, batched = {}, {}
    for entry in json.loads((folder / "compile_commands.json").read_text(encoding="utf-8")):
        path = pathlib.Path(entry["file"])
        if folder not in path.parents:
            alone[path] = [path]
        elif path.name.startswith("unity_"):
            batched[path] = [pathlib.Path(found) for found in
                             re.findall(r'#include "(.*\.cc)"', path.read_text(encoding="utf-8"))]
    wanted = set(matching(name, sorted({os.path.relpath(path, REPOSITORY) for group in (alone, batched)
                                        for files in group.values() for path in files}), "source file"))
    total = Result()
    # A batch includes its files, which the check named here takes for a mistake.
    for group, options in ((alone, []), (batched, ["-checks=-bugprone-suspicious-include"])):
        chosen = {unit: files for unit, files in group.items()
                  if wanted & {os.path.relpath(path, REPOSITORY) for path in files}}
        if chosen:
            total += check(f"clang-tidy has nothing to say about {sum(map(len, chosen.values()))} files",
                           [runner, "-quiet", "-clang-tidy-binary", linter, "-p", folder, *options,
                            *(f"^{re.escape(str(unit))}$" for unit in chosen)])
    return total


def fuzz(name):
    """Every target from its seeds; what it finds to fail stays in out/fuzz."""
    targets = matching(name, [path.removesuffix(".cc").rsplit("/", 1)[1] for path in sources("_fuzz.cc")], "fuzz target")
    build("fuzz", *targets)
    total = Result()
    failures = REPOSITORY / "out/fuzz"
    failures.mkdir(parents=True, exist_ok=True)
    for program in [REPOSITORY / "build/fuzz/tests/fuzz" / target for target in targets]:
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-k", dest="name", metavar="NAME", help="only the tests that match it")
    parser.add_argument("parts", nargs="+", choices=PARTS, metavar="PART")
    args = parser.parse_args()
    totals, unmatched = {}, []
    for part in dict.fromkeys(args.parts):
        started = time.monotonic()
        say(f"\n== {part}")
        try:
            totals[part] = PARTS[part](args.name)
        except NothingMatches as reason:
            say(f"  --    {reason}")
            unmatched.append(part)
            continue
        except CouldNotRun as reason:
            say(f"{part} could not run: {reason}")
            totals[part] = Result(0, 1)
        say(f"== {part}: {totals[part].passed} passed, {totals[part].failed} failed "
            f"({time.monotonic() - started:.0f} s)")
    say("")
    if not totals:
        say(f"test: nothing in {' '.join(unmatched)} matches {args.name!r}")
        totals["-k"] = Result(0, 1)
    total = sum(totals.values(), Result())
    for part, result in totals.items():
        say(f"{part:15} {result.passed:6} passed {result.failed:6} failed")
    say(f"{total.passed} passed, {total.failed} failed")
    return 0 if total.failed == 0 and total.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
