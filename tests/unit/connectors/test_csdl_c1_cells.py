"""Traps of single cells: each is named at its place, read with a word about it, or refused; never silently mended."""

from decimal import Decimal

import openpyxl
import pytest

from hub.connectors.assessments import score
from hub.connectors.csdl_c1 import prepare_files, result_row, write_results
from hub.connectors.notes import Notes
from hub.connectors.pupil_list import pupil_row, write_pupils
from hub.connectors.worksheets import Cell, Kind
from hub.domain.transcript import Assessed, Subject
from tests.unit.connectors.builders import CODE, SCHOOL, YEAR, a_pupil, a_result, at, codes, only_report, prepared


def test_a_good_row_becomes_the_document_with_the_same_marks(tmp_path):
    """Thirty-five cells become levels, scores as "9.0", competences, qualities and result, without a finding."""
    made = prepared(tmp_path, [a_result()])
    (row,) = made.documents
    document = row.transcript
    assert (row.sheet, row.row, row.findings, made.rejected, made.findings) == ("Sheet1", 4, (), (), ())
    assert document.subjects[:2] == (
        Subject(code="TV", kind="level", level="T", score="10.0"),
        Subject(code="TOAN", kind="level", level="T", score="9.0"),
    )
    assert [s.code for s in document.subjects] == ["TV", "TOAN", "DD", "TNXH", "GDTC", "AN", "MT", "HDTN"]
    assert document.competences[-1] == Assessed(code="THE_CHAT", level="T")
    assert (document.rating, document.result.completed, document.result.promotion) == ("HTXS", True, "promoted")
    assert (document.grade, document.class_, document.regulation) == (1, "1A", "TT27-2020")
    assert document.student.birth_date == "2018-03-05"
    assert (document.student.gender, document.student.ethnicity) == ("female", "Kinh")
    assert (document.student.personal_id, made.signable) == ("001318001234", True)


def test_the_written_row_is_the_read_row(tmp_path):
    """A document written back into the two shapes gives the cells it came from."""
    (row,) = prepared(tmp_path, [a_result()]).documents
    assert result_row(row.transcript, 1) == a_result()
    assert pupil_row(row.transcript, 1) == a_pupil()


@pytest.mark.parametrize(
    ("cells", "code", "proposal"),
    [
        ({"G": "9,0"}, "CELL_DECIMAL_COMMA", "9.0"),
        ({"F": "HTT"}, "CELL_LEVEL_ALIAS", "T"),
        ({"J": "t"}, "CELL_LEVEL_ALIAS", "T"),
        ({"S": "Tốt"}, "CELL_LEVEL_ALIAS", "T"),
        ({"S": "ð"}, "CELL_LEVEL_ALIAS", "Đ"),
        ({"E": 43164}, "CELL_DATE_SERIAL", "2018-03-05"),
    ],
)
def test_a_doubtful_cell_is_read_and_told(tmp_path, cells, code, proposal):
    """What can be read in one way only is read so, and the finding shows how."""
    (row,) = prepared(tmp_path, [a_result(**cells)]).documents
    (found,) = row.findings
    (letters,) = cells
    assert (found.code, found.path, found.facts["proposal"]) == (code, f"Sheet1!{letters}4", proposal)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"G": 11}, "CELL_SCORE_INVALID"),
        ({"G": -1}, "CELL_SCORE_INVALID"),
        ({"G": Decimal("8.25")}, "CELL_SCORE_INVALID"),
        ({"G": "9 điểm"}, "CELL_SCORE_INVALID"),
        ({"G": "９"}, "CELL_SCORE_INVALID"),
        ({"F": "A"}, "CELL_LEVEL_UNKNOWN"),
        ({"F": "Đ"}, "CELL_LEVEL_UNKNOWN"),
        ({"S": "H"}, "CELL_LEVEL_UNKNOWN"),
        ({"S": "D"}, "CELL_LEVEL_UNKNOWN"),
        ({"F": 1}, "CELL_KIND"),
        ({"AF": "có"}, "CELL_CHECK_UNKNOWN"),
        ({"AG": "✓"}, "CELL_CHECK_UNKNOWN"),
        ({"AH": "Giỏi"}, "CELL_RATING_UNKNOWN"),
        ({"E": "31/02/2018"}, "CELL_DATE_INVALID"),
        ({"E": 3}, "CELL_DATE_INVALID"),
        ({"C": None}, "CELL_REQUIRED"),
        ({"D": " "}, "CELL_REQUIRED"),
        ({"C": "01 00"}, "CELL_CODE_MALFORMED"),
        ({"D": "Nguyễn\u200bThị Ánh"}, "CELL_FORBIDDEN_CHARACTER"),
        ({"D": "\u202eÁnh"}, "CELL_FORBIDDEN_CHARACTER"),
        ({"D": "A" * 201}, "CELL_TOO_LONG"),
        ({"D": "=1+1"}, "CELL_LIKE_FORMULA"),
    ],
)
def test_a_wrong_cell_refuses_its_row_and_names_the_cell(tmp_path, cells, code):
    """The finding carries sheet, row and column, and a good row beside it goes on."""
    other = a_result(C="0100849202", D="Trần Văn Bình", A=2)
    listed = [a_pupil(), a_pupil(D="0100849202", E="Trần Văn Bình")]
    made = prepared(tmp_path, [a_result(**cells), other], listed)
    (report,), (good,) = made.rejected, made.documents
    (letters,) = cells
    found = at(report.findings, code)
    assert (found.path, found.facts["sheet"], found.facts["row"]) == (f"Sheet1!{letters}4", "Sheet1", "4")
    assert found.facts["column"] == letters
    assert good.transcript.student.student_code == "0100849202"


