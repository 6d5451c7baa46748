"""The PostgreSQL of a case: its table before, and every row of it afterwards."""

import json
import re

from support.own_postgres import PostgresServer

_NAME = re.compile(r"CREATE TABLE (\w+)")
_JSON_TYPES = ("json", "jsonb")


class Sql:
    """`table`, below, is the name that the shipped configuration gives it; the files of the case have their own."""

    def __init__(self):
        self._server = PostgresServer().start()

    def close(self):
        self._server.close()

    def overrides(self, store):
        return {f"stores.{store}.postgres.url": self._server.url()}

    def load(self, case, table):
        ddl = case.described["sql"]["table"]
        self._recorded = _NAME.search(ddl).group(1)
        self._server.execute(f'DROP TABLE IF EXISTS "{table}"')
        self._server.execute(_NAME.sub(f'CREATE TABLE "{table}"', ddl, count=1))
        types = self._types(table)
        for row in case.lines("sql.ndjson"):
            self._put(table, types, row["value"])

    def dump(self, table):
        """Lines of the form of expected.ndjson."""
        types = self._types(table)
        columns = ", ".join(f'{self._read(name, kind)} AS "{name}"' for name, kind in types.items())
        for row in self._server.execute(f'SELECT {columns} FROM "{table}"'):
            members = ", ".join(f"{json.dumps(name)}: {'null' if row[name] is None else self._shown(kind, row[name])}"
                                for name, kind in types.items())
            key = json.dumps(row[next(iter(types))])
            yield f'{{"topic": "sql:{self._recorded}", "key": {key}, "value": {{{members}}}}}'

    def _types(self, table):
        """{column: type}, in the order of the table; the key is the first."""
        rows = self._server.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
                                    "ORDER BY ordinal_position", (table,))
        return {row["column_name"]: row["data_type"] for row in rows}

    def _put(self, table, types, value):
        columns = ", ".join(f'"{name}"' for name in value)
        places = ", ".join("to_timestamp(%s / 1000.0)" if types[name].startswith("timestamp") else "%s"
                           for name in value)
        values = [json.dumps(item) if types[name] in _JSON_TYPES and item is not None else item
                  for name, item in value.items()]
        self._server.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({places})', values)

    @staticmethod
    def _read(name, kind):
        if kind.startswith("timestamp"):
            return f'(extract(epoch from "{name}") * 1000)::bigint::text'
        return f'"{name}"::text'

    @staticmethod
    def _shown(kind, text):
        """The JSON of a document stands there as it is: no digit is lost."""
        plain = kind in (*_JSON_TYPES, "bigint", "integer", "double precision") or kind.startswith("timestamp")
        return text.replace("\n", " ") if plain else json.dumps(text)
