"""Harm to PostgreSQL, Cassandra and the API over HTTP, and to the ways there."""

from chaos.faults.fault import Fault


class StoreFault(Fault):
    """Alone with its server."""

    store = ""

    def __init_subclass__(cls):
        super().__init_subclass__()
        cls.needs = (cls.store,) if cls.store else ()

    def proxy(self, context):
        return context.world.stores.proxies[self.store]

    def _cut(self, context):
        self.proxy(context).cut()
        context.hold(0, 1)

    def _silent(self, context):
        proxy = self.proxy(context)
        proxy.freeze()
        context.hold(0.5, 8)
        proxy.thaw()

    def _slow(self, context):
        proxy = self.proxy(context)
        proxy.delay(context.chance.uniform(0.05, 0.4))
        context.hold(1, 5)
        proxy.delay(0)

    def _lost_reply(self, context):
        proxy, before = self.proxy(context), self.proxy(context).lost_replies
        proxy.lose_replies_after(context.chance.randint(0, 5000))
        context.hold(1, 4)
        proxy.lose_replies_after(None)
        return proxy.lost_replies > before

    def _refused(self, context):
        proxy = self.proxy(context)
        proxy.refuse()
        proxy.cut()
        context.hold(1, 8)
        proxy.refuse(False)


def _of_the_way(store):
    """A fault of each kind on the way to a server."""
    kinds = {"cut": StoreFault._cut, "silent": StoreFault._silent, "slow": StoreFault._slow,
             "lost-reply": StoreFault._lost_reply, "refused": StoreFault._refused}
    texts = {"cut": "Every connection to it is reset.", "silent": "Nothing passes, and nobody is told.",
             "slow": "Everything takes long on its way.", "refused": "No connection to it can be made.",
             "lost-reply": "It has done what it was asked, and nobody learns of it."}
    return [type(f"{store.title()}{kind.title()}", (StoreFault,),
                 {"name": f"{store}-{kind}", "store": store, "run": run, "__doc__": texts[kind]})
            for kind, run in kinds.items()]


class HttpErrors(StoreFault):
    """The API answers 503 to everything."""

    name = "http-errors"
    store = "http"

    def run(self, context):
        http = context.world.stores.http
        http.outage = context.chance.choice([500, 502, 503])
        context.hold(0.5, 6)
        http.outage = None


class PostgresKill(StoreFault):
    """SIGKILL; what it has acknowledged is on its disk."""

    name = "postgres-kill"
    store = "postgres"

    def run(self, context):
        postgres = context.world.stores.postgres
        postgres.kill()
        context.hold(0, 3)
        postgres.start()


class PostgresStop(StoreFault):
    """It takes requests and answers later, perhaps beyond every patience."""

    name = "postgres-stop"
    store = "postgres"

    def run(self, context):
        postgres = context.world.stores.postgres
        postgres.pause()
        context.hold(0.2, 7)
        postgres.resume()


class CassandraKill(StoreFault):
    """SIGKILL of the only node."""

    name = "cassandra-kill"
    store = "cassandra"

    def run(self, context):
        cassandra = context.world.stores.cassandra
        cassandra.kill_node()
        context.hold(0, 1)
        cassandra.start_node()


class CassandraStop(StoreFault):
    """It takes requests and answers later, perhaps beyond every patience."""

    name = "cassandra-stop"
    store = "cassandra"

    def run(self, context):
        cassandra = context.world.stores.cassandra
        cassandra.pause_node()
        context.hold(0.2, 7)
        cassandra.resume_node()


FAULTS = (HttpErrors, PostgresKill, PostgresStop, CassandraKill, CassandraStop,
          *(fault for store in ("http", "postgres", "cassandra") for fault in _of_the_way(store)))
