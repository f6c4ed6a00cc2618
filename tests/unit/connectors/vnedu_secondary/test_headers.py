"""Headers and titles of sheets of marks: searched, merged or not, in any Unicode form; what is lacking is named."""

import unicodedata
from decimal import Decimal

import openpyxl
import pytest

from hub.connectors.headers import label_key
from hub.connectors.vnedu_secondary import SHAPE, SheetOf, detail_title, fit, prepare_files, read_files
from hub.connectors.vnedu_secondary.mapping import SUBJECT_TITLES, field_of, subject_of
from hub.connectors.vnedu_secondary.titles import title_of
from hub.connectors.workbook_writing import SheetToWrite, write_workbook
from hub.connectors.worksheets import Cell, Kind, Row, Worksheet, open_workbook
from hub.errors import Refused
from tests.unit.connectors.builders import codes
from tests.unit.connectors.vnedu_secondary.builders import (
    YEAR,
    Files,
    a_mark_row,
    a_summary_row,
    told,
)

HEADER = ["STT", "Họ và tên", "ĐĐGtx1", "ĐĐGtx2", "ĐĐGtx3", "ĐĐGtx4", "ĐĐGgk", "ĐĐGck", "ĐTB"]
VALUES = [1, "Nguyễn Thị Ánh", 8, 8, 8, 8, 8, 9, Decimal("8.3")]
TITLE = ["BẢNG ĐIỂM CHI TIẾT - MÔN TOÁN HỌC - HỌC KỲ 2 - NĂM HỌC 2025-2026"]


def sheet_of(*rows, name="Sheet1", merged=()):
    """Return a sheet of the given rows."""
    return SheetToWrite(name, list(rows), merged)


def marks(folder, *rows, **options):
    """Prepare a workbook of one hand-made sheet, without a list, for class 6A1."""
    files = Files(folder, pupils=None, grade=6)
    files.sheets.append(sheet_of(*rows, **options))
    return files.prepared()


def respelled(folder, change):
    """Write a good detail, let `change` respell every text cell of title and header, and prepare."""
    files = Files(folder, pupils=None).detail()
    files.prepared()
    book = openpyxl.load_workbook(folder / "marks.xlsx")
    for row in book.active.iter_rows(max_row=5):
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = change(cell.value)
    book.save(folder / "marks.xlsx")
    return prepare_files([folder / "marks.xlsx"], None)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace(" ", "\n", 1),
        lambda text: text.replace(" ", "\u00a0"),
        str.lower,
        lambda text: text.replace("KỲ", "KÌ").replace(" - ", " – "),
        lambda text: text.replace("HỌC KỲ 2", "Học kỳ II"),
    ],
    ids=["decomposed", "broken", "hard spaces", "lower case", "other spelling", "roman"],
)
def test_a_respelled_header_and_title_are_found(tmp_path, change):
    """Unicode form, line breaks, case and kì/kỳ change nothing."""
    (row,) = respelled(tmp_path, change).documents
    assert codes(row.findings) == {"PUPIL_LIST_ABSENT"}
    assert row.transcript.subjects[0].semester_2 == "8.3"


@pytest.mark.parametrize("above", [0, 3, 20])
def test_a_header_may_stand_in_any_row(tmp_path, above):
    """Lines above it move the rows, not the meaning."""
    made = marks(tmp_path, TITLE, *[["Trường Trung học cơ sở Mẫu"]] * above, HEADER, VALUES)
    assert [(row.row, row.transcript.subjects[0].semester_2) for row in made.documents] == [(above + 3, "8.3")]


@pytest.mark.parametrize(
    ("header", "below"),
    [
        (["STT", "Họ đệm", "Tên", "TX1", "TX2", "TX3", "TX4", "ĐĐGgk", "ĐĐGck", "ĐTBmhk"], []),
        (["STT", "Họ và tên", None, "ĐĐGtx1", "ĐĐGtx2", "ĐĐGtx3", "ĐĐGtx4", "GK", "CK", "TBM"], []),
        (
            ["STT", "Họ và tên", None, "ĐĐGtx", None, None, None, "ĐĐGgk", "ĐĐGck", "ĐTB"],
            [None, None, None, 1, 2, 3, 4],
        ),
    ],
    ids=["two titles", "a title and a blank", "numbers below a merged title"],
)
def test_names_and_regular_marks_are_found_under_any_known_header(tmp_path, header, below):
    """Họ đệm and tên in two columns; ĐĐGtx one by one or under one merged title."""
    rows = [TITLE, header, *([below] if below else []), [1, "Nguyễn Thị", "Ánh", *VALUES[2:]]]
    (row,) = marks(tmp_path, *rows, merged=["D2:G2"] if below else []).documents
    assert (row.transcript.student.name, codes(row.findings)) == ("Nguyễn Thị Ánh", {"PUPIL_LIST_ABSENT"})


