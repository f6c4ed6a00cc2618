"""Which school answers for which semester, and whether the year took the former one's results as issued."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from hub.domain import judge
from hub.domain.regulations.averages import year_mark
from hub.domain.semesters import Semester, differing_results, semester_bases, semesters_of
from hub.domain.transcript import Basis, Transcript, YearLevels
from tests.unit.domain.builders import SUMMER, a_transcript, codes_of, with_row, without

HERE, FORMER, SHA = a_transcript().school.code, "4001007", "ab" * 32
MARKS = st.integers(0, 100).map(lambda n: f"{n // 10}.{n % 10}")


def a_year(*bases: Basis, **changes: Any) -> Transcript:
    return a_transcript(7, basis=bases or (a_basis(),), **changes)


def a_basis(period: str = "semester_1", school: str = FORMER, sha256: str = SHA) -> Basis:
    return Basis(document_sha256=sha256, period=period, school=school)  # type: ignore[arg-type]


def test_year_with_a_basis_has_a_school_for_each_semester() -> None:
    """Without one the school answers for both; a semester document is one school's."""
    assert semesters_of(a_year()) == (Semester(1, FORMER, SHA), Semester(2, HERE))
    assert semesters_of(a_transcript(7)) == (Semester(1, HERE), Semester(2, HERE))
    assert semesters_of(a_transcript(7, "semester_1")) == (Semester(1, HERE),)
    assert semesters_of(a_year(a_basis("year"))) == (Semester(1, HERE), Semester(2, HERE))


def test_place_of_a_semester_in_the_basis_is_told() -> None:
    """Findings point to it; an earlier year's document beside it is no semester."""
    assert [n for n, _ in semester_bases(a_year(a_basis("year", sha256="cd" * 32), a_basis()))] == [1]
    assert semester_bases(a_transcript(7, "semester_1", basis=(a_basis(),))) == ()


@given(mark=MARKS, second=MARKS)
def test_results_that_were_taken_as_issued_never_differ(mark: str, second: str) -> None:
    """Whatever the marks, and the year is computed from both semesters without a finding about the average."""
    semester = a_transcript(7, "semester_1")
    semester = replace(semester, subjects=with_row(semester.subjects, "TOAN", semester_1=mark))
    year = a_year()
    average = year_mark(mark, second)
    rows = with_row(year.subjects, "TOAN", semester_1=mark, semester_2=second, year=average)
    year = replace(year, subjects=rows)
    assert differing_results(year, semester) == ()
    assert "YEAR_MARK_DIFFERS" not in codes_of(judge(year, SUMMER))


@given(issued=MARKS, taken=MARKS)
def test_a_mark_that_was_not_issued_is_named_by_its_subject(issued: str, taken: str) -> None:
    semester, year = a_transcript(7, "semester_1"), a_year()
    semester = replace(semester, subjects=with_row(semester.subjects, "VAN", semester_1=issued))
    year = replace(year, subjects=with_row(year.subjects, "VAN", semester_1=taken))
    assert differing_results(year, semester) == (() if issued == taken else ("VAN",))


@pytest.mark.parametrize("name", ["learning", "training"])
def test_levels_of_the_first_semester_are_compared_too(name: str) -> None:
    year = a_year(**{name: YearLevels(semester_1="K", semester_2="T", year="T")})
    assert differing_results(year, a_transcript(7, "semester_1")) == (name,)


def test_what_the_former_school_did_not_teach_is_not_compared() -> None:
    semester = a_transcript(7, "semester_1")
    semester = replace(semester, subjects=without(semester.subjects, "TIN"), learning=UNSET)
    assert differing_results(a_year(), semester) == ()


def test_year_that_has_one_semester_and_no_result_of_the_year_is_incomplete_with_and_without_a_basis() -> None:
    """A basis is no leave to keep silent: the year's result stands in the year's transcript."""
    for year in (a_transcript(7), a_year()):
        rows = with_row(year.subjects, "TOAN", semester_1=UNSET, year=UNSET)
        levels = YearLevels(semester_2="T")
        found = judge(replace(year, subjects=rows, learning=levels, training=levels), SUMMER)
        assert {"SUBJECT_VALUE_MISSING", "YEAR_LEVELS_MISSING"} <= set(codes_of(found))
