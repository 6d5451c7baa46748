#!/usr/bin/python3
"""Measures each pipeline that writes to stores, by itself, on records that lie ready.

  tests/bench/update_bench.py [--records N] [PIPELINE...]
"""

import argparse
import itertools
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from bench import usage  # noqa: E402
from support.kafka_cluster import KafkaCluster  # noqa: E402
from support.own_redis import RedisServer  # noqa: E402
from support.processes import wait_until  # noqa: E402
from support.sluice_process import Sluice  # noqa: E402
from support.update_pipelines import GENERATORS, UpdatePipeline  # noqa: E402
from support.written_stores import Stores  # noqa: E402

API_DELAY_S = 0.02  # what an API takes for an answer
_UNITS = (("events_per_cpu_second", 0), ("events_per_second", 1), ("rss_mb", 2))


def figures_of(kafka, count, names=tuple(GENERATORS)):
    """{name of a figure: value}; `count` records a pipeline."""
    found = {}
    with RedisServer() as redis:
        for name in names:
            values = _measure(kafka, redis, UpdatePipeline.named(name), count)
            found |= {f"{name}.kafka.{unit}": values[place] for unit, place in _UNITS}
    return found


def _measure(kafka, redis, pipeline, count):
    prefix = f"update-{pipeline.config.name}."
    kafka.create_topics([prefix + topic for topic in {pipeline.input, *pipeline.outputs}])
    kafka.produce(prefix + pipeline.input, (value for _, value in itertools.islice(pipeline.generator(1), count)))
    redis.client().flushall()
    pipeline.prepare(redis)
    stores = Stores(pipeline)
    try:
        stores.start()
        stores.wipe()
        if stores.http:
            stores.http.delay = API_DELAY_S
        return _run(kafka, redis, pipeline, prefix, stores)
    finally:
        stores.close()


def _run(kafka, redis, pipeline, prefix, stores):
    settings = {"topic_prefix": prefix, "source.kafka.brokers": kafka.brokers, "source.kafka.group": prefix + "group",
                **stores.settings()}
    topics = [prefix + pipeline.input]
    with Sluice(pipeline.config.path, settings, pipeline.config.redis_environment(redis.url, redis.url)) as sluice:
        first = wait_until(lambda: _received(sluice), 60, lambda: f"the first commit\n{sluice.log_tail()}", interval=0.02)
        began = time.monotonic()
        wait_until(lambda: kafka.lag(prefix + "group", topics) == 0, 300, lambda: f"all is done\n{sluice.log_tail()}", interval=0.1)
        seconds, done = time.monotonic() - began, _received(sluice)
        cpu, rss = usage.cpu_seconds(sluice.pid), usage.peak_rss_mb(sluice.pid)
        sluice.terminate()
    return done / cpu, (done - first) / max(seconds, 0.1), rss


def _received(sluice):
    return sluice.metric("sluice_events_received_total") if sluice.get("/livez")[0] == 200 else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000, help="of each pipeline (20000)")
    parser.add_argument("pipelines", nargs="*", metavar="PIPELINE", default=list(GENERATORS))
    args = parser.parse_args()
    with KafkaCluster() as kafka:
        for name, value in figures_of(kafka, args.records, args.pipelines).items():
            print(f"{name:50} {value:10.0f}")


if __name__ == "__main__":
    main()
