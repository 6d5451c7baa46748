"""Kafka's protocol as a proxy sees it: which requests pass, and what the brokers say to those that matter to a test."""

import collections
import struct
import threading

PRODUCE, FETCH, END_TXN, TXN_OFFSET_COMMIT = 0, 1, 26, 28
_FLEXIBLE = {PRODUCE: 9, FETCH: 12, END_TXN: 3}  # those that are read: the first version with compact lengths
_HEAD = 8  # bytes of a request up to its correlation id
_KEPT = 65536  # bytes of a reply that are looked at; the rest of a fetch is records


class Frames:
    """Cuts a stream into frames, each with its length in front.

    take(data) gives (bytes that passed, the frame that they complete or None) in order; of long frames only the
    first `kept` bytes are in the frame.
    """

    def __init__(self, kept):
        self._kept = kept
        self._length = b""
        self._left = 0
        self._frame = b""

    def take(self, data):
        at = 0
        while at < len(data):
            if not self._left:
                needed = 4 - len(self._length)
                self._length += data[at:at + needed]
                at += needed
                if len(self._length) < 4:
                    return
                self._left = struct.unpack(">i", self._length)[0]
                self._length = self._frame = b""
                continue
            piece = data[at:at + self._left]
            if len(self._frame) < self._kept:
                self._frame += piece[:self._kept - len(self._frame)]
            at += len(piece)
            self._left -= len(piece)
            if not self._left:
                yield self._frame


class Requests:
    """Cuts the requests of a connection apart without keeping them back.

    wanted(api): whether the request that begins is to be held.
    """

    def __init__(self, conversation, wanted):
        self._conversation = conversation
        self._wanted = wanted
        self._pending = b""  # the beginning of a request whose head is not whole
        self._left = 0
        self._held = None

    def take(self, data):
        """Yields (bytes, False) of what is to pass on, and (a whole request, True) where one is to be held."""
        data, self._pending = self._pending + data, b""
        at = 0
        while at < len(data):
            if not self._left:
                if len(data) - at < 4 + _HEAD:
                    self._pending = data[at:]
                    return
                self._begin(data[at:at + 4 + _HEAD])
            piece = data[at:at + self._left]
            at += len(piece)
            self._left -= len(piece)
            if self._held is None:
                yield piece, False
                continue
            self._held += piece
            if not self._left:
                yield bytes(self._held), True

    def _begin(self, head):
        size, api = struct.unpack_from(">ih", head)
        self._left = size + 4
        self._held = bytearray() if self._wanted(api) else None
        self._conversation.asked(head[4:])


class _Reader:
    """Fields of a reply, one after the other; `flexible` as the protocol calls compact lengths and tagged fields."""

    def __init__(self, data, flexible):
        self._data, self._at, self._flexible = data, 4, flexible
        self.tags()

    def number(self, form):
        value, = struct.unpack_from(">" + form, self._data, self._at)
        self._at += struct.calcsize(form)
        return value

    def _varint(self):
        value = shift = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def length(self, form="i"):
        return self._varint() - 1 if self._flexible else self.number(form)

    def skip_text(self):
        size = max(0, self.length("h"))
        self._at += size

    def tags(self):
        if self._flexible:
            for _ in range(self._varint()):
                self._varint()
                size = self._varint()
                self._at += size


def _produced(reader, version):
    """(error codes, milliseconds of throttling) of the reply to a Produce."""
    errors = []
    for _ in range(reader.length()):
        reader.skip_text()
        for _ in range(reader.length()):
            reader.number("i")
            errors.append(reader.number("h"))
            _skip_offsets(reader, version)
        reader.tags()
    return errors, reader.number("i")


def _skip_offsets(reader, version):
    for _ in range(1 + (version >= 2) + (version >= 5)):  # offset, time, start of the log
        reader.number("q")
    if version >= 8:
        for _ in range(reader.length()):
            reader.number("i")
            reader.skip_text()
            reader.tags()
        reader.skip_text()
    reader.tags()


class Wire:
    """Counts over all connections of a cluster: errors[api, code] and throttled[api], for Produce, Fetch and EndTxn.

    Threading: connections call from threads of their own.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self.errors = collections.Counter()
        self.throttled = collections.Counter()
        self.late = collections.Counter()  # by API: answers to requests that were held back

    def note(self, api, errors, throttle_ms):
        with self._lock:
            self.errors.update((api, code) for code in errors)
            self.throttled[api] += throttle_ms > 0

    def note_late(self, api):
        with self._lock:
            self.late[api] += 1


class Conversation:
    """One connection: pairs replies with their requests."""

    def __init__(self, wire):
        self._wire = wire
        self._asked = {}  # correlation id -> (api, version)
        self._late = None  # (correlation id, API)
        self._replies = Frames(_KEPT)
        self.late_answered = threading.Event()

    def asked(self, head):
        """A request passes, of which these are the first bytes."""
        api, version, correlation = struct.unpack_from(">hhi", head)
        if api in _FLEXIBLE:
            self._asked[correlation] = api, version

    def held(self, frame):
        """That request, its length in front, is now sent on late."""
        api, _, correlation = struct.unpack_from(">hhi", frame, 4)
        self._late = correlation, api

    def replied(self, data):
        """What came from the broker; returned as it is."""
        for frame in self._replies.take(data):
            correlation, = struct.unpack_from(">i", frame)
            api, version = self._asked.pop(correlation, (None, None))
            if api is not None:
                self._wire.note(api, *self._read(frame, api, version))
            if self._late and correlation == self._late[0]:
                self._wire.note_late(self._late[1])
                self._late = None
                self.late_answered.set()
        return data

    @staticmethod
    def _read(frame, api, version):
        """(error codes, milliseconds of throttling)."""
        reader = _Reader(frame, version >= _FLEXIBLE[api])
        if api == PRODUCE:
            return _produced(reader, version)
        throttle_ms = reader.number("i")
        return ([reader.number("h")] if api == END_TXN or version >= 7 else []), throttle_ms
