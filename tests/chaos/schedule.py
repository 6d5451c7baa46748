"""When which fault comes: seeded, several at a time, each as often as the others."""

import collections
import random
import time

from chaos.faults.fault import Context
from chaos.world import AT_ONCE

_GAP_S, _SHORT_GAP_S = (0.3, 4), (0.1, 1.2)


class Schedule:
    """Runs faults from a shuffled deck until it is told to stop.

    Threading: one thread calls; the faults run on threads of the world, since a process ends with the thread that
    started it.
    """

    def __init__(self, world, faults, seed, seconds, exactly_once, log):
        self._world = world
        self._faults = faults
        self._chance = random.Random(seed)
        self._seed = seed
        self._short = seconds < 600
        self._gap_s = _SHORT_GAP_S if seconds < 60 else _GAP_S
        self._exactly_once = exactly_once
        self._log = log
        self._deck = []
        self._next = 0.0
        self._running = {}  # future -> (fault, locks)
        self._started = 0
        self.done = collections.Counter()
        self.missed = collections.Counter()
        self.failures = []

    def step(self):
        """Starts the next fault if it is time for it."""
        self._collect()
        if not self._faults or len(self._running) >= AT_ONCE or time.monotonic() < self._next:
            return
        if not self._deck:
            self._deck = [fault for fault in self._faults]
            self._chance.shuffle(self._deck)
        for fault in self._deck:
            locks = self._acquire(fault)
            if locks is not None:
                self._deck.remove(fault)
                self._launch(fault, locks)
                break

    def finish(self, tend):
        """Waits for what is under way; tend() is called meanwhile."""
        while self._running:
            tend()
            self._collect()
            time.sleep(0.05)

    def _acquire(self, fault):
        taken = []
        for name in fault.needs:
            if not self._world.locks[name].acquire(blocking=False):  # pylint: disable=consider-using-with
                for lock in taken:
                    lock.release()
                return None
            taken.append(self._world.locks[name])
        return taken

    def _launch(self, fault, locks):
        self._started += 1
        chance = random.Random(f"{self._seed}/{self._started}/{fault.name}")
        context = Context(self._world, chance, self._short, self._exactly_once)
        self._log(f"fault {self._started}: {fault.name}")
        self._running[self._world.pool.submit(fault().run, context)] = fault, locks
        self._next = time.monotonic() + self._chance.uniform(*self._gap_s)

    def _collect(self):
        for future in [future for future in self._running if future.done()]:
            fault, locks = self._running.pop(future)
            for lock in locks:
                lock.release()
            if future.exception() is None:
                (self.missed if future.result() is False else self.done)[fault.name] += 1
            else:
                self.failures.append(f"the fault {fault.name} could not be done: {future.exception()!r}"[:600])
                self._log(self.failures[-1])
