"""vnEdu class summary: what is written is what is read, and each planted fault is named at its row."""

import dataclasses
import unicodedata
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from hub.connectors.vnedu_primary import class_of
from hub.domain.transcript import Result
from tests.unit.connectors.builders import YEAR, at, codes
from tests.unit.connectors.class_sheets import FIRST, a_class, changed, listed, made_of

FILES_OK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def classes(draw):
    """A class of any primary grade whose pupils differ in everything that the shape can say."""
    grade = draw(st.integers(1, 5))
    pupils = []
    for transcript in a_class(grade, draw(st.integers(1, 6))):
        subjects = tuple(
            replace(
                subject, level=draw(st.sampled_from("THC")),
                score=UNSET if subject.score is UNSET else draw(st.sampled_from(["0.0", "4.5", "9.0", "10.0"])),
            )
            for subject in transcript.subjects
        )  # fmt: skip
        assessed = [tuple(replace(item, level=draw(st.sampled_from("TĐC"))) for item in items)
                    for items in (transcript.competences, transcript.qualities)]  # fmt: skip
        rating = draw(st.sampled_from(["HTXS", "HTT", "HT", "CHT"]))
        result = Result(
            awards=draw(st.sampled_from([(), ("HSXS",), ("HSTB",)])), completed=draw(st.booleans()),
            promotion=draw(st.sampled_from([UNSET, "promoted"])),
        )  # fmt: skip
        pupils.append(
            replace(transcript, subjects=subjects, competences=assessed[0], qualities=assessed[1], rating=rating,
                    result=result)
        )  # fmt: skip
    return pupils


@FILES_OK
@given(classes(), st.booleans(), st.booleans())
def test_what_is_written_is_what_is_read(tmp_path, pupils, coded, long_levels):
    """Any class of any grade comes back as the same transcripts, with or without codes, T or HTT."""
    made = made_of(tmp_path, [class_of(pupils, coded=coded, long_levels=long_levels)], listed(pupils))
    assert [row.transcript for row in made.documents] == pupils
    assert (made.rejected, made.findings, [row.findings for row in made.documents]) == ((), (), [()] * len(pupils))
    assert made.signable


def test_several_classes_keep_apart(tmp_path):
    """Each sheet has its own class and columns; rows are named with their sheet."""
    one, two = a_class(1), a_class(4, letter="B", first=3)
    made = made_of(tmp_path, [class_of(one), class_of(two)], listed(one, two))
    assert [row.transcript for row in made.documents] == [*one, *two]
    assert {(row.sheet, row.row) for row in made.documents} == {(s, r) for s in ("1A", "4B") for r in range(9, 12)}


def test_a_note_below_the_table_is_no_pupil(tmp_path):
    """Notes, totals, signatures and a repeated header are told, not read."""

    def below(book):
        sheet = book["1A"]
        sheet["A13"], sheet["E13"], sheet["F13"] = "Tổng số", 3, 3
        sheet["B14"] = "Người lập bảng"
        sheet["B15"] = "Nguyễn Thị Hoa"
        sheet["A16"], sheet["B16"], sheet["D16"] = "STT", "Họ và tên", "Tiếng Việt"

    made = changed(tmp_path, below)
    assert (len(made.documents), made.rejected) == (3, ())
    assert [(row.row, codes(row.findings)) for row in made.ignored] == [
        (row, {"ROW_IGNORED"}) for row in range(13, 17)
    ]  # fmt: skip


def _column(book, title, row=6):
    """Return the letters of the first column with a title."""
    return next(cell.column_letter for cells in book.active.iter_rows(row, 8) for cell in cells if cell.value == title)


def _cell(title, value, row=FIRST):
    def change(book):
        book.active[f"{_column(book, title)}{row}"] = value

    return change


def _unticked(book):
    book.active[f"{_column(book, 'Hoàn thành xuất sắc')}{FIRST}"] = None


def _titled(cell, value):
    def change(book):
        book.active[cell] = value

    return change


def _hide_row(book):
    book.active.row_dimensions[FIRST].hidden = True


def _merge_pupils(book):
    book.active.merge_cells("D9:D10")


