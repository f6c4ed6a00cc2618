"""What the nightly check tells: one stored row that is not what was written, by table and key; never personal data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hub.reconcile.rows import Row, StoredRow

__all__ = ["Tampered", "gaps", "row_faults"]


@dataclass(frozen=True, slots=True)
class Tampered:
    """One finding. `key` is the primary key of the row in words, such as "n=3 lock_id=0f…"; `what` names the parts."""

    code: str
    owner: str
    table: str
    key: str
    what: tuple[str, ...] = ()

    def shown(self) -> dict[str, Any]:
        """Return the finding as one JSON object."""
        return {
            "code": self.code, "owner": self.owner, "table": self.table, "row": self.key, "what": list(self.what),
        }  # fmt: skip


_CODES = {
    "document": "ROW_DOCUMENT_CHANGED",
    "document_sha256": "ROW_DOCUMENT_CHANGED",
    "signatures": "ROW_SIGNATURES_CHANGED",
    "envelope_sha256": "ROW_SIGNATURES_CHANGED",
    "leaf": "ROW_LEAF_CHANGED",
    "leaf_sha256": "ROW_LEAF_CHANGED",
    "no leaf": "ROW_MISSING",
    "no document": "ROW_MISSING",
}
_OF_LEAF = frozenset({"leaf", "leaf_sha256", "locator", "no leaf"})  # columns of Sở's table leaf; Bộ has one table


def row_faults(owner: str, lock_id: bytes, stored: StoredRow, row: Row) -> Iterator[Tampered]:
    """Yield what is wrong with one stored transcript, one finding for each code and table."""
    found: dict[tuple[str, str], list[str]] = {}
    for fault in row.faults:
        table = "leaf" if owner != "bo" and fault in _OF_LEAF else "document"
        found.setdefault((_CODES.get(fault, "ROW_COLUMN_CHANGED"), table), []).append(fault)
    for (code, table), what in found.items():
        yield Tampered(code, owner, table, _key(owner, table, lock_id, stored), tuple(what))


def _key(owner: str, table: str, lock_id: bytes, stored: StoredRow) -> str:
    if owner != "bo" and table == "document" and stored.message_sha256 is not None:
        return f"message_sha256={stored.message_sha256.hex()} n={stored.document_n}"
    return f"lock_id={lock_id.hex()} n={stored.n}"


def gaps(owner: str, table: str, lock_id: bytes, numbers: Sequence[int], count: int) -> Iterator[Tampered]:
    """Yield the rows of a lock that are gone or too many by their numbers, which go from 0 to count - 1."""
    have = set(numbers)
    for n in sorted(set(range(count)) - have):
        yield Tampered("ROW_MISSING", owner, table, f"lock_id={lock_id.hex()} n={n}")
    for n in sorted(have - set(range(count))):
        yield Tampered("ROW_EXTRA", owner, table, f"lock_id={lock_id.hex()} n={n}")
