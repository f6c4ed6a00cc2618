"""Read what only sheets of marks have: marks, averages, Đ / CĐ, remarks; every doubt is a finding at its cell."""

import unicodedata
from decimal import Decimal

from hub.connectors.cell_texts import mark_of, raw_text, squeezed
from hub.connectors.notes import Notes
from hub.connectors.vnedu_secondary.mapping import PASS_ALIASES, PASSES
from hub.connectors.worksheets import Cell
from hub.domain.characters import FORBIDDEN
from hub.domain.marks import mark_text, round_mark

__all__ = ["average", "mark", "passed", "remark"]

REMARK_LENGTH_MAX = 2_000  # of a comment in the document
_LIKE_FORMULA = ("=", "+", "@", "-", "−")


def mark(cell: Cell | None, notes: Notes, column: int) -> Decimal | None:
    """Return a component mark 0 to 10 as it stands; a decimal comma and more than one decimal are told."""
    number = mark_of(cell, notes, column, tenths=False)
    if number is not None and number != round_mark(number):
        notes.add("CELL_MARK_PRECISE", column, cell.text if cell else None, rounded=mark_text(number))
    return number


def average(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return an average as the document writes it ("8.1"); more than one decimal is refused, nothing is rounded."""
    number = mark_of(cell, notes, column, tenths=True)
    return None if number is None else mark_text(number)


def passed(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return Đ or CĐ of a subject without marks; another way of writing it is told, anything else refused."""
    text = raw_text(cell, notes, column)
    key = "" if text is None else squeezed(text)
    if text is None or key == "" or text in PASSES:
        return text if text in PASSES else None
    read = PASS_ALIASES.get(key.casefold())
    if read is None:
        notes.add("CELL_LEVEL_UNKNOWN", column, text, expected=", ".join(PASSES))
    else:
        notes.add("CELL_LEVEL_ALIAS", column, text, shown=key[:20], proposal=read)
    return read


def remark(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return a remark (nhận xét) in composed letters and single spaces, both told; up to 2,000 characters."""
    raw = raw_text(cell, notes, column)
    text = "" if raw is None else squeezed(raw)
    if raw is None or text == "":
        return None
    hidden = sorted({f"U+{ord(letter):04X}" for letter in FORBIDDEN.findall(text)})
    if hidden:
        notes.add("CELL_FORBIDDEN_CHARACTER", column, text, characters=", ".join(hidden[:5]))
    elif len(text) > REMARK_LENGTH_MAX:
        notes.add("CELL_TOO_LONG", column, text, length_max=str(REMARK_LENGTH_MAX))
    elif text.startswith(_LIKE_FORMULA) and not text.startswith("- "):  # a list's dash is common in remarks
        notes.add("CELL_LIKE_FORMULA", column, text)
    else:
        composed = unicodedata.normalize("NFC", raw)
        if composed != raw:
            notes.add("CELL_NFD", column, raw)
        if composed != text:
            notes.add("CELL_SPACES", column, composed)
        return text
    return None
