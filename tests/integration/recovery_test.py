"""What happens to a process, to Redis or to Kafka must not show in the outputs."""

import random
import time

import pytest
from support.kafka_cluster import KafkaCluster
from support.load import Load
from support.own_redis import RedisServer
from support.preprocessor import DUPLICATE, judge
from support.processes import wait_until
from support.tcp_proxy import TcpProxy

from kill_test import claims_above_commit


@pytest.fixture
def own_redis():
    with RedisServer(persistent=True) as server:
        yield server


@pytest.fixture
def own_kafka():
    with KafkaCluster() as cluster:
        yield cluster


def start_load(job, events=12_000, rate=6000, seed=21, **telemetry):
    return Load(job.kafka, job.input, events, rate, job.partitions, seed=seed, numbered=True, **telemetry).start()


def committed(job):
    return sum(max(o, 0) for o in job.kafka.committed(job.group, [job.input], stable=False).values())


def wait_committed(job, count):
    wait_until(lambda: committed(job) >= count, 60, lambda: f"{count} records are committed, not {committed(job)}")


def wait_for_share(sluice):
    wait_until(lambda: sluice.metric("sluice_events_received_total") > 500, 30,
               lambda: f"the process has a share of the events\n{sluice.log_tail()}")


def verify(job, load):
    verdict = judge(load.placed, job.read(values=False), job.prefix)
    assert verdict.good and verdict.duplicates == verdict.true_duplicates, str(verdict)


def test_a_kill_in_mid_transaction_loses_and_doubles_nothing(new_job):
    job = new_job()
    load = start_load(job, events=20_000, rate=8000)
    chance = random.Random(3)
    sluice = job.start()
    # Killed until one kill has hit events that were claimed and not committed: the case that counts.
    for attempt in range(1, 11):
        wait_committed(job, 1500 * attempt)
        time.sleep(chance.random() * 0.05)
        sluice.kill()
        time.sleep(0.05)
        above, _ = claims_above_commit(job, load)
        sluice.start()
        if above:
            break
    else:
        pytest.fail("no kill hit a transaction in flight")
    load.join()
    job.wait_done()
    verify(job, load)


def test_what_a_killed_transaction_wrote_is_not_visible(new_job):
    job = new_job()
    load = start_load(job, events=6000, rate=6000)
    sluice = job.start()
    wait_committed(job, 2000)
    sluice.kill()
    load.join()
    sluice.start_ready()
    job.wait_done()
    everything = job.kafka.read_by_topic(job.outputs, isolation="read_uncommitted", values=False)
    visible = job.read(values=False)
    assert sum(map(len, visible.values())) <= sum(map(len, everything.values()))
    verify(job, load)


def test_redis_away_and_back_makes_no_false_duplicate(new_job, own_redis):
    job = new_job(redis=own_redis)
    load = start_load(job, events=10_000, rate=5000, duplicates=0)
    sluice = job.start()
    wait_committed(job, 2000)
    own_redis.stop()
    sluice.wait_unready("redis")
    stood = committed(job)
    time.sleep(1)
    assert sluice.running() and committed(job) - stood < 2000
    own_redis.start()
    load.join()
    job.wait_done()
    sluice.wait_ready()
    assert not job.read(values=False)[DUPLICATE]
    verify(job, load)


def test_a_redis_that_hangs_is_waited_for(new_job, own_redis):
    job = new_job(redis=own_redis)
    load = start_load(job, events=8000, rate=4000, duplicates=0)
    job.start()
    wait_committed(job, 1000)
    own_redis.pause()
    time.sleep(8)
    own_redis.resume()
    load.join()
    job.wait_done()
    verify(job, load)


def test_lost_replies_of_redis_make_no_false_duplicate(new_job, own_redis):
    with TcpProxy(own_redis.port) as proxy:
        job = new_job(redis=own_redis, redis_url=f"redis://127.0.0.1:{proxy.port}")
        load = start_load(job, events=10_000, rate=4000, duplicates=0)
        job.start()
        for round_ in range(1, 6):
            wait_committed(job, 1200 * round_)
            proxy.lose_replies_after(1000)  # in the middle of a batch: claimed, but nobody was told
            time.sleep(0.3)
            proxy.lose_replies_after(None)
        load.join()
        job.wait_done()
        assert proxy.connections > 3
        assert not job.read(values=False)[DUPLICATE]
        verify(job, load)


