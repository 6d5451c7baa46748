"""The Cassandra of a case: its tables before, and every row of those that the job writes afterwards."""

import datetime
import decimal
import json
import re
import struct
import uuid

from cassandra.util import OrderedMapSerializedKey
from support.own_cassandra import CassandraServer

_KEYSPACE = re.compile(r"CREATE KEYSPACE (?:IF NOT EXISTS )?(\w+)")
_TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\S+) \((.*)\)$")
_KEY = re.compile(r"PRIMARY KEY \((.*)\)$")
_JSON_TEXTS = ("latest50reviews", "agg_details")


class Cql:
    def __init__(self):
        self._server = CassandraServer().start()

    def close(self):
        self._server.close()

    def overrides(self, store):
        return {f"stores.{store}.cassandra.contact_points": "[" + ", ".join(self._server.contact_points) + "]"}

    def load(self, case):
        statements = case.described["cql"]["tables"]
        for statement in statements:
            keyspace = _KEYSPACE.search(statement)
            if keyspace:
                self._server.execute(f"DROP KEYSPACE IF EXISTS {keyspace.group(1)}")
        for statement in statements:
            self._server.execute(statement)
        for row in case.lines("cql.ndjson"):
            self._server.execute(f"INSERT INTO {row['topic'].removeprefix('cql:')} JSON %s", (json.dumps(_stored(row["value"])),))

    def dump(self, case):
        """Lines of the form of expected.ndjson."""
        written = {row["topic"] for row in case.lines("cql_after.ndjson")}
        for statement in case.described["cql"]["tables"]:
            found = _TABLE.search(statement)
            if found and f"cql:{found.group(1)}" in written:
                yield from self._rows(found.group(1), _key_of(found.group(2)))

    def _rows(self, table, key):
        # A single-precision column is told from a double-precision one by its type alone.
        floats = {row["column_name"] for row in self._server.execute(
            "SELECT column_name, type FROM system_schema.columns WHERE keyspace_name = %s AND table_name = %s",
            table.split(".")) if row["type"] == "float"}
        for row in self._server.execute(f"SELECT * FROM {table}"):
            value = {name: _shown(name, item, name in floats) for name, item in row.items()}
            yield json.dumps({"topic": f"cql:{table}", "key": "/".join(str(value[name]) for name in key),
                              "value": value})


def _key_of(columns):
    return [name.strip() for name in re.sub(r"[()]", "", _KEY.search(columns).group(1)).split(",")]


def _stored(value):
    """As INSERT ... JSON takes it: texts that hold JSON stand in the case as what they hold."""
    return {name: _json_text(item) if name in _JSON_TEXTS else item for name, item in value.items()}


def _json_text(item):
    return item if item is None or isinstance(item, str) else json.dumps(item)


def _shown(name, item, single=False):
    if item is None:
        return None
    if name in _JSON_TEXTS:
        return [json.loads(text) for text in item] if isinstance(item, (list, tuple)) else _parsed(item)
    if isinstance(item, float) and single:
        return _shortest(item)
    if hasattr(item, "timestamp"):
        return round(item.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)
    if isinstance(item, (uuid.UUID, decimal.Decimal)):
        return str(item)
    if isinstance(item, (dict, OrderedMapSerializedKey)):
        return {key: _shown("", entry) for key, entry in item.items()}
    if hasattr(item, "_asdict"):
        return {key: _shown(key, entry) for key, entry in item._asdict().items()}
    if isinstance(item, (list, tuple)):
        items = [_shown("", entry) for entry in item]
        return sorted(items, key=lambda entry: str(entry["id"])) if name == "question" else items
    return item


def _parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return text


def _shortest(value):
    """The shortest decimal that is this number in single precision."""
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if struct.pack("f", float(text)) == struct.pack("f", value):
            return float(text)
    return value

