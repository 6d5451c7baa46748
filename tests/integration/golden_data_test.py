"""A data set with the features of the original's golden one, event by event: what each job of the chain makes of it, in numbers."""

import collections
import copy
import itertools
import json
import os

import pytest
from support.chain import CHAIN, INPUT, Chain
from support.own_redis import RedisServer
from support.preprocessor import PreprocessorJob

EXTRACTOR, PREPROCESSOR, PRIMARY, SECONDARY, ERRORS, _, VALIDATOR, _ = CHAIN
JOBS = (EXTRACTOR, PREPROCESSOR, PRIMARY, SECONDARY, ERRORS, VALIDATOR)
CONTENT_DB, DEVICE_DB, USER_DB, DIALCODE_DB = 5, 2, 12, 6
DAY = 86_400_000
CLOCK = 1_587_340_800_000  # 2020-04-20
EVENING = CLOCK - 20_000_000
DEVICE, USER = "device-known", "user-known"
_numbers = itertools.count(1)


def event(eid, mid, edata, ets=EVENING, actor="user-other", actor_type="User", did=None, obj=None):
    made = {"eid": eid, "ver": "3.0", "ets": ets, "mid": mid, "actor": {"id": actor, "type": actor_type},
            "context": {"channel": "c", "env": "home", "pdata": {"id": "p"}, "did": did or f"device-of-{mid}"}, "edata": edata}
    return made if obj is None else {**made, "object": obj}


def content(name, **rollup):
    return {"id": name, "type": "Content", **({"rollup": rollup} if rollup else {})}


def assess(**item):
    return event("ASSESS", "assess", {"item": item, "pass": "Yes", "score": 1, "resvalues": [{"1": "answer"}], "duration": 2},
                 ets=1_586_431_492_513, obj=content("do_assessed"))


def response(**target):
    return event("RESPONSE", "response", {"target": target, "type": "CHOOSE", "values": [{"1": "answer"}]},
                 ets=1_586_371_994_743, obj=content("do_answered"))


def first_batch():
    impression = event("IMPRESSION", "impression", {"type": "view", "pageid": "p", "uri": "u"}, actor=USER, did=DEVICE,
                       obj={"id": "", "type": "", "rollup": {}})
    touch = {"type": "TOUCH", "id": "t"}
    without_context = event("INTERACT", "no-context", touch, actor=USER)
    del without_context["context"]
    shared = [{"id": name, "type": kind, "origin": {"id": "o", "type": "Device"}}
              for name, kind in (("do_book", "Textbook"), ("do_unit1", "Textbookunit"), ("do_unit2", "Textbookunit"))]
    return [event("ERROR", "error", {"err": "E", "errtype": "E", "stacktrace": "s"}, actor=USER, did=DEVICE),
            event("LOG", "log", {"type": "t", "level": "INFO", "message": "m"}),
            assess(id="question-unknown"), assess(), assess(id="question"),
            response(id="question", ver="1", type="AssessmentItem"), response(),
            event("SHARE", "share", {"dir": "In", "type": "File", "items": shared},
                  obj={"id": "do_book", "type": "TextBook", "rollup": {}}),
            without_context,
            event("AUDIT", "audit", {"state": "Create", "props": []}, obj={"id": "user-other", "type": "User"}),
            event("INTERACT", "old", touch, ets=1_579_356_169_000, actor=USER, did=DEVICE, obj={"id": "", "type": "", "rollup": {}}),
            impression,
            event("INTERACT", "interact", touch, obj=content("do_known", l1="do_l1", l2="do_l2")),
            event("END", "scan", {"type": "qr"}, obj={"id": "CODE", "type": "qr", "rollup": {}}),
            copy.deepcopy(impression)]


def second_batch():
    played = content("do_played", l1="do_l1", l2="do_l2")
    start = event("START", "start", {"type": "content"}, obj=played)
    return [start, copy.deepcopy(start),
            event("INTERRUPT", "interrupt", {"type": "OTHER"}, obj=played),
            event("END", "end", {"type": "content"}, obj=played),
            event("SEARCH", "search", {"query": "", "size": 1, "filters": {"dialCodes": "CODE"}, "topn": [{"id": "do_known"}]},
                  actor="internal", actor_type="Consumer")]


