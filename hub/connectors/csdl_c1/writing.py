"""Write the C1 result sheet, cell by cell: for tests, for the synthetic population, for templates."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Final

from msgspec import UNSET

from hub.connectors.cell_dates import printed_date
from hub.connectors.csdl_c1.mapping import COMPETENCES, SUBJECTS, TESTED
from hub.connectors.workbook_writing import SheetToWrite, Value, write_workbook
from hub.domain.regulations import QUALITIES
from hub.domain.transcript import Transcript

__all__ = ["RESULT_HEADER", "result_row", "result_sheet", "write_results"]

RESULT_HEADER: Final[tuple[tuple[Value, ...], ...]] = (
    ("STT", "Mã lớp", "Mã học sinh", "Họ tên", "Ngày sinh", "Môn học và hoạt động giáo dục", *[None] * 12,
     "Năng lực cốt lõi", *[None] * 7, "Phẩm chất chủ yếu", *[None] * 4,
     "Hoàn thành chương trình lớp học", "Lên lớp", "Xếp loại", None),
    (*[None] * 5, "Toán", None, "Tiếng việt", None, "Đạo đức", "Tự nhiên và xã hội", "Ngoại ngữ", "Tiếng dân tộc",
     "TH-CN (Tin học)", "Nghệ thuật (Âm nhạc)", "Nghệ thuật (Mĩ thuật)", "Hoạt động trải nghiệm",
     "Giáo dục thể chất", "NL chung", None, None, "NL đặc thù", *[None] * 4,
     "Yêu nước", "Nhân ái", "Chăm chỉ", "Trung thực", "Trách nhiệm", *[None] * 4),
    (*[None] * 5, "Mức đạt được", "Điểm KTĐK", "Mức đạt được", "Điểm KTĐK", *[None] * 9,
     "Tự chủ và tự học", "Giao tiếp và hợp tác", "GQVĐ và sáng tạo",
     "Ngôn ngữ", "Tính toán", "Khoa học", "Thẩm mĩ", "Thể chất", *[None] * 9),
)  # fmt: skip
_DOWN = ("A", "B", "C", "D", "E", "AF", "AG", "AH")
_DOWN_FROM_2 = ("J", "K", "L", "M", "N", "O", "P", "Q", "R", "AA", "AB", "AC", "AD", "AE")
_RESULT_MERGES: Final = (
    *(f"{letters}1:{letters}3" for letters in _DOWN), *(f"{letters}2:{letters}3" for letters in _DOWN_FROM_2),
    "F1:R1", "S1:Z1", "AA1:AE1", "F2:G2", "H2:I2", "S2:U2", "V2:Z2",
)  # fmt: skip
_RATINGS = {"HTXS": "Hoàn thành xuất sắc", "HTT": "Hoàn thành tốt", "HT": "Hoàn thành", "CHT": "Chưa hoàn thành"}


def write_results(
    path: Path, rows: Iterable[Sequence[Value]], *, above: Sequence[Sequence[Value]] = (),
    hidden_rows: Collection[int] = (), sheet: str = "Sheet1",
) -> None:  # fmt: skip
    """Write a C1 result workbook: three header rows, then `rows` of at most 35 values (A–AI).

    `above` are rows before the header; with them the header moves down and is not merged. A str is always a text
    cell, an int or Decimal a number, a date a date cell. Raises Refused when a text cannot stand in a workbook.
    """
    write_workbook(path, [result_sheet(rows, above=above, hidden_rows=hidden_rows, sheet=sheet)])


def result_sheet(
    rows: Iterable[Sequence[Value]], *, above: Sequence[Sequence[Value]] = (), hidden_rows: Collection[int] = (),
    sheet: str = "Sheet1",
) -> SheetToWrite:  # fmt: skip
    """Return the sheet of `write_results`."""
    merged = () if above else _RESULT_MERGES
    return SheetToWrite(sheet, chain(above, RESULT_HEADER, rows), merged, hidden_rows)


def result_row(transcript: Transcript, number: int) -> list[Value]:
    """Return the 35 values of a transcript's row; what the sheet has no column for is left out."""
    student, subjects = transcript.student, {subject.code: subject for subject in transcript.subjects}
    row: list[Value] = [
        number, transcript.class_, student.student_code, student.name, printed_date(student.birth_date),
    ]  # fmt: skip
    for code in SUBJECTS:
        subject = subjects.get(code)
        row.append(subject.level if subject is not None and subject.level is not UNSET else None)
        if code in TESTED:
            row.append(_printed_score(subject.score) if subject is not None and subject.score is not UNSET else None)
    for order, assessed in ((COMPETENCES, transcript.competences), (QUALITIES, transcript.qualities)):
        levels = {} if assessed is UNSET else {item.code: item.level for item in assessed}
        row.extend(levels.get(code) for code in order)
    rating = None if transcript.rating is UNSET else _RATINGS[transcript.rating]
    promoted = transcript.result.promotion == "promoted"
    return [*row, "x" if transcript.result.completed else None, "x" if promoted else None, rating, None]


def _printed_score(mark: str) -> Value:
    number = Decimal(mark)
    return int(number) if number == number.to_integral_value() else number
