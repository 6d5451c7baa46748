"""Harm to the processes under test."""

import time

from support.kafka_wire import PRODUCE
from support.processes import wait_until

from chaos.faults.fault import Fault
from chaos.world import SESSION_S, TRANSACTION_S

POINTS = ("collected", "claimed", "begun", "written", "offsets_sent", "outputs_committed", "committed")
INVALID_TIMESTAMP = 32  # as Kafka's protocol calls it
_ONLY_WITH = {"offsets_sent": "exactly_once", "outputs_committed": "at_least_once"}


class Kill(Fault):
    """SIGKILL at any moment."""

    name = "kill"

    def run(self, context):
        crew = context.world.crew
        with crew.hold(context.chance, spare_first=True) as member:
            context.hold(0, 0.5)
            status = member.process.kill()
            crew.note_exit(member.process, status, member.name)
            context.hold(0, 2)
            member.start()


class KillAtPoint(Fault):
    """A process that kills itself at a named point of a transaction."""

    point = ""

    def run(self, context):
        crew = context.world.crew
        with crew.hold(context.chance, spare_first=True) as member:
            crew.terminate(member.process, member.name)
            passes = context.chance.randint(1, 12)
            member.start(environment={"SLUICE_FAULT_POINT": f"{self.point}:{passes}"})
            # Where it gets no partition, it never comes by.
            deadline = time.monotonic() + 15
            while member.process.running() and time.monotonic() < deadline:
                time.sleep(0.02)
            reached = not member.process.running()
            member.process.close()
            crew.note_exit(member.process, member.process.exit_status(), f"{member.name} at {self.point}")
            member.start()
            return reached


class Hiccup(Fault):
    """A short stall, as of a machine that swaps."""

    name = "hiccup"

    def run(self, context):
        with context.world.crew.hold(context.chance) as member:
            member.process.pause()
            context.hold(0.1, SESSION_S * 0.7)
            member.process.resume()


class Zombie(Fault):
    """A stall beyond session and transaction time-outs: the others take over, then it comes back."""

    name = "zombie"

    def run(self, context):
        with context.world.crew.hold(context.chance) as member:
            member.process.pause()
            context.hold(SESSION_S + 1, TRANSACTION_S + 6)
            member.process.resume()
            context.hold(0.5, 2)


class Terminate(Fault):
    """SIGTERM and a new start."""

    name = "term"

    def run(self, context):
        crew = context.world.crew
        with crew.hold(context.chance, spare_first=True) as member:
            crew.terminate(member.process, member.name)
            context.hold(0, 2)
            member.start()


def come_and_go(context, rounds):
    """Guests join and leave every few seconds."""
    crew = context.world.crew
    for _ in range(rounds):
        guest = crew.guest()
        try:
            context.hold(0.3, 4)
        finally:
            if guest.running() and context.chance.random() < 0.6:
                crew.terminate(guest, "a guest")
            else:
                guest.close()
                crew.note_exit(guest, guest.exit_status(), "a guest")


class Rebalance(Fault):
    """Members come and go every few seconds."""

    name = "rebalance"
    needs = ("members",)

    def run(self, context):
        come_and_go(context, context.chance.randint(1, 3))


class RebalanceWithoutRedis(Fault):
    """Members come and go while nobody can claim anything."""

    name = "rebalance-without-redis"
    needs = ("members", "redis")

    def run(self, context):
        proxy = context.world.redis_proxy
        proxy.refuse()
        proxy.cut()
        try:
            context.hold(0.5, 2)
            come_and_go(context, context.chance.randint(1, 2))
        finally:
            proxy.refuse(False)


class ClockStep(Fault):
    """The wall clock of all processes jumps, ahead or back, by up to a day."""

    name = "clock-step"
    needs = ("clock",)

    def run(self, context):
        clock = context.world.clock
        for _ in range(2):
            clock.step(context.chance.choice((-1, 1)) * context.chance.randint(1, 86_400))
            context.hold(0.5, 3)
        clock.step(0)
        return clock.works


class ClockAhead(Fault):
    """The clock of all processes is two hours ahead; the brokers take what is up to one hour ahead of theirs."""

    name = "clock-ahead"
    needs = ("clock", "kafka")

    def run(self, context):
        world = context.world
        before = world.kafka.wire.errors[PRODUCE, INVALID_TIMESTAMP]
        world.clock.step(7200)
        context.hold(3, 8)
        world.clock.step(0)
        return world.kafka.wire.errors[PRODUCE, INVALID_TIMESTAMP] > before


class StaticMember(Fault):
    """A member with a group.instance.id is killed and back before it is missed, and meets its own double."""

    name = "static-member"
    needs = ("members",)

    def run(self, context):
        crew, group = context.world.crew, context.world.job.group
        with crew.hold(context.chance, spare_first=True) as member:
            instance = f"static-{member.name}"
            settings = {"source.kafka.options.group.instance.id": instance, "workers": "1"}
            crew.terminate(member.process, member.name)
            member.start(settings=settings)
            joined = self._joined(context, group, instance)
            status = member.process.kill()
            crew.note_exit(member.process, status, member.name)
            context.hold(0, SESSION_S * 0.5)
            member.start(settings=settings)
            context.hold(1, 4)
            self._meet_double(context, member, settings)
            crew.terminate(member.process, member.name)
            member.start()
        return joined

    @staticmethod
    def _meet_double(context, member, settings):
        """The broker knows one process by that name: the older one is fenced."""
        crew = context.world.crew
        member.process.pause()
        older = member.process
        member.start(settings=settings)
        context.hold(1, SESSION_S)
        older.resume()
        deadline = time.monotonic() + 8
        while older.running() and time.monotonic() < deadline:
            time.sleep(0.1)
        if older.running():
            crew.terminate(older, f"{member.name}, the older one")
        else:
            crew.note_exit(older, older.exit_status(), f"{member.name}, the older one")

    @staticmethod
    def _joined(context, group, instance):
        """Whether the broker sees it in the group by its name."""
        try:
            return wait_until(lambda: instance in context.world.kafka.members(group), 15, f"{instance} is in the group", interval=0.3)
        except TimeoutError:
            return False


def _at(point):
    return type(f"KillAt{point.title()}", (KillAtPoint,),
                {"__doc__": f"SIGKILL by itself when it is {point}.", "name": f"kill-at-{point}", "point": point,
                 "deliveries": (_ONLY_WITH[point],) if point in _ONLY_WITH else Fault.deliveries})


FAULTS = [Kill, *map(_at, POINTS), Hiccup, Zombie, Terminate, Rebalance, RebalanceWithoutRedis, StaticMember, ClockStep,
          ClockAhead]
