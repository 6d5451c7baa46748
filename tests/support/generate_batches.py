#!/usr/bin/python3
"""Makes batches of telemetry, as the API writes them to telemetry.ingest, and the reference data that they meet in Redis.

The same options give the same bytes. Some batches are repeated, some hold an element that is no event, some are no batch.
"""

import argparse
import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.generate_telemetry import CHANNELS, START_MS, Telemetry, open_output  # noqa: E402

DAY_MS = 86_400_000
CLOCK_MS = START_MS + DAY_MS  # a wall clock by which the events are fresh


class Batches:
    """A repeatable stream of batches with `events` events in all."""

    def __init__(self, seed=1, events=1000, largest=40, repeated=0.02, broken=0.02):
        self._random = random.Random(seed)
        self._telemetry = Telemetry(seed=seed, duplicates=0.02, invalid=0)
        self._left = events
        self._largest = largest
        self._repeated = repeated
        self._broken = broken
        self._made = 0
        self._last = None
        self.users = set()
        self.devices = set()
        self.contents = set()

    def __iter__(self):
        return self

    def __next__(self):
        if self._left <= 0:
            raise StopIteration
        draw = self._random.random()
        if draw < self._repeated and self._last is not None:
            return self._last
        value = self._batch(broken=draw < self._repeated + self._broken)
        self._last = value
        return value

    def _batch(self, broken):
        self._made += 1
        count = min(self._left, self._random.randint(1, self._largest))
        self._left -= count
        events = [self._event() for _ in range(count)]
        if broken and self._random.random() < 0.5:
            events.insert(self._random.randint(0, len(events)), self._random.choice([None, 5, "x", {"eid": 7}]))
        params = {"did": f"did-{self._made}"}
        if self._random.random() < 0.9:
            params["msgid"] = f"msg-{self._made:08d}"
        batch = {"id": "api.sunbird.telemetry", "ver": "3.0", "ets": CLOCK_MS, "params": params, "mid": f"batch-{self._made}",
                 "syncts": CLOCK_MS - 1000 + self._made, "channel": CHANNELS[self._made % len(CHANNELS)], "events": events}
        value = json.dumps(batch, ensure_ascii=False, separators=(",", ":")).encode()
        return value[:-1] if broken and self._random.random() < 0.2 else value

    def _event(self):
        event = json.loads(next(self._telemetry).value)
        for gone in ("flags", "@timestamp", "syncts"):
            event.pop(gone, None)
        event["actor"].setdefault("type", "User")
        self.users.add(event["actor"]["id"])
        self.devices.add(event["context"]["did"])
        self.contents.add(event["object"]["id"])
        if self._random.random() < 0.2:
            event["edata"]["note"] = None
        if self._random.random() < 0.03:
            del event["actor"]["type"]  # its schema refuses it
        return event

    def reference_data(self):
        """(db, key, text or fields) of what most of the events so far are looked up by."""
        for user in sorted(self.users):
            if self._known(user):
                yield 12, f"user:{user}", {"usertype": "teacher", "state": "Kerala", "district": "Kollam", "language": '["Tamil"]',
                                           "usersignintype": "Self-Signed-In", "rootorgid": "org-1", "orgname": "Org"}
        for device in sorted(self.devices):
            if self._known(device):
                yield 2, device, {"country_code": "IN", "country": "India", "state_code": "KL", "state": "Kerala", "city": "Kochi",
                                  "district_custom": "Ernakulam", "firstaccess": "1571999041881", "devicespec": '{"os":"Android 9"}'}
        for content in sorted(self.contents):
            if self._known(content):
                yield 5, content, json.dumps({"name": f"About {content}", "objectType": "Content", "contentType": "Course",
                                              "lastUpdatedOn": "2018-06-15T13:06:56.090+0000", "pkgVersion": 2, "language": ["Hindi"]})

    @staticmethod
    def _known(key):
        return sum(key.encode()) % 3 != 0

    def load(self, redis):
        """Puts the reference data into a Redis (tests/support/own_redis.py)."""
        clients = {db: redis.client(db) for db in (2, 5, 12)}
        for db, key, value in self.reference_data():
            if isinstance(value, dict):
                clients[db].hset(key, mapping=value)
            else:
                clients[db].set(key, value)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--largest", type=int, default=40, help="most events of a batch (40)")
    parser.add_argument("--repeated", type=float, default=0.02)
    parser.add_argument("--broken", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", default="-", help="file, plain or .gz; - is standard output")
    parser.add_argument("--lookups", help="file for the reference data, in the form that a store's `file` reads")
    args = parser.parse_args()
    batches = Batches(args.seed, args.events, args.largest, args.repeated, args.broken)
    with open_output(args.output) as output:
        for value in batches:
            output.write(value + b"\n")
    if args.lookups:
        with open_output(args.lookups) as output:
            for db, key, value in batches.reference_data():
                kind = "hash" if isinstance(value, dict) else "string"
                line = json.dumps({"db": db, "key": key, "type": kind, "value": value}, ensure_ascii=False)
                output.write(line.encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
