"""Which lots were taken, and in which lot each class was said last: what the reading of a lot leaves for later ones.

It is part of the cursor and so is written with each page: of a lot and of a class only fingerprints are kept.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from hub.connectors.sdk import CURSOR_LENGTH_MAX
from hub.connectors.transport import FileCursor
from hub.errors import Refused

__all__ = ["Standing", "Taken", "TakenLot", "read_cursor", "written_cursor"]

_LOT_BYTES, _PRINT_BYTES, _CLASS_BYTES = 4, 6, 6
Standing = Literal["new", "same", "repeated", "reused"]


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    files: str
    lots: str
    classes: str


@dataclass(frozen=True, slots=True)
class TakenLot:
    """A lot that is being taken: its number, the folder and control file that it came with, the classes it says."""

    lot: int
    folder: str
    control: bytes
    classes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """Immutable. By number of a lot the fingerprints of its folder and control file; by that of a class its lot."""

    lots: Mapping[int, bytes] = field(default_factory=dict)
    classes: Mapping[bytes, int] = field(default_factory=dict)

    def standing(self, lot: TakenLot) -> Standing:
        """Tell whether a lot is new, the one that was taken, that one in another folder, or another of its number."""
        known = self.lots.get(lot.lot)
        if known is None:
            return "new"
        if known == _prints(lot):
            return "same"
        return "repeated" if known[_PRINT_BYTES:] == _prints(lot)[_PRINT_BYTES:] else "reused"

    def later_than(self, lot: int) -> int | None:
        """Return the greatest number of a lot that was taken, when it is greater than this one."""
        greatest = max(self.lots, default=lot)
        return greatest if greatest > lot else None

    def lot_of(self, class_: tuple[str, ...]) -> int | None:
        """Return the lot that said a class (school, year, period, class) last."""
        return self.classes.get(_class_print(class_))

    def after(self, lot: TakenLot) -> "Taken":
        """Return it with a lot more."""
        classes = {_class_print(each): lot.lot for each in lot.classes}
        return Taken({**self.lots, lot.lot: _prints(lot)}, {**self.classes, **classes})


def read_cursor(cursor: str | None) -> tuple[str | None, Taken]:
    """Return the cursor of the files and what was taken. Raises Refused CURSOR_REFUSED."""
    if cursor is None:
        return None, Taken()
    try:
        found = msgspec.json.decode(cursor, type=_Written)
        lots = {_number(row): row[_LOT_BYTES:] for row in _rows(found.lots, _LOT_BYTES + 2 * _PRINT_BYTES)}
        classes = {row[_LOT_BYTES:]: _number(row) for row in _rows(found.classes, _LOT_BYTES + _CLASS_BYTES)}
    except (msgspec.MsgspecError, ValueError):
        raise Refused("CURSOR_REFUSED", {"reason": "not of this connector"}) from None
    FileCursor.read(found.files)
    return found.files, Taken(lots, classes)


def written_cursor(files: str, taken: Taken) -> str:
    """Return both as one text. Raises Refused FOLDER_TOO_FULL when it has become too long to be kept."""
    said: dict[str, Any] = {
        "files": files,
        "lots": _packed(number.to_bytes(_LOT_BYTES, "big") + prints for number, prints in taken.lots.items()),
        "classes": _packed(lot.to_bytes(_LOT_BYTES, "big") + each for each, lot in taken.classes.items()),
    }
    text = msgspec.json.encode(said).decode()
    if len(text) > CURSOR_LENGTH_MAX:
        raise Refused("FOLDER_TOO_FULL", {"count_max": str(len(taken.lots))})
    return text


def _prints(lot: TakenLot) -> bytes:
    return _print(lot.folder.encode()) + _print(lot.control)


def _print(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:_PRINT_BYTES]


def _class_print(class_: tuple[str, ...]) -> bytes:
    return hashlib.sha256("\n".join(class_).encode("utf-8", "surrogatepass")).digest()[:_CLASS_BYTES]


def _number(row: bytes) -> int:
    return int.from_bytes(row[:_LOT_BYTES], "big")


def _packed(rows: Iterable[bytes]) -> str:
    return base64.b64encode(b"".join(rows)).decode()


def _rows(text: str, length: int) -> list[bytes]:
    data = base64.b64decode(text, validate=True)
    if len(data) % length:
        raise ValueError("cut")
    return [data[start : start + length] for start in range(0, len(data), length)]
