"""Traps of single cells of sheets of marks: read with a word, checked with the arithmetic, or the pupil is kept out."""

from decimal import Decimal

import openpyxl
import pytest

from hub.connectors.vnedu_secondary import SheetOf, prepare_files
from hub.domain.transcript import Subject
from tests.unit.connectors.builders import codes
from tests.unit.connectors.vnedu_secondary.builders import (
    GDTC_2,
    YEAR,
    Files,
    a_comment_row,
    a_mark_row,
    a_pupil,
    a_summary_row,
    only,
    told,
)


def test_good_rows_become_one_document_without_a_word(tmp_path):
    """A scored and a comment-only sheet give the pupil of the list both subjects, in document order."""
    made = Files(tmp_path).detail(a_comment_row(), of=GDTC_2).detail().prepared()
    (row,) = made.documents
    assert (row.findings, made.rejected, made.ignored, made.absent) == ((), (), (), ())
    assert row.transcript.subjects == (
        Subject(code="TOAN", comment="Học tốt", kind="score", semester_2="8.3"),
        Subject(code="GDTC", comment="Chăm tập", kind="comment", semester_2="Đ"),
    )
    assert (row.transcript.grade, row.transcript.class_, row.transcript.period) == (6, "6A1", "year")
    assert (row.transcript.student.personal_id, row.transcript.student.name) == ("001314001231", "Nguyễn Thị Ánh")


def test_what_comes_of_marks_is_never_signable_and_says_what_is_missing(tmp_path):
    """No sheet of marks has the results of the year: absent in the document, told of the file."""
    made = Files(tmp_path).detail().prepared()
    assert not made.signable
    assert codes(made.findings) == {
        "SUBJECTS_NOT_IN_SHEETS", "YEAR_RESULTS_NOT_IN_SHEETS", "RESULTS_NOT_IN_SHEETS",
    }  # fmt: skip
    transcript = made.documents[0].transcript
    assert not transcript.result.completed
    assert not any((transcript.learning, transcript.training, transcript.subjects[0].year))


def test_a_summary_gives_both_semesters_and_the_year(tmp_path):
    """Columns M, N and O become the three results of the subject."""
    made = Files(tmp_path).summary().prepared()
    (row,) = made.documents
    assert row.findings == ()
    assert row.transcript.subjects == (
        Subject(code="TOAN", kind="score", semester_1="7.4", semester_2="8.3", year="8.0"),
    )


@pytest.mark.parametrize(
    ("cells", "code", "cell"),
    [
        ({"D": "8,0"}, "CELL_DECIMAL_COMMA", "D"),
        ({"D": Decimal("8.04"), "E": Decimal("7.96")}, "CELL_MARK_PRECISE", "D"),
        ({"J": "8,3"}, "CELL_DECIMAL_COMMA", "J"),
        ({"B": "Nguye\u0302\u0303n Thi\u0323"}, "CELL_NFD", "B"),
        ({"C": "Ánh "}, "CELL_SPACES", "C"),
        ({"K": "Học\n tốt"}, "CELL_SPACES", "K"),
        ({"J": Decimal("8.2")}, "SEMESTER_MARK_DIFFERS", "J"),
        ({"J": None}, "MARK_RESULT_ABSENT", "J"),
        ({"H": None}, "MARKS_INCOMPLETE", "J"),
        ({"I": None}, "MARKS_INCOMPLETE", "J"),
        ({"D": None, "E": None, "F": None, "G": None}, "MARKS_INCOMPLETE", "J"),
        ({"G": None}, "MARK_COUNT_FEWER", "D"),
    ],
)
def test_a_doubt_is_told_at_its_cell_and_the_document_stands(tmp_path, cells, code, cell):
    """Warnings leave the pupil in."""
    made = Files(tmp_path).detail(a_mark_row(**cells)).prepared()
    assert len(made.documents) == 1
    assert (code, f"TOAN_HK2!{cell}6") in told(made)
    assert code in codes(made.documents[0].findings)


