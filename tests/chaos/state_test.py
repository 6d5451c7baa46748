"""The comparison of what stores hold, and the generators that feed the pipelines that write to them."""

import itertools
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.generate_updates import Assessments, Contents, Devices, Ratings, Users  # noqa: E402

from chaos.state import compare, side_by_side  # noqa: E402
from chaos.verdict import Verdict  # noqa: E402

COUNTER = ("redis 12", "mdo_registered_officer_count")


def verdict_of(actual, expected):
    verdict = Verdict()
    compare(actual, expected, verdict)
    return verdict


def test_equal_states_are_good():
    state = {("table", "a"): {"n": 1}, COUNTER: {b"org": b"3"}}
    assert verdict_of(state, dict(state)).good


@pytest.mark.parametrize("actual, kind", [
    ({}, "lost"),
    ({("t", "a"): {"n": 1}, ("t", "b"): {}}, "doubled"),
    ({("t", "a"): {"n": 2}}, "misrouted"),
    ({("t", "a"): {}}, "misrouted"),
])
def test_each_difference_is_found(actual, kind):
    verdict = verdict_of(actual, {("t", "a"): {"n": 1}})
    assert getattr(verdict, kind) == 1 and not verdict.good


def test_a_counter_that_counted_twice_is_named_with_both_numbers():
    verdict = verdict_of({COUNTER: {b"org": b"4"}}, {COUNTER: {b"org": b"3"}})
    assert "b'4', not b'3'" in verdict.cases["misrouted"][0]
    assert "mdo_registered_officer_count: 4, unharmed 3" in side_by_side({COUNTER: {b"org": b"4"}}, {COUNTER: {b"org": b"3"}})


@pytest.mark.parametrize("generator", [Contents, Devices, Users, Ratings, Assessments])
def test_the_same_seed_gives_the_same_records(generator):
    first, again, other = ([*itertools.islice(generator(seed), 300)] for seed in (1, 1, 2))
    assert first == again != other
    assert len({key for key, _ in first}) > 20
