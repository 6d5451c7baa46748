#!/usr/bin/python3
"""Makes telemetry: one event per line, as producers send it to telemetry.raw.

The same options give the same bytes. All 18 event types, with the sizes and the mix of a
learning platform: mostly INTERACT and IMPRESSION, about 0.9 KB each, some repeated, some broken.
"""

import argparse
import collections
import dataclasses
import datetime
import functools
import gzip
import json
import random
import sys

START_MS = 1735689600000  # 2025-01-01T00:00:00Z

WEIGHTS = {
    "INTERACT": 38.0,
    "IMPRESSION": 25.0,
    "START": 5.0,
    "END": 4.5,
    "LOG": 5.0,
    "ASSESS": 4.0,
    "RESPONSE": 3.0,
    "AUDIT": 3.0,
    "SEARCH": 2.5,
    "SUMMARY": 2.0,
    "ERROR": 1.5,
    "SHARE": 1.0,
    "CB_AUDIT": 1.0,
    "HEARTBEAT": 1.0,
    "INTERRUPT": 1.0,
    "FEEDBACK": 0.8,
    "METRICS": 0.9,
    "EXDATA": 0.8,
}

ENVS = ["learn", "course", "discuss", "network", "careers", "competency", "events", "home", "Search"]
PAGES = ["home", "course-toc", "player", "learn-overview", "profile", "discussion-forum", "search-results"]
PRODUCERS = [("prod.sunbird.portal", "sunbird-portal", "4.8.16"), ("prod.sunbird.app", "sunbird.app", "3.9.2"),
             ("prod.sunbird.desktop", "sunbird-desktop", "1.0.4"), ("prod.mdo.portal", "mdo-portal", "2.1.0")]
CHANNELS = ["0126632859575746566", "01339093286316441651", "0135071359030722569358", "01376822290813747263"]
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
WORDS = ["Karmayogi", "leadership", "गणित", "தமிழ்", "café", "data literacy", "office procedure", "ethics"]


@dataclasses.dataclass(slots=True)
class Line:
    """One line of telemetry and what is known about it."""

    value: bytes
    eid: str
    mid: str
    kind: str  # "valid", "duplicate" (an earlier valid line again) or the name of a fault


