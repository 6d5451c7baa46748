"""Which tests a NAME means: what `scripts/test PART -k NAME` builds and runs."""

import fnmatch
import pathlib
import re

_TEST = re.compile(r"^\s*(?:TYPED_)?TEST(_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)
_INSTANCE = re.compile(r"^\s*INSTANTIATE_TEST_SUITE_P\(\s*(\w+),\s*(\w+)", re.MULTILINE)


class NothingMatches(Exception):
    """No test has the name that was asked for."""


def gtest_filter(name):
    """A GoogleTest filter as it is; any other text means the tests that contain it."""
    return name if re.search(r"[*?:-]", name) else f"*{name}*"


def unit_programs(listed, name):
    """({program: None or filter}) of the programs to build for NAME, from the build's unit_programs.txt.

    The name of a program, of its folder or of one of its files means all tests of the program or the file;
    a filter or a part of a test's name means the tests that match.
    """
    programs = [line.split(";") for line in listed.read_text(encoding="utf-8").splitlines() if line]
    whole = [program for program, *sources in programs
             if name == program or any(name == pathlib.Path(source).parent.name for source in sources)]
    if whole:
        return dict.fromkeys(whole)
    found = {}
    for program, *sources in programs:
        for source in map(pathlib.Path, sources):
            names = _test_names(source)
            if name in (source.name, source.stem) and names:
                found[program] = ":".join([*filter(None, [found.get(program)]), *names])
            elif program not in found and any(_matches(gtest_filter(name), test) for test in names):
                found[program] = gtest_filter(name)
    if not found:
        raise NothingMatches(f"no unit test, file, folder or program of tests/unit matches {name!r}")
    return found


def _test_names(source):
    """Names of the tests in a file; those with parameters as filters with `*` for the parameter."""
    text = source.read_text(encoding="utf-8")
    prefixes = {}
    for prefix, suite in _INSTANCE.findall(text):
        prefixes.setdefault(suite, []).append(prefix)
    names = []
    for kind, suite, test in _TEST.findall(text):
        if kind == "_P":
            names += [f"{prefix}/{suite}.{test}/*" for prefix in prefixes.get(suite, ["*"])]
        else:
            names.append(f"{suite}.{test}")
    return names


def _matches(wanted, test):
    """Whether a filter may select the test; the parameter of a test is not known here."""
    positive = wanted.split("-", 1)[0] or "*"
    candidates = [test, test.replace("/*", "/0")]
    patterns = [pattern for whole in positive.split(":") for pattern in (whole, re.sub(r"/[^/.]*$", "/*", whole))]
    return any(fnmatch.fnmatchcase(candidate, pattern) for candidate in candidates for pattern in patterns)


def cases(root, name):
    """Folders below root that hold a case.json and have NAME in <pipeline>/<case>."""
    folders = sorted(path.parent for path in root.rglob("case.json"))
    found = [folder for folder in folders if name in str(folder.relative_to(root))]
    if not found:
        raise NothingMatches(f"none of the {len(folders)} cases of {root.name} has {name!r} in its name")
    return found
