"""Requests of Redis clients on their way through a proxy, with every claim made one that does not say whose it is."""


class ClaimRewriter:
    """Gives `SET key owner NX ...` an empty value, as the Flink jobs write it; everything else passes as it is.

    One per connection: a command may come in pieces.
    """

    def __init__(self):
        self._pending = b""

    def __call__(self, data):
        self._pending += data
        passed = []
        while (command := self._next()) is not None:
            passed.append(command)
        return b"".join(passed)

    def _next(self):
        """The next whole command, rewritten; None where more bytes are needed."""
        text = self._pending
        if not text:
            return None
        if not text.startswith(b"*"):  # an inline command
            end = text.find(b"\r\n")
            if end < 0:
                return None
            self._pending = text[end + 2:]
            return text[:end + 2]
        parts, at = self._parse(text)
        if parts is None:
            return None
        whole, self._pending = text[:at], text[at:]
        if not self._is_claim(parts):
            return whole
        parts[2] = b""
        return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)

    @staticmethod
    def _parse(text):
        end = text.find(b"\r\n")
        if end < 0:
            return None, 0
        parts, at = [], end + 2
        for _ in range(int(text[1:end])):
            end = text.find(b"\r\n", at)
            if end < 0:
                return None, 0
            size = int(text[at + 1:end])
            begin = end + 2
            if len(text) < begin + size + 2:
                return None, 0
            parts.append(text[begin:begin + size])
            at = begin + size + 2
        return parts, at

    @staticmethod
    def _is_claim(parts):
        options = [part.upper() for part in parts[3:]]
        return parts[0].upper() == b"SET" and b"NX" in options and parts[-1] != b"0"
