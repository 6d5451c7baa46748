"""The store of rows on real Cassandra nodes: types, atomicity, rights, and nodes that go away."""

import concurrent.futures
import decimal
import time
import uuid

import pytest
from support.certificates import Authority
from support.own_cassandra import CassandraServer
from support.processes import wait_until
from support.row_client import RowClient, RowsUnavailable

COLUMNS = {
    "k": "text", "i": "int", "b": "bigint", "s": "smallint", "t": "tinyint", "f": "float", "d": "double", "o": "boolean",
    "ts": "timestamp", "tu": "timeuuid", "u": "uuid", "de": "decimal", "v": "varint", "bl": "blob", "l": "list<text>",
    "se": "set<int>", "m": "map<text, int>", "ud": "frozen<ks.u>", "ml": "map<text, frozen<list<frozen<ks.u>>>>",
    "a": "ascii",
}
TIME_UUID, UUID = "d5a2a6a0-8f3c-11ec-b909-0242ac120002", "d5a2a6a0-8f3c-41ec-b909-0242ac120002"


@pytest.fixture(scope="module")
def node():
    with CassandraServer(auth=True) as server:
        server.make_keyspaces("ks")
        server.execute("CREATE TYPE ks.u (a int, b text, c list<double>)")
        server.execute(f"CREATE TABLE ks.t ({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())}, PRIMARY KEY (k))")
        server.execute("CREATE TABLE ks.counted (k text PRIMARY KEY, n counter)")
        yield server


def store(server, **settings):
    login = {"user": "cassandra", "password": "cassandra"} if server.needs_login else {}
    return {"cassandra": {"contact_points": server.contact_points, **login, **settings}}


@pytest.fixture
def rows(node):
    node.execute("TRUNCATE ks.t")
    with RowClient(store(node)) as client:
        yield client


def prepare(client):
    """(insert all columns, select all)."""
    names = ", ".join(COLUMNS)
    return (client.prepare(f"INSERT INTO ks.t ({names}) VALUES ({', '.join('?' * len(COLUMNS))})"),
            client.prepare(f"SELECT {names} FROM ks.t WHERE k = ?"))


def short(key, number=None):
    return [key, number] + [None] * (len(COLUMNS) - 2)


def test_every_type_goes_both_ways(node, rows):
    insert, select = prepare(rows)
    values = ["k", -5, 2**62, -300, -128, 1.5, 2.25, True, 1700000000123, TIME_UUID, UUID, "1.0E+10", 2**62, "bytes",
              ["x", "é"], [1, 3], {"map": {"a": 1}}, {"struct": {"a": 1, "c": [1.5]}},
              {"map": {"q": [{"struct": {"b": "z"}}]}}, "ascii"]
    assert rows.one(insert, *values) == []
    full = {"struct": {"a": 1, "b": None, "c": [1.5]}}
    nested = {"map": {"q": [{"struct": {"a": None, "b": "z", "c": None}}]}}
    assert rows.one(select, "k") == [values[:17] + [full, nested, "ascii"]]
    # As another client sees it.
    (row,) = node.execute("SELECT * FROM ks.t")
    assert row["de"] == decimal.Decimal("1.0E+10") and str(row["de"]) == "1.0E+10"
    assert row["v"] == 2**62 and row["bl"] == b"bytes" and row["tu"] == uuid.UUID(TIME_UUID)
    assert (row["ud"].a, row["ud"].b, row["ud"].c) == (1, None, [1.5])
    assert row["ts"].isoformat() == "2023-11-14T22:13:20.123000"
    # What another client wrote.
    node.execute("INSERT INTO ks.t (k, de, v, f, d) VALUES (%s, -0.00000012345, 123456789012345678901234567890, 4.9, -0.1)", ("o",))
    (other,) = rows.one(select, "o")
    found = dict(zip(COLUMNS, other))
    assert found["de"] == "-1.2345E-7" and found["v"] == "123456789012345678901234567890" and found["d"] == -0.1
    assert found["f"] == 4.900000095367432  # 4.9 in single precision
    assert rows.one(select, "missing") == []


def test_nulls_and_empty_texts_differ(rows):
    insert, select = prepare(rows)
    rows.one(insert, *short("k"))
    assert rows.one(select, "k") == [short("k")]
    rows.one(insert, "k", *[None] * 18, "")
    assert rows.one(select, "k") == [["k", *[None] * 18, ""]]


def test_counters_count(rows):
    prepare(rows)
    add = rows.prepare("UPDATE ks.counted SET n = n + ? WHERE k = ?")
    read = rows.prepare("SELECT n FROM ks.counted WHERE k = ?")
    key = uuid.uuid4().hex
    rows.one(add, 2, key)
    rows.one(add, -5, key)
    assert rows.one(read, key) == [[-3]]


def test_many_requests_are_under_way_at_once(rows):
    insert, select = prepare(rows)
    replies = rows.send(*[[(insert, short(f"k{i}", i))] for i in range(1000)])
    assert {reply["state"] for reply in replies} == {"done"}
    replies = rows.send(*[[(select, [f"k{i}"])] for i in range(1000)])
    assert [reply["rows"][0][1] for reply in replies] == list(range(1000))