def lines():
    """Three batches; the third repeats the first, the second has no msgid."""
    batch = {"id": "api.telemetry", "ver": "3.0", "syncts": CLOCK - 19_799_849, "mid": "batch1"}
    first = json.dumps({**batch, "params": {"msgid": "msg", "did": DEVICE}, "events": first_batch()}).encode()
    second = json.dumps({**batch, "mid": "batch2", "channel": "ntp", "events": second_batch()}).encode()
    return [first, second, first]


def fill(server, known):
    """What Redis knows; of device, user and question only where they are named."""
    server.client(CONTENT_DB).set("do_known", json.dumps({"name": "a \u003d b", "contentType": "Resource", "subject": ["Science"]}))
    server.client(DIALCODE_DB).set("CODE", json.dumps({"identifier": "CODE", "generated_on": "2018-09-03T11:09:38.850"}))
    if "question" in known:
        server.client(CONTENT_DB).set("question", json.dumps({"questionType": "Registration"}))
    if "device" in known:
        server.client(DEVICE_DB).hset(DEVICE, mapping={
            "country_code": "IN", "state_code": "", "state": "Punjab", "district_custom": "Ludhiana", "firstaccess": "1587283462495",
            "user_declared_state": "Himachal Pradesh", "user_declared_district": "Kangra", "devicespec": '{"camera":""}'})
    if "user" in known:
        server.client(USER_DB).hset(f"user:{USER}", mapping={
            "usersignintype": "Self-Signed-In", "usertype": "OTHER", "subject": "[]", "state": "Himachal Pradesh", "district": "Kangra"})


A, B, C = ("question",), ("question", "device"), ("question", "device", "user")


class Run:
    """The chain on these batches: its records and counters."""

    def __init__(self, kafka, redis, lookups, known=B, clock=CLOCK, batches=None, times=1):
        redis.client().flushall()
        lookups.client().flushall()
        fill(lookups, known)
        prefix = f"golden-data-{os.getpid()}-{next(_numbers)}."
        with Chain(kafka, redis, lookups, JOBS, prefix, clock=clock, settings=PreprocessorJob.QUICK_GROUP) as chain:
            chain.create_topics()
            kafka.produce(prefix + INPUT, lines() if batches is None else batches)
            chain.start()
            chain.wait_done()
            for _ in range(times - 1):
                kafka.produce(prefix + INPUT, lines())
                chain.wait_done()
            self.records = {topic: [json.loads(record.value) for record in found] for topic, found in chain.read().items()}
            self._counters = {name: self._nonzero(sluice) for name, sluice in chain.daemons().items()}

    @staticmethod
    def _nonzero(sluice):
        found = {dict(labels)["counter"]: int(value) for (name, labels), value in sluice.metrics().items()
                 if name == "sluice_job_events_total" and value}
        assert sluice.metric("sluice_unaccounted_events") == 0
        return found

    def counts(self):
        """Records of each topic that has some."""
        return {topic: len(found) for topic, found in self.records.items() if found}

    def counters(self, *jobs):
        """Those that are not 0, added up over these jobs."""
        return dict(sum((collections.Counter(self._counters[job]) for job in jobs), collections.Counter()))

    def denorm(self, mid):
        (found,) = [value for value in self.records["telemetry.denorm"] if value["mid"] == mid]
        return found

    def flags(self):
        """{flag: (events that have it as true, as false)} of telemetry.denorm."""
        found = collections.defaultdict(lambda: [0, 0])
        for value in self.records["telemetry.denorm"]:
            for name, flag in value["flags"].items():
                if name.endswith("_denorm"):
                    found[name][0 if flag else 1] += 1
        return {name: tuple(pair) for name, pair in found.items()}


@pytest.fixture(scope="module")
def lookups():
    with RedisServer() as server:
        yield server


