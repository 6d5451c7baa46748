"""What a test must know of a file under config/: its topics, and which variables name its Redis servers."""

import re

import yaml

from support.processes import REPOSITORY

_TOPIC_KEYS = ("to", "copy_to")  # of stages
_VARIABLE = re.compile(r"\$\{(\w+)")
_WITH_DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")


def shipped_configs():
    """Names of the files that read from Kafka."""
    return sorted(path.stem for path in (REPOSITORY / "config").glob("*.yaml")
                  if "kafka" in yaml.safe_load(path.read_text(encoding="utf-8"))["source"])


class ShippedConfig:
    """config/<name>.yaml; where it lists pipelines, these are its parts."""

    def __init__(self, name):
        self.name = name
        self.path = REPOSITORY / "config" / f"{name}.yaml"
        if not self.path.is_file():
            raise FileNotFoundError(f"config/{name}.yaml is not shipped")
        nodes = self._read(self.path)
        self.fused = "pipelines" in nodes
        files = [self.path.parent / part for part in nodes["pipelines"]] if self.fused else [self.path]
        self.part_names = [path.stem for path in files]
        self._parts = [self._read(path) for path in files]

    @staticmethod
    def _read(path):
        return yaml.safe_load(path.read_text(encoding="utf-8"))

    def inputs(self):
        """Topics that no pipeline of the file writes."""
        read = {topic for part in self._parts for topic in part["source"]["kafka"]["topics"]}
        return read - self.outputs()

    def outputs(self):
        """All topics that are written, those between the parts among them."""
        found = set()
        for part in self._parts:
            found.update(part.get("side_outputs", {}).values())
            self._collect(part["stages"], found)
        return found

    def between(self):
        """Topics that one part writes and another reads."""
        read = {topic for part in self._parts for topic in part["source"]["kafka"]["topics"]}
        return read & self.outputs()

    def _collect(self, node, found):
        if isinstance(node, list):
            for item in node:
                self._collect(item, found)
        elif isinstance(node, dict):
            for name, value in node.items():
                if name in _TOPIC_KEYS:
                    found.update(value if isinstance(value, list) else [value])
                else:
                    self._collect(value, found)

    def stores_of(self, kind):
        """{name: its settings} of the stores of that kind, as they stand in the file."""
        return {name: store[kind] for part in self._parts for name, store in part.get("stores", {}).items()
                if kind in store}

    def sql_table(self):
        """Name of the table that a stage writes, with the defaults of its variables."""
        tables = [stage["table"] for part in self._parts for entry in part["stages"] if isinstance(entry, dict)
                  for stage in entry.values() if isinstance(stage, dict) and "table" in stage]
        return _WITH_DEFAULT.sub(r"\1", tables[0])

    def redis_variables(self):
        """{variable that a store's URL is taken from: "redis" or "redis-meta"}."""
        urls = [store["redis"]["url"] for part in self._parts for store in part.get("stores", {}).values()
                if "redis" in store]
        return {name: "redis-meta" if "META" in name else "redis" for url in urls for name in _VARIABLE.findall(url)}

    def api_environment(self, url):
        """The variables that the URLs of APIs are taken from, set to one server; it ends in a slash."""
        urls = [store["http"]["url"] for part in self._parts for store in part.get("stores", {}).values() if "http" in store]
        return {name: url for template in urls for name in _VARIABLE.findall(template)}

    def postgres_variables(self):
        """The variables that the URLs of PostgreSQL are taken from."""
        return [name for part in self._parts for store in part.get("stores", {}).values() if "postgres" in store
                for name in _VARIABLE.findall(store["postgres"]["url"])]

    def cassandra_variables(self):
        """The variables that the contact points of Cassandra are taken from."""
        return [name for store in self.stores_of("cassandra").values()
                for name in _VARIABLE.findall(str(store["contact_points"]))]

    def redis_environment(self, claims_url, lookups_url):
        """The variables, set to these two servers."""
        return {name: lookups_url if server == "redis-meta" else claims_url
                for name, server in self.redis_variables().items()}
