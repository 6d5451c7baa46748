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


    def _kill(self, context):
        server = context.world.stores.servers[self.store]
        server.kill()
        context.hold(0, 3)
        server.start()

    def _stop(self, context):
        server = context.world.stores.servers[self.store]
        server.pause()
        context.hold(0.2, 7)
        server.resume()


# {name: (what it does, what it is)}
_WAY = {
    "cut": (StoreFault._cut, "Every connection to it is reset."),
    "silent": (StoreFault._silent, "Nothing passes, and nobody is told."),
    "slow": (StoreFault._slow, "Everything takes long on its way."),
    "refused": (StoreFault._refused, "No connection to it can be made."),
    "lost-reply": (StoreFault._lost_reply, "It has done what it was asked, and nobody learns of it."),
}
_SERVER = {
    "kill": (StoreFault._kill, "SIGKILL; what it has acknowledged is on its disk."),
    "stop": (StoreFault._stop, "It takes requests and answers later, perhaps beyond every patience."),
}


def _of(store, kinds):
    """A fault of each of the kinds for a server."""
    return [type(f"{store.title()}{kind.title()}", (StoreFault,),
                 {"name": f"{store}-{kind}", "store": store, "run": run, "__doc__": text})
            for kind, (run, text) in kinds.items()]


class HttpErrors(StoreFault):
    """The API answers 503 to everything."""

    name = "http-errors"
    store = "http"

    def run(self, context):
        http = context.world.stores.http
        http.outage = context.chance.choice([500, 502, 503])
        context.hold(0.5, 6)
        http.outage = None


FAULTS = (HttpErrors, *(fault for store in ("http", "postgres", "cassandra") for fault in _of(store, _WAY)),
          *(fault for store in ("postgres", "cassandra") for fault in _of(store, _SERVER)))
