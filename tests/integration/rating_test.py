"""config/rating.yaml on a real Cassandra: kills, a store that goes away, tables and rights that are missing."""

import json
import struct

import pytest
import yaml
from support.own_cassandra import CassandraServer
from support.processes import REPOSITORY, ChildProcess, wait_until
from support.sluice_process import binary, run_once

SUMMARY = ("latest50reviews", "sum_of_total_ratings", "total_number_of_ratings",
           *(f"totalcount{stars}stars" for stars in range(1, 6)))
TABLES = (
    "CREATE TABLE sunbird_courses.user_enrolments (userid text, courseid text, batchid text, PRIMARY KEY (userid, courseid, batchid))",
    "CREATE TABLE sunbird.ratings_summary (activityid text, activitytype text, latest50reviews text, "
    + ", ".join(f"{name} float" for name in SUMMARY[1:]) + ", PRIMARY KEY (activityid, activitytype))",
    "CREATE TABLE sunbird.ratings_lookup (activityid text, activitytype text, rating float, updatedon timeuuid, review text, "
    "userid text, PRIMARY KEY ((activityid, activitytype, rating), updatedon))",
)
POINTS = ("collected", "rating_marked", "rating_half_written", "rating_written", "begun", "written", "outputs_committed")
LONG = "x" * 101


@pytest.fixture(scope="module")
def cassandra():
    with CassandraServer(auth=True) as server:
        server.make_keyspaces("sunbird", "sunbird_courses")
        for statement in TABLES:
            server.execute(statement)
        yield server


@pytest.fixture
def tables(cassandra):
    cassandra.execute("DROP TABLE IF EXISTS sunbird.sluice_marks")
    for table in ("sunbird_courses.user_enrolments", "sunbird.ratings_summary", "sunbird.ratings_lookup"):
        cassandra.execute(f"TRUNCATE {table}")
    for user in ("u1", "u2", "u3"):
        for course in range(4):
            cassandra.execute("INSERT INTO sunbird_courses.user_enrolments (userid, courseid, batchid) VALUES (%s, %s, 'b')",
                              (user, f"do_{course}"))
    return cassandra


def time_of(number):
    return f"{number:08x}-8f3c-11ec-b909-0242ac120002"


def rating(number, value, review, user="u1", previous=None, course="do_1"):
    """`previous`: (number of its event, its rating)."""
    event = {"mid": f"m{number}", "activity_id": course, "activity_Type": "Course", "user_id": user,
             "updatedValues": {"rating": value, "review": review, "updatedOn": time_of(number)}}
    if previous:
        event["prevValues"] = {"rating": previous[1], "updatedOn": time_of(previous[0])}
    return event


EVENTS = [
    rating(1, 4.5, LONG), rating(2, 3.0, "s", "u2"), rating(3, 5.0, "s", "nobody"), rating(4, 2.0, "s", "u1", (1, 4.5)),
    rating(2, 3.0, "s", "u2"), rating(5, 0.0, "s", "u3"), rating(6, 3.0, None, "u2", (2, 3.0)),
    rating(7, 1.5, "y" * 20_000, "u3"), rating(8, 4, "s", "u1", course="do_2"), rating(9, 4.9, "s", "u1", (8, 4), "do_2"),
    rating(10, 4.5, "it's", "u1", course="do'q"), {"mid": "bad", "activity_id": "do_1"},
]
FAILED = {"m3": "not_enrolled", "m5": "nothing_to_change", "m10": "not_enrolled", "bad": "missing_member"}


