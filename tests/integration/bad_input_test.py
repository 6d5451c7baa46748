"""No input stops the pipeline; what can't be used is on the failed topic, with the bytes that came."""

import base64
import hashlib
import json

import pytest
from support.generate_telemetry import Telemetry
from support.preprocessor import DUPLICATE, FAILED, UNIQUE

GOOD = b'{"eid":"START","ets":1577278681178,"ver":"3.0","mid":"%s","actor":{"id":"u","type":"User"},' \
       b'"context":{"channel":"c","env":"learn","pdata":{"id":"p"},"did":"d"},"edata":{"type":"app"%s}}'


def good(mid, more=b""):
    return GOOD % (mid, more)


POISON = {
    "empty": b"",
    "cut off": b'{"eid":"START","ets":15',
    "an array": b'[{"eid":"START"}]',
    "a number": b"5",
    "the text null": b"null",
    "no JSON": b"\x00\x01\x02 telemetry",
    "not UTF-8": good(b"u1").replace(b'"u"', b'"\xff\xfe"'),
    "a lone continuation byte": b'{"eid":"\x80"}',
    "NaN": good(b"u2", b',"duration":NaN'),
    "a number beyond double": good(b"u3", b',"duration":1e999'),
    "too deep": b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "far too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("name", POISON)
def test_a_poison_record_goes_to_failed_and_the_next_event_goes_on(new_job, name):
    job = new_job()
    job.produce([POISON[name], good(b"after")])
    job.start()
    job.wait_done()
    outputs = job.read()
    failed = outputs[FAILED]
    assert [r.position for r in failed] == [f"{job.input}/0/0"]
    event = json.loads(failed[0].value)
    assert event["flags"]["pp_validation_processed"] is False
    assert event["metadata"]["validation_error"] == "Unable to obtain field name for failed validation"
    assert failed[0].headers["sluice-reason"]
    assert failed[0].key is None
    try:
        assert event["metadata"].get("raw_event", "").encode() == POISON[name].decode().encode()
    except UnicodeDecodeError:
        assert event["metadata"]["raw_event"] == POISON[name].decode("utf-8", "replace")
        assert "sluice-raw" in failed[0].headers
    assert [r.position for r in outputs[UNIQUE]] == [f"{job.input}/0/1"]


def test_a_null_record_goes_to_failed(new_job):
    job = new_job()
    job.produce([(b"key", None), good(b"after")])
    job.start()
    job.wait_done()
    outputs = job.read()
    assert [r.position for r in outputs[FAILED]] == [f"{job.input}/0/0"]
    assert len(outputs[UNIQUE]) == 1


def test_wrong_types_in_every_place_that_the_stages_read_stop_nothing(new_job):
    job = new_job()
    places = ["eid", "mid", "ets", "ver", "actor", "context", "edata", "object", "tags", "uid", "dimensions", "flags",
              "metadata", "syncts", "@timestamp", "type"]
    values = [5, "x", [], {}, None, True, [1], {"did": 4}, 1.5]
    lines = []
    for number, place in enumerate(places):
        for index, value in enumerate(values):
            event = json.loads(good(f"w-{number}-{index}".encode()))
            event[place] = value
            lines.append(json.dumps(event).encode())
    job.produce([*lines, good(b"after")])
    job.start()
    job.wait_done()
    outputs = job.read(values=False)
    seen = {r.position for records in outputs.values() for r in records}
    assert seen == {f"{job.input}/0/{offset}" for offset in range(len(lines) + 1)}


def test_a_record_that_no_output_topic_takes_is_replaced(new_job):
    job = new_job()
    large = good(b"large", b',"pageid":"' + b"x" * 2_000_000 + b'"')
    job.produce([large, good(b"after"), large])
    job.start()
    job.wait_done()
    outputs = job.read()
    assert [r.position for r in outputs[UNIQUE]] == [f"{job.input}/0/1"]
    assert not outputs[DUPLICATE], "an event that was refused has made no claim"
    assert [r.position for r in outputs[FAILED]] == [f"{job.input}/0/0", f"{job.input}/0/2"]
    for record in outputs[FAILED]:
        assert record.headers["sluice-reason"] == "oversize"
        metadata = json.loads(record.value)["metadata"]
        assert metadata["reason"] == "oversize"
        assert metadata["size"] == len(large)
        assert metadata["position"] == record.position
        assert metadata["sha256"] == hashlib.sha256(large).hexdigest()
        assert metadata["raw_event"].encode() == large[:65536]


def test_a_20_mb_record_is_replaced_and_the_next_event_goes_on(new_job):
    job = new_job()
    huge = good(b"huge", b',"pageid":"' + b"y" * 20_000_000 + b'"')
    job.produce([good(b"before"), huge, good(b"after")])
    job.start()
    job.wait_done()
    outputs = job.read()
    assert [r.position for r in outputs[UNIQUE]] == [f"{job.input}/0/0", f"{job.input}/0/2"]
    assert [json.loads(r.value)["metadata"]["size"] for r in outputs[FAILED]] == [len(huge)]


def test_a_topic_that_takes_less_than_was_known_at_start_is_found_out(new_job):
    job = new_job()
    job.start()
    job.kafka.change_topic(job.prefix + UNIQUE, max_message_bytes=2000)
    large = good(b"large", b',"pageid":"' + base64.b64encode(bytes(range(256)) * 20) + b'"')
    job.produce([good(b"b1"), large, good(b"b2")])
    job.wait_done()
    outputs = job.read()
    assert [r.position for r in outputs[UNIQUE]] == [f"{job.input}/0/0", f"{job.input}/0/2"]
    assert [r.position for r in outputs[FAILED]] == [f"{job.input}/0/1"]


def test_a_thousand_poison_records_among_good_ones(new_job):
    job = new_job()
    stream = Telemetry(seed=31, duplicates=0, invalid=0, share=False)
    poison = list(POISON.values())[:10]
    values = [poison[n % 10] if n % 3 == 0 else next(stream).value for n in range(3000)]
    job.produce(values)
    job.start()
    job.wait_done()
    outputs = job.read(values=False)
    assert [r.offset for r in outputs[FAILED]] and len(outputs[FAILED]) == 1000
    assert len({r.position for records in outputs.values() for r in records}) == 3000