def test_averages_under_one_merged_title_are_parted_by_semester(tmp_path):
    """ĐTBmhk over HK1, HK2 and CN is a summary."""
    header = [*HEADER[:-1], "ĐTBm", None, None]
    below = [*[None] * 8, "HK1", "HK2", "CN"]
    made = marks(tmp_path, TITLE, header, below, [*VALUES[:-1], Decimal("7.4"), Decimal("8.3"), 8], merged=["I2:K2"])
    (subject,) = made.documents[0].transcript.subjects
    assert (subject.semester_1, subject.semester_2, subject.year) == ("7.4", "8.3", "8.0")


@pytest.mark.parametrize("missing", ["Họ và tên", "ĐĐGgk", "ĐĐGck", "ĐTB"])
def test_a_missing_column_is_named_and_the_fit_stops_there(tmp_path, missing):
    """Reading refuses with the column; the recogniser is told the cell where it was expected."""
    header = ["Khác" if text == missing else text for text in HEADER]
    with pytest.raises(Refused) as caught:
        marks(tmp_path, TITLE, header, VALUES)
    assert caught.value.code == "WORKBOOK_COLUMN_MISSING"
    assert missing in caught.value.facts["columns"]
    found = fit(open_workbook(tmp_path / "marks.xlsx"))
    place = f"Sheet1!{'ABCDEFGHI'[HEADER.index(missing)]}2"
    expected = {"Họ và tên": "B", "ĐTB": "I"}
    assert (found.fits, found.shape) == (False, SHAPE)
    assert found.found in {"Khác", "ĐĐGtx2"}
    assert found.stops_at in {place, f"Sheet1!{expected.get(missing, 'D')}2"}


def test_both_shapes_fit(tmp_path):
    """The recogniser's question is answered with the parts that were found."""
    for files in (Files(tmp_path).detail(), Files(tmp_path).summary()):
        files.prepared()
        found = fit(open_workbook(tmp_path / "marks.xlsx"))
        assert (found.fits, found.stops_at) == (True, None)
        assert found.matched == ("STT", "Họ và tên", "ĐĐGtx", "ĐĐGgk", "ĐĐGck", "ĐTB (ĐTBmhk)")


def test_a_doubled_column_is_refused(tmp_path):
    """Two columns ĐTB leave open which counts; reading and fit say so without raising anything else."""
    with pytest.raises(Refused) as caught:
        marks(tmp_path, TITLE, [*HEADER, "ĐTB"], [*VALUES, 8])
    assert (caught.value.code, caught.value.facts["columns"]) == ("WORKBOOK_COLUMN_TWICE", "I, J")
    assert fit(open_workbook(tmp_path / "marks.xlsx")).shape == SHAPE


def test_a_filled_column_without_a_title_is_told(tmp_path):
    """Column J of the summary has no known title: told when it holds something."""
    made = Files(tmp_path, pupils=None).summary(a_summary_row(J=8)).prepared()
    (found,) = [f for f in made.findings if f.code == "WORKBOOK_COLUMN_UNKNOWN"]
    assert found.facts["column"] == "J"


