"""What is written to an input topic, and what must become of it."""

import dataclasses


@dataclasses.dataclass(slots=True, frozen=True)
class Fate:
    """What must become of a record, or of a part of it.

    A record of an output is named by its topic and the rest of its position behind `topic/partition/offset`,
    such as "" or "/3". Where `key` is not None, exactly one of all fates with that key is unique; each of the
    others leaves `duplicate` behind and nothing else.
    """

    records: frozenset  # of (topic, rest of the position)
    key: str | None = None
    duplicate: frozenset | None = None
    parts: tuple = ()


@dataclasses.dataclass(slots=True)
class Fed:
    """A record that is written to the input topic."""

    value: bytes
    fate: Fate | None = None  # None: an unharmed run tells
    partition: int | None = None  # None: any
