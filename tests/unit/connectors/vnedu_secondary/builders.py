"""Builders of vnEdu sheets of marks, with honest defaults: good pupils of class 6A1 in one subject."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from hub.connectors import Prepared
from hub.connectors.pupil_list import write_pupils
from hub.connectors.vnedu_secondary import SheetOf, detail_sheet, prepare_files, summary_sheet
from hub.connectors.workbook_writing import SheetToWrite, Value, write_workbook
from hub.connectors.worksheets import column_number
from hub.domain.findings import Finding
from hub.domain.transcript import School
from tests.unit.connectors.builders import codes

SCHOOL = School(code="01000606", name="Trường Trung học cơ sở Mẫu", province="01")
YEAR = "2025-2026"
TOAN_2 = SheetOf("TOAN", 2, YEAR, "6A1")
GDTC_2 = SheetOf("GDTC", 2, YEAR, "6A1", regular_count=2)
TOAN = SheetOf("TOAN", 2, YEAR, "6A1")
FIRST_ROW = 6  # of a detail


def changed(row: list[Value], cells: dict[str, Value]) -> list[Value]:
    """Return the row with cells changed by column letter (F=9, K=None)."""
    for letters, value in cells.items():
        row[column_number(letters) - 1] = value
    return row


def a_mark_row(**cells: Value) -> list[Value]:
    """Return STT, họ đệm, tên, TX1-4 (D-G), gk (H), ck (I), ĐTB (J), nhận xét (K): (32 + 2 × 8 + 3 × 9) / 9 = 8.3."""
    return changed([1, "Nguyễn Thị", "Ánh", 8, 8, 8, 8, 8, 9, Decimal("8.3"), "Học tốt"], cells)


def a_comment_row(**cells: Value) -> list[Value]:
    """Return the same of a comment-only subject with TX1-2 (D-E), gk (F), ck (G), ĐTB (H), nhận xét (I)."""
    return changed([1, "Nguyễn Thị", "Ánh", "Đ", "Đ", "Đ", "Đ", "Đ", "Chăm tập"], cells)


def a_summary_row(**cells: Value) -> list[Value]:
    """Return A-O of a summary: semester I 7.4, semester II 8.3 from its marks, year (7.4 + 2 × 8.3) / 3 = 8.0."""
    return changed(
        [1, None, "Nguyễn Thị Ánh", "05/03/2014", "Nữ", 8, 8, 8, 8, None, 8, 9, Decimal("7.4"), Decimal("8.3"), 8],
        cells,
    )


def a_pupil(number: int = 1, **cells: Value) -> list[Value]:
    """Return the 13 values of the pupil in the list (C class, D code, E name, F birth date, G gender, M number)."""
    row: list[Value] = [number, "Khối 6", "6A1", f"010084920{number}", "Nguyễn Thị Ánh", "05/03/2014", "Nữ"]
    return changed([*row, "Đang học", None, "Kinh", "Việt Nam", None, f"00131400123{number}"], cells)


@dataclass
class Files:
    """Sheets and list as a test changes them; `prepared` writes and prepares them."""

    folder: Path
    sheets: list[SheetToWrite] = field(default_factory=list)
    pupils: Sequence[Sequence[Value]] | None = field(default_factory=lambda: [a_pupil()])
    school_year: str | None = YEAR
    grade: int | None = None

    def detail(self, *rows: list[Value], of: SheetOf = TOAN_2, **options: object) -> "Files":
        """Add a subject detail."""
        self.sheets.append(detail_sheet(of, rows or [a_mark_row()], **options))
        return self

    def summary(self, *rows: list[Value], of: SheetOf = TOAN, **options: object) -> "Files":
        """Add a summary."""
        self.sheets.append(summary_sheet(of, rows or [a_summary_row()], **options))
        return self

    def prepared(self) -> Prepared:
        """Write the workbook and the list, and prepare."""
        write_workbook(self.folder / "marks.xlsx", self.sheets)
        pupils = None if self.pupils is None else self.folder / "pupils.xlsx"
        if pupils is not None:
            write_pupils(pupils, self.pupils)
        return prepare_files(
            [self.folder / "marks.xlsx"], pupils, school=SCHOOL, school_year=self.school_year, grade=self.grade
        )


def told(made: Prepared) -> list[tuple[str, str]]:
    """Return (code, path) of everything said about rows; each finding must show without an unfilled slot."""
    codes([found for row in (*made.documents, *made.rejected, *made.absent) for found in row.findings])
    return [(found.code, found.path) for row in (*made.documents, *made.rejected) for found in row.findings]


def only(made: Prepared, code: str) -> Finding:
    """Return the one finding of a code about rows."""
    (found,) = [f for row in (*made.documents, *made.rejected) for f in row.findings if f.code == code]
    return found
