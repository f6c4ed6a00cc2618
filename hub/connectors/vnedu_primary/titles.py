"""Read what stands above the table of a class: lớp, năm học, and of which period the sheet is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hub.connectors.cell_texts import squeezed
from hub.connectors.worksheets import Cell, Kind, Row, Worksheet

__all__ = ["SheetTitle", "title_of"]

CLASS_LENGTH_MAX = 35
_CLASS_LINE = re.compile(r"lớp *: *(.*)", re.IGNORECASE)
_CLASS_INSIDE = re.compile(r"\blớp *:? *([1-5][^\s,;()]*)", re.IGNORECASE)
_AFTER_CLASS = re.compile(r" *(?:[,;–—(]| - |gvcn|gv |giáo viên|năm học|sĩ số|sỹ số).*", re.IGNORECASE)
_YEAR = re.compile(r"năm học *:? *(20[0-9]{2}) *[-–—/] *(20[0-9]{2})", re.IGNORECASE)
_OTHER_PERIOD = re.compile(r"\bgiữa (?:học )?k[ìỳ]\b|\b(?:học )?k[ìỳ] *(?:1|i)\b|\bhki\b|\bhk1\b|\b[gc]k1\b|\bgk2\b",
                           re.IGNORECASE)  # fmt: skip
_YEAR_END = re.compile(r"\bcuối năm\b|\bcả năm\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SheetTitle:
    """What the sheet says of itself: class, school year "2024-2025", and the text that names a period before the end.

    Each is None when the sheet does not say.
    """

    class_code: str | None = None
    school_year: str | None = None
    other_period: str | None = None


def title_of(sheet: Worksheet, header_row: int) -> SheetTitle:
    """Read the texts above the header."""
    above = [row for row in sheet.rows if row.number < header_row]
    texts = [squeezed(cell.text) for row in above for _, cell in sorted(row.cells.items()) if cell.kind is Kind.TEXT]
    year = next((f"{m[1]}-{m[2]}" for text in texts if (m := _YEAR.search(text))), None)
    period = next((m[0] for text in texts if (m := _OTHER_PERIOD.search(text))), None)
    if any(_YEAR_END.search(text) for text in texts):
        period = None
    return SheetTitle(_class_of(above, texts), year, period)


def _class_of(above: list[Row], texts: list[str]) -> str | None:
    """Return the class of the line "Lớp: 1A"; else of a title such as "… LỚP 1A NĂM HỌC …"."""
    lines = (text for row in above for text in _class_lines(row))
    named = next((text for text in map(_cleaned, lines) if text), None)
    return named or next((_cleaned(m[1]) for text in texts if (m := _CLASS_INSIDE.search(text))), None)


def _class_lines(row: Row) -> Iterator[str]:
    """Yield what follows "Lớp:" in a row, in the same cell or in the next one that is filled."""
    cells = sorted(row.cells.items())
    for (_, cell), following in zip(cells, [*cells[1:], None], strict=True):
        if cell.kind is Kind.TEXT and (match := _CLASS_LINE.match(squeezed(cell.text))):
            yield match[1] or ("" if following is None else _plain(following[1]))


def _plain(cell: Cell) -> str:
    return squeezed(cell.text) if cell.kind in (Kind.TEXT, Kind.NUMBER) else ""


def _cleaned(text: str) -> str | None:
    return _AFTER_CLASS.sub("", text)[:CLASS_LENGTH_MAX].strip() or None
