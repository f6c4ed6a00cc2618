"""ĐTBmhk, ĐTBmcn, regular marks, comment-only subjects: the tables, and a recount of the tables in whole numbers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.regulations.averages import year_average
from hub.domain.regulations.tt22 import (
    comment_semester,
    comment_semester_computed,
    comment_year_computed,
    regular_mark_count,
    semester_computed,
    year_computed,
)
from tests.unit.domain.tt22.reading_tables import cases, marks_of, rows_of, words_of

MARK = st.integers(0, 100).map(lambda tenths: Decimal(tenths) / 10)


def semester_average(regular: list[Decimal], midterm: Decimal, final: Decimal) -> str:
    """Return ĐTBmhk as a document writes it."""
    return semester_computed("TOAN", "$", regular, midterm, final, None).expected


def half_up(numerator: int, denominator: int) -> int:
    """Divide whole numbers, half up."""
    return (2 * numerator + denominator) // (2 * denominator)


@pytest.mark.parametrize(("regular", "midterm", "final", "expected"), cases("semester_marks"))
def test_semester_average_follows_the_table(regular: str, midterm: str, final: str, expected: str) -> None:
    """Sum over count + 5, half up; each line names what other ways of computing get wrong."""
    marks = [Decimal(word) for word in words_of(regular)]
    assert semester_average(marks, Decimal(midterm), Decimal(final)) == expected


@pytest.mark.parametrize(("semester_1", "semester_2", "expected"), cases("year_marks"))
def test_year_average_follows_the_table(semester_1: str, semester_2: str, expected: str) -> None:
    """Semester II counts twice; the semesters come in rounded."""
    assert str(year_average(Decimal(semester_1), Decimal(semester_2))) == expected


def test_tables_of_averages_are_right_in_whole_numbers() -> None:
    """The expected values of both tables, counted again in tenths, without decimals and without the code under test."""
    for _, regular, midterm, final, expected in rows_of("semester_marks"):
        marks, (middle,), (last,) = marks_of(regular), marks_of(midterm), marks_of(final)
        assert half_up(sum(marks) + 2 * middle + 3 * last, len(marks) + 5) == marks_of(expected)[0]
    for _, one, two, expected in rows_of("year_marks"):
        assert half_up(marks_of(one)[0] + 2 * marks_of(two)[0], 3) == marks_of(expected)[0]


def test_table_of_semesters_catches_the_usual_mistakes() -> None:
    """Binary floats, rounding to even, and the mean of regular marks each fail on some lines."""
    wrong = {"floats": 0, "even": 0, "mean": 0}
    for _, regular, midterm, final, expected in rows_of("semester_marks"):
        marks, middle, last = [float(w) for w in words_of(regular)], float(midterm), float(final)
        average = (sum(marks) + 2 * middle + 3 * last) / (len(marks) + 5)
        wrong["floats"] += int(average * 10 + 0.5) / 10 != float(expected)
        wrong["even"] += round(average, 1) != float(expected)
        mean = (sum(marks) / len(marks) + 2 * middle + 3 * last) / 6
        wrong["mean"] += round(mean + 1e-9, 1) != float(expected)
    assert min(wrong.values()) >= 8, wrong


@pytest.mark.parametrize(("periods", "expected"), cases("regular_counts"))
def test_number_of_regular_marks_follows_the_periods(periods: str, expected: str) -> None:
    """35 periods a year and 70 are the bounds."""
    assert regular_mark_count(int(periods)) == int(expected)


@pytest.mark.parametrize(("results", "needed", "expected"), cases("comments"))
def test_comment_semester_follows_the_table(results: str, needed: str, expected: str) -> None:
    """Enough assessments, and all of them Đạt."""
    assert comment_semester(words_of(results), int(needed)) == expected


@given(st.lists(MARK, min_size=1, max_size=6), MARK, MARK, st.integers(0, 5), MARK)
def test_semester_average_never_falls_when_a_mark_rises(
    regular: list[Decimal], midterm: Decimal, final: Decimal, place: int, other: Decimal
) -> None:
    """Any regular mark may be bettered."""
    better = list(regular)
    index = place % len(regular)
    better[index] = max(better[index], other)
    before = semester_average(regular, midterm, final)
    assert 0 <= Decimal(before) <= Decimal(semester_average(better, midterm, final)) <= 10
    assert semester_average(regular[::-1], midterm, final) == before


def test_working_of_averages_shows_every_number() -> None:
    """A clerk can compute it again from the text alone."""
    marks = [Decimal(8), Decimal("8.5"), Decimal("8.5")]
    semester = semester_computed("TOAN", "Sheet1!M9", marks, Decimal("8.5"), Decimal(8), "8.2")
    assert semester.working == "(8.0 + 8.5 + 8.5 + 2 × 8.5 + 3 × 8.0) / 8 = 8.25 → 8.3"
    assert semester.inputs[:2] == (("ĐĐGtx1", "8.0"), ("ĐĐGtx2", "8.5"))
    assert not semester.agrees
    assert semester.finding().code == "SEMESTER_MARK_DIFFERS"
    assert "2 × 8.25" in semester_computed("TOAN", "M9", marks, Decimal("8.25"), Decimal(8), None).working
    year = year_computed("TOAN", "$.subjects[1].year", "8.0", "7.3", "7.5")
    assert year.working == "(8.0 + 2 × 7.3) / 3 = 7.533… → 7.5"
    assert year.agrees
    assert year_computed("TOAN", "$", "8.0", "8.0", None).working == "(8.0 + 2 × 8.0) / 3 = 8 → 8.0"


def test_working_of_comments_shows_what_decides() -> None:
    """How many assessments there are, how many are needed, how many passed."""
    semester = comment_semester_computed("GDTC", "Sheet1!M9", ["Đ", "Đ", "CĐ"], 4, "Đ")
    assert semester.working == "3/4 lần, 2 lần Đ ⇒ CĐ"
    assert semester.finding().code == "SEMESTER_COMMENT_DIFFERS"
    year = comment_year_computed("GDTC", "$.subjects[8].year", None, "CĐ", "Đ")
    assert year.inputs == (("HK II", "CĐ"),)
    assert year.finding().code == "YEAR_COMMENT_DIFFERS"
