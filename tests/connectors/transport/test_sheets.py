"""Sheets by the titles of their columns: merged headers, what stands around the table, and cells that are not plain."""

import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from hub.connectors.formats import Rows, read_sheet, read_sheets, sheet_bytes
from hub.connectors.simulating import hostile_files
from hub.connectors.workbook_writing import SheetToWrite, Value, write_workbook
from hub.errors import Refused
from tests.connectors.transport.systems import VECTORS

KNOWN = ("STT", "Mã HS", "Họ và tên", "Toán", "Tiếng Việt", "Mức đạt được", "Điểm KT", "Ngày sinh")
ABOVE: list[Sequence[Value]] = [["Trường: Tiểu học  A"], ["Lớp: 5A", None, "Năm học: 2025-2026"], []]
HEADER: list[Sequence[Value]] = [
    ["STT", "Mã HS", "Họ và tên", "Toán", None, "Tiếng Việt", None],
    [None, None, None, "Mức đạt được", "Điểm KT", "Mức đạt được", "Điểm KT"],
]
MERGED = ("A4:A5", "B4:B5", "C4:C5", "D4:E4", "F4:G4")


def read(tmp_path: Path, rows: Sequence[Sequence[Value]], **options: object) -> Rows:
    """Write a sheet with heading and header, and read it."""
    path = tmp_path / "a.xlsx"
    write_workbook(path, [SheetToWrite("5A", [*ABOVE, *HEADER, *rows], **{"merged": MERGED, **options})])
    return read_sheet(path, KNOWN, ["Mã HS"])


def test_titles_are_joined_from_top_to_bottom(tmp_path: Path) -> None:
    """A merged title counts for every column under it; codes stay texts, numbers are exact."""
    rows = read(tmp_path, [[1, "0012", "Nguyễn Ánh", "T", Decimal("9.5"), "H", 8]])
    assert rows.titles == (
        "STT", "Mã HS", "Họ và tên", "Toán / Mức đạt được", "Toán / Điểm KT", "Tiếng Việt / Mức đạt được",
        "Tiếng Việt / Điểm KT",
    )  # fmt: skip
    (row,) = rows.rows
    assert row.place == "5A!6"
    assert list((row.value or {}).values()) == [1, "0012", "Nguyễn Ánh", "T", Decimal("9.5"), "H", 8]
    assert rows.heading == ("Trường: Tiểu học A", "Lớp: 5A", "Năm học: 2025-2026")
    assert rows.name == "5A"


def test_rows_around_the_table_are_told(tmp_path: Path) -> None:
    """A signature under it is nobody's; a column without a title is named."""
    rows = read(tmp_path, [[1, "HS1", "A", None, None, None, None, "?"], [None, None, "Người lập biểu"]])
    assert len(rows.rows) == 1
    assert sorted(found.code for found in rows.findings) == ["ROW_IGNORED", "WORKBOOK_COLUMN_UNKNOWN"]


def test_row_is_refused_when_its_cells_are_not_its_own(tmp_path: Path) -> None:
    """Hidden, or merged over two pupils."""
    pupils: list[Sequence[Value]] = [[1, "HS1", "A", "T"], [2, "HS2", "B", None], [3, "HS3", "C", "T"]]
    rows = read(tmp_path, pupils, hidden_rows={8}, merged=(*MERGED, "D6:D7"))
    assert [row.value for row in rows.rows] == [None, None, None]
    assert [[found.code for found in row.findings] for row in rows.rows] == [
        ["CELL_MERGED"],
        ["CELL_MERGED"],
        ["ROW_HIDDEN"],
    ]


def test_formula_is_refused_beside_its_value(tmp_path: Path) -> None:
    """What it shows may change."""
    path = tmp_path / "a.xlsx"
    write_workbook(path, [SheetToWrite("5A", [["STT", "Mã HS", "Toán"], [1, "HS1", "FORMULA"]])])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    start = sheet.index('<c r="C2"')
    parts["xl/worksheets/sheet1.xml"] = (
        sheet[:start] + '<c r="C2"><f>1+1</f><v>2</v></c></row></sheetData></worksheet>'
    ).encode()
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            new.writestr(name, data)
    (row,) = read_sheet(path, KNOWN, ["Mã HS"]).rows
    assert (row.value, [found.code for found in row.findings]) == (None, ["CELL_FORMULA"])


def test_date_is_its_serial(tmp_path: Path) -> None:
    """What day it means the mapping says, and tells."""
    path = tmp_path / "a.xlsx"
    write_workbook(path, [SheetToWrite("a", [["STT", "Mã HS", "Ngày sinh"], [1, "HS1", date(2015, 3, 5)]])])
    (row,) = read_sheet(path, KNOWN, ["Mã HS"]).rows
    assert (row.value or {})["Ngày sinh"] == 42_068


def test_sheets_are_refused_when_it_is_not_said_that_there_are_several(tmp_path: Path) -> None:
    """A secondary school has one a class."""
    path = tmp_path / "a.xlsx"
    write_workbook(path, [SheetToWrite(name, [["STT", "Mã HS", "Toán"], [1, name, "T"]]) for name in ("6A", "6B")])
    with pytest.raises(Refused, match="WORKBOOK_SHEETS_TWO"):
        read_sheet(path, KNOWN, ["Mã HS"])
    assert [rows.name for rows in read_sheets(path, KNOWN, ["Mã HS"])] == ["6A", "6B"]


@pytest.mark.parametrize(
    ("titles", "code"),
    [(["STT", "Mã HS", "Toán", "Toán"], "WORKBOOK_COLUMN_TWICE"), (["STT", "Mã", "Toán"], "WORKBOOK_HEADER_MISSING")],
)
def test_sheet_is_refused_when_its_columns_cannot_be_told(tmp_path: Path, titles: list[str], code: str) -> None:
    """By the same codes as every other workbook."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(sheet_bytes("a", [titles, ["1"] * len(titles)]))
    with pytest.raises(Refused, match=code):
        read_sheet(path, KNOWN, ["Mã HS"])


def test_hostile_workbooks_are_refused_or_inert(tmp_path: Path) -> None:
    """Entities, document types, bombs, no workbook: nothing else than a refusal comes of them."""
    files = hostile_files(VECTORS if VECTORS.is_dir() else None)
    read_names = []
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        try:
            read_sheet(tmp_path / name, ("Mã học sinh", "Họ và tên", "Toán"), ["Mã học sinh"])
        except Refused:
            continue
        read_names.append(name)
    assert not {"xml-thuc-the.xlsx", "xml-cuoi.xlsx", "bom-nen.xlsx", "khong-phai.xlsx"}.intersection(read_names)
