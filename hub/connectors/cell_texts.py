"""Read one cell as text, as a code, or as a date; whatever is not plainly so is a finding, never a silent repair."""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from hub.connectors.notes import Notes
from hub.connectors.worksheets import Cell, Kind
from hub.domain.characters import FORBIDDEN

__all__ = ["code_of", "date_of", "decimal_of", "mark_of", "printed_date", "raw_text", "squeezed", "text_of"]

TEXT_LENGTH_MAX = 200
CODE_LENGTH_MAX = 35
_SPACES = re.compile("[ \t\r\n\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_CODE = re.compile(r"[0-9A-Za-zĐ_.\-]+")
_LIKE_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "﹢", "﹣", "﹦", "−")
_DAY = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_MONTH = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T00:00:00(?:\.0+)?Z?)?")
_YEAR = re.compile(r"[0-9]{4}")
_NUMBER = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,4})?")
_TENTH = Decimal("0.1")
_YEARS = range(1950, 2101)
_SERIALS = range(18_264, 73_416)  # 1950-01-01 to 2100-12-31 counted from 1899-12-30
_EPOCH = date(1899, 12, 30)  # right from 1900-03-01 on; the invented 29/02/1900 lies before it
_EPOCH_1904 = date(1904, 1, 1)


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
        whole = _whole(cell.text)
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


def date_of(cell: Cell | None, notes: Notes, column: int, *, from_1904: bool = False) -> str | None:
    """Return a civil date as YYYY-MM-DD, YYYY-MM or YYYY; a bare number is read as a serial and told."""
    if cell is None:
        return None
    if cell.kind is Kind.NUMBER or (cell.kind is Kind.DATE and not _ISO.fullmatch(cell.text)):
        return _date_of_number(cell, notes, column, from_1904)
    text = cell.text if cell.kind is Kind.DATE else raw_text(cell, notes, column)
    if text is None or squeezed(text) == "":
        return None
    read = _date_of_text(squeezed(text))
    if read is None:
        notes.add("CELL_DATE_INVALID", column, text)
    elif squeezed(text) != text:
        notes.add("CELL_SPACES", column, text)
    return read


def printed_date(text: str) -> str:
    """Return YYYY-MM-DD as dd/mm/yyyy, YYYY-MM as mm/yyyy, YYYY as it is: what `date_of` reads back."""
    return "/".join(reversed(text.split("-")))


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


def _whole(text: str) -> str | None:
    number = decimal_of(text)
    if number is None or number != number.to_integral_value() or not 0 <= number < Decimal(10) ** 15:
        return None
    return str(int(number))


def decimal_of(text: str) -> Decimal | None:
    """Return the number of a number cell at 15 significant digits, which is what a spreadsheet shows of it.

    Files hold 8.2 as 8.1999999999999993 or 8.199999999999999, by the program that wrote them.
    """
    try:
        number = Decimal(f"{float(text):.15g}")
    except (ValueError, OverflowError, InvalidOperation):
        return None
    return number if number.is_finite() else None


def _date_of_number(cell: Cell, notes: Notes, column: int, from_1904: bool) -> str | None:
    number = _whole(cell.text)
    offset = 1462 if from_1904 else 0
    if number is None or (int(number) + offset not in _SERIALS and int(number) not in _YEARS):
        notes.add("CELL_DATE_INVALID", column, cell.text)
        return None
    if cell.kind is Kind.NUMBER and int(number) in _YEARS:
        return number  # a year alone is a legal birth date
    if int(number) + offset not in _SERIALS:
        notes.add("CELL_DATE_INVALID", column, cell.text)
        return None
    read = ((_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(days=int(number))).isoformat()
    if cell.kind is Kind.NUMBER:
        notes.add("CELL_DATE_SERIAL", column, cell.text, shown=number, proposal=read)
    return read


def _date_of_text(text: str) -> str | None:
    if match := _DAY.fullmatch(text):
        day, month, year = match.groups()
        return _civil(int(year), int(month), int(day))
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
        return _civil(int(year), int(month), int(day))
    if match := _MONTH.fullmatch(text):
        month, year = match.groups()
        return f"{year}-{int(month):02}" if int(month) in range(1, 13) and int(year) in _YEARS else None
    return text if _YEAR.fullmatch(text) and int(text) in _YEARS else None


def _civil(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if year in _YEARS else None
    except ValueError:
        return None
