"""The tools of the other tests do what those rely on."""

import pytest
import redis as redis_client
from support.generate_telemetry import FAULTS, Telemetry
from support.kafka_cluster import Record
from support.preprocessor import DUPLICATE, FAILED, INPUT, UNIQUE, judge, route_of
from support.tcp_proxy import TcpProxy

PREFIX = "t."


def through(proxy):
    return redis_client.Redis(port=proxy.port, socket_timeout=0.5, retry=None)


def test_the_proxy_passes_cuts_freezes_and_refuses(redis):
    with TcpProxy(redis.port) as proxy:
        client = through(proxy)
        assert client.ping()
        proxy.refuse()
        with pytest.raises(redis_client.RedisError):
            through(proxy).ping()
        proxy.refuse(False)
        proxy.freeze()
        with pytest.raises(redis_client.TimeoutError):
            through(proxy).ping()
        proxy.thaw()
        assert through(proxy).ping()


def test_the_proxy_loses_replies_of_commands_that_were_done(redis):
    redis.client().delete("lost")
    with TcpProxy(redis.port) as proxy:
        client = through(proxy)
        assert client.ping()  # newer clients introduce themselves first, which would be what is lost
        proxy.lose_replies_after(0)
        with pytest.raises(redis_client.RedisError):
            client.incr("lost")
        assert redis.client().get("lost") == b"1"


def test_telemetry_is_the_same_for_the_same_seed_and_has_every_fault():
    first, second = (list(zip(range(3000), Telemetry(seed=5, invalid=0.2))) for _ in range(2))
    assert first == second
    kinds = {line.kind for _, line in first}
    assert kinds == {"valid", "duplicate", *(name for name, _ in FAULTS)}


def test_telemetry_has_no_invalid_lines_unless_asked_even_where_there_is_nothing_to_repeat_yet():
    for seed in range(50):
        assert {line.kind for _, line in zip(range(5), Telemetry(seed=seed, duplicates=0.5, invalid=0))} <= {"valid", "duplicate"}


def sound_run():
    """What a faultless run of 300 lines leaves behind."""
    inputs, outputs, seen = {}, {topic: [] for topic in (DUPLICATE, FAILED)}, set()
    for offset, line in zip(range(300), Telemetry(seed=6, duplicates=0.1, invalid=0.1)):
        inputs[0, offset] = line
        if line.kind not in ("valid", "duplicate"):
            topics = {FAILED}
        else:
            topics = {DUPLICATE} if line.mid in seen else route_of(line.eid)
            seen.add(line.mid)
        for topic in topics:
            outputs.setdefault(topic, []).append(
                Record(PREFIX + topic, 0, 0, None, None, {"sluice-position": f"{PREFIX}{INPUT}/0/{offset}"}))
    return inputs, outputs


def test_the_judge_accepts_a_sound_run():
    verdict = judge(*sound_run(), PREFIX)
    assert verdict.good and verdict.duplicates == verdict.true_duplicates > 0, str(verdict)


@pytest.mark.parametrize("fault", ["lost", "doubled", "misrouted"])
def test_the_judge_finds_one_fault_among_many_records(fault):
    inputs, outputs = sound_run()
    if fault == "lost":
        gone = outputs[FAILED].pop().position
        assert gone
    elif fault == "doubled":
        outputs[UNIQUE].append(outputs[UNIQUE][0])
    else:
        outputs[FAILED].append(outputs[DUPLICATE].pop())
    verdict = judge(inputs, outputs, PREFIX)
    assert len(getattr(verdict, fault)) >= 1 and not verdict.good, str(verdict)


def test_the_judge_takes_a_false_duplicate_for_a_loss():
    inputs, outputs = sound_run()
    record = outputs[UNIQUE][0]
    for records in outputs.values():
        records[:] = [r for r in records if r.position != record.position]
    outputs[DUPLICATE].append(record)
    assert judge(inputs, outputs, PREFIX).lost