@pytest.mark.parametrize(
    ("cells", "code", "cell"),
    [
        ({"D": 11}, "CELL_SCORE_INVALID", "D"),
        ({"H": -1}, "CELL_SCORE_INVALID", "H"),
        ({"I": "chín"}, "CELL_SCORE_INVALID", "I"),
        ({"I": "９"}, "CELL_SCORE_INVALID", "I"),
        ({"D": "Đ"}, "CELL_SCORE_INVALID", "D"),
        ({"J": Decimal("8.33")}, "CELL_SCORE_INVALID", "J"),
        ({"J": "Đ"}, "CELL_SCORE_INVALID", "J"),
        ({"C": None}, "CELL_REQUIRED", "C"),
        ({"C": "Á\u200bnh"}, "CELL_FORBIDDEN_CHARACTER", "C"),
        ({"K": "=1+1"}, "CELL_LIKE_FORMULA", "K"),
        ({"K": "a" * 2001}, "CELL_TOO_LONG", "K"),
        ({"K": "a\u202eb"}, "CELL_FORBIDDEN_CHARACTER", "K"),
        ({"C": "Anh"}, "PUPIL_NAME_NOT_IN_LIST", "B"),
    ],
)
def test_a_wrong_cell_keeps_its_pupil_out_and_is_named(tmp_path, cells, code, cell):
    """The other pupil of the class goes on."""
    other = a_mark_row(A=2, C="Bình")
    files = Files(tmp_path).detail(a_mark_row(**cells), other)
    files.pupils = [*files.pupils, [*files.pupils[0][:3], "0100849209", "Nguyễn Thị Bình", *files.pupils[0][5:]]]
    made = files.prepared()
    (report,), (good,) = made.rejected, made.documents
    assert (code, f"TOAN_HK2!{cell}6") in [(f.code, f.path) for f in report.findings]
    assert code in codes(report.findings)
    assert good.transcript.student.student_code == "0100849209"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"D": "Đạt"}, "CELL_LEVEL_ALIAS"), ({"H": "đ"}, "CELL_LEVEL_ALIAS"), ({"H": "CĐ"}, "SEMESTER_COMMENT_DIFFERS"),
        ({"G": "CĐ"}, "SEMESTER_COMMENT_DIFFERS"), ({"D": "CĐ"}, "SEMESTER_COMMENT_DIFFERS"),
        ({"E": None}, "MARK_COUNT_FEWER"), ({"H": None}, "MARK_RESULT_ABSENT"), ({"F": None}, "MARKS_INCOMPLETE"),
    ],
)  # fmt: skip
def test_a_doubt_of_a_comment_only_subject_is_told(tmp_path, cells, code):
    """Đạt only when all assessments are Đạt; what differs is a warning."""
    made = Files(tmp_path).detail(a_comment_row(**cells), of=GDTC_2).prepared()
    assert len(made.documents) == 1
    assert codes(made.documents[0].findings) == {code}


@pytest.mark.parametrize(
    ("cells", "code"),
    [({"D": 8}, "CELL_KIND"), ({"H": "D"}, "CELL_LEVEL_UNKNOWN"), ({"H": "T"}, "CELL_LEVEL_UNKNOWN")],
)
def test_a_wrong_cell_of_a_comment_only_subject_keeps_its_pupil_out(tmp_path, cells, code):
    """Only Đ and CĐ stand in a subject without marks."""
    made = Files(tmp_path).detail(a_comment_row(**cells), of=GDTC_2).prepared()
    assert (codes(made.rejected[0].findings), made.documents) == ({code}, ())


def test_a_differing_average_shows_its_arithmetic(tmp_path):
    """Inputs, formula, working, expected and stated value stand in the facts, with the cell."""
    found = only(Files(tmp_path).detail(a_mark_row(J=8)).prepared(), "SEMESTER_MARK_DIFFERS")
    assert (found.facts["expected"], found.facts["stated"], found.facts["column"]) == ("8.3", "8.0", "J")
    assert "ĐĐGtx4 8" in found.facts["inputs"]
    assert found.facts["working"] == "(8.0 + 8.0 + 8.0 + 8.0 + 2 × 8.0 + 3 × 9.0) / 9 = 8.333… → 8.3"