def _twice(book):
    for column in range(2, 60):
        book.active.cell(FIRST + 1, column).value = book.active.cell(FIRST, column).value


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_unticked, "RATING_BOX_NONE"),
        (_cell("Hoàn thành tốt", "x"), "RATING_BOXES_SEVERAL"),
        (_cell("Hoàn thành tốt", "?"), "CELL_BOX_UNKNOWN"),
        (_cell("Hoàn thành tốt", 2), "CELL_BOX_UNKNOWN"),
        (_cell("HS Xuất sắc", "có"), "CELL_BOX_UNKNOWN"),
        (_cell("Tiếng Việt", "Giỏi"), "CELL_LEVEL_UNKNOWN"),
        (_cell("Tiếng Việt", "=1+1"), "CELL_FORMULA"),
        (_cell("Điểm KT", 11), "CELL_SCORE_INVALID"),
        (_cell("Điểm KT", "9,25"), "CELL_SCORE_INVALID"),
        (_cell("Yêu nước", "H"), "CELL_LEVEL_UNKNOWN"),
        (_cell("Họ và tên", None), "CELL_REQUIRED"),
        (_cell("Họ và tên", "Người Khác Hẳn"), "PUPIL_NAME_NOT_IN_LIST"),
        (_cell("Ngày sinh", "31/02/2019"), "CELL_DATE_INVALID"),
        (_cell("Ngày sinh", "02/03/2019"), "PUPIL_NAME_OTHER_BIRTH_DATE"),
        (_hide_row, "ROW_HIDDEN"),
        (_merge_pupils, "CELL_MERGED"),
        (_twice, "PUPIL_ROW_TWICE"),
        (_titled("B5", None), "CLASS_SHEET_WITHOUT_CLASS"),
        (_titled("B5", "Lớp: 2A"), "GRADE_DIFFERS"),
        (_titled("B4", "Năm học: 2024 - 2025"), "CLASS_SHEET_YEAR_DIFFERS"),
        (_titled("B3", "TỔNG HỢP KẾT QUẢ ĐÁNH GIÁ GIỮA HỌC KỲ II"), "CLASS_SHEET_OTHER_PERIOD"),
        (_titled("B3", "TỔNG HỢP KẾT QUẢ CUỐI HỌC KỲ 1"), "CLASS_SHEET_OTHER_PERIOD"),
    ],
)
def test_a_planted_fault_is_refused_with_its_code(tmp_path, change, code):
    """The first pupil's row is refused for the planted reason, and gives no document."""
    made = changed(tmp_path, change)
    report = next(row for row in made.rejected if row.row == FIRST)
    assert code in codes(report.findings)
    assert FIRST not in {row.row for row in made.documents}


@pytest.mark.parametrize(
    ("title", "value", "told"),
    [
        ("Điểm KT", "9,0", {"CELL_DECIMAL_COMMA"}),
        ("Điểm KT", "9", set()),
        ("Tiếng Việt", "HTT", set()),
        ("Tiếng Việt", "Hoàn thành tốt", {"CELL_LEVEL_ALIAS"}),
        ("Hoàn thành xuất sắc", 1, set()),
        ("Hoàn thành xuất sắc", "1", set()),
        ("Hoàn thành xuất sắc", "X", set()),
        ("Hoàn thành tốt", 0, set()),
        ("Ngày sinh", 43525, {"CELL_DATE_SERIAL"}),
        ("Họ và tên", unicodedata.normalize("NFD", "Nguyễn Thị Ánh"), {"CELL_NFD"}),
        ("Họ và tên", "NGUYỄN THỊ ÁNH", {"PUPIL_NAME_SPELLING"}),
    ],
)
def test_another_way_of_writing_gives_the_same_document(tmp_path, title, value, told):
    """What can be read in one way only is read so, and told where it is not this shape's own way."""
    made = changed(tmp_path, _cell(title, value))
    row = made.documents[0]
    assert (row.transcript, codes(row.findings)) == (a_class()[0], told)


def without(sheet, *names):
    """Return a class sheet without the columns of some fields."""
    kept = [n for n, name in enumerate(sheet.fields) if name not in names]
    rows = [[row[n] for n in kept] for row in sheet.rows]
    return dataclasses.replace(sheet, fields=tuple(sheet.fields[n] for n in kept), rows=rows)


