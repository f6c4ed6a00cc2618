"""Traps of whole rows: hidden, doubled, not joined, of an unknown or unsupported grade."""

import pytest

from hub.connectors.csdl_c1 import prepare_files, write_results
from hub.connectors.pupil_list import write_pupils
from hub.errors import Refused
from tests.unit.connectors.builders import SCHOOL, a_pupil, a_result, at, codes, only_report, prepared

OTHER = "0100849202"


def test_a_lost_zero_is_proposed_and_not_repaired(tmp_path):
    """A code one digit short is refused with the code of the pupil list as proposal."""
    found = at(only_report(prepared(tmp_path, [a_result(C=100849201)])).findings, "STUDENT_CODE_ZERO_LOST")
    assert (found.path, found.value, found.facts["proposal"]) == ("Sheet1!C4", "100849201", "0100849201")


def test_a_lost_zero_in_the_pupil_list_is_no_join(tmp_path):
    """Two files that lost the same zero do not agree on a wrong code."""
    report = only_report(prepared(tmp_path, [a_result(C=100849201)], [a_pupil(D=100849201)]))
    found = at(report.findings, "PUPIL_LIST_ROW_REFUSED")
    assert found.facts["codes"] == "STUDENT_CODE_ZERO_LOST"


def test_a_number_that_joins_exactly_is_used(tmp_path):
    """Ten digits stored as a number are the code itself."""
    (row,) = prepared(tmp_path, [a_result(C=2100849201)], [a_pupil(D="2100849201")]).documents
    assert row.transcript.student.student_code == "2100849201"


def test_a_pupil_twice_refuses_both_rows(tmp_path):
    """Neither of two rows of one pupil is used, also when one of them lost its zero."""
    made = prepared(tmp_path, [a_result(), a_result(F="H"), a_result(C=100849201)])
    assert not made.documents
    assert [at(report.findings, "PUPIL_ROW_TWICE").facts["rows"] for report in made.rejected] == ["4, 5, 6"] * 3


def test_a_code_twice_in_the_pupil_list_refuses_the_result(tmp_path):
    """A list that names two pupils under one code cannot say who it is."""
    report = only_report(prepared(tmp_path, [a_result()], [a_pupil(), a_pupil(E="Trần Văn Bình")]))
    assert at(report.findings, "PUPIL_LIST_TWICE").facts["rows"] == "Sheet1!2, Sheet1!3"


def test_an_unknown_code_is_refused_and_an_unused_pupil_is_reported(tmp_path):
    """A row without its pupil is refused; a pupil without a row is told, not dropped."""
    made = prepared(tmp_path, [a_result(C=OTHER)])
    assert codes(only_report(made).findings) == {"PUPIL_NOT_IN_LIST"}
    (absent,) = made.absent
    assert (codes(absent.findings), absent.row) == ({"PUPIL_WITHOUT_RESULT"}, 2)


def test_a_hidden_row_is_refused_not_read(tmp_path):
    """Rows hidden or filtered away are named and unused; the others go on."""
    listed = [a_pupil(), a_pupil(D=OTHER, E="Trần Văn Bình")]
    made = prepared(tmp_path, [a_result(), a_result(C=OTHER, D="Trần Văn Bình")], listed, hidden_rows={5})
    (report,) = made.rejected
    assert (report.row, codes(report.findings)) == (5, {"ROW_HIDDEN"})
    assert len(made.documents) == 1


def test_a_hidden_pupil_refuses_the_result(tmp_path):
    """A hidden row of the pupil list is not read in silence either."""
    write_results(tmp_path / "r.xlsx", [a_result()])
    write_pupils(tmp_path / "p.xlsx", [a_pupil()], hidden_rows={2})
    made = prepare_files(tmp_path / "r.xlsx", tmp_path / "p.xlsx", school=SCHOOL, school_year="2025-2026")
    assert at(only_report(made).findings, "PUPIL_LIST_ROW_REFUSED").facts["codes"] == "ROW_HIDDEN"


def test_another_name_under_the_code_is_refused(tmp_path):
    """Marks are not given to a pupil of another name."""
    assert codes(only_report(prepared(tmp_path, [a_result(D="Lê Văn Cường")])).findings) == {"PUPIL_NAME_DIFFERS"}


@pytest.mark.parametrize(("one", "other"), [("Đỗ Hoà", "Đỗ Hòa"), ("Lê Thuý", "Lê Thúy"), ("LÊ AN", "Lê An")])
def test_another_spelling_of_the_name_is_told(tmp_path, one, other):
    """Case and place of the tone mark do not part a pupil from the list, whose spelling is used."""
    (row,) = prepared(tmp_path, [a_result(D=one)], [a_pupil(E=other)]).documents
    assert (row.transcript.student.name, codes(row.findings)) == (other, {"PUPIL_NAME_SPELLING"})


@pytest.mark.parametrize(
    ("result", "pupil", "code"),
    [
        ({"E": "06/03/2018"}, {}, "PUPIL_BIRTH_DATE_DIFFERS"),
        ({"B": "1B"}, {}, "PUPIL_CLASS_DIFFERS"),
        ({}, {"H": "Chuyển đi"}, "PUPIL_STATUS"),
        ({}, {"D": "TAM-001318001234"}, None),
    ],
)
def test_a_disagreement_of_the_files_is_told(tmp_path, result, pupil, code):
    """The pupil list decides about the person, the result sheet about the class; the difference is a warning."""
    if "D" in pupil:
        result = {"C": pupil["D"]}
    (row,) = prepared(tmp_path, [a_result(**result)], [a_pupil(**pupil)]).documents
    assert codes(row.findings) == ({code} if code else set())
    assert row.transcript.student.birth_date == "2018-03-05"


