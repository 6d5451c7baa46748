"""The pipelines that write to stores: judged by what the stores hold in the end, against an unharmed run."""

import zlib

from support.update_pipelines import UpdatePipeline

from chaos.fed import Fed


class UpdateModel(UpdatePipeline):
    """What the five have in common. `now` names the columns that hold the time at which they were written."""

    settings = {}
    clock = None  # the true time
    events_per_record = 1
    by_reference = True
    duplicates = frozenset()
    largest_output = 16384
    large = frozenset()
    now = frozenset()

    def feed(self, seed, partitions):
        for key, value in self.generator(seed):
            yield Fed(value, partition=zlib.crc32(key.encode()) % partitions)


class DeviceModel(UpdateModel):
    now = frozenset({"updated_date"})


class AssessmentModel(UpdateModel):
    now = frozenset({"created_on", "updated_on", "agg_last_updated"})


MODELS = {"content-cache-updater": UpdateModel, "device-profile-updater": DeviceModel, "user-cache-updater": UpdateModel,
          "rating": UpdateModel, "assessment-aggregator": AssessmentModel}
