"""Harm to Redis and to the way there."""

from chaos.faults.fault import Fault


def keys(server):
    """How many a Redis holds, in all its databases."""
    return sum(database["keys"] for database in server.client().info("keyspace").values())


def refusals(client, kind):
    """How many errors of that kind a Redis has answered."""
    count = client.info("errorstats").get(f"errorstat_{kind}", "count=0")
    return int(count["count"] if isinstance(count, dict) else str(count).removeprefix("count="))


class RedisFault(Fault):
    """Alone with Redis."""

    needs = ("redis",)


class RedisKill(RedisFault):
    """SIGKILL; what it has answered is on its disk."""

    name = "redis-kill"

    def run(self, context):
        redis = context.world.redis
        redis.kill()
        context.hold(0, 4)
        redis.start()


class RedisStop(RedisFault):
    """It takes requests and answers later, perhaps beyond every patience."""

    name = "redis-stop"

    def run(self, context):
        redis = context.world.redis
        redis.pause()
        context.hold(0.2, 7)
        redis.resume()


class RedisFull(RedisFault):
    """maxmemory reached under noeviction: writes are refused."""

    name = "redis-full"

    def run(self, context):
        client = context.world.redis.client()
        client.config_set("maxmemory-policy", "noeviction")
        # Room for a few more claims: the refusal comes in the middle of a batch.
        client.config_set("maxmemory", client.info("memory")["used_memory"] + context.chance.randint(0, 200_000))
        before = refusals(client, "OOM")
        context.hold(1, 6)
        client.config_set("maxmemory", 0)
        return refusals(client, "OOM") > before


class RedisFailover(RedisFault):
    """The replica takes over with every claim."""

    name = "redis-failover"

    def run(self, context):
        world = context.world
        world.redis_proxy.refuse()
        world.redis_proxy.cut()
        try:
            world.wait_caught_up()
            world.fail_over()
            context.hold(0, 1)
        finally:
            world.redis_proxy.refuse(False)
        world.follow()


class RedisDemoted(RedisFault):
    """Primary and replica change places and no connection is cut: the old one goes on answering, with refusals."""

    name = "redis-demoted"

    def run(self, context):
        world = context.world
        world.wait_caught_up()
        before = refusals(world.redis.client(), "READONLY")
        world.change_places()
        demoted = world.replica.client()
        context.hold(4, 10)
        return refusals(demoted, "READONLY") > before


class RedisLostReply(RedisFault):
    """What was asked is done, and nobody is told."""

    name = "redis-lost-reply"

    def run(self, context):
        proxy = context.world.redis_proxy
        before = proxy.lost_replies
        for _ in range(context.chance.randint(1, 6)):
            proxy.lose_replies_after(context.chance.randint(0, 3000))
            context.hold(0.05, 0.5)
            proxy.lose_replies_after(None)
            context.hold(0, 0.3)
        return proxy.lost_replies > before


class RedisSlow(RedisFault):
    """Every piece of data waits."""

    name = "redis-slow"

    def run(self, context):
        proxy = context.world.redis_proxy
        proxy.delay(context.chance.uniform(0.01, 0.3))
        context.hold(1, 4)
        proxy.delay(0)


class RedisCut(RedisFault):
    """Connections are reset, again and again."""

    name = "redis-cut"

    def run(self, context):
        for _ in range(context.chance.randint(1, 20)):
            context.world.redis_proxy.cut()
            context.hold(0, 0.3)


class RedisHalfClose(RedisFault):
    """One direction ends, the other does not."""

    name = "redis-half-close"

    def run(self, context):
        for requests in (False, True):
            context.world.redis_proxy.half_close(requests)
            context.hold(0.1, 1)


class RedisSilent(RedisFault):
    """Data goes nowhere, and nobody is told."""

    name = "redis-silent"

    def run(self, context):
        proxy = context.world.redis_proxy
        proxy.freeze()
        context.hold(0.5, 7)
        if context.chance.random() < 0.5:
            proxy.cut()
        proxy.thaw()


class RedisForgets(RedisFault):
    """SIGKILL without persistence: an empty Redis comes back."""

    name = "redis-forgets"
    loses_claims = True

    def run(self, context):
        redis = context.world.redis
        redis.kill()
        redis.forget()
        context.hold(0, 2)
        redis.start()


class RedisEvicts(RedisFault):
    """maxmemory reached under another policy than noeviction: claims go."""

    name = "redis-evicts"
    loses_claims = True

    def run(self, context):
        client = context.world.redis.client()
        client.config_set("maxmemory-policy", "allkeys-random")
        base = client.info("memory")["used_memory_startup"]
        used = client.info("memory")["used_memory"]
        before = client.info("stats")["evicted_keys"]
        client.config_set("maxmemory", base + max(100_000, (used - base) // 2))
        context.hold(1, 4)
        client.config_set("maxmemory", 0)
        client.config_set("maxmemory-policy", "noeviction")
        return client.info("stats")["evicted_keys"] > before


class RedisStaleFailover(RedisFault):
    """A replica that lags takes over."""

    name = "redis-stale-failover"
    loses_claims = True

    def run(self, context):
        world = context.world
        world.wait_caught_up()
        world.replica.client().replicaof("NO", "ONE")  # from now on it misses every claim
        context.hold(0.5, 2)
        missed = keys(world.redis) - keys(world.replica)
        world.redis.kill()
        world.fail_over()
        world.replica.start()
        world.follow()
        world.wait_caught_up()
        return missed > 0


FAULTS = [RedisKill, RedisStop, RedisFull, RedisFailover, RedisDemoted, RedisLostReply, RedisSlow, RedisCut, RedisHalfClose, RedisSilent,
          RedisForgets, RedisEvicts, RedisStaleFailover]
