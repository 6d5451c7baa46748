"""What every fault is."""

import dataclasses
import random
import time


@dataclasses.dataclass
class Context:
    """What a fault works with."""

    world: object  # chaos.world.World
    chance: random.Random
    short: bool  # a run of a few minutes: no minute-long outages
    exactly_once: bool

    def hold(self, low, high):
        """Sleeps that many seconds."""
        time.sleep(self.chance.uniform(low, high))


class Fault:
    """Does harm once and mends it before it returns. Stateless; a subclass per kind, an object per use."""

    name = ""
    needs = ()  # what no other fault may touch meanwhile: "kafka", "redis", "members", "clock"
    loses_claims = False
    deliveries = ("exactly_once", "at_least_once")  # with which it has something to hit

    def run(self, context):
        """False where the harm missed, so that it does not count."""
        raise NotImplementedError
