"""What a sheet says of itself above its header: subject, semester, school year, class.

The known title is "BẢNG ĐIỂM CHI TIẾT - MÔN TOÁN HỌC - HỌC KỲ 2 - NĂM HỌC 2025-2026" [secondary]; a line "Lớp: 6A1" is
assumed from vnEdu's primary sheets. What the title leaves open may stand in the sheet's name.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from hub.connectors.vnedu_secondary.mapping import subject_of
from hub.connectors.worksheets import Kind, Worksheet

__all__ = ["Title", "title_of"]

TITLE_ROWS_MAX = 60
_TEXT_LENGTH_MAX = 300
_STOP = r"(?=$|\n|[\s\-–—,;(]*(?:học k[ỳì]\b|hk\s*[12i]|năm học|cả năm|lớp\b|khối\b))"
_SUBJECT = re.compile(rf"\bmôn(?:\s+học)?\s*[:\-–—]?\s*(?!học k[ỳì])(\S.*?){_STOP}")
_SEMESTER = re.compile(r"(?:\bhọc\s+k[ỳì]|\bhk)\s*[:\-–—]?\s*(1|2|ii|i)\b")
_YEAR = re.compile(r"\bnăm\s+học\s*[:\-–—]?\s*(20[0-9]{2})\s*[-–—/]\s*(20[0-9]{2})\b")
_CLASS = re.compile(r"(?<!chủ nhiệm )\blớp\s*[:\-–—]?\s*((?:6|7|8|9|10|11|12)[\w./]{0,10})")


@dataclass(frozen=True, slots=True)
class Title:
    """What was found; None where nothing was. `subject_text` is the subject as printed, known or not.

    `semester` is 1 or 2; `from_name`: the sheet's name told the subject.
    """

    subject: str | None = None
    subject_text: str | None = None
    semester: int | None = None
    school_year: str | None = None
    class_name: str | None = None
    from_name: bool = False


def title_of(sheet: Worksheet, first_header_row: int, name: str) -> Title:
    """Read the lines above the header; `name` is the sheet's name without the file's. Never raises."""
    text = "\n".join(_lines(sheet, first_header_row))
    folded = text.casefold()
    subject_text = _subject_text(folded)
    subject = None if subject_text is None else subject_of(subject_text)
    from_name = subject_text is None and subject_of(name) is not None
    semester, year, class_ = _SEMESTER.search(folded), _YEAR.search(folded), _CLASS.search(folded)
    return Title(
        subject=subject_of(name) if from_name else subject,
        subject_text=subject_text,
        semester=None if semester is None else (2 if semester.group(1) in {"2", "ii"} else 1),
        school_year=None if year is None else f"{year.group(1)}-{year.group(2)}",
        class_name=None if class_ is None else class_.group(1).upper().rstrip("./"),
        from_name=from_name,
    )


def _lines(sheet: Worksheet, first_header_row: int) -> Iterator[str]:
    """Yield each row above the header as one line: composed, single spaces, its cells joined by a dash."""
    for row in sheet.rows[:TITLE_ROWS_MAX]:
        if row.number >= first_header_row:
            return
        texts = (cell.text[:_TEXT_LENGTH_MAX] for _, cell in sorted(row.cells.items()) if cell.kind is Kind.TEXT)
        yield " - ".join(" ".join(unicodedata.normalize("NFC", text).split()) for text in texts)


def _subject_text(folded: str) -> str | None:
    for match in _SUBJECT.finditer(folded):
        text = match.group(1).strip(" -–—:,;.")
        if text:
            return text
    return None
