#!/usr/bin/python3
"""The chaos harness in a minute and a half: what must hold holds, and what must lose loses.

The last line is `N passed, N failed`.
"""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.processes import REPOSITORY  # noqa: E402

from chaos import disk_full  # noqa: E402
from chaos.faults import select  # noqa: E402
from chaos.models import model_of  # noqa: E402
from chaos.run import Options, Run  # noqa: E402
from chaos.world import World  # noqa: E402

MODEL = REPOSITORY / "config/pipeline-preprocessor.yaml"
KILLS = "kill,kill-at-claimed,kill-at-begun,kill-at-written,kill-at-outputs_committed"


class Checks:
    """Counts, and shows at once."""

    def __init__(self):
        self.passed = self.failed = 0
        self._since = time.monotonic()

    def check(self, name, good, details=()):
        self.passed += bool(good)
        self.failed += not good
        print(f"{'ok  ' if good else 'FAIL'}  {name} ({time.monotonic() - self._since:.0f} s)", flush=True)
        self._since = time.monotonic()
        if not good:
            for line in details:
                print(f"      {line}", flush=True)


def run(world, faults, seed, seconds, **options):
    """The outcome, and what was said meanwhile."""
    said = []
    outcome = Run(world, model_of(MODEL), select(faults), Options(seed, seconds, **options), said.append).execute()
    return outcome, [*said, *outcome.verdict.lines(), *outcome.wrong, outcome.last_line()]


def main():
    checks = Checks()
    try:
        verdict = disk_full.run(seed=1)
        checks.check("a full disk under the file sink, and a kill meanwhile: nothing lost, nothing doubled", verdict.good,
                     verdict.lines())
    except disk_full.CannotMount as reason:
        print(f"--    a full disk is not tested: {reason}", flush=True)
    with World() as world:
        outcome, said = run(world, "all", seed=1, seconds=30)
        checks.check(f"{sum(outcome.faults.values())} faults of all kinds: nothing lost, nothing doubled, nothing misrouted",
                     outcome.good and outcome.faults, said)
        outcome, said = run(world, KILLS, seed=2, seconds=8, delivery="at_least_once")
        checks.check("kills with at_least_once: nothing lost, doubled only what was in flight", outcome.good, said)
        outcome, said = run(world, KILLS, seed=3, seconds=10, empty_claims=True)
        checks.check("kills with claims that do not say whose they are: the harness finds the losses",
                     outcome.verdict.lost > 0, said)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 0 if checks.failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
