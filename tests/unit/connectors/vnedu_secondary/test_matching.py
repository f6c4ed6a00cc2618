"""Rows of many sheets become one pupil's: by code, else by name, birth date and class; never by guess."""

from decimal import Decimal

import pytest

from hub.connectors.pupil_list import write_pupils
from hub.connectors.vnedu_secondary import SheetOf, detail_sheet, prepare_files, summary_sheet
from hub.connectors.workbook_writing import SheetToWrite, write_workbook
from hub.errors import Refused
from tests.unit.connectors.builders import codes
from tests.unit.connectors.vnedu_secondary.builders import (
    SCHOOL,
    YEAR,
    Files,
    a_mark_row,
    a_pupil,
    a_summary_row,
    told,
)

TOAN_1 = SheetOf("TOAN", 1, YEAR, "6A1")
VAN_2 = SheetOf("VAN", 2, YEAR, "6A1")
NAMESAKE = a_pupil(2, F="06/04/2014")


def values(made):
    """Return (student code, subject, semester 1, semester 2) of everything prepared."""
    return [
        (row.transcript.student.student_code, s.code, s.semester_1 or None, s.semester_2 or None)
        for row in made.documents
        for s in row.transcript.subjects
    ]


def test_both_semesters_and_all_subjects_of_a_pupil_are_one_document(tmp_path):
    """Three sheets, one pupil: the document stands at the first row."""
    made = Files(tmp_path).detail(of=VAN_2).detail(of=TOAN_1).detail().prepared()
    code = "0100849201"
    assert values(made) == [(code, "VAN", None, "8.3"), (code, "TOAN", "8.3", "8.3")]
    assert (made.documents[0].sheet, made.documents[0].row) == ("VAN_HK2", 6)


def test_only_first_semester_sheets_make_a_document_of_that_semester(tmp_path):
    """Nothing is said about the year."""
    made = Files(tmp_path).detail(of=TOAN_1).prepared()
    assert made.documents[0].transcript.period == "semester_1"
    assert "YEAR_RESULTS_NOT_IN_SHEETS" not in codes(made.findings)


def test_files_of_a_folder_are_joined_and_named_at_the_cell(tmp_path):
    """With several files a cell is named with its file."""
    for of in (TOAN_1, VAN_2):
        write_workbook(tmp_path / f"{of.subject}.xlsx", [detail_sheet(of, [a_mark_row(J=8)], name="Sheet1")])
    write_pupils(tmp_path / "p.xlsx", [a_pupil()])
    made = prepare_files(
        [tmp_path / "TOAN.xlsx", tmp_path / "VAN.xlsx"], tmp_path / "p.xlsx", school=SCHOOL, school_year=YEAR
    )
    assert told(made) == [
        ("SEMESTER_MARK_DIFFERS", "[TOAN.xlsx]Sheet1!J6"), ("SEMESTER_MARK_DIFFERS", "[VAN.xlsx]Sheet1!J6"),
    ]  # fmt: skip


def test_namesakes_of_the_list_are_not_guessed(tmp_path):
    """A detail has no birth date: which of the two it is cannot be known."""
    made = Files(tmp_path, pupils=[a_pupil(), NAMESAKE]).detail().prepared()
    assert [code for code, _ in told(made)] == ["PUPIL_NAME_SEVERAL"]
    assert not made.documents


def test_a_birth_date_parts_namesakes(tmp_path):
    """The summary has it."""
    rows = [a_summary_row(), a_summary_row(A=2, D="06/04/2014", O=Decimal("7.9"))]
    made = Files(tmp_path, pupils=[a_pupil(), NAMESAKE]).summary(*rows).prepared()
    assert [(row.transcript.student.student_code, row.row) for row in made.documents] == [
        ("0100849201", 5), ("0100849202", 6),
    ]  # fmt: skip


def test_a_name_of_another_birth_date_is_not_used(tmp_path):
    """It is told where such a name stands."""
    made = Files(tmp_path).summary(a_summary_row(D="07/03/2014")).prepared()
    assert [code for code, _ in told(made)] == ["PUPIL_NAME_OTHER_BIRTH_DATE"]