def test_a_broker_restart_is_survived(new_job, own_kafka):
    job = new_job(kafka=own_kafka)
    load = start_load(job, events=15_000, rate=3000)
    sluice = job.start()
    wait_committed(job, 3000)
    own_kafka.restart_node()
    load.join()
    job.wait_done(timeout=120)
    sluice.wait_ready()
    verify(job, load)


def test_a_broker_that_was_killed_is_survived(new_job, own_kafka):
    job = new_job(kafka=own_kafka)
    load = start_load(job, events=15_000, rate=3000)
    sluice = job.start()
    wait_committed(job, 3000)
    own_kafka.kill_node()
    sluice.wait_unready("")
    own_kafka.start_node()
    load.join()
    job.wait_done(timeout=120)
    verify(job, load)


def test_sigterm_under_load_ends_with_0_and_leaves_nothing_half_done(new_job):
    job = new_job()
    load = start_load(job, events=12_000, rate=6000)
    sluice = job.start()
    wait_committed(job, 3000)
    asked = time.monotonic()
    assert sluice.terminate(timeout=20) == 0, sluice.log_tail()
    assert time.monotonic() - asked < 10
    job.kafka.wait_for_open_transactions(job.outputs)
    done = committed(job)
    first = {place: line for place, line in list(load.placed.items()) if place[1] < done}
    verdict = judge(first, job.read(values=False), job.prefix)
    assert verdict.good, f"outputs and offsets do not agree: {verdict}"
    sluice.start()
    load.join()
    job.wait_done()
    verify(job, load)


def test_sigterm_leaves_the_group_so_that_another_takes_over_at_once(new_job):
    job = new_job(settings={"source.kafka.options.session.timeout.ms": "30000"})
    first = job.start("one")
    load = start_load(job, events=500, rate=2000)
    job_done = lambda: job.kafka.lag(job.group, [job.input]) == 0  # noqa: E731
    load.join()
    wait_until(job_done, 30, "the first process does the first load")
    assert first.terminate() == 0
    started = time.monotonic()
    job.start("two")
    job.produce([b"{}"])
    wait_until(job_done, 30, "the second process takes over")
    assert time.monotonic() - started < 15


def test_two_processes_share_the_partitions_through_rebalances(new_job):
    job = new_job(partitions=4)
    load = start_load(job, events=40_000, rate=4000)
    job.start("one")
    wait_committed(job, 2000)
    second = job.start("two")
    wait_for_share(second)
    assert second.terminate() == 0
    third = job.start("three")
    wait_for_share(third)
    third.kill()
    load.join()
    job.wait_done(timeout=90)
    verify(job, load)


def test_a_stalled_process_that_lost_its_partitions_writes_nothing_twice(new_job):
    job = new_job(partitions=2)
    load = start_load(job, events=20_000, rate=4000)
    first = job.start("one")
    wait_committed(job, 4000)
    first.pause()  # longer than its session and its transaction: both go to the other
    second = job.start("two")
    wait_for_share(second)
    wait_committed(job, 10_000)
    first.resume()
    load.join()
    job.wait_done(timeout=90)
    assert first.running(), first.log_tail()
    verify(job, load)


def test_a_rebalance_while_redis_is_away_leaves_no_partition_silent(new_job, own_redis):
    job = new_job(partitions=4, redis=own_redis)
    load = start_load(job, events=12_000, rate=3000)
    first = job.start("one")
    wait_committed(job, 2000)
    own_redis.stop()
    first.wait_unready("redis")
    second = job.process("two")  # takes partitions that the first has paused
    second.start()
    time.sleep(4)
    second.kill()
    own_redis.start()
    load.join()
    job.wait_done(timeout=90)
    verify(job, load)


@pytest.mark.parametrize("point", ["collected", "claimed", "begun", "written", "offsets_sent", "committed"])
def test_a_kill_at_each_point_of_a_transaction_shows_nowhere(new_job, point):
    job = new_job()
    load = start_load(job, events=6_000, rate=6000)
    for passes in (2, 5):
        sluice = job.process(transaction__max_events=200)
        sluice.environment["SLUICE_FAULT_POINT"] = f"{point}:{passes}"
        sluice.start()
        assert sluice.wait(timeout=20) == -9, sluice.log_tail()
    job.start()
    load.join()
    job.wait_done(timeout=60)
    verify(job, load)