def test_what_is_refused_leaves_the_others(rows):
    insert, select = prepare(rows)
    replies = rows.send([(insert, short("a", 1))], [(insert, short(""))], [(insert, short("b", "text"))], [(insert, short("c", 3))])
    assert [reply["state"] for reply in replies] == ["done", "refused", "refused", "done"]
    assert replies[1]["detail"] == "2200 Key may not be empty"
    assert replies[2]["detail"] == "column i: text where int is expected"
    assert rows.one(select, "c")[0][1] == 3


def test_a_batch_is_applied_whole_or_not_at_all(rows):
    insert, select = prepare(rows)
    assert rows.send([(insert, short(f"a{i}", i)) for i in range(20)])[0]["state"] == "done"
    assert all(rows.one(select, f"a{i}") for i in range(20))
    # One statement can't be applied: none is.
    assert rows.send([(insert, short("b1", 1)), (insert, short("")), (insert, short("b2", 2))])[0]["state"] == "refused"
    assert rows.one(select, "b1") == [] and rows.one(select, "b2") == []
    # Larger than the server takes in a batch.
    reply = rows.send([(insert, ["c1", 1, *[None] * 11, "x" * 40_000, *[None] * 6]),
                       (insert, ["c2", 2, *[None] * 11, "x" * 40_000, *[None] * 6])])[0]
    assert reply["state"] == "refused" and "Batch too large" in reply["detail"]
    assert rows.one(select, "c1") == []


def test_a_table_that_is_changed_meanwhile_is_taken_as_it_is(node, rows):
    node.execute("DROP TABLE IF EXISTS ks.grows")
    node.execute("CREATE TABLE ks.grows (k text PRIMARY KEY, a int)")
    put = rows.prepare("INSERT INTO ks.grows (k, a) VALUES (?, ?)")
    get = rows.prepare("SELECT * FROM ks.grows WHERE k = ?")
    rows.one(put, "k", 1)
    assert rows.one(get, "k") == [["k", 1]]
    node.execute("ALTER TABLE ks.grows ADD b text")
    node.execute("UPDATE ks.grows SET b = 'new' WHERE k = 'k'")
    assert rows.one(get, "k") == [["k", 1, "new"]]
    rows.one(put, "k", 2)
    assert rows.one(get, "k") == [["k", 2, "new"]]
    # A table that is made anew with another type: what was bound before does not fit any more.
    node.execute("DROP TABLE ks.grows")
    node.execute("CREATE TABLE ks.grows (k text PRIMARY KEY, a text)")
    with pytest.raises(RowsUnavailable) as error:
        rows.one(put, "k", 3)
    assert error.value.kind == "unavailable"
    assert rows.send([(put, ["k", 3])])[0] == {"state": "refused", "detail": "column a: an integer where text is expected"}
    rows.one(put, "k", "3")


@pytest.mark.parametrize("statement, named", [
    ("SELECT a FROM nowhere.t WHERE k = ?", "nowhere"),
    ("SELECT a FROM ks.nothing WHERE k = ?", "nothing"),
    ("SELECT nocolumn FROM ks.t WHERE k = ?", "nocolumn"),
    ("SELEKT", "SELEKT"),
])
def test_what_is_missing_is_named_at_the_start(node, statement, named):
    with RowClient(store(node)) as client:
        client.prepare(statement)
        with pytest.raises(RowsUnavailable) as error:
            client.ping()
        assert error.value.kind == "invalid_config" and named in error.value.message


def test_a_wrong_password_is_a_mistake(node):
    with RowClient(store(node, password="wrong")) as client:
        with pytest.raises(RowsUnavailable) as error:
            client.ping()
    assert error.value.kind == "invalid_config"
    assert "user cassandra was refused" in error.value.message and "wrong" not in error.value.message


def test_a_password_file_is_read(node, tmp_path):
    (tmp_path / "password").write_text("cassandra\n")
    settings = store(node, password_file=str(tmp_path / "password"))
    del settings["cassandra"]["password"]
    with RowClient(settings) as client:
        client.ping()


def test_a_right_that_is_missing_is_named(node):
    node.execute("CREATE ROLE IF NOT EXISTS reader WITH PASSWORD = 'r' AND LOGIN = true")
    node.execute("GRANT SELECT ON KEYSPACE ks TO reader")
    time.sleep(1)  # what the node keeps of rights is older than that nowhere
    with RowClient(store(node, user="reader", password="r")) as client:
        get = client.prepare("SELECT i FROM ks.t WHERE k = ?")
        put = client.prepare("INSERT INTO ks.t (k, i) VALUES (?, ?)")
        client.ping()
        client.one(get, "k")
        with pytest.raises(RowsUnavailable) as error:
            client.one(put, "k", 1)
        assert "MODIFY" in error.value.message and "GRANT" in error.value.message
    with RowClient(store(node, user="reader", password="r")) as client:
        client.prepare("SELECT outcome FROM ks.sluice_marks WHERE job = ? AND mark = ?")
        with pytest.raises(RowsUnavailable) as error:
            client.ping()
        assert error.value.kind == "invalid_config"
        assert "CREATE TABLE IF NOT EXISTS ks.sluice_marks (job text" in error.value.message


