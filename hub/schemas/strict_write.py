"""Strict Avro writing: every field named, none unknown, each of its own type; anything else is a mistake of ours.

The library's writer fills in defaults, drops unknown keys and converts between text and bytes; in a message that
will be read for decades each of these hides a mistake. Invariant: what is written here, the strict reader accepts,
and gives back the same value.
"""

from collections.abc import Callable, Mapping
from typing import Any

from hub.errors import Corrupt
from hub.schemas.shape import Array, Enum, Fixed, Optional, Record, Shape

__all__ = ["Writer", "write_strictly", "writer_of"]

Writer = Callable[[Any, list[bytes]], None]  # appends the pieces of the value

_SMALL = tuple(bytes((n,)) for n in range(0x80))  # one-byte integers, ready made


class _UnfitError(Exception):
    """A value that has no place in its field; `path` grows outward while it leaves the records."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.path: list[str] = []
        super().__init__(reason)


def write_strictly(writer: Writer, value: Any, prefix: bytes = b"") -> bytes:
    """Return `prefix` and the written value. Raises Corrupt MESSAGE_UNENCODABLE with the path of the field."""
    pieces = [prefix]
    try:
        writer(value, pieces)
    except _UnfitError as error:
        facts = {"path": ".".join(reversed(error.path)) or "$", "reason": error.reason}
        raise Corrupt("MESSAGE_UNENCODABLE", facts) from None
    return b"".join(pieces)


def writer_of(shape: Shape) -> Writer:
    """Compile `shape` into a writer."""
    if isinstance(shape, Record):
        return _record(tuple((name, writer_of(field)) for name, field in shape.fields))
    if isinstance(shape, Array):
        return _array(writer_of(shape.item), shape.item_count_max)
    if isinstance(shape, Optional):
        return _optional(writer_of(shape.inner))
    if isinstance(shape, Enum):
        return _enum(shape.symbols)
    if isinstance(shape, Fixed):
        return _fixed(shape.size)
    return _PRIMITIVES[shape.name]


def _long(value: int) -> bytes:
    raw = value << 1 if value >= 0 else ~(value << 1)
    if raw < 0x80:
        return _SMALL[raw]
    if raw < 0x4000:
        return bytes((raw & 0x7F | 0x80, raw >> 7))
    groups = bytearray()
    while raw >= 0x80:
        groups.append(raw & 0x7F | 0x80)
        raw >>= 7
    groups.append(raw)
    return bytes(groups)


def _integer(bits: int) -> Writer:
    limit = 1 << (bits - 1)

    def write(value: Any, out: list[bytes]) -> None:
        if type(value) is not int or not -limit <= value < limit:
            raise _UnfitError(f"not an integer of {bits} bits")
        out.append(_long(value))

    return write


def _write_null(value: Any, _out: list[bytes]) -> None:
    if value is not None:
        raise _UnfitError("not null")


def _write_boolean(value: Any, out: list[bytes]) -> None:
    if not isinstance(value, bool):
        raise _UnfitError("not a boolean")
    out.append(_SMALL[value])


def _write_bytes(value: Any, out: list[bytes]) -> None:
    if not isinstance(value, bytes):
        raise _UnfitError("not bytes")
    out.append(_long(len(value)))
    out.append(value)


def _write_string(value: Any, out: list[bytes]) -> None:
    if not isinstance(value, str):
        raise _UnfitError("not a text")
    try:
        text = value.encode()
    except UnicodeEncodeError:
        raise _UnfitError("text with half a surrogate pair") from None
    out.append(_long(len(text)))
    out.append(text)


_PRIMITIVES: Mapping[str, Writer] = {
    "null": _write_null,
    "boolean": _write_boolean,
    "int": _integer(32),
    "long": _integer(64),
    "bytes": _write_bytes,
    "string": _write_string,
}


def _optional(inner: Writer) -> Writer:
    def write(value: Any, out: list[bytes]) -> None:
        if value is None:
            out.append(b"\x00")
        else:
            out.append(b"\x02")
            inner(value, out)

    return write


def _enum(symbols: tuple[str, ...]) -> Writer:
    index_of = {symbol: _long(index) for index, symbol in enumerate(symbols)}

    def write(value: Any, out: list[bytes]) -> None:
        if not isinstance(value, str) or value not in index_of:
            raise _UnfitError("not one of the symbols")
        out.append(index_of[value])

    return write


def _fixed(size: int) -> Writer:
    def write(value: Any, out: list[bytes]) -> None:
        if not isinstance(value, bytes) or len(value) != size:
            raise _UnfitError(f"not {size} bytes")
        out.append(value)

    return write


def _record(fields: tuple[tuple[str, Writer], ...]) -> Writer:
    names = frozenset(name for name, _ in fields)

    def write(value: Any, out: list[bytes]) -> None:
        if not isinstance(value, dict) or value.keys() != names:
            raise _UnfitError(_difference(value, names))
        for name, writer in fields:
            try:
                writer(value[name], out)
            except _UnfitError as error:
                error.path.append(name)
                raise

    return write


def _difference(value: Any, names: frozenset[str]) -> str:
    if not isinstance(value, dict):
        return "not a record"
    missing = ", ".join(sorted(names - value.keys()))
    unknown = ", ".join(sorted(str(key) for key in value.keys() - names))
    return f"missing: {missing or 'none'}; unknown: {unknown or 'none'}"


def _array(item: Writer, count_max: int) -> Writer:
    def write(value: Any, out: list[bytes]) -> None:
        if not isinstance(value, (list, tuple)):
            raise _UnfitError("not a list")
        if len(value) > count_max:
            raise _UnfitError(f"more than {count_max} items")
        if value:
            out.append(_long(len(value)))
            for one in value:
                item(one, out)
        out.append(b"\x00")

    return write
