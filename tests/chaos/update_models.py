"""The pipelines that write to stores: judged by what the stores hold in the end, against an unharmed run."""

import json
import zlib

from support.generate_updates import Assessments, Contents, Devices, Ratings, Users
from support.processes import REPOSITORY

from chaos.fed import Fed


class UpdateModel:
    """What the five have in common. A subclass names its generator and what to leave out of the comparison."""

    settings = {}
    clock = None  # the true time
    events_per_record = 1
    by_reference = True
    duplicates = frozenset()
    largest_output = 16384
    large = frozenset()
    generator = None
    now = frozenset()  # columns that hold the time at which they were written

    def __init__(self, config):
        self.config = config
        self.outputs = sorted(config.outputs())
        self.input = next(iter(config.inputs()))
        self.before = self.generator(0)

    @property
    def servers(self):
        """What it needs beside Kafka and Redis."""
        return {kind for kind in ("http", "postgres", "cassandra") if self.config.stores_of(kind)}

    def described(self):
        """The recorded cases know the tables."""
        case = next((REPOSITORY / "tests/parity/cases" / self.config.name).glob("*/case.json"))
        return json.loads(case.read_text(encoding="utf-8"))

    def prepare(self, redis):
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

    def feed(self, seed, partitions):
        for key, value in self.generator(seed):
            yield Fed(value, partition=zlib.crc32(key.encode()) % partitions)


class ContentModel(UpdateModel):
    generator = Contents


class DeviceModel(UpdateModel):
    generator = Devices
    now = frozenset({"updated_date"})


class UserModel(UpdateModel):
    generator = Users


class RatingModel(UpdateModel):
    generator = Ratings


class AssessmentModel(UpdateModel):
    generator = Assessments
    now = frozenset({"created_on", "updated_on", "agg_last_updated"})


MODELS = {"content-cache-updater": ContentModel, "device-profile-updater": DeviceModel, "user-cache-updater": UserModel,
          "rating": RatingModel, "assessment-aggregator": AssessmentModel}
