"""device-profile-updater on a real Redis and a real PostgreSQL; the records stand in a file."""

import json

import pytest
import yaml
from support import device_table, own_postgres
from support.own_redis import RedisServer
from support.processes import REPOSITORY, wait_until
from support.sluice_process import Sluice, run_once

TABLE = "dev_device_profile"
F, L = 1568377184000, 1568379184000  # 2019-09-13T12:19:44Z, T12:53:04Z
NOW = 1700000000000
POINTS = ("collected", "begun", "device_hashes_written", "written", "committed")

pytestmark = pytest.mark.skipif(own_postgres.programs() is None, reason="PostgreSQL is not installed")


@pytest.fixture(scope="module")
def postgres():
    with own_postgres.PostgresServer() as server:
        yield server


@pytest.fixture(scope="module")
def device_redis():
    with RedisServer() as server:
        yield server


@pytest.fixture
def job(postgres, device_redis, tmp_path):
    made = Job(postgres, device_redis, tmp_path)
    made.reset()
    return made


class Job:
    """The shipped file between files, with its stores as they are."""

    def __init__(self, postgres, redis, folder):
        self.postgres, self.redis, self.folder = postgres, redis, folder
        self.environment = {"POSTGRES_URL": postgres.url(), "REDIS_META_URL": redis.url}

    def reset(self):
        device_table.create(self.postgres)
        self.redis.client().flushall()

    def configure(self, records):
        nodes = yaml.safe_load((REPOSITORY / "config/device-profile-updater.yaml").read_text(encoding="utf-8"))
        lines = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in records]
        (self.folder / "in.ndjson").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        (self.folder / "out").mkdir(exist_ok=True)
        nodes["topic_prefix"] = ""
        nodes["source"] = {"files": {"paths": [str(self.folder / "in.ndjson")], "topic": "events.deviceprofile"}}
        nodes["sink"].pop("kafka")
        nodes["sink"]["files"] = {"directory": str(self.folder / "out"), "envelope": True}
        nodes["admin"] = {"listen": "off"}
        path = self.folder / "config.yaml"
        path.write_text(yaml.safe_dump(nodes, sort_keys=False), encoding="utf-8")
        return path

    def run(self, records, expected=0, **environment):
        """Takes the records through to the end; what the process said."""
        status, said = run_once("run", self.configure(records), "--clock", NOW, timeout=120,
                                environment={**self.environment, **environment})
        assert status == expected, said
        return said

    def hashes(self):
        client = self.redis.client(2, decode_responses=True)
        found = {}
        for key in client.scan_iter():
            found[key] = client.hgetall(key) if client.type(key) == "hash" else client.get(key)
        return found

    def rows(self):
        return device_table.rows(self.postgres)

    def failed(self):
        """[(reason, detail, the record's text)] of the dead-letter topic."""
        path = self.folder / "out/events.deviceprofile.failed.ndjson"
        if not path.exists():
            return []
        found = []
        for line in path.read_text(encoding="utf-8").splitlines():
            head = json.loads(line[:line.index(',"value":')] + "}")
            text = line[line.index(',"value":') + len(',"value":'):-1]
            found.append((head["headers"]["sluice-reason"], head["headers"].get("sluice-errors"), text))
        return found

    def everything(self):
        return self.hashes(), self.rows(), sorted(map(repr, self.failed()))


def record(device, **members):
    return {"device_id": device, "first_access": F, "api_last_updated_on": L, **members}


FULL = {"city": "New Delhi", "country": "India", "country_code": "IN", "state": "Karnataka,'s", "state_code": "KA",
        "state_code_custom": 29, "state_custom": "K", "district_custom": "D", "fcm_token": "", "producer_id": "p",
        "uaspec": "{'agent':'Chrome','ver':76.0,'x':null,'e':'a=b<c'}", "device_spec": '{"os":"A 6"}',
        "user_declared_district": "Beng's", "user_declared_state": "KS"}
