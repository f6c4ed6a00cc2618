"""Read what sheets of primary schools say of a pupil: levels, scores, crosses, ratings; every doubt is a finding."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hub.connectors.cell_texts import mark_of, raw_text, squeezed
from hub.connectors.notes import Notes
from hub.connectors.worksheets import Cell

__all__ = ["assessed_level", "cross", "rating", "score", "subject_level"]

_SUBJECT_LEVELS: Final = ("T", "H", "C")
_SUBJECT_LEVEL_ALIASES: Final = MappingProxyType({
    "htt": "T", "ht": "H", "cht": "C", "t": "T", "h": "H", "c": "C",
    "hoàn thành tốt": "T", "hoàn thành": "H", "chưa hoàn thành": "C",
})  # fmt: skip
_ASSESSED_LEVELS: Final = ("T", "Đ", "C")
_ASSESSED_LEVEL_ALIASES: Final = MappingProxyType({
    "t": "T", "đ": "Đ", "c": "C", "ð": "Đ", "tốt": "T", "đạt": "Đ", "cần cố gắng": "C", "ccg": "C",
})  # fmt: skip
_RATINGS: Final = MappingProxyType({
    "hoàn thành xuất sắc": "HTXS", "hoàn thành tốt": "HTT", "hoàn thành": "HT", "chưa hoàn thành": "CHT",
    "htxs": "HTXS", "htt": "HTT", "ht": "HT", "cht": "CHT",
})  # fmt: skip


def subject_level(
    cell: Cell | None, notes: Notes, column: int, codes: Mapping[str, str] | None = None
) -> str | None:  # fmt: skip
    """Return T, H or C of a subject; another way of writing it is told, anything else refused.

    `codes` are the sheet's own abbreviations of the levels, read as they are ("HTT" is "T" in some sheets).
    """
    return _level(cell, notes, column, _SUBJECT_LEVELS, _SUBJECT_LEVEL_ALIASES, codes or {})


def assessed_level(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return T, Đ or C of a quality or competence; another way of writing it is told, anything else refused."""
    return _level(cell, notes, column, _ASSESSED_LEVELS, _ASSESSED_LEVEL_ALIASES, {})


def _level(
    cell: Cell | None, notes: Notes, column: int, levels: tuple[str, ...], aliases: Mapping[str, str],
    codes: Mapping[str, str],
) -> str | None:  # fmt: skip
    text = raw_text(cell, notes, column)
    key = "" if text is None else squeezed(text)
    if text is None or key == "" or text in levels:
        return text if text in levels else None
    if text in codes:
        return codes[text]
    read = aliases.get(key.casefold())
    if read is None:
        notes.add("CELL_LEVEL_UNKNOWN", column, text, expected=", ".join(levels))
    else:
        notes.add("CELL_LEVEL_ALIAS", column, text, shown=key[:20], proposal=read)
    return read


def score(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return a score as the document writes it ("9.0"): 0 to 10, at most one decimal; a decimal comma is told."""
    number = mark_of(cell, notes, column, tenths=True)
    return None if number is None else str(number)


def cross(cell: Cell | None, notes: Notes, column: int) -> bool:
    """Return whether the cell has its cross ("x"); blank means no."""
    text = raw_text(cell, notes, column)
    key = "" if text is None else squeezed(text)
    if key not in {"", "x", "X"}:
        notes.add("CELL_CHECK_UNKNOWN", column, text)
    return key in {"x", "X"}


def rating(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return the rating code, or None for a blank cell."""
    text = raw_text(cell, notes, column)
    key = "" if text is None else squeezed(text).casefold()
    if key and key not in _RATINGS:
        notes.add("CELL_RATING_UNKNOWN", column, text)
    return _RATINGS.get(key)