@pytest.mark.parametrize(
    ("marks", "average"),
    [
        # (TX …, gk, ck): the exact mean lies on a half that binary floats miss.
        (("7.5", "7.0", "8.0", "8.0", "8.3"), "7.9"),  # (22.5 + 16 + 24.9) / 8 = 7.925
        (("8.0", "8.0", "8.0", "8.6", "8.4"), "8.3"),  # (24 + 17.2 + 25.2) / 8 = 8.3
        (("6.1", "6.0", "6.1", "6.2", "6.1"), "6.1"),  # (18.2 + 12.4 + 18.3) / 8 = 6.1125
        (("8.2", "8.2", "8.2", "8.2", "8.4"), "8.3"),  # (24.6 + 16.4 + 25.2) / 8 = 8.275
        (("1.1", "1.1", "1.2", "1.1", "1.2"), "1.2"),  # (3.4 + 2.2 + 3.6) / 8 = 1.15
        (("8.3", "8.3", "8.2", "8.3", "8.2"), "8.3"),  # (24.8 + 16.6 + 24.6) / 8 = 8.25
        (("6.5", "6.5", "6.4", "6.5", "6.4"), "6.5"),  # (19.4 + 13 + 19.2) / 8 = 6.45
        (("0.0", "0.1", "0.1", "0.0", "0.0"), "0.0"),  # 0.2 / 8 = 0.025
        (("0.1", "0.1", "0.2", "0.0", "0.0"), "0.1"),  # 0.4 / 8 = 0.05
        (("10.0", "10.0", "10.0", "10.0", "9.8"), "9.9"),  # (30 + 20 + 29.4) / 8 = 9.925
    ],
)
def test_an_average_on_the_edge_is_judged_in_decimals(tmp_path, marks, average):
    """Half up, of the sum over the count and five: no float decides on 8.25 or 1.15."""
    of = SheetOf("TOAN", 2, YEAR, "6A1", regular_count=3)
    *regular, midterm, final = map(Decimal, marks)
    right = [1, "Nguyễn Thị", "Ánh", *regular, midterm, final, Decimal(average), None]
    beside = "SEMESTER_MARK_DIFFERS"
    assert beside not in codes(Files(tmp_path).detail(right, of=of).prepared().documents[0].findings)
    for step in ("0.1", "-0.1"):
        if 0 <= Decimal(average) + Decimal(step) <= 10:
            wrong = [*right[:-2], Decimal(average) + Decimal(step), None]
            assert only(Files(tmp_path).detail(wrong, of=of).prepared(), beside).facts["expected"] == average


def test_marks_that_another_program_stored_as_floats_are_read_as_shown(tmp_path):
    """8.2 may stand in a file as 8.1999999999999993."""
    row = a_mark_row(D=Decimal("8.1999999999999993"), E=Decimal("7.7999999999999998"))
    assert told(Files(tmp_path).detail(row).prepared()) == []


@pytest.mark.parametrize(
    ("cells", "code", "cell"),
    [
        ({"O": Decimal("7.9")}, "YEAR_MARK_UNSURE", "O"),
        ({"O": Decimal("7.4")}, "YEAR_MARK_DIFFERS", "O"),
        ({"N": Decimal("8.4")}, "SEMESTER_MARK_DIFFERS", "N"),
        ({"N": None}, "MARK_RESULT_ABSENT", "N"),
    ],
)
def test_a_summary_is_checked_at_its_cells(tmp_path, cells, code, cell):
    """ĐTBmcn from the stated semesters, ĐTBmhk of the semester whose marks the sheet has."""
    other = a_summary_row(A=2, C="Trần Văn Bình")  # its ĐTBmhk2 says that the marks are of semester II
    made = Files(tmp_path, pupils=None, grade=6).summary(a_summary_row(**cells), other).prepared()
    assert (code, f"Sheet1!{cell}5") in told(made)


def test_a_summary_of_the_first_semester_is_checked_against_it(tmp_path):
    """Without any ĐTBmhk2 the marks are those of semester I, and the document is one of that semester."""
    rows = [a_summary_row(M=Decimal("8.3"), N=None, O=None), a_summary_row(A=2, C="Trần Văn Bình", N=None, O=None)]
    made = Files(tmp_path, pupils=None).summary(*rows).prepared()
    assert only(made, "SEMESTER_MARK_DIFFERS").path == "Sheet1!M6"
    assert made.documents[0].transcript.subjects[0].semester_1 == "8.3"


def test_what_the_marks_give_is_kept_with_its_working(tmp_path):
    """ĐTBmhk of the semester with marks, and ĐTBmcn; a year that is not stated is shown and stays out."""
    for year, stated in ((8, "8.0"), (None, None)):
        (row,) = Files(tmp_path).summary(a_summary_row(O=year)).prepared().documents
        assert [(value.path, value.expected, value.stated) for value in row.computed] == [
            ("Sheet1!N5", "8.3", "8.3"), ("Sheet1!O5", "8.0", stated),
        ]  # fmt: skip
        assert [value.working for value in row.computed] == [
            "(8.0 + 8.0 + 8.0 + 8.0 + 2 × 8.0 + 3 × 9.0) / 9 = 8.333… → 8.3", "(7.4 + 2 × 8.3) / 3 = 8 → 8.0",
        ]  # fmt: skip
        assert bool(row.transcript.subjects[0].year) is bool(year)


