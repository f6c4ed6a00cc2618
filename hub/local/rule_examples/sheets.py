"""Examples of rules about sheets of marks: small sheets of one or two pupils, written, read and joined as any file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.connectors import Prepared
from hub.connectors.vnedu_secondary import SheetOf, detail_sheet, detail_title, prepare_book
from hub.connectors.workbook_writing import SheetToWrite, Value, write_workbook
from hub.connectors.worksheets import open_workbook
from hub.domain import Finding, finding
from hub.errors import Refused

__all__ = ["about_sheet"]

_YEAR = "2025-2026"
_TOAN = SheetOf("TOAN", 2, _YEAR, "6A1")
_VAN = replace(_TOAN, subject="VAN")
_GDTC = SheetOf("GDTC", 2, _YEAR, "6A1", regular_count=2)
_WHAT = "bảng điểm môn học / sheet of marks"


@dataclass(frozen=True)
class _Case:
    """Sheets of one workbook, and what the caller says of them."""

    sheets: Sequence[SheetToWrite]
    options: Mapping[str, str | int] = field(default_factory=dict)


def about_sheet(code: str) -> tuple[str, Finding] | None:
    """Return the finding of a rule on a sheet that breaks it; None where there is no such sheet."""
    case = _cases().get(code)
    if case is None:
        return None
    return next((_WHAT, found) for found in _findings(case) if found.code == code)


def _findings(case: _Case) -> list[Finding]:
    try:
        made = _prepared(case)
    except Refused as refused:
        return [finding(refused.code, "$", facts=refused.facts)]
    of_rows = [*(row.findings for row in made.documents), *(row.findings for row in made.rejected)]
    return [*made.findings, *chain.from_iterable(of_rows)]


def _prepared(case: _Case) -> Prepared:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bang-diem.xlsx"
        write_workbook(path, case.sheets)
        return prepare_book(open_workbook(path), None, **case.options)  # type: ignore[arg-type]  # year text, grade number


def _row(
    number: int = 1, given: str = "Ánh", *, regular: Sequence[Value] = (8, 8, 8, 8), midterm: Value = 8,
    final: Value = 9, stated: Value = Decimal("8.3"),
) -> list[Value]:  # fmt: skip
    """Return one pupil of a detail: (8 + 8 + 8 + 8 + 2 × 8 + 3 × 9) / 9 = 8.333… → 8.3."""
    return [number, "Nguyễn Thị", given, *regular, midterm, final, stated, None]


def _one(*rows: list[Value], of: SheetOf = _TOAN, name: str | None = None) -> SheetToWrite:
    return detail_sheet(of, rows or [_row()], name=name)


def _titled(title: str, name: str = "Sheet1") -> SheetToWrite:
    sheet = _one(name=name)
    return replace(sheet, rows=[[title], *list(sheet.rows)[1:]])


@cache
def _cases() -> Mapping[str, _Case]:
    known = detail_title(_TOAN)
    of_old_year = replace(_TOAN, school_year="2020-2021", class_name="9A1")
    without_class = replace(_TOAN, class_name="")
    sheets: dict[str, Sequence[SheetToWrite]] = {
        "SHEET_SUBJECT_UNKNOWN": [_titled(known.replace("TOÁN HỌC", "THIÊN VĂN"))],
        "SHEET_SEMESTER_UNKNOWN": [_titled(known.replace(" - HỌC KỲ 2", ""))],
        "SHEET_SUBJECT_FROM_NAME": [_titled(known.replace(" - MÔN TOÁN HỌC", ""), name="Toán")],
        "SHEET_WITHOUT_PUPIL": [_one(_row(), _row(2, "Bình")), _one(_row(), of=_VAN)],
        "SHEET_VALUES_DIFFER": [_one(), _one(_row(final=10, stated=Decimal("8.7")), name="Sheet2")],
        "SUBJECTS_NOT_IN_SHEETS": [_one()],
        "YEAR_RESULTS_NOT_IN_SHEETS": [_one()],
        "RESULTS_NOT_IN_SHEETS": [_one()],
        "MARK_SHEET_REGULATION": [_one(of=of_old_year)],
        "CELL_MARK_PRECISE": [_one(_row(regular=(Decimal("8.25"), 8, 8, 8)))],
        "MARKS_INCOMPLETE": [_one(_row(midterm=None))],
        "MARK_COUNT_FEWER": [_one(_row(regular=(8, 8, 8, None)))],
        "MARK_RESULT_ABSENT": [_one(_row(stated=None))],
        "SEMESTER_MARK_DIFFERS": [_one(_row(stated=Decimal("8.2")))],
        "SEMESTER_COMMENT_DIFFERS": [_one(_row(regular=("CĐ", "Đ"), midterm="Đ", final="Đ", stated="Đ"), of=_GDTC)],
    }
    return {code: _Case(each) for code, each in sheets.items()} | {
        "SHEET_YEAR_DIFFERS": _Case([_one()], {"school_year": "2024-2025"}),
        "MARK_SHEET_GRADE": _Case([_one(of=without_class)], {"grade": 5}),
    }
