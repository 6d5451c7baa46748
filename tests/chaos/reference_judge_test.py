"""The judge by an unharmed run compares every input, also those whose claims were lost."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from chaos.messages import Message  # noqa: E402
from chaos.reference import ReferenceJudge  # noqa: E402
from chaos.verdict import place_of  # noqa: E402

INPUT, UNIQUE, DRUID, BATCH_DUPLICATE, DUPLICATE = "in", "unique", "druid", "batch.duplicate", "duplicate"
RUN, UNHARMED = "run.", "unharmed."
SHIFT = 10  # of the offsets of the harmed run, as after aborted records


class Model:
    """Of a chain that takes batches apart and deduplicates twice."""

    input = INPUT
    outputs = [UNIQUE, DRUID, BATCH_DUPLICATE, DUPLICATE]
    duplicates = {BATCH_DUPLICATE, DUPLICATE}


# By offset: a batch of two events; the same batch again; a batch whose second event was seen in the first one.
SOUND = {
    0: {(UNIQUE, "/0"): None, (DRUID, "/0"): None, (UNIQUE, "/1"): None, (DRUID, "/1"): None},
    1: {(BATCH_DUPLICATE, ""): "0"},
    2: {(UNIQUE, "/0"): None, (DRUID, "/0"): None, (DUPLICATE, "/1"): "0/1"},
}


def messages(prefix, left, shift):
    def position(offset, suffix):
        return f"{prefix}{INPUT}/0/{offset + shift}{suffix}".encode()

    for offset, records in left.items():
        for (topic, suffix), original in records.items():
            headers = [("sluice-position", position(offset, suffix))]
            if original is not None:
                first, _, rest = original.partition("/")
                headers.append(("sluice-first-claimant", position(int(first), "/" + rest if rest else "")))
            yield Message(prefix + topic, 0, headers)


def judge(left, **options):
    copies = {place_of(0, offset + SHIFT): place_of(0, offset) for offset in SOUND}
    return ReferenceJudge(Model, RUN, UNHARMED, **options).judge(copies, messages(RUN, left, SHIFT),
                                                                 messages(UNHARMED, SOUND, 0))


def counts(verdict):
    return verdict.lost, verdict.doubled, verdict.misrouted, verdict.reclaimed


@pytest.mark.parametrize("claims_lost", [False, True])
def test_the_same_outputs_are_good(claims_lost):
    verdict = judge(SOUND, claims_lost=claims_lost)
    assert verdict.good and counts(verdict) == (0, 0, 0, 0), list(verdict.lines())


def test_a_record_that_is_missing_is_lost_and_one_too_many_is_misrouted():
    harmed = {**SOUND, 0: {**SOUND[0], (DUPLICATE, "/0"): "0"}}
    del harmed[0][UNIQUE, "/1"]
    assert counts(judge(harmed)) == (1, 0, 1, 0)


def test_a_duplicate_that_names_another_original_is_misrouted():
    assert counts(judge({**SOUND, 2: {**SOUND[2], (DUPLICATE, "/1"): "0/0"}})) == (0, 0, 1, 0)


def test_an_output_of_what_is_no_input_is_misrouted():
    assert judge({**SOUND, 7: SOUND[0]}).misrouted == 1


def test_a_duplicate_that_passes_leaves_what_its_original_left():
    harmed = {**SOUND, 1: SOUND[0]}
    assert counts(judge(harmed))[2:] == (4, 0)
    forgiven = judge(harmed, claims_lost=True)
    assert forgiven.good and counts(forgiven) == (0, 0, 0, 1)


def test_events_of_a_batch_that_passes_may_be_duplicates_still():
    harmed = {**SOUND, 1: {(UNIQUE, "/0"): None, (DRUID, "/0"): None, (DUPLICATE, "/1"): "0/1"}}
    assert counts(judge(harmed, claims_lost=True)) == (0, 0, 0, 1)


def test_a_batch_that_passes_is_looked_at_record_by_record():
    harmed = {**SOUND, 1: {**SOUND[0], (DRUID, "/7"): None}}
    del harmed[1][UNIQUE, "/0"]
    assert counts(judge(harmed, claims_lost=True)) == (1, 0, 1, 1)


def test_an_event_that_passes_leaves_what_its_original_left():
    passed = {**SOUND[2], (UNIQUE, "/1"): None, (DRUID, "/1"): None}
    del passed[DUPLICATE, "/1"]
    assert counts(judge({**SOUND, 2: passed}, claims_lost=True)) == (0, 0, 0, 1)
    del passed[UNIQUE, "/1"]
    assert counts(judge({**SOUND, 2: passed}, claims_lost=True)) == (1, 0, 0, 1)