def test_a_pupil_twice_in_a_sheet_is_refused_in_both_rows(tmp_path):
    """With a list and without."""
    for pupils in ([a_pupil()], None):
        made = Files(tmp_path, pupils=pupils).detail(a_mark_row(), a_mark_row(A=2)).prepared()
        assert not made.documents
        assert sorted(told(made)) == [("PUPIL_ROW_TWICE", "TOAN_HK2!B6"), ("PUPIL_ROW_TWICE", "TOAN_HK2!B7")]


def coded_sheet(of, *rows):
    """Return a detail with a column Mã học sinh after STT."""
    sheet = detail_sheet(of, [])
    header = [[row[0] if row else None, None, *row[1:]] for row in sheet.rows]
    header[0], header[1], header[3][1] = header[0][:1], header[1][:1], "Mã học sinh"
    return SheetToWrite(sheet.name, [*header, *rows], ("A4:A5", "B4:B5", "C4:D5", "E4:H4", "I4:I5", "J4:J5", "K4:K5"))


def test_a_student_code_joins_and_parts_namesakes(tmp_path):
    """A code is taken exactly; the name must agree with it."""
    one, two, wrong = a_mark_row(), a_mark_row(A=2), a_mark_row(A=3, B="Trần Văn")
    rows = [[1, "0100849201", *one[1:]], [2, "0100849202", *two[1:]], [3, "0100849203", *wrong[1:]]]
    files = Files(tmp_path, pupils=[a_pupil(), NAMESAKE, a_pupil(3)])
    files.sheets.append(coded_sheet(TOAN_1, *rows))
    made = files.prepared()
    assert [row.transcript.student.student_code for row in made.documents] == ["0100849201", "0100849202"]
    assert [f.code for f in made.rejected[0].findings] == ["PUPIL_NAME_DIFFERS"]


def test_a_code_of_one_sheet_reaches_the_rows_of_another_without_a_list(tmp_path):
    """One name, one code, one birth date at most: one pupil."""
    files = Files(tmp_path, pupils=None).detail()
    files.sheets.append(coded_sheet(TOAN_1, [1, "0100849201", *a_mark_row()[1:]]))
    assert values(files.prepared()) == [("0100849201", "TOAN", "8.3", "8.3")]


def test_namesakes_without_a_list_are_refused_where_nothing_parts_them(tmp_path):
    """Two birth dates in one sheet, none in the other: whose the second sheet's row is stays open."""
    rows = [a_summary_row(), a_summary_row(A=2, D="06/04/2014")]
    files = Files(tmp_path, pupils=None).summary(*rows, name="Toán").detail(of=VAN_2)
    made = files.prepared()
    assert {code for code, _ in told(made)} == {"PUPIL_NAME_SEVERAL"}
    assert (len(made.documents), len(made.rejected)) == (0, 3)


def test_namesakes_without_a_list_are_parted_by_full_birth_dates(tmp_path):
    """Every row of the name has one."""
    rows = [a_summary_row(), a_summary_row(A=2, D="06/04/2014")]
    made = Files(tmp_path, pupils=None).summary(*rows, name="Toán").prepared()
    assert sorted(row.transcript.student.birth_date for row in made.documents) == ["2014-03-05", "2014-04-06"]


def test_pupils_of_two_classes_are_two(tmp_path):
    """One name in 6A1 and 6A2, no list: two documents."""
    made = Files(tmp_path, pupils=None).detail().detail(of=SheetOf("TOAN", 1, YEAR, "6A2")).prepared()
    assert sorted(row.transcript.class_ for row in made.documents) == ["6A1", "6A2"]


def test_two_sheets_that_differ_keep_the_pupil_out(tmp_path):
    """A detail and a summary of one subject must agree; when they do, nothing is said."""
    agreeing = Files(tmp_path).detail().summary(name="Tổng hợp").prepared()
    assert [code for code, _ in told(agreeing)] == []
    made = Files(tmp_path).detail(a_mark_row(I=8, J=8)).summary(name="Tổng hợp").prepared()
    (found,) = [f for f in made.rejected[0].findings if f.code == "SHEET_VALUES_DIFFER"]
    assert (found.facts["one"], found.facts["other"], found.facts["where"]) == ("8.0", "8.3", "TOAN_HK2!6")