class Telemetry:
    """An endless, repeatable stream of lines."""

    def __init__(self, seed=1, duplicates=0.01, invalid=0.01, share=True, numbered=False, prefix="m"):
        self._random = random.Random(seed)
        self._duplicates = duplicates
        self._invalid = invalid
        self._numbered = numbered
        self._prefix = prefix
        self._made = 0
        self._recent = collections.deque(maxlen=2000)
        self._eids = [eid for eid in WEIGHTS if share or eid != "SHARE"]
        self._weights = [WEIGHTS[eid] for eid in self._eids]
        self._users = [self._hex(32) for _ in range(400)]
        self._devices = [self._hex(40) for _ in range(400)]
        self._encode = functools.partial(json.dumps, ensure_ascii=False, separators=(",", ":"))

    def __iter__(self):
        return self

    def __next__(self):
        draw = self._random.random()
        if draw < self._duplicates and self._recent:
            first = self._recent[int(self._random.random() * len(self._recent))]
            return Line(first.value, first.eid, first.mid, "duplicate")
        event = self._event()
        if self._duplicates <= draw < self._duplicates + self._invalid:
            return self._spoil(event)
        line = Line(self._encode(event).encode(), event["eid"], event["mid"], "valid")
        if line.eid != "LOG":
            self._recent.append(line)
        return line

    def _hex(self, digits):
        return f"{self._random.getrandbits(digits * 4):0{digits}x}"

    def _pick(self, items):
        return items[int(self._random.random() * len(items))]

    def _number(self, low, high):
        return low + int(self._random.random() * (high - low + 1))

    def _event(self):
        eid = self._random.choices(self._eids, self._weights)[0]
        self._made += 1
        ets = START_MS + self._made * 37 + self._number(0, 30)
        person = self._number(0, len(self._users) - 1)
        producer, pid, version = self._pick(PRODUCERS)
        mid = f"{self._prefix}-{self._made:09d}" if self._numbered else f"{eid}:{self._hex(32)}"
        synced = ets + self._number(500, 60000)
        event = {
            "eid": eid,
            "ets": ets,
            "ver": "3.0" if self._random.random() < 0.9 else "3.1",
            "mid": mid,
            "actor": {"id": self._actor(person), "type": "User"},
            "context": {
                "channel": self._pick(CHANNELS),
                "pdata": {"id": producer, "ver": version, "pid": pid},
                "env": self._pick(ENVS),
                "sid": self._hex(32),
                "did": self._devices[person],
                "cdata": [
                    {"id": self._hex(32), "type": "UserSession"},
                    {"id": "Desktop", "type": "Device"},
                ],
                "rollup": {"l1": self._pick(CHANNELS)},
            },
            "object": {
                "id": f"do_{self._number(10**15, 10**16)}",
                "type": self._pick(["Content", "Course", "CourseUnit", "DialCode", "qr"]),
                "ver": "1.0",
                "rollup": {"l1": f"do_{self._number(10**15, 10**16)}"},
            },
            "tags": [self._pick(CHANNELS)],
            "edata": EDATA[eid](self),
            "flags": {"ex_processed": True},
        }
        if self._random.random() < 0.95:
            event["syncts"] = synced
            event["@timestamp"] = iso(synced)
        return event

    def _actor(self, person):
        return f"f:5a8a3f2b-3409-42e0-9001-f913bc0fde31:{self._users[person]}" if person % 10 == 0 else self._users[person]

    def _spoil(self, event):
        name, spoil = self._pick(FAULTS)
        value = spoil(event)
        if not isinstance(value, bytes):
            value = self._encode(event).encode()
        return Line(value, event.get("eid", ""), event.get("mid", ""), name)

    # edata, one maker per event type

    def _start(self):
        return {
            "type": self._pick(["app", "session", "content", "course"]),
            "mode": "play",
            "pageid": self._pick(PAGES),
            "duration": self._number(100, 9000) / 1000,
            "dspec": {"os": "Android 13", "make": "Generic", "id": self._hex(16), "mem": 5.6, "idisk": 107.2,
                      "edisk": -1, "scrn": 6.1, "sims": 2, "cap": ["GPS", "CAM"]},
            "uaspec": {"agent": "Chrome", "ver": "120.0", "system": "Linux", "platform": "x86_64", "raw": AGENT},
        }

    def _end(self):
        return {
            "type": self._pick(["app", "session", "content", "course"]),
            "mode": "play",
            "pageid": self._pick(PAGES),
            "duration": self._number(1000, 3600000) / 1000,
            "summary": [{"progress": self._number(0, 100)}, {"totallength": self._number(1, 40)},
                        {"visitedlength": self._number(1, 40)}, {"endpageseen": True}],
        }

    def _impression(self):
        return {
            "type": self._pick(["view", "list", "detail", "workflow"]),
            "subtype": "paginate",
            "pageid": self._pick(PAGES),
            "uri": f"https://portal.example.org/app/toc/do_{self._number(10**15, 10**16)}/overview?primaryCategory=Course",
            "duration": self._number(1, 5000) / 1000,
            "visits": [
                {"objid": f"do_{self._number(10**15, 10**16)}", "objtype": "Course", "objver": "1",
                 "section": "trending", "index": index}
                for index in range(self._number(0, 1))
            ],
        }

    def _interact(self):
        edata = {
            "type": self._pick(["CLICK", "TOUCH", "SWIPE", "OTHER"]),
            "subtype": self._pick(["card-content", "side-bar", "tab-content", "btn-content"]),
            "id": f"{self._pick(PAGES)}-{self._pick(['next', 'close', 'enrol', 'open', 'share'])}-button",
            "pageid": self._pick(PAGES),
            "extra": {"pos": [], "values": [{"title": self._pick(WORDS), "score": self._number(0, 1000) / 8}]},
        }
        if self._random.random() < 0.3:
            edata["target"] = {"id": f"do_{self._number(10**15, 10**16)}", "ver": "1.0", "type": "Content"}
        return edata

    def _assess(self):
        score = self._number(0, 2)
        return {
            "item": {"id": f"do_{self._number(10**15, 10**16)}", "maxscore": 2, "type": "mcq", "exlength": 0,
                     "params": [{"1": "{\"text\":\"Yes\"}"}, {"answer": "{\"correct\":[\"1\"]}"}],
                     "uri": "", "title": self._pick(WORDS), "desc": "", "mmc": [], "mc": ["LO1", "LO2"]},
            "index": self._number(1, 20),
            "pass": "Yes" if score else "No",
            "score": score,
            "resvalues": [{"1": "{\"text\":\"Yes\"}"}],
            "duration": self._number(1, 120),
        }

    def _response(self):
        return {
            "target": {"id": f"do_{self._number(10**15, 10**16)}", "ver": "1.0", "type": "AssessmentItem",
                       "parent": {"id": self._hex(8), "type": "Content"}},
            "type": "CHOOSE",
            "values": [{"option": self._number(1, 4)}, {"text": self._pick(WORDS)}],
        }

    def _interrupt(self):
        return {"type": self._pick(["background", "resume"]), "pageid": self._pick(PAGES)}

    def _feedback(self):
        return {"rating": self._number(1, 5), "comments": self._pick(WORDS), "commentid": "lang", "commenttxt": "ok"}

    def _share(self):
        return {
            "dir": self._pick(["In", "Out"]),
            "type": "File",
            "items": [
                {"id": f"do_{self._number(10**15, 10**16)}", "type": "Content", "ver": "2.0",
                 "params": [{"transfers": self._number(0, 3), "size": str(self._number(100, 10**7))}],
                 "origin": {"id": self._hex(40), "type": "Device"}, "to": {"id": "", "type": ""}}
                for _ in range(self._number(1, 4))
            ],
        }

    def _audit(self):
        return {"type": "Content", "state": "Live", "prevstate": "Draft", "duration": self._number(0, 900),
                "props": ["name", "status", "lastUpdatedOn"]}

    def _error(self):
        return {
            "err": self._pick(["SERVER_ERROR", "CONTENT_NOT_FOUND", "401"]),
            "errtype": self._pick(["SYSTEM", "CONTENT", "MOBILEAPP"]),
            "stacktrace": "TypeError: Cannot read properties of undefined (reading 'data')\n    at t.next (main.js:1:2345)",
            "pageid": self._pick(PAGES),
            "object": {"id": self._hex(8), "type": "Content", "ver": "1.0", "subtype": "", "name": self._pick(WORDS)},
            "plugin": {"id": "org.ekstep.player", "ver": "1.4", "category": "core"},
        }

    def _heartbeat(self):
        return {"alive": self._number(1, 60)}

    def _log(self):
        return {
            "type": "api_access",
            "level": self._pick(["INFO", "TRACE", "ERROR"]),
            "message": "ES sync done",
            "params": [{"rid": self._hex(32)}, {"duration": self._number(1, 900)}, {"status": 200},
                       {"url": "/api/course/v1/hierarchy"}, {"size": self._number(100, 90000)}],
        }

    def _search(self):
        return {
            "type": "content",
            "query": self._pick(WORDS),
            "filters": {"dialCodes": self._hex(6).upper(), "status": ["Live"], "contentType": ["Course", "Resource"]},
            "sort": {"lastUpdatedOn": "desc"},
            "correlationid": self._hex(32),
            "size": self._number(0, 4000),
            "topn": [{"identifier": f"do_{self._number(10**15, 10**16)}"} for _ in range(3)],
        }

    def _exdata(self):
        return {"type": "sync-data", "data": self._hex(120)}

    def _summary(self):
        start = START_MS + self._made * 37
        return {
            "type": "session", "mode": "play", "starttime": start, "endtime": start + 90500, "timespent": 90.5,
            "pageviews": self._number(1, 20), "interactions": self._number(0, 90),
            "extra": [{"id": "progress", "value": str(self._number(0, 100))}],
        }

    def _metrics(self):
        return {
            "system": "Search", "subsystem": "indexer",
            "metrics": [{"metric": "consumer-lag", "value": self._number(0, 100000)},
                        {"metric": "load", "value": self._number(0, 800) / 100}],
        }

    def _cb_audit(self):
        common = {"state": self._pick(["Draft", "Published"]), "prevstate": "Draft", "props": ["WAT", "Name"],
                  "type": "WorkOrder", "duration": self._number(0, 900)}
        entity = {"id": self._hex(32), "ver": "1.0", "name": self._pick(WORDS), "org": "Department"}
        if self._random.random() < 0.5:
            return common | {"cb_object": entity | {"type": "WorkOrder"},
                             "cb_data": {"data": {"id": self._hex(32), "users": [{"id": self._hex(32)}]}}}
        return common | {"cb_object": entity | {"type": self._pick(["Competency", "Activity", "Role", "Position"]),
                                                "sub_type": "Domain"}}


