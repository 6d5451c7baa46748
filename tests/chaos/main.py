#!/usr/bin/python3
"""Does harm to processes, Redis and Kafka under load, and counts what is lost or doubled.

  scripts/chaos --seed 1 --minutes 30 --faults all

Faults: `all`, `claims` (Redis forgets), or names; `--list` shows them. The last line is
`lost N, doubled N, misrouted N, faults N`; the exit status is 0 only where the first three are 0.
"""

import argparse
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.processes import REPOSITORY  # noqa: E402

from chaos import disk_full  # noqa: E402
from chaos.faults import FAULTS, select  # noqa: E402
from chaos.models import model_of  # noqa: E402
from chaos.run import Options, Run  # noqa: E402
from chaos.world import World  # noqa: E402


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1, help="how long harm is done (1)")
    parser.add_argument("--faults", default="all", help="a list of names, all, claims (all)")
    parser.add_argument("--config", type=pathlib.Path, default=REPOSITORY / "config/pipeline-preprocessor.yaml")
    parser.add_argument("--delivery", choices=("exactly_once", "at_least_once"), default="exactly_once")
    parser.add_argument("--variant", choices=("empty-claims", "commit-before-flush"),
                        help="what must lose: claims of the Flink jobs' kind; a build that commits offsets first")
    parser.add_argument("--rate", type=float, default=500, help="input records per second (500)")
    parser.add_argument("--members", type=int, default=3, help="processes of the group (3)")
    parser.add_argument("--partitions", type=int, default=6, help="of every topic (6)")
    parser.add_argument("--keep-logs", action="store_true", help="also of a run that was good")
    parser.add_argument("--list", action="store_true", help="names the faults")
    return parser.parse_args()


def build_variant():
    """The build that is wrong on purpose takes the place of the right one."""
    subprocess.run([REPOSITORY / "scripts/build", "commit-before-flush", "sluice"], check=True, stdout=sys.stderr)
    os.environ["SLUICE_BINARY"] = str(REPOSITORY / "build/commit-before-flush/sluice")


def fill_disk(seed, outcome):
    """The scenario of the file sink, added to the outcome."""
    try:
        verdict = disk_full.run(seed)
    except disk_full.CannotMount as reason:
        outcome.missed["disk-full"] = 1
        say(f"disk-full could not be done: {reason}")
        return
    say("disk-full: " + "\n".join(verdict.lines()))
    outcome.faults["disk-full"] = 1
    for kind in ("lost", "doubled", "misrouted"):
        setattr(outcome.verdict, kind, getattr(outcome.verdict, kind) + getattr(verdict, kind))


def say(text):
    print(text, flush=True)


def show(outcome):
    for line in outcome.verdict.lines():
        say(line)
    for line in outcome.evidence:
        say(line)
    for line in outcome.wrong:
        say(f"wrong: {line}")
    say("faults done: " + ", ".join(f"{name} {count}" for name, count in outcome.faults.items()))
    if outcome.missed:
        say("without effect: " + ", ".join(f"{name} {count}" for name, count in sorted(outcome.missed.items())))
    if outcome.never:
        say("never done: " + ", ".join(outcome.never))
    say(f"reclaimed {outcome.verdict.reclaimed}, redelivered {outcome.verdict.redelivered}, "
        f"other Redis servers noticed {outcome.server_changes:.0f}")
    say(outcome.last_line())


def main():
    args = parse()
    if args.list:
        for name, fault in FAULTS.items():
            say(f"{name:26} {'claims' if fault.loses_claims else 'all   '}  {fault.__doc__.splitlines()[0]}")
        say(f"{'disk-full':26} all     A disk that runs full under the file sink, a scenario of its own.")
        return 0
    if args.variant == "commit-before-flush":
        build_variant()
    delivery = "at_least_once" if args.variant == "commit-before-flush" else args.delivery
    options = Options(args.seed, args.minutes * 60, args.rate, args.members, args.partitions, delivery,
                      args.variant == "empty-claims", args.keep_logs)
    faults, model = select(args.faults), model_of(args.config)
    with World(model) as world:
        outcome = Run(world, model, faults, options, say).execute()
    if "all" in args.faults.split(","):
        fill_disk(args.seed, outcome)
    show(outcome)
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
