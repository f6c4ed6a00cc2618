"""Traps of headers and sheets: moved, decomposed, broken over lines, unmerged, missing, doubled, hidden."""

import unicodedata
from datetime import date

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from hub.connectors.csdl_c1 import prepare_files, read_results, write_results
from hub.connectors.headers import label_key
from hub.connectors.pupil_list import PUPIL_HEADER, read_pupils, write_pupils
from hub.errors import Refused
from tests.unit.connectors.builders import SCHOOL, YEAR, a_pupil, a_result, at, codes, prepared


def edited(folder, change, name="results.xlsx"):
    """Write a good pair of workbooks, let openpyxl change one of them, and prepare."""
    prepared(folder, [a_result()])
    book = openpyxl.load_workbook(folder / name)
    change(book)
    book.save(folder / name)
    return prepare_files(folder / "results.xlsx", folder / "pupils.xlsx", school=SCHOOL, school_year=YEAR)


def test_a_moved_header_is_found(tmp_path):
    """Title rows above, no merged cells: the same document comes out, from its new row."""
    above = [["TRƯỜNG TIỂU HỌC MẪU"], ["BẢNG TỔNG HỢP KẾT QUẢ", None, "Lớp: 1A"], []]
    plain = prepared(tmp_path, [a_result()]).documents[0]
    moved = prepared(tmp_path, [a_result()], above=above).documents[0]
    assert (moved.transcript, moved.findings, moved.row) == (plain.transcript, (), 7)


def test_a_header_in_another_unicode_form_is_found(tmp_path):
    """Decomposed letters and line breaks in titles change nothing."""

    def respell(book):
        for row in book.active.iter_rows(max_row=3):
            for cell in row:
                if cell.value:
                    cell.value = unicodedata.normalize("NFD", cell.value.replace(" ", "\n", 1))

    (row,) = edited(tmp_path, respell).documents
    assert row.findings == ()


def test_columns_may_stand_in_another_order(tmp_path):
    """Columns are known by their titles: two swapped columns keep their meaning."""

    def swap(book):
        sheet = book.active
        for cells in ("J2:J4", "K2:K4"):
            for merged in [m for m in sheet.merged_cells.ranges if str(m).startswith(cells[0])]:
                sheet.unmerge_cells(str(merged))
        sheet["J2"], sheet["K2"], sheet["J4"] = "Tự nhiên và xã hội", "Đạo đức", "C"

    (row,) = edited(tmp_path, swap).documents
    assert [s.level for s in row.transcript.subjects if s.code in {"DD", "TNXH"}] == ["T", "C"]


@pytest.mark.parametrize(("one", "other"), [("Mĩ thuật", "MỸ\nTHUẬT"), ("Họ tên:", " họ  tên"), ("Lí", "ly\u0301")])
def test_spellings_of_a_title_share_one_key(one, other):
    """Case, spaces, punctuation, composition and i/y do not part titles."""
    assert label_key(one) == label_key(other)


@pytest.mark.parametrize("above", [[], [["Danh sách học sinh"]], [["A"], ["B"], [], ["C"], []]])
def test_the_pupil_list_is_found_wherever_its_header_stands(tmp_path, above):
    """The list is read from Sheet1 at any header position, and its sixteen code lists are passed over."""
    write_pupils(tmp_path / "p.xlsx", [a_pupil()], above=above)
    sheet = read_pupils(tmp_path / "p.xlsx")
    assert (sheet.sheet, len(sheet.rows), sheet.findings) == ("Sheet1", 1, ())
    assert sheet.rows[0].name == "Nguyễn Thị Ánh"


def refusal(call, *args):
    """Return what a call refuses with."""
    with pytest.raises(Refused) as caught:
        call(*args)
    return caught.value


