"""Read one cell as text, as a code, or as a mark; whatever is not plainly so is a finding, never a silent repair."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from hub.connectors.notes import Notes
from hub.connectors.worksheets import Cell, Kind
from hub.domain.characters import FORBIDDEN

__all__ = ["code_of", "decimal_of", "mark_of", "raw_text", "squeezed", "text_of", "whole_of"]

TEXT_LENGTH_MAX = 200
CODE_LENGTH_MAX = 35
_SPACES = re.compile("[ \t\r\n\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_CODE = re.compile(r"[0-9A-Za-zĐ_.\-]+")
_LIKE_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "﹣", "﹦", "−")
_NUMBER = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,4})?")
_TENTH = Decimal("0.1")


def squeezed(text: str) -> str:
    """Return text with composed letters and single spaces, for comparing and for looking up; not for documents."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip(" ")


def text_of(cell: Cell | None, notes: Notes, column: int, label: str, *, required: bool = False) -> str | None:
    """Return the cell's text, composed and without spare spaces (both told), or None with or without a finding."""
    raw = raw_text(cell, notes, column)
    if raw is None:
        if required and cell is None:
            notes.add("CELL_REQUIRED", column, label=label)
        return None
    text = _composed(raw, notes, column)
    if text == "":
        if required:
            notes.add("CELL_REQUIRED", column, label=label)
        return None
    return text if _allowed(text, notes, column) else None


def raw_text(cell: Cell | None, notes: Notes, column: int) -> str | None:
    """Return the text of a text cell as stored; any other kind is a finding."""
    if cell is None:
        return None
    if cell.kind is Kind.TEXT:
        return cell.text
    if cell.kind is Kind.FORMULA:
        notes.add("CELL_FORMULA", column)
    elif cell.kind is Kind.ERROR:
        notes.add("CELL_ERROR", column, cell.text)
    else:
        notes.add("CELL_KIND", column, cell.text, found=cell.kind.value)
    return None


def code_of(cell: Cell | None, notes: Notes, column: int, label: str, *, required: bool = False) -> str | None:
    """Return a code; a whole number gives its digits. Whether zeros were lost is for the caller to judge."""
    if cell is not None and cell.kind is Kind.NUMBER:
        whole = whole_of(cell.text)
        if whole is None:
            notes.add("CELL_CODE_MALFORMED", column, cell.text)
        return whole
    text = text_of(cell, notes, column, label, required=required)
    if text is not None and (len(text) > CODE_LENGTH_MAX or not _CODE.fullmatch(text)):
        notes.add("CELL_CODE_MALFORMED", column, text)
        return None
    return text


def mark_of(cell: Cell | None, notes: Notes, column: int, *, tenths: bool) -> Decimal | None:
    """Return a number 0 to 10 of a number cell or of a text such as "8,5"; with `tenths` of at most one decimal.

    None for a blank cell; what is no such number is a finding, and a decimal comma is told.
    """
    text = None if cell is None or cell.kind is Kind.NUMBER else squeezed(raw_text(cell, notes, column) or "")
    if cell is None or text == "":
        return None
    number = decimal_of(cell.text) if text is None else _decimal_of_text(text)
    if number is not None and 0 <= number <= 10 and tenths:
        number = number.quantize(_TENTH) if number == number.quantize(_TENTH) else None
    if number is None or not 0 <= number <= 10:
        notes.add("CELL_SCORE_INVALID", column, cell.text)
        return None
    if text is not None and "," in text:
        notes.add("CELL_DECIMAL_COMMA", column, cell.text, proposal=str(number))
    return number


def decimal_of(text: str) -> Decimal | None:
    """Return the number of a number cell at 15 significant digits, which is what a spreadsheet shows of it.

    Files hold 8.2 as 8.1999999999999993 or 8.199999999999999, by the program that wrote them.
    """
    try:
        number = Decimal(f"{float(text):.15g}")
    except (ValueError, OverflowError, InvalidOperation):
        return None
    return number if number.is_finite() else None


def whole_of(text: str) -> str | None:
    """Return the digits of a number cell that holds a whole number of at most 15 digits, or None."""
    number = decimal_of(text)
    if number is None or number != number.to_integral_value() or not 0 <= number < Decimal(10) ** 15:
        return None
    return str(int(number))


def _decimal_of_text(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _composed(raw: str, notes: Notes, column: int) -> str:
    text = unicodedata.normalize("NFC", raw)
    if text != raw:
        notes.add("CELL_NFD", column, raw)
    tight = _SPACES.sub(" ", text).strip(" ")
    if tight not in ("", text):
        notes.add("CELL_SPACES", column, text)
    return tight


def _allowed(text: str, notes: Notes, column: int) -> bool:
    hidden = sorted({f"U+{ord(letter):04X}" for letter in FORBIDDEN.findall(text)})
    if hidden:
        notes.add("CELL_FORBIDDEN_CHARACTER", column, text, characters=", ".join(hidden[:5]))
    elif len(text) > TEXT_LENGTH_MAX:
        notes.add("CELL_TOO_LONG", column, text, length_max=str(TEXT_LENGTH_MAX))
    elif text.startswith(_LIKE_FORMULA):
        notes.add("CELL_LIKE_FORMULA", column, text)
    else:
        return True
    return False