def test_a_kept_out_row_is_explained_too(tmp_path):
    """What is wrong with the pupil's code says nothing of the marks."""
    made = Files(tmp_path, pupils=[a_pupil(E="Trần Văn Bình")]).detail().prepared()
    assert not made.documents
    assert [value.path for value in made.rejected[0].computed] == ["TOAN_HK2!J6"]


def test_art_stands_in_one_row_or_in_two(tmp_path):
    """Âm nhạc and Mĩ thuật together are Nghệ thuật; one of them alone lacks the other."""
    titles = {}
    for codes_there in (("AN", "MT"), ("AN",), ("NT",), ("TOAN",)):
        files = Files(tmp_path)
        for code in codes_there:
            of = SheetOf(code, 2, YEAR, "6A1", regular_count=2 if code != "TOAN" else 4)
            files.detail(a_comment_row() if code != "TOAN" else a_mark_row(), of=of)
        made = files.prepared()
        assert [subject.code for subject in made.documents[0].transcript.subjects] == list(codes_there)
        missing = next(found for found in made.findings if found.code == "SUBJECTS_NOT_IN_SHEETS")
        titles[codes_there] = set(missing.facts["subjects"].split(", ")) & {"Nghệ thuật", "Âm nhạc", "Mĩ thuật"}
    assert titles == {("AN", "MT"): set(), ("AN",): {"Mĩ thuật"}, ("NT",): set(), ("TOAN",): {"Nghệ thuật"}}


def test_a_blank_year_is_not_made_up(tmp_path):
    """Both semesters stand there, the year stays absent."""
    (row,) = Files(tmp_path).summary(a_summary_row(O=None)).prepared().documents
    assert not row.transcript.subjects[0].year


def test_a_hidden_row_keeps_its_pupil_out(tmp_path):
    """A hidden mark is no mark; the pupil is known by name all the same."""
    made = Files(tmp_path).detail(a_mark_row(), hidden_rows=[6]).prepared()
    assert [f.code for f in made.rejected[0].findings] == ["ROW_HIDDEN"]


def test_notes_below_the_table_are_no_pupils(tmp_path):
    """Place, date and signature are told as ignored rows."""
    below = [[], ["Ghi chú: điểm đã khóa"], [None, "GIÁO VIÊN BỘ MÔN"], [None, None, None, "Ngày 30 tháng 5"]]
    made = Files(tmp_path).detail(a_mark_row(), *below).prepared()
    assert (len(made.documents), made.rejected) == (1, ())
    assert [report.findings[0].code for report in made.ignored] == ["ROW_IGNORED"] * 3


def test_the_count_of_regular_marks_follows_grade_and_subject(tmp_path):
    """Two are enough for Tin học in grade 6 (35 periods) and not for Toán; an unknown grade asks for two."""
    of_tin = SheetOf("TIN", 2, YEAR, "6A1", regular_count=2)
    of_toan = SheetOf("TOAN", 2, YEAR, "6A1", regular_count=2)
    row = [1, "Nguyễn Thị", "Ánh", 8, 8, 8, 9, Decimal("8.4"), None]
    assert told(Files(tmp_path).detail(row, of=of_tin).prepared()) == []
    found = only(Files(tmp_path).detail(row, of=of_toan).prepared(), "MARK_COUNT_FEWER")
    assert (found.facts["count"], found.facts["needed"]) == ("2", "4")


def test_a_formula_is_not_trusted(tmp_path):
    """An average that a formula shows may change from machine to machine."""
    files = Files(tmp_path).detail()
    files.prepared()
    book = openpyxl.load_workbook(tmp_path / "marks.xlsx")
    book.active["J6"] = "=8.3"
    book.save(tmp_path / "marks.xlsx")
    made = prepare_files([tmp_path / "marks.xlsx"], tmp_path / "pupils.xlsx")
    assert ("CELL_FORMULA", "TOAN_HK2!J6") in told(made)
    assert not made.documents