def single(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def check_tables(cassandra):
    rows = {(row["activityid"], row["activitytype"]): row for row in cassandra.execute("SELECT * FROM sunbird.ratings_summary")}
    assert set(rows) == {("do_1", "Course"), ("do_2", "Course")}
    first, second = rows["do_1", "Course"], rows["do_2", "Course"]
    assert [first[name] for name in SUMMARY[1:]] == [6.5, 3, 1, 1, 1, 0, 0]
    assert json.loads(first["latest50reviews"]) == [{"objectType": "review", "user_id": "u3", "date": time_of(7), "rating": 1.5,
                                                     "review": "y" * 20_000}]
    delta = single(single(4.9) - 4)
    assert [second[name] for name in SUMMARY[1:]] == [single(4 + delta), 1, 0, 0, 0, 1, 0]
    assert second["latest50reviews"] is None
    lookups = {(row["activityid"], row["rating"], str(row["updatedon"]), row["userid"])
               for row in cassandra.execute("SELECT * FROM sunbird.ratings_lookup")}
    assert lookups == {("do_1", 2.0, time_of(4), "u1"), ("do_1", 3.0, time_of(6), "u2"), ("do_1", 1.5, time_of(7), "u3"),
                       ("do_2", single(4.9), time_of(9), "u1")}


class Job:
    """The shipped pipeline between files, on the real store."""

    def __init__(self, folder, cassandra, events, **store):
        self.folder = folder
        (folder / "in.ndjson").write_text("".join(json.dumps(event) + "\n" for event in events))
        (folder / "out").mkdir()
        nodes = yaml.safe_load((REPOSITORY / "config/rating.yaml").read_text(encoding="utf-8"))
        nodes["topic_prefix"] = ""
        nodes["source"] = {"files": {"paths": [str(folder / "in.ndjson")], "topic": "rating.event"}}
        nodes["sink"].pop("kafka")
        nodes["sink"]["files"] = {"directory": str(folder / "out"), "envelope": True}
        nodes["stores"]["ratings"]["cassandra"] = {"contact_points": cassandra.contact_points, "user": "cassandra",
                                                   "password": "cassandra", "timeout": "5s", **store}
        nodes["admin"] = {"listen": "off"}
        self.nodes = nodes
        self.config = folder / "config.yaml"
        self.write()

    def write(self):
        self.config.write_text(yaml.safe_dump(self.nodes, sort_keys=False), encoding="utf-8")

    def run(self, environment=None, **settings):
        added = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
        return run_once("run", self.config, *added, environment=environment, timeout=120)

    def failed(self):
        """{mid: reason} of what was diverted."""
        path = self.folder / "out/rating.failedRating.ndjson"
        found = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            record = json.loads(line)
            key = record.get("key")
            assert key not in found, f"{key} failed twice"
            found[key] = record["headers"]["sluice-reason"]
        return found


def test_the_tables_are_as_the_specification_says(tables, tmp_path):
    job = Job(tmp_path, tables, EVENTS)
    status, said = job.run()
    assert status == 0, said
    check_tables(tables)
    assert job.failed() == FAILED
    marks = tables.execute("SELECT job, mark, TTL(outcome) AS ttl FROM sunbird.sluice_marks")
    assert {(row["job"], row["mark"]) for row in marks} == {("rating", "6:Course/do_1"), ("rating", "6:Course/do_2"),
                                                           ("rating", "6:Course/do'q")}
    assert all(86_000 < row["ttl"] <= 86_400 for row in marks)


@pytest.mark.parametrize("events", [500, 5, 1])
def test_kills_change_nothing(tables, tmp_path, events):
    job = Job(tmp_path, tables, EVENTS)
    job.nodes["transaction"] = {"max_events": events}
    job.write()
    killed = 0
    for point in POINTS:
        status, said = job.run(environment={"SLUICE_FAULT_POINT": point})
        assert status in (0, -9), said
        killed += status == -9
    status, said = job.run()
    assert status == 0, said
    assert killed >= (4 if events == 500 else 6)
    check_tables(tables)
    assert job.failed() == FAILED


def test_a_replay_of_everything_changes_nothing(tables, tmp_path):
    """As after a checkpoint that was lost: the same positions come again."""
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    for folder in ("first", "second"):
        job = Job(tmp_path / folder, tables, EVENTS)
        status, said = job.run()
        assert status == 0, said
        check_tables(tables)
        assert job.failed() == FAILED


def test_a_store_that_is_away_is_waited_for(tables, tmp_path):
    job = Job(tmp_path, tables, EVENTS, timeout="1s")
    tables.pause_node()
    try:
        process = ChildProcess([binary(), "run", job.config], tmp_path / "log", folder=REPOSITORY)
        wait_until(lambda: "no answer for 1000 ms" in process.log(), 60, lambda: f"it waits\n{process.log_tail()}")
        assert process.running() and job.failed() == {}
    finally:
        tables.resume_node()
    assert process.wait(120) == 0
    check_tables(tables)
    assert job.failed() == FAILED


def test_a_table_that_is_missing_is_named(tables, tmp_path):
    job = Job(tmp_path, tables, EVENTS)
    status, said = job.run(**{"stages[0].apply_rating.summary": "no_such_table"})
    assert status == 78, said
    assert "no_such_table" in said


def test_without_the_right_to_make_the_table_of_marks_its_statement_is_shown(tables, tmp_path):
    tables.execute("CREATE ROLE IF NOT EXISTS job WITH PASSWORD = 'j' AND LOGIN = true")
    for right in ("SELECT", "MODIFY"):
        for keyspace in ("sunbird", "sunbird_courses"):
            tables.execute(f"GRANT {right} ON KEYSPACE {keyspace} TO job")
    job = Job(tmp_path, tables, EVENTS, user="job", password="j")
    status, said = job.run()
    assert status == 78, said
    statement = "CREATE TABLE IF NOT EXISTS sunbird.sluice_marks (job text, mark text, outcome text, PRIMARY KEY ((job, mark)))"
    assert statement in said
    tables.execute(statement)
    status, said = job.run()
    assert status == 0, said
    check_tables(tables)
