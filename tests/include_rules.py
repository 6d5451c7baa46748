#!/usr/bin/python3
"""Checks who includes whom, in the sources and in the link graph, against the table of the design.

  tests/include_rules.py               names each offence as file:line, and exits 1 where there is one
  tests/include_rules.py --self-test   shows that it finds offences of every kind
"""

import pathlib
import re
import sys
import tempfile

# A folder of src/ may include what its row names, itself and include/sluice. A folder whose CMakeLists.txt calls
# sluice_port (sources, sinks, stores) needs no row: it may include PORT, and the daemon may include it.
PORT = {"codec", "memory", "util"}
MAY_INCLUDE = {
    "util": set(),
    "codec": {"util"},
    "schema": {"codec", "util"},
    "metrics": {"util"},
    "http": {"util"},
    "config": {"util"},
    "engine": {"codec", "util"},
    "stages": {"codec", "schema", "util"},
    "memory": {"util"},
    "daemon": {"codec", "config", "engine", "http", "metrics", "schema", "stages", "util"},
    "operations": {"config", "daemon", "kafka", "metrics", "util"},
    "cli": {"config", "daemon", "operations", "stages", "util"},
}

# The folders that may know a library, by the first letters of its headers.
THIRD_PARTY = {
    "librdkafka/": {"kafka"},
    "hiredis/": {"redis"},
    "curl/": {"rest"},
    "libpq-fe.h": {"postgres"},
    "yaml-cpp/": {"config"},
    "CLI/": {"cli"},
    "boost/": {"http"},
    "prometheus/": {"metrics"},
    "valijson/": {"schema"},
    "re2/": {"schema"},
    "rapidjson/": {"codec", "engine", "operations", "schema"},
    "simdjson.h": {"codec"},
    "emmintrin.h": {"codec"},
    "unicode/": {"codec"},
    "openssl/": {"cassandra", "redis", "util"},
    "zlib.h": {"codec", "files"},
    "spdlog/": {"daemon", "cli"},
}

# Of the operating system; every folder of src/ may use it.
SYSTEM = re.compile(r"(arpa|net|netinet|sys|linux)/\w+\.h|(errno|fcntl|netdb|poll|pthread|signal|threads|unistd)\.h")
STANDARD = re.compile(r"[a-z0-9_]+")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
LINKED = re.compile(r"\bsluice_([a-z_0-9]+)\b")
IS_PORT = re.compile(r"^\s*sluice_port\(", re.MULTILINE)


def table_of(root):
    """MAY_INCLUDE with the ports of the tree."""
    table = {folder: set(row) for folder, row in MAY_INCLUDE.items()}
    for path in sorted((root / "src").glob("*/CMakeLists.txt")):
        if IS_PORT.search(path.read_text(encoding="utf-8")):
            table.setdefault(path.parent.name, set(PORT))
            table["daemon"].add(path.parent.name)
    return table


def fault_of(table, folder, bracket, header):
    """Why `folder` (None for include/sluice) may not include the header; None where it may."""
    first = header.split("/")[0]
    if header.startswith("sluice/"):
        return None
    if bracket == '"':
        if folder is None:
            return f'a contract may include only "sluice/..." and the standard library, not "{header}"'
        if first not in table:
            return f'"{header}" does not begin with a folder of src/'
        allowed = first == folder or first in table[folder]
        return None if allowed else f'{folder}/ may not include {first}/ ("{header}")'
    for prefix, owners in THIRD_PARTY.items():
        if header.startswith(prefix):
            return None if folder in owners else f"<{header}> belongs to {' and '.join(sorted(owners))}/"
    if STANDARD.fullmatch(header) or (folder is not None and SYSTEM.fullmatch(header)):
        return None
    return f"<{header}> is a library that nobody may include: give it an owner in tests/include_rules.py"


def include_faults(root, table):
    for base in ("include/sluice", "src"):
        for path in sorted((root / base).rglob("*")):
            if path.suffix not in (".h", ".cc"):
                continue
            place = path.relative_to(root)
            if base == "src" and len(place.parts) == 2:
                folder = "cli"  # main.cc hands over to cli
            else:
                folder = place.parts[1] if base == "src" else None
            if folder is not None and folder not in table:
                yield f"{place}:1: {folder}/ has no row in tests/include_rules.py"
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                found = INCLUDE.match(line)
                fault = found and fault_of(table, folder, *found.groups())
                if fault:
                    yield f"{place}:{number}: {fault}"


def link_faults(root, table):
    for path in sorted((root / "src").glob("*/CMakeLists.txt")):
        folder = path.parent.name
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for linked in LINKED.findall(line.split("#")[0]):
                if linked in table and linked != folder and linked not in table.get(folder, set()):
                    yield f"{path.relative_to(root)}:{number}: {folder}/ may not link {linked}/"


def faults(root):
    table = table_of(root)
    return [*include_faults(root, table), *link_faults(root, table)]


def self_test():
    """One tree that obeys, and one offence of each kind, each found where it stands."""
    good = {
        "include/sluice/a.h": '#include <vector>\n#include "sluice/b.h"\n',
        "src/main.cc": '#include "cli/cli.h"\n',
        "src/kafka/a.cc": '#include "kafka/a.h"\n#include <librdkafka/rdkafka.h>\n#include <unistd.h>\n#include "util/x.h"\n',
        "src/kafka/CMakeLists.txt": "sluice_port(kafka SOURCES a.cc USES sluice_util)\n",
        "src/redis/CMakeLists.txt": "sluice_port(redis SOURCES a.cc USES sluice_util)\n",
        "src/my_port/CMakeLists.txt": "sluice_port(my_port SOURCES a.cc USES sluice_codec)\n",
        "src/my_port/a.cc": '#include "codec/json_reader.h"\n',
        "src/daemon/a.cc": '#include "kafka/a.h"\n#include "stages/route/route.h"\n',
    }
    bad = {
        "src/stages/route/a.cc": '#include <string>\n#include "kafka/a.h"\n',  # a folder that the row does not name
        "src/engine/a.cc": "#include <string>\n#include <hiredis/hiredis.h>\n",  # another folder's library
        "src/stages/route/b.cc": '#include <string>\n#include "engine/engine_access.h"\n',  # the engine's part of an event
        "src/http/a.cc": "#include <string>\n#include <curl/curl.h>\n",  # a library without an owner
        "include/sluice/c.h": '#pragma once\n#include "util/x.h"\n',  # a contract that knows an implementation
        "include/sluice/d.h": "#pragma once\n#include <rapidjson/document.h>\n",
        "src/redis/CMakeLists.txt": "sluice_port(redis SOURCES a.cc\n  USES sluice_kafka)\n",
        "src/my_port/a.cc": "#include <string>\n#include \"engine/flow.h\"\n",  # a port that knows the engine
        "src/utils/a.cc": "\n#include <string>\n",
    }
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in good.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        if faults(root):
            failures.append(f"found faults in a tree without any: {faults(root)}")
        for name, text in bad.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
            line = 1 if "utils" in name else 2
            found = faults(root)
            if len(found) != 1 or not found[0].startswith(f"{name}:{line}: "):
                failures.append(f"expected one fault at {name}:{line}, found {found}")
            (root / name).unlink()
            if name in good:
                (root / name).write_text(good[name], encoding="utf-8")
    for failure in failures:
        print(failure)
    return failures


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 1 if self_test() else 0
    found = faults(pathlib.Path(__file__).resolve().parents[1])
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
