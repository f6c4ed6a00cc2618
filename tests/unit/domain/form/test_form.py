"""What a person reads of a transcript: figures with a comma, words for letters, the province of its time."""

import pytest
from msgspec.structs import replace

from hub.domain.form import date_text, form_of, mark_text
from hub.domain.transcript import Basis
from tests.unit.domain.builders import a_transcript


@pytest.mark.parametrize(
    ("mark", "whole", "text"),
    [("8.5", False, "8,5"), ("9.0", True, "9"), ("9.0", False, "9,0"), ("10.0", True, "10"), ("CĐ", False, "CĐ")],
)
def test_mark_is_written_with_a_comma(mark: str, whole: bool, text: str) -> None:
    assert mark_text(mark, whole=whole) == text


@pytest.mark.parametrize(("date", "text"), [("2015-03-02", "02/03/2015"), ("2015-03", "03/2015"), ("2015", "2015")])
def test_date_is_written_by_day(date: str, text: str) -> None:
    assert date_text(date) == text


def test_primary_form_shows_levels_tests_and_assessments() -> None:
    form = form_of(a_transcript())
    headings = [block.heading for block in form.blocks]
    assert form.layout == "primary"
    assert headings[:2] == ["Môn học và hoạt động giáo dục", "Phẩm chất chủ yếu"]
    assert headings[-1] == "Kết quả cuối năm"
    assert {"Họ và tên", "Ngày sinh", "Số định danh cá nhân"} <= {line.name for line in form.pupil}


@pytest.mark.parametrize(("school_year", "place"), [("2024-2025", "Tiền Giang (82)"), ("2025-2026", "Đồng Tháp (82)")])
def test_code_of_a_province_is_read_as_of_its_year(school_year: str, place: str) -> None:
    """82 was Tiền Giang until 30/6/2025."""
    made = a_transcript()
    moved = replace(made, school_year=school_year, school=replace(made.school, province="82"))
    assert {line.name: line.value for line in form_of(moved).year}["Tỉnh, thành phố"] == place


def test_every_value_of_a_document_stands_on_its_form() -> None:
    made = a_transcript()
    form = form_of(made)
    shown = {cell for block in form.blocks if block.table for row in block.table.rows for cell in row}
    assert {str(row.level) for row in made.subjects} <= shown
    assert {mark_text(str(row.score), whole=True) for row in made.subjects if isinstance(row.score, str)} <= shown


def test_form_says_who_answers_for_which_semester_after_a_transfer_in_the_middle_of_a_year() -> None:
    """Only then: a year of one school needs no such block."""
    basis = (Basis(document_sha256="ab" * 32, period="semester_1", school="4001007"),)
    block = form_of(a_transcript(7, basis=basis)).blocks[-1]
    assert block.heading == "Trách nhiệm theo học kì"
    assert [(line.name, line.value) for line in block.lines] == [
        ("Học kì I", "Trường có mã 4001007"), ("Học kì II và cả năm", "Trường Tiểu học Mẫu 1 (0101001)"),
    ]  # fmt: skip
    assert "abababababababab…" in block.lines[0].meaning
    assert all(one.heading != block.heading for one in form_of(a_transcript(7)).blocks)
