"""The servers beside Kafka and Redis that a pipeline writes or asks, each behind a proxy: PostgreSQL, Cassandra, HTTP."""

from support.canned_http import CannedHttp
from support.tcp_proxy import TcpProxy

_TABLE_PREFIX = "CREATE TABLE "


class AnsweringHttp(CannedHttp):
    """Its answers are worked out from the path."""

    def __init__(self, answer):
        super().__init__()
        self._answer = answer

    def answer(self, path):
        return super().answer(path) if self.outage is not None else self._answer(path)


class Stores:
    """Those that a pipeline needs; the others are None. One database for all runs: wipe() empties it."""

    def __init__(self, pipeline):
        self._pipeline = pipeline
        self.postgres = self.cassandra = self.http = None
        self.proxies = {}

    @property
    def servers(self):
        return {name: server for name in ("http", "postgres", "cassandra") if (server := getattr(self, name))}

    def start(self):
        # pylint: disable=import-outside-toplevel; their clients need not be there for other pipelines
        if "http" in self._pipeline.servers:
            self.http = AnsweringHttp(self._pipeline.before.answer).start()
            self.proxies["http"] = TcpProxy(self.http.port)
        if "postgres" in self._pipeline.servers:
            from support.own_postgres import PostgresServer

            self.postgres = PostgresServer().start()
            self.proxies["postgres"] = TcpProxy(self.postgres.port)
        if "cassandra" in self._pipeline.servers:
            from support.own_cassandra import CassandraServer

            self.cassandra = CassandraServer().start()
            self.proxies["cassandra"] = TcpProxy(self.cassandra.port)
        self._make_tables()

    def _make_tables(self):
        if self.postgres:
            self._table = self._pipeline.config.sql_table()
            ddl = self._pipeline.described()["sql"]["table"]
            self.postgres.execute(f'{_TABLE_PREFIX}"{self._table}" {ddl[ddl.index("("):]}')
        if self.cassandra:
            for statement in self._pipeline.described()["cql"]["tables"]:
                self.cassandra.execute(statement)

    def wipe(self):
        """Everything as it is before a run."""
        if self.postgres:
            self.postgres.execute(f'TRUNCATE "{self._table}"')
        if self.cassandra:
            for keyspace, table in self._cql_tables():
                self.cassandra.execute(f"TRUNCATE {keyspace}.{table}")
            for statement, values in self._pipeline.before.cql():
                self.cassandra.execute(statement, values)

    def _cql_tables(self):
        rows = self.cassandra.execute("SELECT keyspace_name, table_name FROM system_schema.tables")
        return sorted((row["keyspace_name"], row["table_name"]) for row in rows
                      if not row["keyspace_name"].startswith("system"))

    def settings(self, proxied=False):
        """Where the stores of the configuration are."""
        config, found = self._pipeline.config, {}
        for store, node in config.stores_of("http").items():
            port = self.proxies["http"].port if proxied else self.http.port
            found[f"stores.{store}.http.url"] = f"http://127.0.0.1:{port}/read/" + "{key}" + node["url"].partition("{key}")[2]
            # What is given up for good depends on the harm, and would differ from the unharmed run.
            found[f"stores.{store}.http.attempts"] = "100"
            found[f"stores.{store}.http.give_up_after"] = "24h"
            found[f"stores.{store}.http.timeout"] = "3s"
        for store in config.stores_of("postgres"):
            url, port = self.postgres.url(), self.proxies["postgres"].port
            found[f"stores.{store}.postgres.url"] = url.replace(f":{self.postgres.port}/", f":{port}/") if proxied else url
            found[f"stores.{store}.postgres.timeout"] = "3s"
        for store in config.stores_of("cassandra"):
            port = self.proxies["cassandra"].port if proxied else self.cassandra.port
            found[f"stores.{store}.cassandra.contact_points"] = f"[127.0.0.1:{port}]"
            found[f"stores.{store}.cassandra.timeout"] = "3s"
        return found

    def rows(self):
        """{(table, key): {column: value}} of all tables but that of marks, which are sluice's own."""
        found = {}
        if self.postgres:
            for row in self.postgres.execute(f'SELECT * FROM "{self._table}"'):
                found[self._table, row["device_id"]] = dict(row)
        if self.cassandra:
            for keyspace, table in self._cql_tables():
                if table == "sluice_marks":
                    continue
                keys = [row["column_name"] for row in self.cassandra.execute(
                    "SELECT column_name, kind FROM system_schema.columns WHERE keyspace_name = %s AND table_name = %s",
                    (keyspace, table)) if row["kind"] != "regular"]
                for row in self.cassandra.execute(f"SELECT * FROM {keyspace}.{table}"):
                    found[table, "/".join(str(row[key]) for key in sorted(keys))] = row
        return found

    def heal(self):
        for proxy in self.proxies.values():
            proxy.mend()
        if self.http:
            self.http.outage, self.http.delay = None, 0
        for server in filter(None, (self.postgres, self.cassandra)):
            server.resume()
            if not server.running():
                server.start()

    def close(self):
        for each in (*self.proxies.values(), *self.servers.values()):
            each.close()
