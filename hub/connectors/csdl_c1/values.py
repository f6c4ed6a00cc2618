"""Read the values that only these sheets have: levels, scores, crosses, ratings, gender, grade."""

import re
from collections.abc import Mapping
from decimal import Decimal

from hub.connectors.cell_texts import decimal_of, raw_text, squeezed
from hub.connectors.csdl_c1.mapping import CITIZENSHIPS, GENDERS, RATINGS
from hub.connectors.notes import Notes
from hub.connectors.worksheets import Cell, Kind

__all__ = ["cross", "gender", "grade_of", "level", "nationality", "rating", "score"]

_NUMBER = re.compile(r"[0-9]{1,4}(?:([.,])[0-9]{1,4})?")
_TENTH = Decimal("0.1")
_GRADE = re.compile(r"(?:lớp|khối|l|k)?[ .:_-]*0?([1-9]|1[0-2])(?![0-9])")


def level(
    cell: Cell | None, notes: Notes, column: int, levels: tuple[str, ...], aliases: Mapping[str, str]
) -> str | None:
    """Return a level of the given list; another way of writing it is told, anything else refused."""
    text = raw_text(cell, notes, column)
    key = "" if text is None else squeezed(text)
    if text is None or key == "" or text in levels:
        return text if text in levels else None
    read = aliases.get(key.casefold())
    if read is None:
        notes.add("CELL_LEVEL_UNKNOWN", column, text, expected=", ".join(levels))
    else:
        notes.add("CELL_LEVEL_ALIAS", column, text, shown=key[:20], proposal=read)
    return read


def score(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return a score as the document writes it ("9.0"): 0 to 10, at most one decimal; a decimal comma is told."""
    if cell is None:
        return None
    if cell.kind is Kind.NUMBER:
        number, comma = decimal_of(cell.text), False
    else:
        text = raw_text(cell, notes, column)
        if text is None or squeezed(text) == "":
            return None
        match = _NUMBER.fullmatch(squeezed(text))
        comma = match is not None and match.group(1) == ","
        number = Decimal(squeezed(text).replace(",", ".")) if match else None
    if number is None or not 0 <= number <= 10 or number != number.quantize(_TENTH):
        notes.add("CELL_SCORE_INVALID", column, cell.text)
        return None
    read = str(number.quantize(_TENTH))
    if comma:
        notes.add("CELL_DECIMAL_COMMA", column, cell.text, proposal=read)
    return read


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
    if key and key not in RATINGS:
        notes.add("CELL_RATING_UNKNOWN", column, text)
    return RATINGS.get(key)


def gender(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return male or female; a blank cell is refused too, since the document must say."""
    text = raw_text(cell, notes, column)
    key = "" if text is None else squeezed(text).casefold()
    read = GENDERS.get(key)
    if read is None and (cell is None or text is not None):
        notes.add("CELL_GENDER_UNKNOWN", column, text)
    return read


def nationality(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return "VN" for a blank or Vietnamese cell; other nationalities need the JSON Lines form."""
    text = raw_text(cell, notes, column)
    if cell is None or (text is not None and squeezed(text).casefold() in {"", *CITIZENSHIPS}):
        return "VN"
    if text is not None:
        notes.add("CELL_NATIONALITY_UNKNOWN", column, text)
    return None


def grade_of(text: str) -> int | None:
    """Return the grade that a class or grade text begins with: "1A", "Lớp 3B", "Khối 2", "03"; None when unsure."""
    match = _GRADE.match(squeezed(text).casefold())
    return None if match is None else int(match.group(1))
