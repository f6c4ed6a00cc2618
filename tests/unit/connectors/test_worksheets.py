"""The workbook reader and writer against each other and against readers that nobody here wrote."""

import hashlib
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from hub.connectors.csdl_c1 import write_results
from hub.connectors.pupil_list import write_pupils
from hub.connectors.workbook_writing import SheetToWrite, write_workbook
from hub.connectors.worksheets import Cell, Kind, column_letters, column_number, open_workbook
from hub.errors import Refused
from tests.unit.connectors.builders import a_pupil, a_result

WRITABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=30)


def cells_of(path):
    """Return the cells of the first row of the first sheet."""
    return list(open_workbook(path).sheets[0].rows[0].cells.values())


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(WRITABLE, WRITABLE.map(lambda text: f"_x003D_{text}")))
def test_a_written_text_reads_back_exactly_or_is_refused(tmp_path, text):
    """No text is changed, cut or taken for a formula on its way through a workbook."""
    path = tmp_path / "t.xlsx"
    sheets = [SheetToWrite("Sheet1", [[text]])]
    if any(ord(letter) < 32 and letter not in "\t\n\r" for letter in text):
        with pytest.raises(Refused) as caught:
            write_workbook(path, sheets)
        assert caught.value.code == "CELL_FORBIDDEN_CHARACTER"
    else:
        write_workbook(path, sheets)
        assert cells_of(path) == [Cell(Kind.TEXT, text)]


@pytest.mark.parametrize(
    ("value", "code"),
    [("A" * 32_768, "CELL_TOO_LONG"), ("\x00", "CELL_FORBIDDEN_CHARACTER"), ("\ud800", "CELL_FORBIDDEN_CHARACTER")],
)
def test_a_text_that_a_workbook_cannot_hold_is_refused_with_its_cell(tmp_path, value, code):
    """Nothing is cut: the writer says which cell it is."""
    with pytest.raises(Refused) as caught:
        write_workbook(tmp_path / "t.xlsx", [SheetToWrite("Sheet1", [["a"], ["b", value]])])
    assert (caught.value.code, caught.value.facts["cell"]) == (code, "Sheet1!B2")


def test_the_same_rows_give_the_same_bytes(tmp_path):
    """No clock and no chance goes into a workbook."""
    digests = set()
    for name in ("a.xlsx", "b.xlsx"):
        write_results(tmp_path / name, [a_result()])
        digests.add(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert len(digests) == 1


def test_other_readers_see_the_same_cells(tmp_path):
    """Two readers by others find the values that were written, and no formula."""
    path = tmp_path / "p.xlsx"
    row = ["=1+1", "007", 9, Decimal("8.5"), date(2018, 3, 5), "Ánh & <b>", "-"]
    write_pupils(path, [row])
    seen = [(cell.value, cell.data_type) for cell in openpyxl.load_workbook(path).worksheets[0][2][:7]]
    assert [value for value, _ in seen[:4]] == ["=1+1", "007", 9, 8.5]
    assert [kind for _, kind in seen] == ["s", "s", "n", "n", "d", "s", "s"]
    assert CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1][:7] == [
        "=1+1", "007", 9.0, 8.5, date(2018, 3, 5), "Ánh & <b>", "-",
    ]  # fmt: skip


def test_workbooks_of_others_are_read_alike(tmp_path):
    """Shared texts, numbers, dates, truth values, errors and formulas of another writer arrive by kind."""
    book = openpyxl.Workbook()
    sheet = book.active
    for column, value in enumerate(["Ánh", "=A1", 8.5, date(2018, 3, 5), True, "#N/A", None, "Ánh"], 1):
        sheet.cell(1, column, value)
    book.save(tmp_path / "o.xlsx")
    assert open_workbook(tmp_path / "o.xlsx").sheets[0].rows[0].cells == {
        1: Cell(Kind.TEXT, "Ánh"), 2: Cell(Kind.FORMULA, ""), 3: Cell(Kind.NUMBER, "8.5"), 4: Cell(Kind.DATE, "43164"),
        5: Cell(Kind.BOOLEAN, "1"), 6: Cell(Kind.ERROR, "#N/A"), 8: Cell(Kind.TEXT, "Ánh"),
    }  # fmt: skip


def test_the_three_header_rows_of_the_result_sheet_span_35_columns(tmp_path):
    """Titles stand where the sector's sheet has them, AI is empty, and data begins in row 4."""
    write_results(tmp_path / "r.xlsx", [a_result()])
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").active
    expected = {
        "A1": "STT", "F1": "Môn học và hoạt động giáo dục", "F2": "Toán", "G3": "Điểm KTĐK", "S1": "Năng lực cốt lõi",
        "AA1": "Phẩm chất chủ yếu", "AE2": "Trách nhiệm", "AH1": "Xếp loại", "AI1": None, "C4": "0100849201",
    }  # fmt: skip
    assert {cell: sheet[cell].value for cell in expected} == expected
    assert len(a_result()) == 35


def test_the_pupil_list_has_sixteen_code_lists(tmp_path):
    """The list stands on Sheet1 with sixteen sheets beside it."""
    write_pupils(tmp_path / "p.xlsx", [a_pupil()])
    assert len(open_workbook(tmp_path / "p.xlsx").sheets) == 17


@given(st.integers(1, 16_384))
def test_column_letters_and_numbers_agree(number):
    """Every column that a sheet can have has one name."""
    assert column_number(column_letters(number)) == number
    assert (column_letters(27), column_letters(35)) == ("AA", "AI")