def test_the_table_of_marks_is_made(node):
    node.execute("DROP TABLE IF EXISTS ks.sluice_marks")

    def use(_):
        with RowClient(store(node)) as client:
            put = client.prepare("INSERT INTO ks.sluice_marks (job, mark, outcome) VALUES (?, ?, ?) USING TTL ?")
            client.one(put, "j", "m", "o", 1000)
            return True

    with concurrent.futures.ThreadPoolExecutor() as pool:
        assert all(pool.map(use, range(2)))
    assert node.execute("SELECT outcome FROM ks.sluice_marks") == [{"outcome": "o"}]


def test_a_node_that_is_paused_is_given_up_in_time(node):
    with RowClient(store(node, timeout="1s")) as client:
        _, select = prepare(client)
        client.ping()
        node.pause_node()
        try:
            begin = time.monotonic()
            with pytest.raises(RowsUnavailable) as error:
                client.one(select, "k")
            assert error.value.kind == "unavailable" and "no answer for 1000 ms" in error.value.message
            assert time.monotonic() - begin < 10
            with pytest.raises(RowsUnavailable):
                client.ping()
        finally:
            node.resume_node()
        wait_until(lambda: pings(client), 60, "the node answers again")
        client.one(select, "k")


def pings(client):
    try:
        client.ping()
        return True
    except RowsUnavailable as error:
        assert error.kind == "unavailable", error
        return False


def test_tls_is_verified(tmp_path):
    authority = Authority(tmp_path / "ca")
    key, certificate = authority.issue("node", "127.0.0.1")
    client_key, client_certificate = authority.issue("client", "127.0.0.1")
    other = Authority(tmp_path / "other")
    tls = {"ca": str(authority.certificate), "cert": str(client_certificate), "key": str(client_key)}
    with CassandraServer(tls=(key, certificate, authority.certificate), client_certificates=True) as server:
        with RowClient(store(server, tls=tls)) as client:
            select = client.prepare("SELECT release_version FROM system.local WHERE key = ?")
            assert client.one(select, "local")[0][0].startswith("4.")
        for settings, said in (({"tls": {**tls, "ca": str(other.certificate)}}, "certificate"), ({}, ""),
                               ({"contact_points": [f"localhost:{server.port}"], "tls": tls}, "ostname mismatch")):
            with RowClient(store(server, timeout="3s", **settings)) as client:
                with pytest.raises(RowsUnavailable) as error:
                    client.ping()
                assert error.value.kind == "unavailable" and said in error.value.message, error.value


@pytest.fixture(scope="module")
def three():
    with CassandraServer(nodes=3, settings={"write_request_timeout": "1s", "read_request_timeout": "1s"}) as cluster:
        cluster.make_keyspaces("ks")
        cluster.execute("CREATE TABLE ks.t (k text PRIMARY KEY, i int)")
        yield cluster


def goes_on(client, put, get, value):
    """Writes and reads through whichever node serves; waits as the engine does."""
    def tried():
        try:
            client.one(put, "k", value)
            return client.one(get, "k") == [[value]]
        except RowsUnavailable as error:
            assert error.kind == "unavailable", error
            return False

    wait_until(tried, 90, f"{value} is written and read", interval=0.2)


def test_a_node_that_is_killed_is_done_without(three):
    with RowClient(store(three, timeout="3s")) as client:
        put = client.prepare("INSERT INTO ks.t (k, i) VALUES (?, ?)")
        get = client.prepare("SELECT i FROM ks.t WHERE k = ?")
        goes_on(client, put, get, 1)
        three.kill_node(1)  # the one that is connected to
        goes_on(client, put, get, 2)
        three.start_node(1)
        three.wait_for_all()
        three.pause_node(2)
        goes_on(client, put, get, 3)
        three.resume_node(2)
        three.wait_for_all()
        goes_on(client, put, get, 4)


def test_too_few_replicas_are_waited_for(three):
    with RowClient(store(three, timeout="5s")) as client:
        put = client.prepare("INSERT INTO ks.t (k, i) VALUES (?, ?)")
        get = client.prepare("SELECT i FROM ks.t WHERE k = ?")
        goes_on(client, put, get, 10)
        three.pause_node(2)
        three.pause_node(3)
        said = set()

        def fails():
            try:
                client.one(put, "k", 11)
            except RowsUnavailable as error:
                assert error.kind == "unavailable"
                said.add(error.message)
            return any("1100 " in text for text in said) and any("1000 " in text for text in said)

        try:  # a time-out at first, later they are known to be down
            wait_until(fails, 90, lambda: f"a write times out, and later finds too few replicas: {said}")
        finally:
            three.resume_node(2)
            three.resume_node(3)
        goes_on(client, put, get, 12)
