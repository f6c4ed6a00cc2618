"""Read one cell as a civil date; whatever is not plainly so is a finding, never a silent repair."""

import re
from datetime import date, timedelta

from hub.connectors.cell_texts import raw_text, squeezed, whole_of
from hub.connectors.notes import Notes
from hub.connectors.worksheets import Cell, Kind

__all__ = ["date_of", "printed_date"]

_DAY = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4})")
_MONTH = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T00:00:00(?:\.0+)?Z?)?")
_YEAR = re.compile(r"[0-9]{4}")
_YEARS = range(1950, 2101)
_SERIALS = range(18_264, 73_416)  # 1950-01-01 to 2100-12-31 counted from 1899-12-30
_EPOCH = date(1899, 12, 30)  # right from 1900-03-01 on; the invented 29/02/1900 lies before it
_EPOCH_1904 = date(1904, 1, 1)


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


def _date_of_number(cell: Cell, notes: Notes, column: int, from_1904: bool) -> str | None:
    number = whole_of(cell.text)
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
