"""What the population writes agrees with the circulars: the hub's judge finds nothing, nor does a recount."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain import cohort_for, examine, rating_of
from hub.domain.reading import canonical
from hub.domain.transcript import Transcript
from hub.local.population import PLACES, Population
from hub.local.population.marks import learning_level, training_of_year, year_tenths
from hub.local.population.primary import rating_of as own_rating_of

AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
ON = date(2026, 6, 10)


@pytest.fixture(scope="module")
def population() -> Population:
    return Population(
        20, pupil_count=5000, school_count=24, sos=tuple(PLACES), school_year="2025-2026", at=AT
    )  # fmt: skip


@pytest.fixture(scope="module")
def transcripts(population: Population) -> list[Transcript]:
    return [t for s in population.submissions() for t in s.transcripts]


def of_secondary(transcripts: list[Transcript]) -> Iterator[Transcript]:
    return (t for t in transcripts if t.grade > 5 and t.period == "year")


def test_documents_have_no_findings(transcripts: list[Transcript]) -> None:
    """Bytes, shape, identity, structure and rules of every document are in order."""
    found: Counter[str] = Counter()
    for transcript in transcripts:
        found.update(f"{f.code} {f.path} {f.value}" for f in examine(canonical(transcript), ON).findings)
    assert not found


def test_documents_stand_in_the_round_that_takes_them(population: Population) -> None:
    """A class is split as the hub splits it, except that late pupils who completed stay in the late round."""
    for s in population.submissions():
        for t in s.transcripts:
            assert cohort_for(t) == s.round.cohort or (s.round.cohort == "supplementary" and t.period == "year")


def test_documents_recompute_the_rating_as_the_hub_does() -> None:
    """Two functions written apart agree on Điều 9 for every kind of input."""
    for letters in ("T", "H", "C", "TH", "THC"):
        for levels in ("T", "Đ", "C", "TĐ", "TC"):
            for score in range(11):
                theirs = rating_of(letters, levels, [Decimal(score), Decimal(10)])
                assert own_rating_of(set(letters), set(levels), {score, 10}) == theirs


@given(st.integers(0, 100), st.integers(0, 100))
def test_documents_year_average_rounds_half_up(one: int, two: int) -> None:
    """ĐTBmcn = (I + 2 × II) / 3 to one decimal, half up."""
    exact = (Decimal(one) / 10 + 2 * Decimal(two) / 10) / 3
    assert Decimal(year_tenths(one, two)) / 10 == exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def test_documents_year_marks_follow_from_semesters(transcripts: list[Transcript]) -> None:
    """Every scored secondary subject has the year average of its two semesters."""
    for t in of_secondary(transcripts):
        for row in t.subjects:
            if row.kind == "score" and row.exempt is not True:
                one, two, year = (Decimal(str(v)) for v in (row.semester_1, row.semester_2, row.year))
                assert year == ((one + 2 * two) / 3).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("tenths", "failed", "level"),
    [
        ([80] * 6 + [65, 65], 0, "T"),
        ([80] * 5 + [65] * 3, 0, "K"),
        ([65] * 6 + [50, 50], 0, "K"),
        ([65] * 6 + [50, 49], 0, "Đ"),
        ([50] * 6 + [35, 35], 0, "Đ"),
        ([50] * 6 + [35, 34], 0, "CĐ"),
        ([50] * 5 + [49] * 3, 0, "CĐ"),
        ([80] * 7 + [49], 0, "K"),
        ([80] * 7 + [34], 0, "Đ"),
        ([65] * 7 + [34], 0, "Đ"),
        ([80] * 8, 1, "K"),
        ([80] * 8, 2, "CĐ"),
    ],
)
def test_documents_learning_level_follows_the_circular(tenths: list[int], failed: int, level: str) -> None:
    """TT 22/2021, Điều 9.2, and 9.3 for one subject that alone pulls the level down."""
    assert learning_level(tenths, failed) == level


def test_documents_training_of_the_year_follows_the_table() -> None:
    """TT 22/2021, Điều 8: semester II weighs more, and Chưa đạt in it decides."""
    rows = {"T": "TTKK", "K": "KKKĐ", "Đ": "KĐĐĐ", "CĐ": ("CĐ",) * 4}
    for second, expected in rows.items():
        for first, year in zip(("T", "K", "Đ", "CĐ"), expected, strict=True):
            assert training_of_year(first, second) == year


def test_documents_promotion_and_awards_agree_with_levels(transcripts: list[Transcript]) -> None:
    """Promoted pupils reach Đạt in both, after retake if need be, with 45 absences at most; awards need Tốt in both."""
    awards: Counter[str] = Counter()
    for t in of_secondary(transcripts):
        assert t.learning
        assert t.training
        assert t.absences
        final = {t.learning.retake or t.learning.year, t.training.retake or t.training.year}
        passes = "CĐ" not in final and t.absences.excused + t.absences.unexcused <= 45
        assert t.result.completed == (t.result.promotion == "promoted") == passes
        given_awards = t.result.awards or ()
        awards.update(given_awards)
        both_good = (t.learning.year, t.training.year) == ("T", "T")
        assert bool(given_awards) == both_good
    assert set(awards) == {"HSXS", "HSG"}


def test_documents_retakes_replace_only_failed_subjects(transcripts: list[Transcript]) -> None:
    """A retake stands beside a year average under 5.0 or CĐ; it passes in the documents of those who are promoted."""
    pairs = [(t, row) for t in of_secondary(transcripts) for row in t.subjects if isinstance(row.retake, str)]
    assert pairs
    for t, row in pairs:
        if row.kind == "comment":
            assert (row.year, row.retake) == ("CĐ", "Đ")
        else:
            assert Decimal(str(row.year)) < 5
            assert (Decimal(str(row.retake)) >= 5) is (t.result.promotion == "promoted")


def test_documents_marks_spread_like_school_averages(transcripts: list[Transcript]) -> None:
    """Upper secondary maths: the examination's mean plus 1.0, its spread narrower by a third, roughly."""
    marks = [
        float(str(row.year))
        for t in of_secondary(transcripts)
        if t.grade >= 10
        for row in t.subjects
        if row.code == "TOAN"
    ]
    assert 5.9 < mean(marks) < 6.7
    assert 0.9 < stdev(marks) < 1.4


def test_documents_show_every_primary_rating(transcripts: list[Transcript]) -> None:
    """All four ratings occur, and those who complete are many more than those who do not."""
    rated = (t for t in transcripts if t.student.disability_exempt is not True)
    ratings = Counter(t.rating for t in rated if t.grade <= 5 and t.period == "year")
    assert set(ratings) == {"HTXS", "HTT", "HT", "CHT"}
    assert ratings["CHT"] < 0.04 * ratings.total()


def test_documents_take_both_shapes_of_informatics(transcripts: list[Transcript]) -> None:
    """Some schools write Tin học và Công nghệ as one row, others as two."""
    shapes = {
        frozenset(row.code for row in t.subjects) & {"THCN", "TIN", "CN"}
        for t in transcripts
        if 3 <= t.grade <= 5
    }  # fmt: skip
    assert shapes == {frozenset({"THCN"}), frozenset({"TIN", "CN"})}