def test_hidden_sheets_and_other_sheets_are_told(tmp_path):
    """They are not read; a workbook with marks on hidden sheets only is refused."""
    files = Files(tmp_path, pupils=None).detail()
    files.sheets += [sheet_of(["Ghi chú"], name="Khác"), SheetToWrite("Ẩn", [["x"]], hidden=True)]
    assert {"WORKBOOK_SHEET_IGNORED", "WORKBOOK_SHEET_HIDDEN"} <= codes(files.prepared().findings)
    hidden = SheetToWrite("Toán", [TITLE, HEADER, VALUES], hidden=True)
    write_workbook(tmp_path / "h.xlsx", [SheetToWrite("Trống", []), hidden])
    with pytest.raises(Refused) as caught:
        read_files([tmp_path / "h.xlsx"])
    assert caught.value.code == "WORKBOOK_DATA_SHEET_HIDDEN"


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("BẢNG ĐIỂM CHI TIẾT - MÔN CHIÊM TINH - HỌC KỲ 2", "SHEET_SUBJECT_UNKNOWN"),
        ("BẢNG ĐIỂM CHI TIẾT", "SHEET_SUBJECT_UNKNOWN"),
        ("BẢNG ĐIỂM CHI TIẾT - MÔN TOÁN HỌC", "SHEET_SEMESTER_UNKNOWN"),
        ("MÔN TOÁN HỌC - HỌC KỲ 2 - NĂM HỌC 2024-2025", "SHEET_YEAR_DIFFERS"),
    ],
)
def test_a_title_that_does_not_tell_is_refused(tmp_path, title, code):
    """Subject, semester and year are not guessed."""
    with pytest.raises(Refused) as caught:
        marks(tmp_path, [title], HEADER, VALUES)
    assert caught.value.code == code


def test_one_unknown_subject_leaves_the_other_sheets_standing(tmp_path):
    """The sheet is named among the file's findings."""
    files = Files(tmp_path, pupils=None).detail()
    files.sheets.append(sheet_of(["MÔN CHIÊM TINH - HỌC KỲ 2"], HEADER, VALUES, name="Khác"))
    made = files.prepared()
    assert (len(made.documents), len(made.documents[0].transcript.subjects)) == (1, 1)
    (found,) = [f for f in made.findings if f.code == "SHEET_SUBJECT_UNKNOWN"]
    assert (found.path, found.facts["shown"]) == ("Khác", "chiêm tinh")


def test_a_subject_from_the_sheet_name_is_told(tmp_path):
    """Where the title names none."""
    made = marks(tmp_path, ["HỌC KỲ 2"], HEADER, VALUES, name="Toán")
    assert "SHEET_SUBJECT_FROM_NAME" in codes(made.findings)
    assert made.documents[0].transcript.subjects[0].code == "TOAN"


@pytest.mark.parametrize("code", sorted(SUBJECT_TITLES))
@pytest.mark.parametrize("semester", [1, 2])
def test_every_printed_title_is_read_back(code, semester):
    """The title says subject, semester and year for every subject."""
    text = detail_title(SheetOf(code, semester, YEAR, "6A1"))
    sheet = Worksheet("Sheet1", hidden=False, rows=[Row(1, hidden=False, cells={1: Cell(Kind.TEXT, text)})])
    title = title_of(sheet, 2, "Sheet1")
    assert (title.subject, title.semester, title.school_year) == (code, semester, YEAR)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Toán", "TOAN"), ("HOÁ HỌC", "HOA"), ("Vật lý", "LI"), ("Địa lý", "DIA"), ("Lịch sử và Địa lý", "LSDL"),
        ("HĐTN, HN", "HDTN"), ("HĐTN-HN", "HDTN"), ("GDKT&PL", "KTPL"), ("Mỹ thuật", "MT"), ("Tiếng Anh", "NN1"),
        ("Công nghệ (Nông nghiệp)", "CN"), ("GDQP-AN", "GDQPAN"), ("Toán nâng cao", None), ("", None),
    ],
)  # fmt: skip
def test_spellings_of_a_subject_have_one_code(text, code):
    """Known short forms and i/y; what is not known is None, not the nearest."""
    assert subject_of(text) == code


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("ĐĐGtx1", "regular:1"), ("TX12", "regular:12"), ("ĐĐG tx 3", "regular:3"), ("ĐTBmhk1", "average:1"),
        ("ĐTBmhk II", "average:2"), ("ĐTBm HK1", "average:1"), ("ĐTBmcn", "year"), ("ĐTB mhk", "average"), ("1", None),
        ("HK1", None), ("Điểm cộng", None), ("TX0", None),
    ],
)  # fmt: skip
def test_labels_have_their_field(text, field):
    """Numbers and semesters inside a label count."""
    assert field_of(label_key(text)) == field


def test_rows_without_any_pupil_are_refused_as_empty(tmp_path):
    """A header alone is no sheet of marks."""
    with pytest.raises(Refused) as caught:
        marks(tmp_path, TITLE, HEADER, [None, "Giáo viên bộ môn"])
    assert caught.value.code == "WORKBOOK_EMPTY"
    assert told(Files(tmp_path).detail(a_mark_row()).prepared()) == []
