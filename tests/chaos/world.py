"""The servers of a run: three Kafka brokers, Redis with a replica, and the proxies in front of them."""

import concurrent.futures
import dataclasses
import threading

from support.own_redis import RedisServer
from support.processes import wait_until
from support.sluice_process import binary
from support.stepped_clock import SteppedClock
from support.tcp_proxy import TcpProxy
from support.written_stores import Stores

from chaos.cluster import ChaosCluster

AT_ONCE = 3  # faults
SESSION_S, TRANSACTION_S = 3, 6  # time-outs of the processes under test


@dataclasses.dataclass
class Job:
    """What the processes of a run do, as faults must know it."""

    model: object  # one of chaos.models
    prefix: str
    group: str
    input: str
    outputs: list
    feed: object  # chaos.feed.Feed
    inputs: object  # chaos.inputs.Inputs


class World:
    """What faults work on. May serve several runs, one after the other; `crew` and `job` are those of the present one."""

    def __init__(self, model=None):
        self.kafka = ChaosCluster()
        self.redis = RedisServer(persistent=True)
        self.replica = RedisServer(persistent=True)
        self.redis_proxy = TcpProxy(self.redis.port)
        self.clock = SteppedClock(binary())
        self.stores = Stores(model) if model and model.servers else None
        self.locks = {name: threading.Lock() for name in ("kafka", "redis", "members", "clock", "http", "postgres", "cassandra")}
        self.pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
        self.crew = None
        self.job = None

    def __enter__(self):
        self.kafka.start()
        self.redis.start()
        self.replica.start()
        self.follow()
        if self.stores:
            self.stores.start()
        return self

    def __exit__(self, *_):
        self.redis_proxy.close()
        for server in (self.kafka, self.redis, self.replica, self.clock, self.stores):
            if server:
                server.close()
        self.pool.shutdown()

    def follow(self):
        """Makes the replica one of the Redis in use."""
        self.replica.client().replicaof("127.0.0.1", self.redis.port)

    def caught_up(self):
        """Whether the replica has all that its master has."""
        state = self.replica.client().info("replication")
        if state.get("role") != "slave" or state.get("master_link_status") != "up":
            return False
        master = self.redis.client().info("replication")
        return master["master_repl_offset"] == state["slave_repl_offset"]

    def wait_caught_up(self, timeout=30):
        wait_until(self.caught_up, timeout, "the replica of Redis has caught up", interval=0.02)

    def fail_over(self):
        """The replica becomes the Redis in use, the other one its replica (once it runs)."""
        self.replica.client().replicaof("NO", "ONE")
        self.redis, self.replica = self.replica, self.redis
        self.redis_proxy.point_to(self.redis.port)
        self.redis_proxy.cut()

    def change_places(self):
        """The replica becomes the Redis in use and the other one its replica; connections stay where they are."""
        client = self.redis.client()
        client.execute_command("FAILOVER", "TO", "127.0.0.1", self.replica.port, "TIMEOUT", 10_000)
        wait_until(lambda: client.info("replication")["role"] == "slave", 15, "Redis hands over to its replica")
        self.redis, self.replica = self.replica, self.redis
        self.redis_proxy.point_to(self.redis.port)

    def heal(self):
        """Ends all harm, whatever there is."""
        self.clock.step(0)
        self.redis_proxy.mend()
        self.kafka.heal()
        if self.stores:
            self.stores.heal()
        for server in (self.redis, self.replica):
            server.resume()
            if not server.running():
                server.start()
            server.client().config_set("maxmemory", 0)
        self.redis.client().replicaof("NO", "ONE")
        self.follow()
