"""The pipelines that write to stores: what each needs, and what its stores hold before."""

import json

from support.generate_updates import Assessments, Contents, Devices, Ratings, Users
from support.processes import REPOSITORY
from support.shipped_config import ShippedConfig

GENERATORS = {"content-cache-updater": Contents, "device-profile-updater": Devices, "user-cache-updater": Users,
              "rating": Ratings, "assessment-aggregator": Assessments}


class UpdatePipeline:
    """config/<name>.yaml and the generator of its records."""

    def __init__(self, config):
        self.config = config
        self.outputs = sorted(config.outputs())
        self.input = next(iter(config.inputs()))
        self.generator = GENERATORS[config.name]
        self.before = self.generator(0)

    @classmethod
    def named(cls, name):
        return cls(ShippedConfig(name))

    @property
    def servers(self):
        """What it needs beside Kafka and Redis."""
        return {kind for kind in ("http", "postgres", "cassandra") if self.config.stores_of(kind)}

    def described(self):
        """The recorded cases know the tables."""
        case = next((REPOSITORY / "tests/parity/cases" / self.config.name).glob("*/case.json"))
        return json.loads(case.read_text(encoding="utf-8"))

    def prepare(self, redis):
        """Puts into an empty Redis what is there before."""
        clients = {}
        for database, key, kind, value in self.before.redis():
            client = clients.setdefault(database, redis.client(database).pipeline(transaction=False))
            if kind == "hash":
                client.hset(key, mapping=value)
            elif kind == "set":
                client.sadd(key, *value)
            else:
                client.set(key, value)
        for client in clients.values():
            client.execute()
