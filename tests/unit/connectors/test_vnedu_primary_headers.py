"""vnEdu class summary: headers moved, unmerged, decomposed, incomplete; sheets beside the classes; hostile cells."""

import contextlib
import tempfile
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.connectors.pupil_list import read_pupils, write_pupils
from hub.connectors.vnedu_primary import class_of, fit, prepare_book, write_classes
from hub.connectors.vnedu_primary.mapping import FIELDS, TITLES
from hub.connectors.vnedu_primary.titles import SheetTitle, title_of
from hub.connectors.worksheets import Cell, Kind, Row, Worksheet, open_workbook
from hub.errors import Refused
from tests.unit.connectors.builders import SCHOOL, YEAR, at, codes
from tests.unit.connectors.class_sheets import a_class, changed, listed, made_of


def _unmerge(book):
    for merged in list(book.active.merged_cells.ranges):
        book.active.unmerge_cells(str(merged))


def _move(book):
    _unmerge(book)
    book.active.insert_rows(6, 7)
    book.active.insert_cols(1, 2)


def _respell(book):
    for row in book.active.iter_rows(6, 8):
        for cell in row:
            if cell.value:
                cell.value = unicodedata.normalize("NFD", cell.value.replace(" ", "\n", 1))


def _split_name(book):
    sheet = book.active
    _unmerge(book)
    sheet.insert_cols(3)
    for row in range(9, 12):
        sheet.cell(row, 2).value, sheet.cell(row, 3).value = sheet.cell(row, 2).value.rsplit(" ", 1)
    sheet.merge_cells("B6:C8")


@pytest.mark.parametrize("change", [_unmerge, _move, _respell, _split_name])
@pytest.mark.parametrize("grade", [1, 4])
def test_a_header_in_another_dress_is_the_same_header(tmp_path, change, grade):
    """Unmerged, moved, decomposed and broken over lines, name in two columns: the same documents come out."""
    made = changed(tmp_path, change, grade)
    assert [row.transcript for row in made.documents] == a_class(grade)
    assert (codes(made.findings), made.rejected) == (set(), ())


def test_a_first_pupil_without_a_name_is_no_header(tmp_path):
    """A numbered row that spells its levels out is a pupil's, also where the name is missing."""

    def blank(book):
        book.active["B9"], book.active["D9"] = None, "Hoàn thành"

    made = changed(tmp_path, blank)
    assert [(row.row, "CELL_REQUIRED" in codes(row.findings)) for row in made.rejected] == [(9, True)]


def test_science_and_technology_are_subjects_and_competences(tmp_path):
    """Khoa học, Tin học and Công nghệ stand twice in grade 4, and each column keeps its meaning."""

    def lower(book):
        sheet = book.active
        sheet[f"{next(c.column_letter for c in sheet[6] if c.value == 'Khoa học')}9"] = "H"

    row = changed(tmp_path, lower, 4).documents[0].transcript
    assert [s.level for s in row.subjects if s.code == "KH"] == ["H"]
    assert [c.level for c in row.competences if c.code == "KHOA_HOC"] == ["T"]


def test_a_sheet_that_stops_fitting_names_its_cell_and_the_others_go_on(tmp_path):
    """A class whose header lost a title is refused as a sheet, not silently left out."""
    one, two = a_class(), a_class(letter="B", first=3)

    def lose(book):
        book["1B"]["D6"] = "Văn"

    made = made_of(tmp_path, [class_of(one), class_of(two)], listed(one, two), lose)
    found = at(made.findings, "WORKBOOK_SHEET_STOPS")
    assert (found.severity, found.facts) == (
        "refuse", {"sheet": "1B", "cell": "1B!D6", "expected": "Tiếng Việt, Mức đạt được", "found": "Văn"},
    )  # fmt: skip
    assert {row.sheet for row in made.documents} == {"1A"}


def test_sheets_that_are_no_class_are_told(tmp_path):
    """A cover and a hidden sheet are named and not read."""

    def add(book):
        book.create_sheet("Bìa")["A1"] = "Sổ tổng hợp"
        book.create_sheet("Ẩn")["A1"] = "x"
        book["Ẩn"].sheet_state = "hidden"

    made = changed(tmp_path, add)
    assert codes(made.findings) == {"WORKBOOK_SHEET_IGNORED", "WORKBOOK_SHEET_HIDDEN"}
    assert len(made.documents) == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda book: book.active.delete_rows(9, 20), "WORKBOOK_EMPTY"),
        (lambda book: book.active.delete_rows(6, 3), "WORKBOOK_HEADER_MISSING"),
        (lambda book: book.active.__setitem__("H6", "Toán"), "WORKBOOK_COLUMN_TWICE"),
    ],
)
def test_a_workbook_without_one_good_sheet_is_refused(tmp_path, change, code):
    """Nothing under the header, no header, a doubled column."""
    with pytest.raises(Refused) as caught:
        changed(tmp_path, change)
    assert caught.value.code == code