def test_one_refused_row_keeps_the_pupil_out_with_all_that_was_found(tmp_path):
    """The report holds what every sheet says of the pupil, once."""
    made = Files(tmp_path).detail(a_mark_row(J=8)).detail(a_mark_row(H=11), of=VAN_2).prepared()
    assert told(made) == [("SEMESTER_MARK_DIFFERS", "TOAN_HK2!J6"), ("CELL_SCORE_INVALID", "VAN_HK2!H6")]
    assert not made.documents


def test_a_pupil_without_a_row_in_a_sheet_of_the_class_is_told(tmp_path):
    """And one of the list without any row at all; other classes are left alone."""
    listed = [
        a_pupil(),
        a_pupil(2, E="Trần Văn Bình"),
        a_pupil(3, E="Lê Thị Cúc"),
        a_pupil(4, C="6A2", E="Lò Văn Dũng"),
    ]
    other = a_mark_row(A=2, B="Trần Văn", C="Bình")
    made = Files(tmp_path, pupils=listed).detail(a_mark_row(), other).detail(of=VAN_2).prepared()
    assert told(made) == [("SHEET_WITHOUT_PUPIL", "VAN_HK2")]
    assert [(r.findings[0].code, r.row) for r in made.absent] == [("PUPIL_WITHOUT_RESULT", 4)]


def test_a_fault_of_the_pupil_list_is_told_once(tmp_path):
    """Not once a sheet."""
    made = Files(tmp_path, pupils=[a_pupil(J="Kinh ")]).detail().detail(of=VAN_2).detail(of=TOAN_1).prepared()
    assert told(made) == [("CELL_SPACES", "Sheet1!J2")]


@pytest.mark.parametrize(
    ("of", "year", "code"),
    [
        (SheetOf("TOAN", 2, YEAR, "6A1"), YEAR, "GRADE_DIFFERS"),
        (SheetOf("SU", 2, YEAR, "7A1"), YEAR, "SUBJECT_UNKNOWN"),
        (SheetOf("TOAN", 2, "2021-2022", "7A1"), "2021-2022", "MARK_SHEET_REGULATION"),
    ],
)
def test_a_class_that_the_sheet_cannot_serve_is_refused(tmp_path, of, year, code):
    """Grades that disagree, a subject that the grade has not, a year of the former circular."""
    made = Files(tmp_path, pupils=None, grade=7, school_year=year).detail(of=of).prepared()
    assert code in codes(made.rejected[0].findings)
    assert not made.documents


def test_a_primary_grade_is_refused(tmp_path):
    """Sheets of marks are of grades 6 to 12."""
    sheet = detail_sheet(SheetOf("TOAN", 2, YEAR, ""), [a_mark_row()])
    files = Files(tmp_path, pupils=[a_pupil(B="Khối 5", C="5A")])
    files.sheets.append(sheet)
    assert codes(files.prepared().rejected[0].findings) == {"MARK_SHEET_GRADE"}


def test_years_of_two_sheets_must_agree(tmp_path):
    """Without --year the first title says it; another one is refused."""
    files = Files(tmp_path, pupils=None, school_year=None)
    files.detail().summary(of=SheetOf("VAN", 2, "2024-2025", "6A1"))
    with pytest.raises(Refused) as caught:
        files.prepared()
    assert (caught.value.code, caught.value.facts["found"]) == ("SHEET_YEAR_DIFFERS", "2024-2025")
    assert summary_sheet(TOAN_1, []).name == "Sheet1"


def test_what_the_list_says_against_every_sheet_is_told_once(tmp_path):
    """A pupil who left is told once, not once a sheet."""
    made = Files(tmp_path, pupils=[a_pupil(H="Chuyển đi")]).detail().detail(of=VAN_2).prepared()
    assert [code for code, _ in told(made)] == ["PUPIL_STATUS"]


def test_sheets_without_a_class_are_of_the_class_in_the_list(tmp_path):
    """Two classes, no class line: nobody is told absent from the other class's sheet."""
    listed = [a_pupil(), a_pupil(2, C="6A2", E="Trần Văn Bình")]
    other = a_mark_row(B="Trần Văn", C="Bình")
    files = Files(tmp_path, pupils=listed).detail(of=SheetOf("TOAN", 2, YEAR, ""))
    made = files.detail(other, of=SheetOf("VAN", 2, YEAR, "")).prepared()
    assert told(made) == []
    assert sorted(row.transcript.class_ for row in made.documents) == ["6A1", "6A2"]
