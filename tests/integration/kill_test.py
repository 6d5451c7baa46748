#!/usr/bin/python3
"""Kills the main job with SIGKILL again and again under a paced load, and judges the outputs from outside.

Printed per kill: the claims in Redis whose record had no committed offset, that is the events that a
restart must not take for duplicates of themselves.
"""

import argparse
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.kafka_cluster import KafkaCluster  # noqa: E402
from support.load import Load  # noqa: E402
from support.preprocessor import INPUT, PreprocessorJob, judge  # noqa: E402
from support.processes import wait_until  # noqa: E402
from support.own_redis import RedisServer  # noqa: E402

WINDOW = 50_000  # records above the committed offset that are looked at for claims


def claims_above_commit(job, load):
    """(events with a claim of their own above the committed offsets, committed records)."""
    committed = job.kafka.committed(job.group, [job.input], stable=False)
    above, total = 0, 0
    for (_, partition), offset in committed.items():
        offset = max(offset, 0)
        total += offset
        places = [(partition, o) for o in range(offset, offset + WINDOW) if (partition, o) in load.placed]
        mids = [load.placed[place].mid for place in places]
        if mids:
            owners = job.claims().mget(mids)
            above += sum(owner == f"{job.prefix}{INPUT}/{p}/{o}".encode()
                         for (p, o), owner in zip(places, owners))
    return above, total


def wait_for_claims(job):
    """Returns right after new claims were made, most likely before their events are committed."""
    claims = job.claims()
    before, deadline = claims.dbsize(), time.monotonic() + 1
    while claims.dbsize() == before and time.monotonic() < deadline:
        pass


def kill_often(job, load, kills, events, chance, report):
    """SIGKILL and restart, spread over the load; how many kills had claims above the commit."""
    with_claims = 0
    sluice = job.start()
    for number in range(1, kills + 1):
        target = events * number // (kills + 1)

        def reached():
            if not sluice.running():
                raise RuntimeError(f"sluice ended by itself with {sluice.exit_status()}:\n{sluice.log_tail()}")
            return sum(max(o, 0) for o in job.kafka.committed(job.group, [job.input], stable=False).values()) >= target

        wait_until(reached, 180, f"{target} events are committed", interval=0.005)
        time.sleep(chance.random() * 0.1)
        if number % 4 != 0:
            wait_for_claims(job)  # the rest hit whatever is going on
        sluice.kill()
        time.sleep(0.05)  # a commit that the broker had accepted may still become visible
        above, committed = claims_above_commit(job, load)
        with_claims += above > 0
        report(f"kill {number:2}: {committed:7} records committed, {len(load.placed):7} written, "
               f"{above:5} claims above the committed offsets")
        sluice.start()
    return with_claims


def run(kafka, redis, events, kills, rate, partitions, seed, report=print, settings=None):
    """(verdict, kills with claims above the commit)."""
    with PreprocessorJob(kafka, redis, "kill", partitions, settings=settings) as job:
        load = Load(kafka, job.input, events, rate, partitions, seed=seed, duplicates=0.02, invalid=0.01,
                    numbered=True).start()
        with_claims = kill_often(job, load, kills, events, random.Random(seed), report)
        load.join()
        job.wait_done(timeout=180)
        status = job.processes[0].terminate()
        if status != 0:
            raise RuntimeError(f"sluice ended with {status} after SIGTERM:\n{job.processes[0].log_tail()}")
        job.kafka.wait_for_open_transactions(job.outputs)
        verdict = judge(load.placed, job.read(values=False), job.prefix)
        ends, starts = kafka.end_offsets([job.input]), kafka.start_offsets([job.input])
        verdict.inputs = sum(ends.values()) - sum(starts.values())
        return verdict, with_claims


def test_repeated_kills_under_load_lose_and_double_nothing(kafka, redis):
    verdict, with_claims = run(kafka, redis, events=20_000, kills=5, rate=4000, partitions=2, seed=7)
    assert verdict.good, str(verdict)
    assert verdict.duplicates == verdict.true_duplicates > 0, str(verdict)
    assert with_claims >= 1, "no kill hit a transaction in flight, so the test showed nothing"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rate", type=float, default=4000, help="events per second (4000)")
    parser.add_argument("--partitions", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    started = time.monotonic()
    with KafkaCluster() as kafka, RedisServer() as redis:
        verdict, with_claims = run(kafka, redis, args.events, args.kills, args.rate, args.partitions, args.seed,
                                   lambda text: print(text, flush=True))
    print(f"{args.kills} kills, {with_claims} with claims above the committed offsets, "
          f"{time.monotonic() - started:.0f} s")
    print(verdict)
    return 0 if verdict.good and verdict.duplicates == verdict.true_duplicates else 1


if __name__ == "__main__":
    sys.exit(main())
