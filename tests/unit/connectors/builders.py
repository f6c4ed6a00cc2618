"""Builders of C1 workbooks and their rows, with honest defaults: one good pupil of class 1A."""

from collections.abc import Sequence
from pathlib import Path

from hub.connectors import Prepared, RowReport
from hub.connectors.csdl_c1 import prepare_files, write_results
from hub.connectors.pupil_list import write_pupils
from hub.connectors.workbook_writing import Value
from hub.connectors.worksheets import column_number
from hub.domain.findings import Finding, render
from hub.domain.transcript import School

SCHOOL = School(code="01000101", name="Trường Tiểu học Mẫu", province="01")
YEAR = "2025-2026"
CODE = "0100849201"


def a_result(**cells: Value) -> list[Value]:
    """Return the 35 values of one good row; keyword arguments change cells by column letter (F="H", AF=None)."""
    row: list[Value] = [1, "1A", CODE, "Nguyễn Thị Ánh", "05/03/2018", "T", 9, "T", 10, "T", "T", None, None, None]
    row += ["T"] * 4 + ["T"] * 8 + ["T"] * 5 + ["x", "x", "Hoàn thành xuất sắc", None]
    for letters, value in cells.items():
        row[column_number(letters) - 1] = value
    return row


def a_pupil(**cells: Value) -> list[Value]:
    """Return the 13 values of the same pupil in the list (D code, E name, F birth date, G gender, M number)."""
    row: list[Value] = [1, "Khối 1", "1A", CODE, "Nguyễn Thị Ánh", "05/03/2018", "Nữ", "Đang học", None]
    row += ["Kinh", "Việt Nam", None, "001318001234"]
    for letters, value in cells.items():
        row[column_number(letters) - 1] = value
    return row


def prepared(
    folder: Path, results: Sequence[Sequence[Value]], pupils: Sequence[Sequence[Value]] | None = None, **options: object
) -> Prepared:
    """Write both workbooks and prepare them; options go to the writer of results."""
    results_path, pupils_path = folder / "results.xlsx", folder / "pupils.xlsx"
    write_results(results_path, results, **options)
    write_pupils(pupils_path, [a_pupil()] if pupils is None else pupils)
    return prepare_files(results_path, pupils_path, school=SCHOOL, school_year=YEAR)


def only_report(made: Prepared) -> RowReport:
    """Return the one refused row of a file of one row."""
    assert not made.documents
    (report,) = made.rejected
    return report


def codes(findings: Sequence[Finding]) -> set[str]:
    """Return the codes of findings, each of which must show without an unfilled slot."""
    for found in findings:
        shown = render(found)
        assert "{" not in shown["vi"] + shown["en"] + shown["next_vi"] + shown["next_en"], found
    return {found.code for found in findings}


def at(findings: Sequence[Finding], code: str) -> Finding:
    """Return the finding of a code."""
    assert code in codes(findings)
    return next(found for found in findings if found.code == code)