FULL_HASH = {"city": "New Delhi", "country": "India", "country_code": "IN", "state": "Karnataka,'s", "state_code": "KA",
             "state_code_custom": "29", "state_custom": "K", "district_custom": "D",
             "uaspec": '{"agent":"Chrome","ver":"76.0","e":"a=b<c"}', "devicespec": '{"os":"A 6"}',
             "user_declared_district": "Beng's", "user_declared_state": "KS", "user_declared_on": str(L),
             "firstaccess": str(F), "api_last_updated_on": str(L)}
FULL_ROW = {**{name: FULL_HASH[name] for name in FULL if name in FULL_HASH}, "producer_id": "p",
            "uaspec": '{"agent":"Chrome","ver":76.0,"x":null,"e":"a=b<c"}', "device_spec": '{"os":"A 6"}',
            "api_last_updated_on": L, "first_access": F, "user_declared_on": L, "updated_date": NOW}
SECOND = {"city": "X", "first_access": 1600000000000, "api_last_updated_on": 1600000001000}
THIRD = {"user_declared_state": "TN", "first_access": 1600000000000, "api_last_updated_on": 1600000002000}
TIMES, ROW_TIMES = {"firstaccess": str(F), "api_last_updated_on": str(L)}, {"first_access": F, "api_last_updated_on": L}


class Row:
    """A row of section 7 of the specification: what is there, what comes, and what is there afterwards of the device."""

    def __init__(self, name, records, fields=None, columns=None, failed=None, held=None, device=None):
        self.name, self.records, self.failed, self.held = name, records, failed, held
        self.device = device or (records[0]["device_id"] if isinstance(records[0], dict) else None)
        self.fields, self.columns = fields, columns


def stored(number, name, members, fields=None, columns=None, **options):
    """A device that has, beside its times, these fields and columns."""
    device = f"d{number}"
    return Row(f"{number}-{name}", [record(device, **members)], {**TIMES, **(fields or {})}, {**ROW_TIMES, **(columns or {})},
               **options)


