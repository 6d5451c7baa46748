#!/usr/bin/python3
"""Writes what a fuzz target starts from: the records of the golden cases and some of the shipped samples, one per file.

  tests/fuzz/seeds.py TARGET FOLDER      (codec_fuzz, schema_fuzz, batch_fuzz)
"""

import gzip
import hashlib
import itertools
import pathlib
import re
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = 72  # as many values of the byte that chooses a schema as there are schemas, and some
LARGEST = 20_000  # what is larger slows the fuzzer down more than it shows


def golden():
    for path in sorted((REPOSITORY / "tests/golden").glob("*/*/input.ndjson")):
        yield from path.read_bytes().splitlines()


def sample(name, count):
    with gzip.open(REPOSITORY / f"config/samples/{name}.ndjson.gz") as file:
        return [line.rstrip(b"\n") for line in itertools.islice(file, count)]


def one_of_each_eid(events):
    """The shortest of each."""
    found = {}
    for event in sorted(events, key=len):
        eid = re.search(rb'"eid":"(\w+)"', event)
        found.setdefault(eid and eid.group(1), event)
    return found.values()


def seeds_of(target):
    if target == "codec_fuzz":
        return [*golden(), *one_of_each_eid(sample("telemetry", 2000)), *sample("batches", 10)]
    if target == "batch_fuzz":
        return [*golden(), *sample("batches", 40)]
    if target == "schema_fuzz":
        # Every event with every schema: which is which depends on the order in which they are loaded.
        events = one_of_each_eid([*golden(), *sample("telemetry", 2000)])
        return [bytes([number]) + event for event in events for number in range(SCHEMAS)]
    return golden()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    seeds = {seed for seed in seeds_of(target) if len(seed) <= LARGEST}
    for seed in seeds:
        (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    print(f"{len(seeds)} seeds for {target}")


if __name__ == "__main__":
    main()
