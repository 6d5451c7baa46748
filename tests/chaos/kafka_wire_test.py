"""The proxy before Kafka reads what the brokers answer, and holds a request back without losing its place."""

import contextlib
import pathlib
import socket
import struct
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.kafka_proxy import KafkaProxy  # noqa: E402
from support.kafka_wire import END_TXN, FETCH, PRODUCE, Conversation, Requests, Wire  # noqa: E402
from support.processes import wait_until  # noqa: E402


def framed(body):
    return struct.pack(">i", len(body)) + body


def request(api, version, correlation, rest=b"\0\1x" + bytes(20)):
    return framed(struct.pack(">hhi", api, version, correlation) + rest)


def produced(correlation, code, throttle_ms):
    """A reply to Produce, version 7: one topic, two partitions, the second one with the code."""
    partitions = b"".join(struct.pack(">ihqqq", number, error, 5, -1, 0) for number, error in ((0, 0), (1, code)))
    return framed(struct.pack(">ii", correlation, 1) + struct.pack(">h", 3) + b"abc" + struct.pack(">i", 2) + partitions +
                  struct.pack(">i", throttle_ms))


def produced_flexible(correlation, code, throttle_ms):
    """The same in version 9, with a message for the error."""
    partition = struct.pack(">ihqqq", 0, code, 5, -1, 0) + b"\x02" + struct.pack(">i", 3) + b"\x04why\0" + b"\x04bad" + b"\0"
    return framed(struct.pack(">i", correlation) + b"\0" + b"\x02" + b"\x04abc" + b"\x02" + partition + b"\0" +
                  struct.pack(">i", throttle_ms) + b"\0")


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_answers_are_counted_however_they_come(size):
    wire = Wire()
    conversation = Conversation(wire)
    requests = Requests(conversation, lambda api: False)
    sent = request(PRODUCE, 7, 1) + request(3, 1, 2) + request(PRODUCE, 9, 3) + request(FETCH, 11, 4) + request(END_TXN, 1, 5)
    pieces = [piece for at in range(0, len(sent), size) for piece, held in requests.take(sent[at:at + size]) if not held]
    assert b"".join(pieces) == sent
    answers = (produced(1, 10, 300) + framed(struct.pack(">i", 2) + bytes(50)) + produced_flexible(3, 32, 0) +
               framed(struct.pack(">iih", 4, 80, 0) + bytes(100_000)) + framed(struct.pack(">iih", 5, 0, 48)))
    for at in range(0, len(answers), size):
        assert conversation.replied(answers[at:at + size]) == answers[at:at + size]
    assert wire.errors == {(PRODUCE, 0): 1, (PRODUCE, 10): 1, (PRODUCE, 32): 1, (FETCH, 0): 1, (END_TXN, 48): 1}
    assert wire.throttled[PRODUCE] == 1 and wire.throttled[FETCH] == 1 and not wire.throttled[END_TXN]


class Broker:
    """Takes one connection, keeps what comes, and answers EndTxn."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.got = b""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        connection, _ = self.listener.accept()
        with contextlib.suppress(ConnectionResetError):
            while data := connection.recv(65536):
                self.got += data
                if data.endswith(request(END_TXN, 1, 2)):
                    connection.sendall(framed(struct.pack(">iih", 2, 0, 47)))


@pytest.mark.parametrize("cut", [False, True])
def test_a_request_that_is_held_back_comes_late_and_its_answer_is_counted(cut):
    wire, broker = Wire(), Broker()
    first, held = request(PRODUCE, 7, 1), request(END_TXN, 1, 2)
    with KafkaProxy(broker.port, wire) as proxy:
        proxy.hold_next(END_TXN, 0.5, cut)
        with socket.create_connection(("127.0.0.1", proxy.port)) as client:
            client.sendall(first + held)
            wait_until(lambda: broker.got == first, 5, "what stands before it passes")
            time.sleep(0.2)
            assert broker.got == first and not wire.late
            client.settimeout(5)
            if cut:
                with pytest.raises(ConnectionResetError):
                    client.recv(100)
            else:
                assert client.recv(100) == framed(struct.pack(">iih", 2, 0, 47))
            wait_until(lambda: broker.got == first + held, 5, "the request comes late")
            wait_until(lambda: wire.late == {END_TXN: 1} and wire.errors == {(END_TXN, 47): 1}, 5, "its answer is counted")