ROWS = [
    Row("1-all-members", [record("d1", **FULL)], FULL_HASH, FULL_ROW),
    Row("2-an-update", [record("d1b", **FULL), {"device_id": "d1b", **SECOND}],
        {**FULL_HASH, "city": "X", "api_last_updated_on": "1600000001000"},
        {**FULL_ROW, "city": "X", "api_last_updated_on": 1600000001000}),
    Row("3-a-second-declaration", [record("d1c", **FULL), {"device_id": "d1c", **THIRD}],
        {**FULL_HASH, "user_declared_state": "TN", "user_declared_on": "1600000002000", "api_last_updated_on": "1600000002000"},
        {**FULL_ROW, "user_declared_state": "TN", "api_last_updated_on": 1600000002000}),
    stored(4, "times-alone", {}),
    stored(5, "no-first-access-yet", {}, held={"firstaccess": "0"}),
    stored(6, "an-older-first-access", {}, {"firstaccess": "100"}, {"first_access": 100}, held={"firstaccess": "100"}),
    Row("7-no-first-access", [{"device_id": "d7", "api_last_updated_on": L}], {**TIMES, "firstaccess": "0"},
        {"api_last_updated_on": L}),
    stored("7b", "null-first-access", {"first_access": None}, {"firstaccess": "0"}, {"first_access": None}),
    stored("7c", "first-access-as-text", {"first_access": "156"}, {"firstaccess": "156"}, {"first_access": 156}),
    Row("8-no-time", [{"device_id": "d8", "first_access": F}], {**TIMES, "api_last_updated_on": str(NOW)},
        {"first_access": F, "api_last_updated_on": NOW}),
    Row("9-fractions", ['{"device_id":"d9","first_access":1.568377184000E12,"api_last_updated_on":1568377184000.9}'],
        {"firstaccess": str(F), "api_last_updated_on": str(F)}, {"first_access": F, "api_last_updated_on": F}, device="d9"),
    stored(10, "first-access-0", {"first_access": 0}, {"firstaccess": "0"}, {"first_access": None}),
    Row("11-no-id", ['{"city":"x","api_last_updated_on":1}', '{"device_id":null}', '{"device_id":""}'], failed="no_device_id"),
    Row("12-id-5", ['{"device_id":5,"first_access":1,"api_last_updated_on":1}'], failed="no_device_id"),
    stored(13, "an-object-as-spec", {"uaspec": {"a": "b"}}, {"uaspec": '{"a":"b"}'}, {"uaspec": '{"a":"b"}'}),
    stored(14, "garbage-as-spec", {"uaspec": "garbage"}),
    stored("14b", "a-nested-spec", {"uaspec": '{"a":{"b":1}}'}, {"uaspec": '{"a":"{\\"b\\":1}"}'}, {"uaspec": '{"a":{"b":1}}'}),
    stored(15, "empty-members", {"uaspec": "{}", "device_spec": "{}", "city": ""}),
    stored(16, "nulls", {"city": None, "fcm_token": None}),
    stored(17, "null-code", {"state_code_custom": None}),
    stored(18, "a-number-as-text", {"city": 5}, {"city": "5"}, {"city": "5"}),
    stored(19, "a-blank", {"city": " "}, {"city": " "}, {"city": " "}),
    Row("20-what-looks-like-json", [record("d20", city="[x"), record("d20", state="S")],
        {**TIMES, "city": "[x", "state": "S"}, {**ROW_TIMES, "city": "[x", "state": "S"}),
    stored(21, "json-as-text", {"city": '{"a":1}'}, {"city": '{"a":1}'}, {"city": '{"a":1}'}),
    stored(22, "an-object-as-text", {"fcm_token": {"a": 1}}, {}, {"fcm_token": '{"a":1}'}),
    stored(23, "no-columns", {"foo": "1", "updated_date": "x", "user_declared_on": 1}),
    stored(24, "typed-columns", {"avg_ts": 1.5, "total_launches": 3, "last_access": F}, {},
           {"avg_ts": 1.5, "total_launches": 3, "last_access": F}),
    Row("25-a-quote-in-the-id", [record("d'15", city="C")], {**TIMES, "city": "C"}, {**ROW_TIMES, "city": "C"}),
    Row("26-malformed", ["zz"], failed="invalid_json"),
    Row("26-an-array", ["[1]"], failed="not_an_object"),
    Row("27-null", ["null"], failed=None),
    Row("28-another-type", [record("d28")], failed="device_is_no_hash", held="a text"),
    Row("refused-by-the-table", ['{"device_id":"d\\u0000","api_last_updated_on":1}'], failed="row_refused"),
    Row("refused-column", [record("d30", city="a\u0000b")], failed="row_refused"),
]


@pytest.fixture(scope="module")
def outcome(postgres, device_redis, tmp_path_factory):
    """All rows in one run: {name of the row: (hash, row)}, and the records that failed."""
    job = Job(postgres, device_redis, tmp_path_factory.mktemp("rows"))
    job.reset()
    client = device_redis.client(2)
    for row in ROWS:
        if isinstance(row.held, dict):
            client.hset(row.device, mapping=row.held)
        elif row.held is not None:
            client.set(row.device, row.held)
    job.run([record for row in ROWS for record in row.records])
    return job.hashes(), job.rows(), job.failed()


def without_nulls(columns):
    return {name: value for name, value in columns.items() if value is not None}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_of_the_specification(row, outcome):
    hashes, rows, failed = outcome
    texts = [text for reason, _, text in failed if reason == row.failed]
    for sent in row.records:
        text = sent if isinstance(sent, str) else json.dumps(sent, ensure_ascii=False)
        assert (text in texts) == (row.failed is not None), failed
        assert any(text == other for _, _, other in failed) == (row.failed is not None)
    if row.fields is not None:
        assert hashes[row.device] == row.fields
        assert rows[row.device] == {"device_id": row.device, "updated_date": NOW, **without_nulls(row.columns)}
    elif row.device:
        assert row.device not in rows
    if isinstance(row.held, str):
        assert hashes[row.device] == row.held


