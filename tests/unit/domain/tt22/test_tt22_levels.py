"""Learning, training, promotion, awards, re-assessment: the tables, on values alone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.regulations.tt22 import earned_awards, outcomes, training_year
from hub.domain.regulations.tt22.learning_levels import LEVELS, assess
from hub.domain.regulations.tt22.retake import failed
from tests.unit.domain.tt22.counting import counts_of, learning_level
from tests.unit.domain.tt22.reading_tables import cases, marks_of, rows_of, words_of

OUTCOMES = {
    "lên lớp": "promoted",
    "kiểm tra lại": "retake",
    "rèn luyện trong hè": "summer_training",
    "ở lại lớp": "retained",
}
AWARDS = {"Học sinh Xuất sắc": ("HSXS", "HSG"), "Học sinh Giỏi": ("HSG",), "không": ()}
MARK = st.sampled_from(["0.0", "3.4", "3.5", "4.9", "5.0", "6.4", "6.5", "7.9", "8.0", "8.9", "9.0", "10.0"]).map(
    Decimal
)
COMMENTS = st.lists(st.sampled_from(["Đ", "Đ", "Đ", "CĐ"]), max_size=5)
LEVEL = st.sampled_from(LEVELS)
RANK = {level: rank for rank, level in enumerate(LEVELS)}


def known(cell: str) -> str | None:
    """Return the value of a cell; "–" and "?" are none."""
    return None if cell in ("–", "?") else cell


@pytest.mark.parametrize(("marks", "comments", "expected"), cases("learning"))
def test_learning_level_follows_the_table(marks: str, comments: str, expected: str) -> None:
    """Điều 9.2 with its boundaries and Điều 9.3 with its adjustment."""
    level = learning_level([Decimal(word) for word in words_of(marks)], words_of(comments))
    assert level == known(expected)


@pytest.mark.parametrize(("semester_1", "semester_2", "expected"), cases("training"))
def test_training_of_the_year_follows_the_table(semester_1: str, semester_2: str, expected: str) -> None:
    """All sixteen combinations."""
    assert training_year(semester_1, semester_2) == expected


def test_table_of_training_has_every_combination_once() -> None:
    """Sixteen lines, and no level outside the list has a row."""
    pairs = [(row[1], row[2]) for row in rows_of("training")]
    assert sorted(pairs) == sorted((one, two) for one in LEVELS for two in LEVELS)
    assert training_year("T", "TB") is None


@pytest.mark.parametrize(("learning", "training", "relearned", "retrained", "absences", "expected"), cases("promotion"))
def test_promotion_follows_the_table(
    learning: str, training: str, relearned: str, retrained: str, absences: str, expected: str
) -> None:
    """What is certain, from what is known."""
    missed = known(absences)
    too_many = None if missed is None else int(missed) > 45
    possible = outcomes(known(learning), known(training), known(relearned), known(retrained), too_many)
    assert possible == {OUTCOMES[word] for word in expected.split("/")}


@pytest.mark.parametrize(("learning", "training", "marks", "expected"), cases("awards"))
def test_awards_follow_the_table(learning: str, training: str, marks: str, expected: str) -> None:
    """Both results Tốt; six subjects at 9.0 for the higher award."""
    excellent = sum(1 for tenths in marks_of(marks) if tenths >= 90)
    assert earned_awards(learning, training, excellent) == AWARDS[expected]


def test_table_of_awards_states_levels_that_follow_from_its_marks() -> None:
    """The learning level of each line is that of its marks."""
    for _, learning, _, marks, _ in rows_of("awards"):
        assert learning_level([Decimal(word) for word in words_of(marks)], ["Đ"]) == learning


@pytest.mark.parametrize(("kind", "year", "expected"), cases("retakes"))
def test_only_what_failed_is_assessed_again(kind: str, year: str, expected: str) -> None:
    """Below 5.0, or Chưa đạt."""
    assert failed({"điểm": "score", "nhận xét": "comment"}[kind], year) == (expected == "có")


def test_tables_hold_at_least_150_cases_beside_the_averages() -> None:
    """Every case of every table is a test of its own."""
    others = ("training", "learning", "promotion", "awards", "retakes", "documents", "comments", "regular_counts")
    assert sum(len(rows_of(table)) for table in others) >= 150
    assert len(rows_of("semester_marks")) + len(rows_of("year_marks")) >= 60


@given(st.lists(MARK, min_size=6, max_size=10), COMMENTS, st.integers(0, 9), MARK)
def test_learning_level_never_falls_when_a_mark_rises(
    marks: list[Decimal], comments: list[str], place: int, other: Decimal
) -> None:
    """Neither in the wide reading of Điều 9.3 nor in the narrow one."""
    better = list(marks)
    index = place % len(marks)
    better[index] = max(better[index], other)
    before, after = assess(counts_of(marks, comments)), assess(counts_of(better, comments))
    assert RANK[before.level] <= RANK[after.level]
    assert RANK[before.strict] <= RANK[after.strict]


@given(st.lists(MARK, min_size=6, max_size=10), COMMENTS, st.data())
def test_learning_level_never_falls_when_a_comment_rises(
    marks: list[Decimal], comments: list[str], data: st.DataObject
) -> None:
    """A Chưa đạt that becomes Đạt only helps."""
    better = [data.draw(st.sampled_from(["Đ", result])) for result in comments]
    assert RANK[str(learning_level(marks, comments))] <= RANK[str(learning_level(marks, better))]


@given(st.lists(MARK, min_size=6, max_size=10), COMMENTS, st.randoms(use_true_random=False))
def test_learning_level_does_not_depend_on_order(marks: list[Decimal], comments: list[str], shuffle: object) -> None:
    """Subjects may stand in any order."""
    mixed, results = list(marks), list(comments)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    shuffle.shuffle(results)  # type: ignore[attr-defined]
    assert learning_level(mixed, results) == learning_level(marks, comments)


@given(st.lists(MARK, min_size=6, max_size=10), COMMENTS)
def test_adjustment_raises_by_one_level_at_most(marks: list[Decimal], comments: list[str]) -> None:
    """Điều 9.3 gives the next level up, and never more; its narrow reading never gives more than the wide one."""
    result = assess(counts_of(marks, comments))
    assert RANK[result.plain] <= RANK[result.strict] <= RANK[result.level] <= RANK[result.plain] + 1


def best_outcome(learning: str, training: str, retrained: str | None, too_many: bool) -> int:
    """Rank the best outcome that is possible."""
    order = {"retained": 0, "retake": 1, "summer_training": 1, "promoted": 2}
    return max(order[outcome] for outcome in outcomes(learning, training, None, retrained, too_many))


@given(st.lists(MARK, min_size=6, max_size=10), COMMENTS, st.integers(0, 9), MARK, LEVEL, st.booleans())
def test_promotion_never_gets_worse_when_a_mark_rises(
    marks: list[Decimal], comments: list[str], place: int, other: Decimal, training: str, too_many: bool
) -> None:
    """From the marks of the year through the learning level to what the year leads to."""
    better = list(marks)
    index = place % len(marks)
    better[index] = max(better[index], other)
    before, after = (str(learning_level(each, comments)) for each in (marks, better))
    assert best_outcome(before, training, None, too_many) <= best_outcome(after, training, None, too_many)


@given(LEVEL, LEVEL, LEVEL, LEVEL, st.booleans())
def test_promotion_never_gets_worse_when_a_level_rises(
    learning: str, better: str, training: str, retrained: str, too_many: bool
) -> None:
    """Whatever the training, and whatever summer made of it."""
    low, high = sorted((learning, better), key=RANK.__getitem__)
    before = best_outcome(low, training, retrained, too_many)
    assert before <= best_outcome(high, training, retrained, too_many)
