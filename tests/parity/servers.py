"""The servers that cases need beside Kafka, each started for the first case that needs it."""

from redis_side import Redis
from support.canned_http import CannedHttp


class Servers:
    def __init__(self):
        self.redis = Redis()
        self._http = None
        self._rows = {}

    def close(self):
        for server in (self.redis, self._http, *self._rows.values()):
            if server:
                server.close()

    def load(self, case, config):
        """What the case wants to find there before the run."""
        self.redis.load(case.lines("redis.ndjson"))
        if "http" in case.described:
            self._load_http(case)
        if "sql" in case.described:
            self._rows_of("sql").load(case, config.sql_table())
        if "cql" in case.described:
            self._rows_of("cql").load(case)

    def overrides(self, case, config):
        """Settings that lead the stores of the shipped configuration to these servers."""
        settings = {}
        if "http" in case.described:
            settings |= self._http_overrides(case, config)
        for kind, port in (("sql", "postgres"), ("cql", "cassandra")):
            for store in config.stores_of(port) if kind in case.described else ():
                settings |= self._rows_of(kind).overrides(store)
        return settings

    def rows(self, case, config):
        """The rows after the run, in the form of expected.ndjson."""
        if "sql" in case.described:
            yield from self._rows_of("sql").dump(config.sql_table())
        if "cql" in case.described:
            yield from self._rows_of("cql").dump(case)

    def _rows_of(self, kind):
        if kind not in self._rows:
            # pylint: disable=import-outside-toplevel; their clients need not be there for other cases
            if kind == "sql":
                from sql_side import Sql as Side
            else:
                from cql_side import Cql as Side
            self._rows[kind] = Side()
        return self._rows[kind]

    def _load_http(self, case):
        if self._http is None:
            self._http = CannedHttp().start()
        self._http.answers = {entry["path"]: (entry["status"], entry["body"].encode())
                              for entry in case.lines("http.ndjson")}
        unlisted = case.described["http"]["unlisted"]
        self._http.unlisted = unlisted["status"], unlisted["body"].encode()

    def _http_overrides(self, case, config):
        """The case names the URL by the original's key, without the place of the key in it."""
        settings = {}
        for store, node in config.stores_of("http").items():
            query = node["url"].partition("{key}")[2]
            for value in case.described["http"]["config"].values():
                if "://HOST:PORT" in value:
                    settings[f"stores.{store}.http.url"] = \
                        value.replace("http://HOST:PORT", self._http.url) + "{key}" + query
                else:
                    settings[f"stores.{store}.http.token"] = value
        return settings