def test_hashes_have_no_time_to_live(outcome, device_redis):
    assert outcome[0]
    client = device_redis.client(2)
    assert {client.ttl(key) for key in client.scan_iter()} == {-1}


def test_a_refusal_names_sqlstate_and_column(outcome):
    details = [detail for reason, detail, _ in outcome[2] if reason == "row_refused"]
    assert [detail.split(":")[0] for detail in details] == ["22021 column device_id", "22021 column city"]


def many(count):
    """Records of a few devices, some of which are refused."""
    return [record(f"m{i % 7}", first_access=F + (i * 7919) % 100, city="a\u0000b" if i % 11 == 5 else f"city {i}",
                   api_last_updated_on=L + i, **({"user_declared_state": f"s{i}"} if i % 3 else {})) for i in range(count)]


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_changes_nothing(job, point):
    records = many(60)
    job.run(records)
    expected = job.everything()
    job.reset()
    for path in (job.folder / "out").iterdir():
        path.unlink()
    job.run(records, expected=-9, SLUICE_FAULT_POINT=point)
    job.run(records)
    assert job.everything() == expected


def test_a_missing_table_ends_the_start_with_its_name(job):
    job.postgres.execute(f"DROP TABLE {TABLE}")
    said = job.run([record("a")], expected=78)
    assert f'relation "{TABLE}" does not exist' in said and "create what is missing" in said


def test_a_missing_right_ends_the_start_with_its_name(job):
    job.postgres.execute("DROP ROLE IF EXISTS reader")
    job.postgres.execute("CREATE ROLE reader LOGIN PASSWORD 's3cret'")
    job.postgres.execute(f"GRANT SELECT ON {TABLE} TO reader")
    url = job.postgres.url(user="reader")
    said = job.run([record("a")], expected=78, POSTGRES_URL=url, POSTGRES_PASSWORD="s3cret")
    assert f"permission denied for table {TABLE}" in said and "s3cret" not in said
    said = job.run([record("a")], expected=78, POSTGRES_URL=url, POSTGRES_PASSWORD="wr0ng")
    assert "password authentication failed" in said and "wr0ng" not in said
    assert job.rows() == {} and job.hashes() == {}
    job.postgres.execute("DROP OWNED BY reader")


@pytest.mark.parametrize("server", ["postgres", "redis"])
def test_a_store_that_is_away_is_waited_for(job, server):
    away = getattr(job, server)
    away.stop()
    try:
        sluice = Sluice(job.configure([record("a")]), {"admin.listen": "127.0.0.1:0"}, job.environment, clock=NOW)
        with sluice:
            sluice.wait_unready(str(away.port), timeout=60)
            away.start()
            assert sluice.wait(timeout=60) == 0, sluice.log_tail()
    finally:
        if not away.running():
            away.start()
    assert job.rows()["a"]["first_access"] == F and job.hashes()["a"]["firstaccess"] == str(F)


def test_a_postgres_that_stands_still_is_waited_for(job):
    records = [record(f"a{i}") for i in range(50)]
    path = job.configure(records)
    job.postgres.pause()
    try:
        with Sluice(path, {"stores.profiles.postgres.timeout": "500ms"}, job.environment, clock=NOW) as sluice:
            sluice.wait_unready("500 ms", timeout=60)
            job.postgres.resume()
            wait_until(lambda: not sluice.running(), 60, sluice.log_tail)
            assert sluice.exit_status() == 0, sluice.log_tail()
    finally:
        job.postgres.resume()
    assert len(job.rows()) == len(records)