TOPICS = {
    "telemetry.raw": 19, "telemetry.extractor.duplicate": 1, "telemetry.assess.raw": 2, "druid.events.log": 3,
    "telemetry.failed": 3, "telemetry.duplicate": 3, "telemetry.error": 1, "telemetry.audit": 1, "telemetry.unique": 15,
    "telemetry.unique.primary": 9, "telemetry.unique.secondary": 6, "telemetry.denorm": 13, "druid.events.error": 1,
    "druid.events.telemetry": 13}
OF_EXTRACTOR = {
    "success-batch-count": 3, "unique-event-count": 2, "duplicate-event-count": 1, "success-event-count": 20,
    "audit-event-count": 2, "skipped-event-count": 2, "cache-miss-count": 1, "cache-hit-count": 2}
OF_PREPROCESSOR = {
    "validation-success-event-count": 16, "validation-failed-event-count": 3, "unique-event-count": 13, "duplicate-event-count": 3,
    "error-route-success-count": 1, "audit-route-success-count": 1, "share-route-success-count": 1,
    "share-item-event-success-count": 3, "primary-route-success-count": 12, "denorm-primary-route-success-count": 9,
    "denorm-secondary-route-success-count": 6}
OF_VALIDATOR = {"unique-event-count": 13, "validation-success-message-count": 13, "telemetry-route-success-count": 13}


def families(**numbers):
    """Total, hits and misses of each family; what is 0 is left out."""
    named = {f"{family}-{part}": number for family, triple in numbers.items()
             for part, number in zip(("total", "cache-hit", "cache-miss"), triple)}
    return {name: number for name, number in named.items() if number}


@pytest.mark.parametrize("known", [A, B, C], ids=["A", "B", "C"])
def test_the_counts_of_every_job(kafka, redis, lookups, known):
    device, user = int("device" in known), int("user" in known)
    run = Run(kafka, redis, lookups, known)
    assert run.counts() == TOPICS
    assert run.counters(EXTRACTOR) == OF_EXTRACTOR
    assert run.counters(PREPROCESSOR) == OF_PREPROCESSOR
    assert run.counters(PRIMARY) == {"events-skipped": 1, **families(
        device=(8, 0, 8), user=(7, 0, 7), content=(6, 0, 6), dialcode=(1, 1, 0), loc=(8, 0, 8))}
    assert run.counters(SECONDARY) == {"events-expired": 1, **families(
        device=(5, device, 5 - device), user=(5, user, 5 - user), content=(4, 1, 3), loc=(5, device, 5 - device))}
    assert run.counters(ERRORS) == families(
        device=(1, device, 1 - device), user=(1, user, 1 - user), loc=(1, device, 1 - device))
    assert run.counters(VALIDATOR) == OF_VALIDATOR
    assert run.flags() == {
        "device_denorm": (device, 13 - device), "user_denorm": (user, 12 - user), "content_denorm": (1, 9), "dialcode_denorm": (1, 0),
        "coll_denorm": (5, 0), "l2_denorm": (3, 0), **({"loc_denorm": (device, 0)} if device else {})}
    assert all(value["flags"]["dv_processed"] is True for value in run.records["druid.events.telemetry"])


def test_what_the_known_events_get(kafka, redis, lookups):
    run = Run(kafka, redis, lookups, C)
    place = {"state": "Himachal Pradesh", "district": "Kangra"}
    seen = run.denorm("impression")
    assert seen["derivedlocationdata"] == {**place, "from": "user-profile"}
    assert seen["userdata"] == {"usersignintype": "Self-Signed-In", "usertype": "OTHER", "subject": [], **place, "userlogintype": "NA"}
    assert seen["devicedata"]["userdeclared"] == place and seen["devicedata"]["iso3166statecode"] == ""
    assert seen["devicedata"]["devicespec"] == {"camera": ""} and seen["devicedata"]["firstaccess"] == 1587283462495
    played = run.denorm("interact")
    assert played["contentdata"] == {"name": "a = b", "contenttype": "Resource", "subject": ["Science"]}
    assert played["collectiondata"] == {} and played["l2data"] == {}
    assert run.denorm("scan")["dialcodedata"] == {"identifier": "CODE", "generatedon": 1535972978850}
    assert run.denorm("search")["edata"]["filters"] == {"dialCodes": "CODE"}
    defaults = {"usersignintype": "Anonymous", "userlogintype": "NA"}
    others = [value for value in run.records["telemetry.denorm"] if value["mid"] not in ("impression", "search")]
    assert len(others) == 11 and all(value["userdata"] == defaults for value in others)
    (error,) = run.records["druid.events.error"]
    assert error["derivedlocationdata"] == {**place, "from": "user-profile"}


