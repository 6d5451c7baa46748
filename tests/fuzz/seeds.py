#!/usr/bin/python3
"""Writes what a fuzz target starts from: the records of the golden cases and some of the shipped samples, one per file.

  tests/fuzz/seeds.py TARGET FOLDER      (codec_fuzz, schema_fuzz, batch_fuzz, cassandra_fuzz)
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


def cassandra_frames():
    """A response of each kind: an error, a prepared statement, rows of a map of lists of a type, a decimal."""
    column = "0001 6b 0001 74 0001 62"
    nested = "0021 000d 0020 0030 0001 6b 0001 75 0002 0001 78 0009 0001 79 000d"
    value = "00000001 00000001 6b 0000001a 00000001 00000012 00000004 00000007 00000001 78"
    bodies = [(0x00, "00002200 0002 6e6f"), (0x00, "00002500 0000 0002 6162"), (0x08, "00000001"),
              (0x08, f"00000004 0002 6162 00000001 00000001 00000001 0000 {column} {nested} 00000004 00000000"),
              (0x08, f"00000002 00000001 00000001 {column} {nested} 00000001 0000002b {value}"),
              (0x08, f"00000002 00000001 00000001 {column} 0006 00000002 00000005 fffffff70a 00000005 00000201f4"),
              (0x08, f"00000002 00000001 00000001 {column} 000e 00000001 0000000a 00ffffffffffffffffff")]
    for opcode, text in bodies:
        body = bytes.fromhex(text)
        yield bytes([0x84, 0, 0, 1, opcode]) + len(body).to_bytes(4, "big") + body


def seeds_of(target):
    if target == "cassandra_fuzz":
        return list(cassandra_frames())
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
