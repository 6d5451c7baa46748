"""The judge finds every kind of fault, and the claim rewriter makes claims anonymous and changes nothing else."""

import itertools
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.claim_rewriter import ClaimRewriter  # noqa: E402
from support.preprocessor import DUPLICATE, FAILED, PRIMARY, UNIQUE  # noqa: E402
from support.shipped_config import ShippedConfig  # noqa: E402

from chaos.feed import NUMBER  # noqa: E402
from chaos.messages import Message  # noqa: E402
from chaos.models import PreprocessorModel  # noqa: E402
from chaos.verdict import Judge  # noqa: E402

PREFIX = "t."


class SoundRun:
    """What a faultless run of 600 records leaves behind, for a test to spoil."""

    def __init__(self):
        self.model = PreprocessorModel(ShippedConfig("pipeline-preprocessor"))
        self.fed = list(itertools.islice(self.model.feed(6, 1), 600))
        self.inputs = [Message(PREFIX + self.model.input, n, [(NUMBER, str(n).encode())]) for n in range(len(self.fed))]
        self.outputs = []
        firsts = {}
        for number, fed in enumerate(self.fed):
            first = firsts.setdefault(fed.fate.key, number)
            repeated = fed.fate.key is not None and first != number
            for topic, suffix in fed.fate.duplicate if repeated else fed.fate.records:
                self.outputs.append(self.record(topic, number, suffix, fed.value, first if repeated else None))

    def record(self, topic, number, suffix, value, first=None):
        headers = [("sluice-position", self.position(number, suffix).encode())]
        if first is not None:
            headers.append(("sluice-first-claimant", self.position(first).encode()))
        return Message(PREFIX + topic, 0, headers, value)

    def position(self, number, suffix=""):
        return f"{PREFIX}{self.model.input}/0/{number}{suffix}"

    def on(self, topic):
        return [record for record in self.outputs if record.topic() == PREFIX + topic]

    def of(self, position):
        return [record for record in self.outputs if dict(record.headers())["sluice-position"] == position]

    def judge(self, **options):
        return Judge(self.model, PREFIX, **options).judge(self.inputs, self.outputs, [fed.fate for fed in self.fed])


@pytest.fixture
def sound():
    return SoundRun()


def counts(verdict):
    return verdict.lost, verdict.doubled, verdict.misrouted


def test_a_sound_run_is_good(sound):
    verdict = sound.judge()
    assert verdict.good and counts(verdict) == (0, 0, 0), list(verdict.lines())
    assert verdict.diverted == verdict.true_duplicates > 0
    assert any(dict(r.headers())["sluice-position"].count(b"/") == 3 for r in sound.outputs), "no derived record"


@pytest.mark.parametrize("topic", [FAILED, UNIQUE, DUPLICATE])
def test_a_record_that_is_not_there_is_lost(sound, topic):
    sound.outputs.remove(sound.on(topic)[0])
    assert sound.judge().lost == 1


def test_a_false_duplicate_is_a_loss(sound):
    position = dict(sound.on(PRIMARY)[0].headers())["sluice-position"]
    number = int(position.decode().rsplit("/", 1)[1])
    for record in sound.of(position):
        sound.outputs.remove(record)
    sound.outputs.append(sound.record(DUPLICATE, number, "", sound.fed[number].value, number))
    assert sound.judge().lost == 1


def test_a_record_that_stands_twice_is_doubled(sound):
    sound.outputs.append(sound.on(UNIQUE)[0])
    assert counts(sound.judge()) == (0, 1, 0)


def test_a_record_in_flight_may_stand_twice_with_at_least_once(sound):
    sound.outputs.append(sound.on(UNIQUE)[0])
    verdict = sound.judge(window=lambda place, first, last: True)
    assert verdict.good and verdict.redelivered == 1
    assert sound.judge(window=lambda place, first, last: False).doubled == 1


def test_a_duplicate_that_passes_is_misrouted_unless_claims_were_lost(sound):
    record = sound.on(DUPLICATE)[0]
    number = int(dict(record.headers())["sluice-position"].decode().rsplit("/", 1)[1])
    sound.outputs.remove(record)
    for topic, suffix in sound.fed[number].fate.records:
        sound.outputs.append(sound.record(topic, number, suffix, sound.fed[number].value))
    assert counts(sound.judge()) == (0, 0, 1)
    forgiven = sound.judge(claims_lost=True)
    assert forgiven.good and forgiven.reclaimed == 1


def test_a_record_on_another_topic_is_misrouted(sound):
    record = sound.on(FAILED)[0]
    sound.outputs.append(Message(PREFIX + UNIQUE, 0, record.headers(), record.value()))
    assert counts(sound.judge()) == (0, 0, 1)


def test_a_duplicate_must_name_its_original(sound):
    record = sound.on(DUPLICATE)[0]
    record.headers()[1] = ("sluice-first-claimant", sound.position(599).encode())
    assert counts(sound.judge()) == (0, 0, 1)


def test_a_record_under_the_position_of_another_is_misrouted(sound):
    one, other = sound.on(PRIMARY)[:2]
    one.parts = (*one.parts[:3], other.value())
    assert counts(sound.judge()) == (0, 0, 1)


def test_an_output_without_an_input_is_misrouted(sound):
    sound.outputs.append(sound.record(UNIQUE, 600, "", b""))
    assert counts(sound.judge()) == (0, 0, 1)


def command(*parts):
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def test_claims_lose_their_owner_and_nothing_else_changes():
    claim = (b"SET", b"key\r\n*1", b"topic/0/1", b"NX", b"GET", b"EX", b"60")
    probe = (*claim[:6], b"0")
    others = [command(b"SELECT", b"7"), b"PING\r\n", command(b"SET", b"a", b"b"), command(*probe)]
    expected = others[0] + command(*claim[:2], b"", *claim[3:]) + b"".join(others[1:])
    sent = others[0] + command(*claim) + b"".join(others[1:])
    for size in (1, 7, len(sent)):
        rewrite = ClaimRewriter()
        assert b"".join(rewrite(sent[at:at + size]) for at in range(0, len(sent), size)) == expected