def test_years_later_every_event_is_too_old(kafka, redis, lookups):
    run = Run(kafka, redis, lookups, clock=1_700_000_000_000)
    gone = ("telemetry.denorm", "druid.events.error", "druid.events.telemetry")
    assert run.counts() == {topic: count for topic, count in TOPICS.items() if topic not in gone}
    assert run.counters(PRIMARY, SECONDARY) == {"events-expired": 15}
    assert run.counters(ERRORS) == {"events-expired": 1}


def test_a_response_of_three_months_ago_is_too_old(kafka, redis, lookups):
    run = Run(kafka, redis, lookups, clock=CLOCK + 80 * DAY)
    assert run.counts() == {**TOPICS, "telemetry.denorm": 12, "druid.events.telemetry": 12}
    counters = run.counters(PRIMARY, SECONDARY)
    assert counters["events-expired"] == 2 and counters["events-skipped"] == 1


def test_on_the_day_before_they_are_of_the_future(kafka, redis, lookups):
    run = Run(kafka, redis, lookups, clock=CLOCK - 2 * DAY)
    assert run.counts() == {**TOPICS, "telemetry.denorm": 14, "druid.events.telemetry": 14}
    counters = run.counters(PRIMARY, SECONDARY)
    assert "events-expired" not in counters and counters["events-skipped"] == 1 and counters["device-cache-hit"] == 2
    times = collections.Counter(value["ets"] for value in run.records["telemetry.denorm"])
    assert times == {1_587_254_399_999: 11, 1_586_431_492_513: 1, 1_586_371_994_743: 1, 1_579_356_169_000: 1}


def test_once_more_all_are_duplicates(kafka, redis, lookups):
    run = Run(kafka, redis, lookups, times=2)
    assert run.counts() == {**TOPICS, "telemetry.extractor.duplicate": 3, "telemetry.raw": 24, "druid.events.log": 4,
                            "telemetry.duplicate": 8}


def test_the_second_batch_alone(kafka, redis, lookups):
    run = Run(kafka, redis, lookups, batches=lines()[1:2])
    assert run.counts() == {
        "telemetry.raw": 5, "druid.events.log": 1, "telemetry.duplicate": 1, "telemetry.unique": 4, "telemetry.unique.primary": 4,
        "telemetry.denorm": 3, "druid.events.telemetry": 3}
    assert run.counters(PRIMARY)["events-skipped"] == 1


def test_the_first_batch_twice(kafka, redis, lookups):
    found = Run(kafka, redis, lookups, batches=[lines()[0], lines()[2]]).counts()
    wanted = {"telemetry.extractor.duplicate": 1, "telemetry.raw": 14, "druid.events.log": 2, "telemetry.unique": 11, "telemetry.error": 1}
    assert {topic: found.get(topic) for topic in wanted} == wanted


def test_without_the_question_no_answer_is_taken_out(kafka, redis, lookups):
    run = Run(kafka, redis, lookups, known=("device",))
    assert run.counts() == {topic: count for topic, count in TOPICS.items() if topic != "telemetry.assess.raw"}
    changed = {name: OF_EXTRACTOR[name] for name in OF_EXTRACTOR if name != "cache-hit-count"}
    assert run.counters(EXTRACTOR) == {**changed, "cache-miss-count": 3}
    answers = [value["edata"].get("resvalues", value["edata"].get("values")) for value in run.records["telemetry.raw"]
               if value["eid"] in ("ASSESS", "RESPONSE")]
    assert len(answers) == 5 and all(answers)