EDATA = {eid: getattr(Telemetry, "_" + eid.lower()) for eid in WEIGHTS}


def change(path, value):
    """A fault that sets a member, given as a path of names."""
    def spoil(event):
        node = event
        for name in path[:-1]:
            node = node[name]
        node[path[-1]] = value
    return spoil


def without(path):
    """A fault that leaves a member out."""
    def spoil(event):
        node = event
        for name in path[:-1]:
            node = node[name]
        node.pop(path[-1], None)
    return spoil


def cut_off(event):
    return json.dumps(event).encode()[:200]


FAULTS = [
    ("no pdata", without(["context", "pdata"])),
    ("no channel", without(["context", "channel"])),
    ("empty channel", change(["context", "channel"], "")),
    ("ets as text", change(["ets"], "2025-01-01T00:00:00Z")),
    ("old version", change(["ver"], "2.0")),
    ("no mid", without(["mid"])),
    ("null session", change(["context", "sid"], None)),
    ("edata with an unknown member", change(["edata", "unexpected"], {"is": True})),
    ("unknown event type", change(["eid"], "GE_START")),
    ("event type in lower case", change(["eid"], "impression")),
    ("third key in cdata", change(["context", "cdata", 1], {"id": "a", "type": "b", "extra": "c"})),
    ("cut off", cut_off),
    ("not an object", lambda event: b'["' + event["mid"].encode() + b'"]'),
]
# HEARTBEAT's edata is open, so an unknown member is no fault there: spoil another member as well.
FAULTS[7] = (FAULTS[7][0], lambda event, add=FAULTS[7][1]: change(["edata"], None)(event)
             if event["eid"] == "HEARTBEAT" else add(event))


@functools.lru_cache(maxsize=4)
def second(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def iso(milliseconds):
    return f"{second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


def open_output(path):
    if path == "-":
        return sys.stdout.buffer
    if path.endswith(".gz"):
        return gzip.GzipFile(path, "wb", compresslevel=9, mtime=0)
    return open(path, "wb")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000, help="lines to write (2000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other events (1)")
    parser.add_argument("--duplicates", type=float, default=0.01, help="share of lines that repeat an earlier one (0.01)")
    parser.add_argument("--invalid", type=float, default=0.01, help="share of lines that are to fail (0.01)")
    parser.add_argument("--no-share", action="store_true", help="no SHARE events: one input, one event")
    parser.add_argument("--numbered", action="store_true", help="mids m-000000001, m-000000002, ...")
    parser.add_argument("--prefix", default="m", help="what numbered mids start with (m)")
    parser.add_argument("--output", default="-", help="a file, compressed where it ends in .gz; - is standard output")
    args = parser.parse_args()
    stream = Telemetry(args.seed, args.duplicates, args.invalid, not args.no_share, args.numbered, args.prefix)
    with open_output(args.output) as output:
        for _ in range(args.count):
            output.write(next(stream).value + b"\n")


if __name__ == "__main__":
    main()
