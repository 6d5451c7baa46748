"""A Redis that is replaced by another one without a cut connection, and names with several addresses."""

import os
import pathlib
import socket
import time

import pytest
from support.own_redis import RedisServer
from support.preprocessor import DUPLICATE, UNIQUE
from support.processes import free_port, wait_until
from support.tcp_proxy import TcpProxy

WRAPPER = next(iter(pathlib.Path("/usr/lib").rglob("libnss_wrapper.so")), None)
EVENT = '{"eid":"START","ets":1,"ver":"3.0","mid":"%s","actor":{"id":"u","type":"User"},' \
        '"context":{"channel":"c","env":"learn","pdata":{"id":"p"}},"edata":{"type":"app"}}'

needs_names = pytest.mark.skipif(WRAPPER is None, reason="libnss-wrapper is not installed")


def events(*mids):
    return [(EVENT % mid).encode() for mid in mids]


def promote(new, old):
    """`old` becomes the replica of `new`; nobody's connection is closed."""
    new.client().execute_command("REPLICAOF", "NO", "ONE")
    old.client().execute_command("REPLICAOF", new.host, new.port)


def wait_replica(server):
    wait_until(lambda: server.client().info("replication").get("master_link_status") == "up", 20, "the replica has caught up")


@pytest.fixture
def pair():
    """A primary and its replica."""
    with RedisServer() as old, RedisServer() as new:
        new.client().execute_command("REPLICAOF", old.host, old.port)
        wait_replica(new)
        yield old, new


def test_a_demoted_redis_is_left_for_the_one_that_its_address_leads_to(new_job, pair):
    old, new = pair
    with TcpProxy(old.port) as proxy:
        job = new_job(redis=old, redis_url=f"redis://127.0.0.1:{proxy.port}")
        job.start()
        job.produce(events("a", "b"))
        job.wait_done()
        wait_replica(new)
        promote(new, old)
        proxy.point_to(new.port)
        moved = time.monotonic()
        job.produce(events("b", "c"))
        job.wait_done(timeout=20)
        assert time.monotonic() - moved < 15
        found = job.read()
        assert len(found[UNIQUE]) == 3 and len(found[DUPLICATE]) == 1


def test_a_redis_that_is_isolated_without_replicas_is_left(new_job, pair):
    old, new = pair
    with TcpProxy(old.port) as proxy:
        job = new_job(redis=old, redis_url=f"redis://127.0.0.1:{proxy.port}")
        job.start()
        job.produce(events("a"))
        job.wait_done()
        wait_replica(new)
        new.client().execute_command("REPLICAOF", "NO", "ONE")
        old.client().config_set("min-replicas-to-write", 1)
        proxy.point_to(new.port)
        job.produce(events("a", "b"))
        job.wait_done(timeout=20)
        found = job.read()
        assert len(found[UNIQUE]) == 2 and len(found[DUPLICATE]) == 1


def named(job, tmp_path, port, addresses):
    """A process of the job whose Redis has a name of these addresses."""
    hosts = tmp_path / "hosts"
    hosts.write_text("".join(f"{address} cache.test\n" for address in addresses))
    sluice = job.process(stores__dedup__redis__url=f"redis://cache.test:{port}")
    # The last two: the address sanitizer's program takes the library too.
    sluice.environment.update(LD_PRELOAD=str(WRAPPER), NSS_WRAPPER_HOSTS=str(hosts), NSS_WRAPPER_DISABLE_DEEPBIND="1",
                              ASAN_OPTIONS=f"{os.environ.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0")
    return sluice


@needs_names
@pytest.mark.parametrize("dead", ["127.0.0.9", "::1", "192.0.2.1", "2001:db8::1"])
def test_the_second_address_of_a_name_is_tried_where_the_first_is_dead(new_job, redis, tmp_path, dead):
    job = new_job()
    named(job, tmp_path, redis.port, [dead, "127.0.0.1"]).start_ready()
    job.produce(events("a"))
    job.wait_done()
    assert len(job.read()[UNIQUE]) == 1


@needs_names
def test_the_second_address_of_a_name_is_tried_where_the_first_is_silent(new_job, redis, tmp_path):
    with socket.create_server(("127.0.0.9", redis.port)):
        job = new_job()
        named(job, tmp_path, redis.port, ["127.0.0.9", "127.0.0.1"]).start_ready(timeout=40)
        job.produce(events("a"))
        job.wait_done()
        assert len(job.read()[UNIQUE]) == 1


@needs_names
def test_the_second_address_of_a_name_is_tried_where_the_first_is_a_replica(new_job, redis, tmp_path):
    with RedisServer(host="127.0.0.9", port=redis.port) as replica:
        replica.client().execute_command("REPLICAOF", redis.host, redis.port)
        job = new_job()
        named(job, tmp_path, redis.port, ["127.0.0.9", "127.0.0.1"]).start_ready()
        job.produce(events("a"))
        job.wait_done()
        assert len(job.read()[UNIQUE]) == 1


@needs_names
def test_a_name_is_resolved_anew_at_each_connection(new_job, redis, tmp_path):
    with RedisServer(host="127.0.0.2", port=redis.port) as new:
        job = new_job()
        sluice = named(job, tmp_path, redis.port, ["127.0.0.1"]).start_ready()
        job.produce(events("a"))
        job.wait_done()
        hosts = tmp_path / "hosts"
        hosts.write_text("127.0.0.2 cache.test\n")
        # The wrapper reads it again where its time differs by a second.
        os.utime(hosts, (0, 0))
        redis.client().execute_command("REPLICAOF", "127.0.0.1", free_port())
        try:
            job.produce(events("b"))
            job.wait_done(timeout=30)
            assert new.client(7).dbsize() == 1
            assert sluice.metric("sluice_redis_reconnects_total") >= 1
        finally:
            redis.client().execute_command("REPLICAOF", "NO", "ONE")
