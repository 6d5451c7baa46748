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
        return {f"stores.{store}.postgres.url": self._server.url}

    def load(self, case, table):
        ddl = case.described["sql"]["table"]
        self._recorded = _NAME.search(ddl).group(1)
        with self._server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE IF EXISTS "{table}"')
            cursor.execute(_NAME.sub(f'CREATE TABLE "{table}"', ddl, count=1))
            types = self._types(cursor, table)
            for row in case.lines("sql.ndjson"):
                self._put(cursor, table, types, row["value"])

    def dump(self, table):
        """Lines of the form of expected.ndjson."""
        with self._server.connect() as connection, connection.cursor() as cursor:
            types = self._types(cursor, table)
            cursor.execute(f"SELECT {', '.join(self._read(*column) for column in types.items())} FROM \"{table}\"")
            for row in cursor.fetchall():
                members = (f"{json.dumps(name)}: {'null' if text is None else self._shown(kind, text)}"
                           for (name, kind), text in zip(types.items(), row))
                yield (f'{{"topic": "sql:{self._recorded}", "key": {json.dumps(row[0])}, '
                       f'"value": {{{", ".join(members)}}}}}')

    @staticmethod
    def _types(cursor, table):
        """{column: type}, in the order of the table; the key is the first."""
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s "
                       "ORDER BY ordinal_position", (table,))
        return dict(cursor.fetchall())

    @staticmethod
    def _put(cursor, table, types, value):
        columns = ", ".join(f'"{name}"' for name in value)
        places = ", ".join("to_timestamp(%s / 1000.0)" if types[name].startswith("timestamp") else "%s"
                           for name in value)
        values = [json.dumps(item) if types[name] in _JSON_TYPES and item is not None else item
                  for name, item in value.items()]
        cursor.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({places})', values)

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
