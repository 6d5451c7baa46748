"""Endless, repeatable streams of records for the pipelines that write to stores, and what those stores hold before.

Each class makes (key, value) pairs. Records of one key belong on one partition, since their order counts.
"""

import itertools
import json
import random

_BASE_MS = 1_600_000_000_000


def _bytes(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Contents:
    """Transactions of the learning graph: learning.graph.events."""

    redis_databases = (5, 6)

    def __init__(self, seed=1, contents=400, codes=300):
        self._chance = random.Random(seed)
        self._contents, self._codes = contents, codes

    def redis(self):
        """(database, key, type, value) of what is there before."""
        for number in range(0, self._contents, 3):
            yield 5, f"do_{number}", "string", json.dumps({"name": "before", "size": 9007199254740993, "keywords": ["k"], "gone": ""})
        for number in range(0, self._codes, 4):
            yield 6, f"D{number}", "string", json.dumps({"identifier": f"D{number}", "channel": "cached"})

    @staticmethod
    def answer(path):
        """Of the dial code API."""
        code = path.rpartition("/")[2]
        if code.startswith("D") and int(code[1:]) % 5:
            return 200, _bytes({"result": {"dialcode": {"identifier": code, "channel": "api", "count": int(code[1:])}}})
        return 404, _bytes({"responseCode": "RESOURCE_NOT_FOUND", "result": {}})

    def __iter__(self):
        chance = self._chance
        for count in itertools.count():
            key = f"do_{chance.randrange(self._contents)}"
            if chance.random() < 0.02:
                yield key, chance.choice([b"junk", b"[1]", _bytes({"transactionData": {}}), _bytes({"nodeUniqueId": 5})])
                continue
            properties = {name: {"ov": None, "nv": value} for name, value in self._properties(count) if chance.random() < 0.4}
            yield key, _bytes({"nodeUniqueId": key, "ets": _BASE_MS + count, "transactionData": {"properties": properties}})

    def _properties(self, count):
        chance = self._chance
        yield "name", f"content {count} & <more>"
        yield "ver", count
        yield "size", count + 0.25
        yield "subject", chance.choice(["Hindi", ["English", "Maths"], []])
        yield "medium", ["English", None]
        yield "createdOn", f"2020-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}T08:25:24.896+0000"
        yield "status", chance.choice(["", "Live", None])
        yield "gradeLevel", chance.choice([["Class 5"], 5])  # a number is a defect
        if chance.random() < 0.5:
            yield "dialcodes", [f"D{chance.randrange(self._codes)}" for _ in range(chance.randint(1, 3))]


class Devices:
    """Registrations of devices: events.deviceprofile."""

    redis_databases = (2,)

    def __init__(self, seed=1, devices=800):
        self._chance = random.Random(seed)
        self._devices = devices

    def redis(self):
        for number in range(0, self._devices, 4):
            yield 2, f"device-{number}", "hash", {"firstaccess": str(_BASE_MS - number if number % 8 else 0), "city": "before"}

    def __iter__(self):
        chance = self._chance
        for count in itertools.count():
            key = f"device-{chance.randrange(self._devices)}"
            if chance.random() < 0.02:
                yield key, chance.choice([b"junk", _bytes({"device_id": ""}), _bytes({"device_id": 5})])
                continue
            record = {name: value for name, value in self._members(count) if chance.random() < 0.6}
            yield key, _bytes({"device_id": key, "api_last_updated_on": _BASE_MS + count, **record})

    def _members(self, count):
        chance = self._chance
        yield "first_access", _BASE_MS + chance.randrange(1_000_000)
        yield "city", chance.choice(["Bengaluru's", "Delhi", "", f"city {count}"])
        yield "state", f"state {count % 31}"
        yield "country_code", "IN"
        yield "state_code_custom", count % 40
        yield "uaspec", "{'agent':'Chrome','ver':%d.0}" % (count % 90)
        yield "device_spec", json.dumps({"os": f"Android {count % 12}", "cores": count % 9})
        yield "user_declared_state", f"declared {count % 17}"
        yield "total_launches", count
        yield "avg_ts", count / 8
        yield "fcm_token", None


class Users:
    """Audit events about users: telemetry.audit."""

    redis_databases = (12,)

    def __init__(self, seed=1, users=500):
        self._chance = random.Random(seed)
        self._users = users

    def redis(self):
        for number in range(0, self._users, 3):
            yield 12, f"user:u{number}", "hash", {"state": "before", "block": "b", "district": "", "firstname": "old", "x": "y"}

    @staticmethod
    def answer(path):
        """Of the user read API: always the same for a user."""
        user = path.partition("?")[0].rpartition("/")[2]
        number = int(user[1:]) if user[1:].isdigit() else 0
        if number % 29 == 0:
            return 400, _bytes({"responseCode": "CLIENT_ERROR", "params": {"err": "UOS_USRRED0006"}, "result": {}})
        if number % 31 == 0:
            return 404, _bytes({"responseCode": "RESOURCE_NOT_FOUND", "params": {"err": "x"}, "result": {}})
        locations = [{"type": "state", "name": f"S[{number % 30}]", "code": "1"}, {"type": "school", "name": "DPS", "code": "3"}]
        return 200, _bytes({"responseCode": "OK", "params": {}, "result": {"response": {
            "firstName": f"first {number}", "lastName": None, "rootOrgId": f"org-{number % 7}", "rootOrg": {"orgName": "O"},
            "userId": user, "encPhone": "p", "encEmail": "e[x]", "language": ["English"],
            "framework": {"board": ["B"], "medium": ["M"], "id": ["fw"]} if number % 3 else {},
            "userLocations": locations[: number % 3], "profileUserTypes": [{"type": "teacher", "subType": None}]}}})

    def __iter__(self):
        chance = self._chance
        for count in itertools.count():
            key = f"u{chance.randrange(self._users)}"
            if chance.random() < 0.02:
                yield key, chance.choice([b"junk", _bytes({"object": {"id": 5, "type": "User"}}), b"{}"])
                continue
            cdata = [{"type": "SignupType", "id": chance.choice(["google", "sso", "self"])},
                     {"type": "UserRole", "id": f"role-{count % 5}"}][: chance.randint(0, 2)]
            yield key, _bytes({"eid": "AUDIT", "mid": f"m-{count}", "ets": _BASE_MS + count, "object": {"id": key, "type": "User"},
                               "edata": {"state": chance.choice(["Create", "Update", "Updated", "Delete"])},
                               "context": {"pdata": {"pid": chance.choice(["learner-service", "sunbird.app"])}, "cdata": cdata}})


class Ratings:
    """Ratings of courses: rating.event."""

    redis_databases = ()

    def __init__(self, seed=1, activities=30, users=120):
        self._chance = random.Random(seed)
        self._activities, self._users = activities, users
        self._last = {}

    def redis(self):
        return ()

    def cql(self):
        """(statement, values) of what is there before."""
        statement = "INSERT INTO sunbird_courses.user_enrolments (userid, courseid, batchid) VALUES (%s, %s, %s)"
        for activity in range(self._activities):
            for user in range(self._users):
                if (activity + user) % 10:
                    yield statement, (f"u{user}", f"do_{activity}", "b")

    def __iter__(self):
        chance = self._chance
        for count in itertools.count():
            key, user = f"do_{chance.randrange(self._activities)}", f"u{chance.randrange(self._users)}"
            if chance.random() < 0.02:
                yield key, chance.choice([b"junk", _bytes({"activity_id": key})])
                continue
            updated = {"rating": chance.randint(2, 10) / 2, "updatedOn": f"{count:08x}-8f3c-11ec-b909-0242ac120002",
                       "review": chance.choice([None, "short", f"long {count} " + "x" * chance.randint(90, 900)])}
            event = {"mid": f"k{count}", "activity_id": key, "activity_Type": "Course", "user_id": user, "updatedValues": updated}
            last = self._last.get((key, user))
            if last:
                event["prevValues"] = {"rating": last["rating"], "updatedOn": last["updatedOn"]}
            self._last[key, user] = updated
            yield key, _bytes(event)


class Assessments:
    """Batches of answered questions: telemetry.assess."""

    redis_databases = (5, 10)

    def __init__(self, seed=1, users=60, courses=6, contents=4):
        self._chance = random.Random(seed)
        self._users, self._courses, self._contents = users, courses, contents

    def redis(self):
        for course in range(1, self._courses):
            yield 10, f"c{course}:c{course}:leafnodes", "set", [f"cont-{number}" for number in range(self._contents)]
        for content in range(1, self._contents):
            yield 5, f"cont-{content}", "string", json.dumps({"totalQuestions": 4})

    @staticmethod
    def answer(path):
        """Of the content read API."""
        if path.endswith("/cont-0"):
            return 200, _bytes({"responseCode": "OK", "result": {"content": {"totalQuestions": 5}}})
        return 404, _bytes({"responseCode": "RESOURCE_NOT_FOUND", "result": {}})

    def cql(self):
        return ()

    def __iter__(self):
        chance = self._chance
        for count in itertools.count():
            user, course = f"U{chance.randrange(self._users)}", f"c{chance.randrange(self._courses)}"
            key = f"{user}/{course}"
            if chance.random() < 0.02:
                yield key, chance.choice([b"junk", _bytes({"courseId": course}), _bytes({"courseId": 5, "contentId": "x"})])
                continue
            event = {"assessmentTs": _BASE_MS + chance.randrange(max(1, count - 300), count + 300), "batchId": "B",
                     "courseId": course, "userId": user, "attemptId": f"A{chance.randrange(3)}",
                     "contentId": f"cont-{chance.randrange(self._contents + 1)}",
                     "events": [self._question(count, number) for number in range(chance.randint(1, 6))]}
            if chance.random() < 0.05:
                del event["events"]
            yield key, _bytes(event)

    def _question(self, count, number):
        chance = self._chance
        return {"eid": "ASSESS", "ets": _BASE_MS + count, "edata": {
            "score": chance.randint(0, 8) / 8, "duration": chance.randint(1, 90), "resvalues": [{"1": "{\"text\":\"a\"}"}],
            "item": {"id": f"q{number}", "maxscore": 1, "type": "mcq", "title": f"T'{number}", "desc": "", "params": [{"a": 1}]}}}
