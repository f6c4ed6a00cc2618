"""Write sheets of marks in the two shapes, cell by cell: for tests, for the synthetic population, for templates.

The titles are those of the known layouts [secondary] as far as they are known; the rest is assumed.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from msgspec import UNSET

from hub.connectors.cell_dates import printed_date
from hub.connectors.vnedu_secondary.component_marks import component_marks
from hub.connectors.vnedu_secondary.mapping import COMMENT_SUBJECTS, SUBJECT_TITLES
from hub.connectors.workbook_writing import SheetToWrite, Value
from hub.connectors.worksheets import column_letters
from hub.domain.transcript import Subject, Transcript

__all__ = [
    "SheetOf",
    "detail_row",
    "detail_sheet",
    "detail_title",
    "summary_row",
    "summary_sheet",
]

SUMMARY_REGULAR_COUNT: Final = 4  # F to I
_GENDERS = {"male": "Nam", "female": "Nữ"}
_SUMMARY_HEADER: Final[tuple[Value, ...]] = (
    "STT", None, "Họ và tên", "Ngày sinh", "Giới tính", "ĐĐGtx1", "ĐĐGtx2", "ĐĐGtx3", "ĐĐGtx4", None, "ĐĐGgk", "ĐĐGck",
    "ĐTBmhk1", "ĐTBmhk2", "ĐTBmcn",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SheetOf:
    """What one sheet is about; `regular_count` is how many columns of regular marks it has."""

    subject: str
    semester: int
    school_year: str
    class_name: str
    regular_count: int = 4


def detail_title(of: SheetOf) -> str:
    """Return the title as vnEdu prints it."""
    subject = SUBJECT_TITLES[of.subject].upper()
    return f"BẢNG ĐIỂM CHI TIẾT - MÔN {subject} - HỌC KỲ {of.semester} - NĂM HỌC {of.school_year}"


def detail_sheet(
    of: SheetOf, rows: Iterable[Sequence[Value]], *, name: str | None = None, hidden_rows: Collection[int] = ()
) -> SheetToWrite:  # fmt: skip
    """Return a subject detail: title, class, header in rows 4 and 5, `rows` from row 6 on; see `detail_row`."""
    count = of.regular_count
    last = 3 + count  # column of the last regular mark
    header: list[list[Value]] = [
        ["STT", "Họ và tên", None, "ĐĐGtx", *[None] * (count - 1), "ĐĐGgk", "ĐĐGck", "ĐTB", "Nhận xét"],
        [None, None, None, *(f"TX{n}" for n in range(1, count + 1))],
    ]
    merged = [f"A1:{column_letters(last + 4)}1", "A4:A5", "B4:C5", f"D4:{column_letters(last)}4"]
    merged += [f"{column_letters(column)}4:{column_letters(column)}5" for column in range(last + 1, last + 5)]
    above: list[list[Value]] = [[detail_title(of)], [f"Lớp: {of.class_name}"], []]
    title = name or f"{of.subject}_HK{of.semester}"
    return SheetToWrite(title, [*above, *header, *rows], merged, hidden_rows)


def summary_sheet(
    of: SheetOf, rows: Iterable[Sequence[Value]], *, name: str = "Sheet1", hidden_rows: Collection[int] = ()
) -> SheetToWrite:  # fmt: skip
    """Return a summary of one subject in columns A to O: header in row 4, `rows` from row 5 on; see `summary_row`."""
    title = f"BẢNG ĐIỂM TỔNG HỢP - MÔN {SUBJECT_TITLES[of.subject].upper()} - NĂM HỌC {of.school_year}"
    above: list[list[Value]] = [[title], [f"Lớp: {of.class_name}"], []]
    return SheetToWrite(name, [*above, _SUMMARY_HEADER, *rows], ["A1:O1"], hidden_rows)


def detail_row(transcript: Transcript, number: int, of: SheetOf, choose: Callable[[int, int], int]) -> list[Value]:
    """Return a pupil's row of a subject detail, with component marks that give the transcript's average.

    Raises KeyError for a subject that the transcript has not.
    """
    family, _, given = transcript.student.name.rpartition(" ")
    subject = _subject(transcript, of.subject)
    stated = subject.semester_1 if of.semester == 1 else subject.semester_2
    value = None if stated is UNSET else stated
    comment = None if subject.comment is UNSET else subject.comment
    marks = _components(of.subject, value, of.regular_count, choose)
    return [number, family or None, given, *marks, _printed(value), comment]


def summary_row(transcript: Transcript, number: int, of: SheetOf, choose: Callable[[int, int], int]) -> list[Value]:
    """Return a pupil's row of the summary (15 values); the component marks are of the later semester with a result."""
    student, subject = transcript.student, _subject(transcript, of.subject)
    results = [None if v is UNSET else v for v in (subject.semester_1, subject.semester_2, subject.year)]
    marks = _components(of.subject, results[1] or results[0], SUMMARY_REGULAR_COUNT, choose)
    return [
        number, None, student.name, printed_date(student.birth_date), _GENDERS.get(student.gender),
        *marks[:SUMMARY_REGULAR_COUNT], None, *marks[SUMMARY_REGULAR_COUNT:], *map(_printed, results),
    ]  # fmt: skip


def _subject(transcript: Transcript, code: str) -> Subject:
    found = {subject.code: subject for subject in transcript.subjects}
    return found[code]


def _components(subject: str, value: str | None, count: int, choose: Callable[[int, int], int]) -> list[Value]:
    """Return regular marks, midterm and final mark."""
    if value is None:
        return [None] * (count + 2)
    if subject in COMMENT_SUBJECTS:
        return [*["Đ"] * (count + 1), value]
    marks = component_marks(Decimal(value), count, choose)
    return [_number(mark) for mark in (*marks.regular, marks.midterm, marks.final)]


def _printed(value: str | None) -> Value:
    return value if value is None or not value[0].isdigit() else _number(Decimal(value))


def _number(mark: Decimal) -> Value:
    return int(mark) if mark == mark.to_integral_value() else mark