def test_a_missing_column_is_named(tmp_path):
    """A pupil list without số định danh is refused with the column's title."""
    write_pupils(tmp_path / "p.xlsx", [a_pupil()[:-1]], header=PUPIL_HEADER[:-1])
    error = refusal(read_pupils, tmp_path / "p.xlsx")
    assert (error.code, error.facts["columns"]) == ("WORKBOOK_COLUMN_MISSING", "Số định danh cá nhân")


def test_a_doubled_column_is_refused(tmp_path):
    """Two columns of one title leave open which counts."""
    write_pupils(tmp_path / "p.xlsx", [[*a_pupil(), "Nam"]], header=[*PUPIL_HEADER, "Giới tính"])
    error = refusal(read_pupils, tmp_path / "p.xlsx")
    assert (error.code, error.facts["columns"]) == ("WORKBOOK_COLUMN_TWICE", "G, N")


def test_a_file_without_the_header_is_refused(tmp_path):
    """A sheet of other content has no header, and a header alone has no pupils."""
    write_pupils(tmp_path / "p.xlsx", [], header=["Tên", "Tuổi"])
    assert refusal(read_pupils, tmp_path / "p.xlsx").code == "WORKBOOK_HEADER_MISSING"
    write_results(tmp_path / "r.xlsx", [])
    assert refusal(read_results, tmp_path / "r.xlsx").code == "WORKBOOK_EMPTY"


@pytest.mark.parametrize("title", ["Lịch sử và Địa lí", "Khoa học"])
def test_the_sheet_of_higher_grades_is_refused(tmp_path, title):
    """Subjects of grades 4 and 5 mark another template, and the next step names the JSON Lines form."""

    def rename(book):
        book.active["K2"] = title

    with pytest.raises(Refused) as caught:
        edited(tmp_path, rename)
    assert caught.value.code == "WORKBOOK_GRADE_COLUMNS_UNKNOWN"


def test_a_hidden_sheet_is_reported(tmp_path):
    """A hidden sheet beside the data is not read, and said so; so is a hidden column, which is read."""

    def hide(book):
        book.create_sheet("Bí mật")["A1"] = "x"
        book["Bí mật"].sheet_state = "veryHidden"
        book.active.column_dimensions["J"].hidden = True

    made = edited(tmp_path, hide)
    assert at(made.findings, "WORKBOOK_SHEET_HIDDEN").facts == {"sheet": "Bí mật"}
    assert at(made.findings, "WORKBOOK_COLUMN_HIDDEN").facts["column"] == "J"
    assert len(made.documents) == 1


def test_hidden_data_is_refused(tmp_path):
    """A list on a hidden sheet is no list."""

    def hide(book):
        book.create_sheet("Khác")
        book["Sheet1"].sheet_state = "hidden"

    with pytest.raises(Refused) as caught:
        edited(tmp_path, hide)
    assert caught.value.code == "WORKBOOK_DATA_SHEET_HIDDEN"


def test_two_lists_are_refused(tmp_path):
    """Two visible sheets with the header leave open which counts."""
    with pytest.raises(Refused) as caught:
        edited(tmp_path, lambda book: book.copy_worksheet(book.active))
    assert caught.value.code == "WORKBOOK_SHEETS_TWO"


def test_a_column_that_is_not_read_is_told(tmp_path):
    """Content under no known title is named, not dropped in silence."""

    def add(book):
        book.active["AI4"] = "ghi chú"
        book.active["AK1"] = "Chiều cao"

    made = edited(tmp_path, add)
    assert codes(made.findings) == {"WORKBOOK_COLUMN_UNKNOWN"}
    assert [found.facts["column"] for found in made.findings] == ["AI", "AK"]


def test_a_date_cell_of_either_calendar_is_the_date(tmp_path):
    """A true date cell is read without a finding, also in a workbook that counts from 1904."""

    def dated(book):
        book.epoch = CALENDAR_MAC_1904
        book.active["E4"] = date(2018, 3, 5)

    (row,) = edited(tmp_path, dated).documents
    assert row.findings == ()
