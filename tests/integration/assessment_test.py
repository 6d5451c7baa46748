"""assessment-aggregator on a real Redis and a real Cassandra; the records stand in a file."""

import contextlib
import json
import shutil
import signal

import pytest
import yaml
from support.canned_http import CannedHttp
from support.own_cassandra import CassandraServer
from support.own_redis import RedisServer
from support.processes import REPOSITORY
from support.sluice_process import run_once

NOW = 1700000000000
TS = 1568891729576
KEYSPACE = "sunbird_courses"
POINTS = ("collected", "assessments_marked", "assessments_stored", "scores_aggregated", "written", "committed")


def tables():
    """The statements that make the tables, as the recorded case has them."""
    case = next((REPOSITORY / "tests/parity/cases/assessment-aggregator").glob("*/case.json"))
    return json.loads(case.read_text(encoding="utf-8"))["cql"]["tables"]


@pytest.fixture(scope="module")
def cassandra():
    with CassandraServer() as server:
        for statement in tables():
            server.execute(statement)
        yield server


@pytest.fixture(scope="module")
def assessment_redis():
    with RedisServer() as server:
        yield server


@pytest.fixture(scope="module")
def api():
    """The content read API; it knows that cont2 has two questions."""
    with contextlib.closing(CannedHttp().start()) as server:
        server.answers = {"/read/cont2": (200, b'{"responseCode":"OK","result":{"content":{"totalQuestions":2}}}')}
        yield server


@pytest.fixture(scope="module")
def stores(cassandra, assessment_redis, api):
    return cassandra, assessment_redis, api


@pytest.fixture
def job(stores, tmp_path):
    return Job(stores, tmp_path)


class Job:
    """The shipped file between files, with its stores as they are."""

    def __init__(self, stores, folder):
        self.cassandra, self.redis, self.api = stores
        self.folder = folder
        self.reset()

    def reset(self):
        """Stores and outputs as before the first run."""
        for name in ("assessment_aggregator", "user_activity_agg"):
            self.cassandra.execute(f"TRUNCATE {KEYSPACE}.{name}")
        self.cassandra.execute(f"DROP TABLE IF EXISTS {KEYSPACE}.sluice_marks")
        self.redis.client().flushall()
        self.redis.client(10).sadd("C:C:leafnodes", "cont", "cont2")
        self.redis.client(5).set("cont", '{"totalQuestions": 2}')
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        (self.folder / "out").mkdir()

    def run(self, records, expected=0, **environment):
        """Takes the records through, two in a batch, to the end or as far as it comes."""
        (self.folder / "in.ndjson").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        nodes = yaml.safe_load((REPOSITORY / "config/assessment-aggregator.yaml").read_text(encoding="utf-8"))
        nodes["topic_prefix"] = ""
        nodes["source"] = {"files": {"paths": [str(self.folder / "in.ndjson")], "topic": "telemetry.assess"}}
        nodes["sink"].pop("kafka")
        nodes["sink"]["files"] = {"directory": str(self.folder / "out"), "envelope": True}
        nodes["transaction"] = {"max_events": 2}
        nodes["admin"] = {"listen": "off"}
        path = self.folder / "config.yaml"
        path.write_text(yaml.safe_dump(nodes, sort_keys=False), encoding="utf-8")
        stores = {"REDIS_META_URL": self.redis.url, "LMS_CASSANDRA": ",".join(self.cassandra.contact_points),
                  "CONTENT_READ_API_URL": self.api.url + "/read/"}
        status, said = run_once("run", path, "--clock", NOW, timeout=180, environment={**stores, **environment})
        assert status == expected, said
        return said

    def lines(self, topic):
        path = self.folder / f"out/{topic}.ndjson"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def everything(self):
        """Rows of both tables and records of both topics."""
        rows = [sorted(map(repr, self.cassandra.execute(f"SELECT * FROM {KEYSPACE}.{name}")))
                for name in ("assessment_aggregator", "user_activity_agg")]
        return rows, self.lines("issue.certificate.request"), self.lines("telemetry.assess.failed")