@pytest.mark.parametrize(
    ("pupil", "code"),
    [
        ({"G": None}, "CELL_GENDER_UNKNOWN"),
        ({"F": None}, "CELL_REQUIRED"),
        ({"M": 1318001234}, "CELL_PERSONAL_ID_ZERO_LOST"),
        ({"K": "Lào"}, "CELL_NATIONALITY_UNKNOWN"),
    ],
)
def test_a_bad_row_of_the_list_refuses_its_result(tmp_path, pupil, code):
    """The result's report says where the pupil list is wrong and with which code."""
    report = only_report(prepared(tmp_path, [a_result()], [a_pupil(**pupil)]))
    found = at(report.findings, "PUPIL_LIST_ROW_REFUSED")
    assert (found.facts["where"], found.facts["codes"]) == ("Sheet1!2", code)


@pytest.mark.parametrize("text", ["1A", "Lớp 1A", "lớp 1", "1/2", "01A3", "L1B", 1])
def test_the_grade_is_read_from_the_class(tmp_path, text):
    """A class code that begins with its grade tells it."""
    (row,) = prepared(tmp_path, [a_result(B=text)], [a_pupil(B=None, C=None)]).documents
    assert row.transcript.grade == 1


def test_the_grade_may_come_from_the_pupil_list(tmp_path):
    """A class called by a flower takes its grade from the list's column Khối."""
    (row,) = prepared(tmp_path, [a_result(B="Hoa Mai")], [a_pupil(B="Khối 2", C="Hoa Mai")]).documents
    assert row.transcript.grade == 2


@pytest.mark.parametrize(
    ("result", "pupil", "code"),
    [
        ({"B": "Hoa Mai"}, {"B": None, "C": None}, "GRADE_UNKNOWN"),
        ({"B": "2A"}, {"C": None}, "GRADE_DIFFERS"),
        ({"B": "4A"}, {"B": "Khối 4", "C": "4A"}, "GRADE_COLUMNS_UNKNOWN"),
        ({"B": "10A1"}, {"B": None, "C": "10A1"}, "GRADE_COLUMNS_UNKNOWN"),
    ],
)
def test_a_grade_that_is_not_served_is_refused(tmp_path, result, pupil, code):
    """Unknown, contradicting and higher grades are refused, the last naming the JSON Lines form in its next step."""
    assert codes(only_report(prepared(tmp_path, [a_result(**result)], [a_pupil(**pupil)])).findings) == {code}


def test_grade_3_is_warned_about_and_never_refused(tmp_path):
    """The sheet lacks scores and competences of grade 3: the document stands, with a warning."""
    listed = [a_pupil(B="Khối 3", C="3B")]
    (row,) = prepared(tmp_path, [a_result(B="3B", L="T", N="T")], listed).documents
    assert (row.transcript.grade, codes(row.findings)) == (3, {"GRADE_3_COLUMNS_ABSENT"})


def test_a_year_before_the_circular_is_refused(tmp_path):
    """Grade 3 of 2021-2022 was under TT 30/2014, which this sheet does not serve."""
    write_results(tmp_path / "r.xlsx", [a_result(B="3B")])
    write_pupils(tmp_path / "p.xlsx", [a_pupil(B="Khối 3", C="3B")])
    made = prepare_files(tmp_path / "r.xlsx", tmp_path / "p.xlsx", school=SCHOOL, school_year="2021-2022")
    assert at(only_report(made).findings, "REGULATION_NOT_OF_SHEET").facts["regulation"] == "TT30-2014"


def test_a_workbook_by_itself_is_judged_but_not_signable(tmp_path):
    """Without pupil list, school and year the row is read, told, and the file is marked as not signable."""
    write_results(tmp_path / "r.xlsx", [a_result(), a_result(C=100849202)])
    made = prepare_files(tmp_path / "r.xlsx", None)
    (row,), (report,) = made.documents, made.rejected
    assert (made.signable, codes(row.findings)) == (False, {"PUPIL_LIST_ABSENT"})
    assert at(report.findings, "STUDENT_CODE_ZERO_LOST").facts["proposal"] == "0100849202"


def test_a_signature_line_is_ignored_and_reported(tmp_path):
    """A line of text under the list is no pupil, and says so."""
    footer = [None] * 30 + ["Hiệu trưởng"]
    made = prepared(tmp_path, [a_result(), [None, "Người lập biểu"], footer])
    assert len(made.documents) == 1
    assert [codes(report.findings) for report in made.ignored] == [{"ROW_IGNORED"}]
    assert codes(made.rejected[0].findings) >= {"CELL_REQUIRED"}


def test_a_school_year_of_another_form_is_refused(tmp_path):
    """A school year that is no school year stops before any row."""
    write_results(tmp_path / "r.xlsx", [a_result()])
    with pytest.raises(Refused) as caught:
        prepare_files(tmp_path / "r.xlsx", None, school_year="2025")
    assert caught.value.code == "SCHOOL_YEAR_NOT_CONSECUTIVE"
