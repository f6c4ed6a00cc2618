"""Messages of `pgoutput`, PostgreSQL's own plugin of logical replication, protocol version 1 (no streaming).

Of rows only values that name a record are of use here; whatever else a message holds is checked and passed over.
Pure and strict: bytes that are no such message, or go on behind their end, are refused, and every count is bounded.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from hub.errors import Refused

__all__ = [
    "MESSAGE_BYTES_MAX", "Begin", "Change", "Column", "Commit", "Message", "Other", "Relation", "Truncate", "lsn_text",
    "lsn_value", "read_message",
]  # fmt: skip

MESSAGE_BYTES_MAX: Final = 1_048_576
_COLUMNS_MAX = 1_600  # of a table, by PostgreSQL's own limit
_RELATIONS_MAX = 10_000
_NAME_BYTES_MAX = 255
_KEY_BYTES_MAX = 1_024  # a longer value names no record; it is not kept
_HEX_DIGITS_MAX = 8

Values = tuple[bytes | None, ...]
"""The values of a row in the order of its columns; None for null, for one that is not sent and for a very long one."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A transaction, sent when it is committed; `final_lsn` is of its commit, `xid` the lower half of its number."""

    final_lsn: int
    xid: int


@dataclass(frozen=True, slots=True)
class Commit:
    """Its end; a reader goes on at `end_lsn`."""

    end_lsn: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a published table; `type_id` is the type's oid, `modifier` its atttypmod (-1: none)."""

    name: str
    type_id: int
    modifier: int
    is_key: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """What a table looks like in the changes that follow; `identity` is its replica identity (d, n, f, i)."""

    relation_id: int
    schema: str
    name: str
    identity: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A row that was inserted, updated or deleted; `old` is there where the key changed, or the row is gone."""

    relation_id: int
    old: Values | None
    new: Values | None


@dataclass(frozen=True, slots=True)
class Truncate:
    """Tables that were emptied at once."""

    relation_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """An origin, a type or a message of somebody: nothing of a record."""


Message = Begin | Commit | Relation | Change | Truncate | Other


def read_message(data: bytes) -> Message:
    """Return what one message says. Raises Refused SYSTEM_ANSWER_WRONG."""
    if not 0 < len(data) <= MESSAGE_BYTES_MAX:
        raise _wrong("length")
    reader = _Reader(data)
    kind = reader.take(1)
    read = _READERS.get(kind)
    if read is None:
        raise _wrong(f"message {kind.hex()}")
    message = read(reader)
    if not reader.is_at_end:
        raise _wrong(f"more behind message {kind.decode('ascii')}")
    return message


def lsn_text(lsn: int) -> str:
    """Return a place in the log as PostgreSQL writes it: "16/B374D848"."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"


def lsn_value(text: str) -> int:
    """Return the place that such a text names. ValueError for another text."""
    high, slash, low = text.partition("/")
    if not slash or not 0 < len(high) <= _HEX_DIGITS_MAX or not 0 < len(low) <= _HEX_DIGITS_MAX:
        raise ValueError(text[:20])
    return (int(high, 16) << 32) | int(low, 16)


class _Reader:
    """The bytes of one message, taken from the front."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._data)

    def take(self, count: int) -> bytes:
        found = self._data[self._at : self._at + count]
        if len(found) != count:
            raise _wrong("cut short")
        self._at += count
        return found

    def number(self, form: str) -> int:
        """Return a whole number: `b`, `h`, `i`, `q` of struct, in network order; capitals without a sign."""
        found: int
        (found,) = struct.unpack(f">{form}", self.take(struct.calcsize(form)))
        return found

    def text(self) -> str:
        end = self._data.find(b"\0", self._at)
        if end < 0 or end - self._at > _NAME_BYTES_MAX:
            raise _wrong("a name without end")
        name = self.take(end - self._at)
        self.take(1)
        try:
            return name.decode("utf-8")
        except UnicodeDecodeError:
            raise _wrong("a name that is no UTF-8") from None

    def letter(self, known: bytes) -> bytes:
        found = self.take(1)
        if found not in [known[i : i + 1] for i in range(len(known))]:
            raise _wrong(f"letter {found.hex()}")
        return found

    def row(self) -> Values:
        count = self.number("H")
        if count > _COLUMNS_MAX:
            raise _wrong("columns")
        return tuple(self._value() for _ in range(count))

    def _value(self) -> bytes | None:
        if self.letter(b"nut") != b"t":  # null, unchanged and not sent, a text
            return None
        length = self.number("i")
        if length < 0:
            raise _wrong("length of a value")
        value = self.take(length)
        return value if length <= _KEY_BYTES_MAX else None


def _begin(reader: _Reader) -> Begin:
    final_lsn = reader.number("Q")
    reader.take(8)  # when it was committed
    return Begin(final_lsn, reader.number("I"))


def _commit(reader: _Reader) -> Commit:
    reader.letter(b"\0")
    reader.take(8)
    end_lsn = reader.number("Q")
    reader.take(8)
    return Commit(end_lsn)


def _relation(reader: _Reader) -> Relation:
    relation_id, schema, name = reader.number("I"), reader.text(), reader.text()
    identity, count = reader.letter(b"dnfi").decode("ascii"), reader.number("H")
    if count > _COLUMNS_MAX:
        raise _wrong("columns")
    return Relation(relation_id, schema, name, identity, tuple(_column(reader) for _ in range(count)))


def _column(reader: _Reader) -> Column:
    flags, name = reader.number("B"), reader.text()
    if flags > 1:
        raise _wrong("flags of a column")
    return Column(name, reader.number("I"), reader.number("i"), bool(flags))


def _insert(reader: _Reader) -> Change:
    relation_id = reader.number("I")
    reader.letter(b"N")
    return Change(relation_id, None, reader.row())


def _update(reader: _Reader) -> Change:
    relation_id, old = reader.number("I"), None
    if reader.letter(b"KON") != b"N":
        old = reader.row()
        reader.letter(b"N")
    return Change(relation_id, old, reader.row())


def _delete(reader: _Reader) -> Change:
    relation_id = reader.number("I")
    reader.letter(b"KO")
    return Change(relation_id, reader.row(), None)


def _truncate(reader: _Reader) -> Truncate:
    count, options = reader.number("I"), reader.number("B")
    if count > _RELATIONS_MAX or options > 3:
        raise _wrong("truncate")
    return Truncate(tuple(reader.number("I") for _ in range(count)))


def _origin(reader: _Reader) -> Other:
    reader.take(8)
    reader.text()
    return Other()


def _type(reader: _Reader) -> Other:
    reader.take(4)
    reader.text()
    reader.text()
    return Other()


def _logical(reader: _Reader) -> Other:
    if reader.number("B") > 1:
        raise _wrong("flags of a message")
    reader.take(8)
    reader.text()
    length = reader.number("i")
    if length < 0:
        raise _wrong("length of a message")
    reader.take(length)
    return Other()


_READERS: Final[Mapping[bytes, Callable[["_Reader"], Message]]] = {
    b"B": _begin, b"C": _commit, b"R": _relation, b"I": _insert, b"U": _update, b"D": _delete, b"T": _truncate,
    b"O": _origin, b"Y": _type, b"M": _logical,
}  # fmt: skip


def _wrong(reason: str) -> Refused:
    return Refused("SYSTEM_ANSWER_WRONG", {"reason": f"pgoutput: {reason}"})