def question(number, score, **item):
    return {"ets": TS + number, "edata": {"score": score, "duration": 1e10, "resvalues": [{"1": "a", "n": 5, "z": None}],
                                          "item": {"id": f"q{number}", "maxscore": 2, "title": "T'x", "params": [], **item}}}


def assessment(score, **members):
    return {"assessmentTs": TS, "batchId": "B", "courseId": "C", "userId": "U", "attemptId": "A", "contentId": "cont",
            "events": [question(1, score), question(2, 0.5)], **members}


RECORDS = [assessment(1, assessmentTs=TS + 1), assessment(2),                               # stored, older
           assessment(1.5, assessmentTs=TS + 2), assessment(2, attemptId="A2"),             # newer, another attempt
           assessment(1, userId="V", contentId="cont2"), assessment(1, contentId="other"),  # another user, failed
           assessment(1, events=[]), assessment(1, assessmentTs=TS + 2)]                    # scores alone, the same time


def test_rows_are_those_of_the_specification(job):
    job.run(RECORDS)
    attempts = {(row["user_id"], row["attempt_id"]): row
                for row in job.cassandra.execute(f"SELECT * FROM {KEYSPACE}.assessment_aggregator")}
    assert sorted(attempts) == [("U", "A"), ("U", "A2"), ("V", "A")]
    row = attempts["U", "A"]
    assert (row["grand_total"], row["total_score"], row["total_max_score"]) == ("2.0/4.0", 2.0, 4.0)
    first = row["question"][0]
    assert (first.id, first.score, str(first.duration), first.type) == ("q1", 1.5, "1.0E+10", None)
    assert [dict(entry) for entry in first.resvalues] == [{"1": "a", "n": "5.0"}]
    scores = {row["user_id"]: row for row in job.cassandra.execute(f"SELECT * FROM {KEYSPACE}.user_activity_agg")}
    assert dict(scores["U"]["aggregates"]) == {"score:cont": 2.5, "max_score:cont": 4.0, "attempts_count:cont": 2.0}
    assert [json.loads(text)["score"] for text in scores["U"]["agg_details"]] == [2.0, 2.5]
    assert scores["U"]["context_id"] == "cb:B"


def test_requests_have_no_key_and_failures_the_reason(job):
    job.run(RECORDS)
    requests = [json.loads(line) for line in job.lines("issue.certificate.request")]
    assert [request["key"] for request in requests] == [None] * 5
    assert [request["value"]["edata"]["userIds"] for request in requests] == [["U"], ["U"], ["U"], ["V"], ["U"]]
    assert len({request["value"]["mid"] for request in requests}) == 5
    (failed,) = map(json.loads, job.lines("telemetry.assess.failed"))
    assert failed["key"] is None
    assert failed["value"]["contentId"] == "other"
    assert not {"flags", "metadata"} & failed["value"].keys()
    assert failed["headers"]["sluice-reason"] == "not_a_leaf_node"


def test_the_table_of_marks_is_made_and_marks_expire(job):
    job.run(RECORDS[:2])
    marks = job.cassandra.execute(f"SELECT mark, outcome, TTL(outcome) AS ttl FROM {KEYSPACE}.sluice_marks")
    assert [(mark["mark"], mark["outcome"]) for mark in marks] == [("telemetry.assess/0/0", "created")]
    assert 86400 - 600 < marks[0]["ttl"] <= 86400


@pytest.fixture(scope="module")
def unharmed(stores, tmp_path_factory):
    job = Job(stores, tmp_path_factory.mktemp("unharmed"))
    job.run(RECORDS)
    return job.everything()


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_leaves_no_trace(job, unharmed, point, batch):
    job.reset()
    job.run(RECORDS, expected=-signal.SIGKILL, SLUICE_FAULT_POINT=f"{point}:{batch}")
    job.run(RECORDS)
    assert job.everything() == unharmed