def test_a_blank_award_says_that_there_is_none_where_the_sheet_has_awards(tmp_path):
    """Only a sheet without any column of awards says nothing of them."""
    pupils = [replace(t, result=replace(t.result, awards=())) for t in a_class()]
    sheet = class_of(pupils)
    for lost, awards in (((), ()), (("award:HSTB",), ()), (("award:HSTB", "award:HSXS"), UNSET)):
        made = made_of(tmp_path, [without(sheet, *lost)], listed(pupils))
        assert [row.transcript.result.awards for row in made.documents] == [awards] * 3


@pytest.mark.parametrize(("box", "completed", "told"), [("HTXS", True, "completed"), ("CHT", False, "not completed")])
def test_completion_without_a_column_is_told_and_not_signable(tmp_path, box, completed, told):
    """What follows from the ticked box is judged with, said at every row, and never signed."""
    pupils = [replace(t, rating=box, result=Result(awards=(), completed=not completed)) for t in a_class()]
    made = made_of(tmp_path, [without(class_of(pupils), "completed")], listed(pupils))
    assert (made.signable, made.stand_ins) == (False, ("$.result.completed",))
    assert [row.transcript.result.completed for row in made.documents] == [completed] * 3
    assert [at(row.findings, "COMPLETION_DERIVED").facts["derived_en"] for row in made.documents] == [told] * 3
    stated = made_of(tmp_path, [class_of(pupils)], listed(pupils))
    assert (stated.signable, stated.stand_ins) == (True, ())
    assert [row.transcript.result.completed for row in stated.documents] == [not completed] * 3


def test_two_namesakes_are_not_guessed(tmp_path):
    """Two pupils of one name, birth date and class cannot be told apart without codes; with codes they can."""
    pupils = a_class(count=2)
    twin = replace(pupils[1].student, name=pupils[0].student.name, birth_date=pupils[0].student.birth_date)
    pupils[1] = replace(pupils[1], student=twin)
    made = made_of(tmp_path, [class_of(pupils)], listed(pupils))
    assert [at(row.findings, "PUPIL_NAME_SEVERAL").facts["rows"] for row in made.rejected] == ["Sheet1!2, Sheet1!3"] * 2
    assert len(made_of(tmp_path, [class_of(pupils, coded=True)], listed(pupils)).documents) == 2


def test_namesakes_of_two_classes_are_told_apart(tmp_path):
    """The class parts pupils whose name and birth date are the same."""
    one, two = a_class(count=1), a_class(count=1, letter="B")
    two = [replace(two[0], student=replace(two[0].student, student_code="0100849999", personal_id="001219000999"))]
    made = made_of(tmp_path, [class_of(one), class_of(two)], listed(one, two))
    assert [row.transcript for row in made.documents] == [*one, *two]


def test_pupils_without_results_are_those_of_these_classes(tmp_path):
    """A class file is not blamed for the rest of the school."""
    one, missing, other = a_class(count=1), a_class(count=1, first=1), a_class(2, count=1, first=2)
    made = made_of(tmp_path, [class_of(one)], listed(one, missing, other))
    assert [(row.row, codes(row.findings)) for row in made.absent] == [(3, {"PUPIL_WITHOUT_RESULT"})]


def test_without_a_list_the_sheet_is_for_checking_only(tmp_path):
    """Stand-ins are named, and nothing can be signed."""
    made = made_of(tmp_path, [class_of(a_class())], None, school_year=None)
    assert (made.signable, made.stand_ins) == (False, ("$.student.student_code",))
    assert Counter(code for row in made.documents for code in codes(row.findings)) == {"PUPIL_LIST_ABSENT": 3}
    assert {row.transcript.school_year for row in made.documents} == {YEAR}


def test_a_year_of_an_older_circular_is_refused(tmp_path):
    """Grade 5 in 2023-2024 follows TT 30/2014, whose results this sheet does not hold."""
    pupils = [replace(transcript, school_year="2023-2024") for transcript in a_class(5)]
    made = made_of(tmp_path, [class_of(pupils)], listed(pupils), school_year="2023-2024")
    assert {code for row in made.rejected for code in codes(row.findings)} == {"REGULATION_NOT_OF_SHEET"}