def test_unknown_and_hidden_columns_are_told(tmp_path):
    """A column that is not read is named; a hidden one is read and named."""

    def add(book):
        book.active["AZ6"] = "Chiều cao"
        book.active.column_dimensions["D"].hidden = True

    made = changed(tmp_path, add)
    assert {(found.code, found.facts["column"]) for found in made.findings} == {
        ("WORKBOOK_COLUMN_UNKNOWN", "AZ"), ("WORKBOOK_COLUMN_HIDDEN", "D"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "title"),
    [
        (["Năm học: 2024 - 2025", "Lớp: 1A"], SheetTitle("1A", "2024-2025")),
        (["NĂM HỌC 2024–2025", "Lớp:1A - GVCN: Nguyễn Thị B"], SheetTitle("1A", "2024-2025")),
        (["BẢNG TỔNG HỢP LỚP 3B NĂM HỌC 2024-2025"], SheetTitle("3B", "2024-2025")),
        (["Lớp: 5 A1, sĩ số: 35"], SheetTitle("5 A1")),
        (["KẾT QUẢ CUỐI HỌC KỲ II", "Lớp: 2C"], SheetTitle("2C")),
        (["KẾT QUẢ CUỐI HỌC KỲ I", "Lớp: 2C"], SheetTitle("2C", None, "HỌC KỲ I")),
        (["KẾT QUẢ GIỮA KÌ 2"], SheetTitle(None, None, "GIỮA KÌ")),
        (["Phòng học lớp học"], SheetTitle()),
    ],
)
def test_titles_say_class_year_and_period(texts, title):
    """One row a line above the table, in the ways that such sheets print them."""
    rows = [Row(n, False, {2: Cell(Kind.TEXT, text)}) for n, text in enumerate(texts, 1)]
    assert title_of(Worksheet("S", False, rows), 9) == title


def test_a_class_in_the_next_cell_is_found():
    """The word Lớp and the class itself may stand in two cells."""
    row = Row(5, False, {1: Cell(Kind.TEXT, "Lớp:"), 4: Cell(Kind.TEXT, "1A")})
    assert title_of(Worksheet("S", False, [row]), 6).class_code == "1A"


def test_every_field_has_a_title_for_the_clerk():
    """A missing column is named in the clerk's words."""
    assert set(FIELDS) <= set(TITLES)


VALUES = st.one_of(
    st.none(), st.integers(-5, 50_000), st.floats(allow_nan=False, allow_infinity=False), st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20), st.just(date(2019, 3, 1)),
    st.sampled_from(["=1+1", "#N/A", "x", "✓", "T", "Họ và tên", "Hoàn thành", "Lớp:", "Năm học: 2024 - 2025"]),
)  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 14), st.integers(1, 40), VALUES), min_size=1, max_size=4))
def test_no_value_that_a_program_saves_makes_it_fail(mutations):
    """Whatever openpyxl writes into a cell, a row that was not touched lands somewhere, or the file is refused."""

    def mutate(book):
        _unmerge(book)
        for row, column, value in mutations:
            book.active.cell(row, column).value = value

    with tempfile.TemporaryDirectory() as folder:
        try:
            made = changed(Path(folder), mutate)
        except Refused:
            return
    _check_rows(made, {row for row, _, _ in mutations})


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A workbook of one class and its pupils' list, as files."""
    folder = tmp_path_factory.mktemp("good")
    write_classes(folder / "s.xlsx", [class_of(a_class())])
    write_pupils(folder / "p.xlsx", listed(a_class()))
    return folder


CELLS = st.builds(
    Cell, st.sampled_from(list(Kind)),
    st.one_of(st.text(max_size=8), st.sampled_from([*TITLES.values(), "x", "1", "1e400", "nan", "43525", "Lớp: 1A"])),
)  # fmt: skip
RANGES = st.tuples(st.integers(1, 14), st.integers(1, 40), st.integers(1, 99_999), st.integers(1, 99_999))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, 10), st.integers(1, 40), st.one_of(st.none(), CELLS)), max_size=5),
    st.lists(RANGES, max_size=2), st.booleans(),
)  # fmt: skip
def test_no_cell_makes_it_fail(good, mutations, merged, from_1904):
    """Cells of any kind and text, merged ranges of any size: a report for every row, or a refusal with a code."""
    book = open_workbook(good / "s.xlsx")
    (sheet,) = book.sheets
    sheet.merged += merged
    touched = set()
    for place, column, cell in mutations:
        row = sheet.rows[place % len(sheet.rows)]
        touched.add(row.number)
        row.cells.pop(column, None)
        if cell is not None:
            row.cells[column] = cell
    sheet.rows[:] = [row for row in sheet.rows if row.cells]
    book = replace(book, from_1904=from_1904)
    assert fit(book).fits or fit(book).stops_at is not None
    made = None
    with contextlib.suppress(Refused):
        made = prepare_book(book, read_pupils(good / "p.xlsx"), school=SCHOOL, school_year=YEAR)
    if made is not None:
        _check_rows(made, touched)


def _check_rows(made, touched):
    """Every row is in one list only, none that was left alone is lost, and every finding can be shown."""
    reports = [row for rows in (made.documents, made.rejected, made.ignored) for row in rows]
    numbers = [row.row for row in reports]
    assert len(numbers) == len(set(numbers))
    assert {9, 10, 11} - touched <= set(numbers)
    codes([found for row in reports for found in row.findings])