def test_every_fault_of_a_row_is_named_at_once(tmp_path):
    """One run tells the clerk all wrong cells."""
    report = only_report(prepared(tmp_path, [a_result(F="?", G=11, S="?", AH="?")]))
    assert [found.path for found in report.findings] == ["Sheet1!F4", "Sheet1!G4", "Sheet1!S4", "Sheet1!AH4"]


def test_spare_spaces_are_told(tmp_path):
    """A name with spare spaces stands in the document without them, with a warning that does not repeat the name."""
    (row,) = prepared(tmp_path, [a_result(D="Nguyễn\u00a0 Thị Ánh ")]).documents
    (found,) = row.findings
    assert (row.transcript.student.name, found.code, found.path) == ("Nguyễn Thị Ánh", "CELL_SPACES", "Sheet1!D4")


def test_decomposed_letters_are_composed_and_told(tmp_path):
    """A name in NFD stands in the document in NFC, with a warning at its cell."""
    decomposed = "Nguye\u0302\u0303n Thi\u0323 A\u0301nh"
    (row,) = prepared(tmp_path, [a_result(D=decomposed)], [a_pupil(E=decomposed)]).documents
    assert row.transcript.student.name == "Nguyễn Thị Ánh"
    assert [(f.code, f.path) for f in row.findings] == [("CELL_NFD", "Sheet1!D4"), ("CELL_NFD", "Sheet1!E2")]


@pytest.mark.parametrize(
    ("cell", "read"), [("2018", "2018"), (2018, "2018"), ("3/2018", "2018-03"), ("5.3.2018", "2018-03-05")]
)
def test_a_birth_date_may_be_a_year_or_a_month(tmp_path, cell, read):
    """A year or a month alone is legal and is not filled up."""
    (row,) = prepared(tmp_path, [a_result()], [a_pupil(F=cell)]).documents
    assert (row.transcript.student.birth_date, row.findings) == (read, ())


def test_a_formula_refuses_its_row_even_with_a_cached_value(tmp_path):
    """What a formula shows is never taken, and the column is named."""
    write_results(tmp_path / "r.xlsx", [a_result()])
    write_pupils(tmp_path / "p.xlsx", [a_pupil()])
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    book.active["G4"] = "=4+5"
    book.save(tmp_path / "r.xlsx")
    made = prepare_files(tmp_path / "r.xlsx", tmp_path / "p.xlsx", school=SCHOOL, school_year=YEAR)
    assert at(only_report(made).findings, "CELL_FORMULA").path == "Sheet1!G4"


@pytest.mark.parametrize("stored", ["8.1999999999999993", "8.199999999999999", "8.2", "82E-1"])
def test_a_number_is_read_as_the_spreadsheet_shows_it(stored):
    """The binary remainder that programs store of 8.2 is not a second decimal."""
    notes = Notes("Sheet1", 4)
    assert score(Cell(Kind.NUMBER, stored), notes, 7) == "8.2"
    assert notes.found == []


def test_blank_electives_are_absent_subjects(tmp_path):
    """A filled elective is a subject, a blank one is none."""
    (row,) = prepared(tmp_path, [a_result(L="H", N=None)]).documents
    assert [s for s in row.transcript.subjects if s.code in {"NN1", "THCN"}] == [
        Subject(code="NN1", kind="level", level="H")
    ]


def test_a_blank_cross_means_no(tmp_path):
    """Not completed and not promoted is said by blanks, and promotion stays open."""
    (row,) = prepared(tmp_path, [a_result(AF=None, AG=None, AH="CHT")]).documents
    assert row.transcript.result.completed is False
    assert (type(row.transcript.result.promotion).__name__, row.transcript.rating) == ("UnsetType", "CHT")


def test_facts_of_findings_hold_no_name(tmp_path):
    """Facts fill texts that go into receipts: the pupil's name is only ever the value."""
    made = prepared(tmp_path, [a_result(D="Lê Khác Hẳn", F="?")])
    report = only_report(made)
    assert {"PUPIL_NAME_DIFFERS", "CELL_LEVEL_UNKNOWN"} <= codes(report.findings)
    assert not any("Lê" in text or CODE in text for found in report.findings for text in found.facts.values())
