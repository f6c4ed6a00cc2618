"""Messages of pgoutput as a server writes them, byte by byte."""

import struct
from collections.abc import Sequence

__all__ = ["begin", "change", "commit", "relation", "row", "truncate"]


def begin(xid: int = 700, final_lsn: int = 0x1000) -> bytes:
    return b"B" + struct.pack(">QqI", final_lsn, 0, xid)


def commit(end_lsn: int = 0x1010) -> bytes:
    return b"C\0" + struct.pack(">QQq", end_lsn - 0x10, end_lsn, 0)


def relation(
    number: int, name: str, columns: Sequence[tuple[str, int, bool]], schema: str = "hoc_ba", identity: bytes = b"d"
) -> bytes:
    head = b"R" + struct.pack(">I", number) + f"{schema}\0{name}\0".encode() + identity
    named = (
        struct.pack(">B", key) + f"{column}\0".encode() + struct.pack(">Ii", kind, -1) for column, kind, key in columns
    )
    return head + struct.pack(">H", len(columns)) + b"".join(named)


def row(*values: str | None) -> bytes:
    data = (b"n" if v is None else b"t" + struct.pack(">i", len(v.encode())) + v.encode() for v in values)
    return struct.pack(">H", len(values)) + b"".join(data)


def change(number: int, *, old: bytes | None = None, new: bytes | None = None, key: bytes = b"K") -> bytes:
    """Return an insert, update or delete."""
    kind = b"I" if old is None and new is not None else b"D" if new is None else b"U"
    before = b"" if old is None else key + old
    return kind + struct.pack(">I", number) + before + (b"" if new is None else b"N" + new)


def truncate(*numbers: int) -> bytes:
    return b"T" + struct.pack(">IB", len(numbers), 0) + b"".join(struct.pack(">I", number) for number in numbers)
