"""TT 58/2011: what always holds, where the adjustment breaks it, and what is left alone because nobody knows it."""

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from hub.catalogue import Certainty, Severity, entry_of
from hub.domain.findings import refuses, render
from hub.domain.judge import judge
from hub.domain.regulations.averages import year_mark
from hub.domain.regulations.tt58 import check, compute, learning_of
from hub.domain.severities import under
from hub.domain.transcript import Absences, Result, Subject, YearLevels
from tests.unit.domain.builders import SUMMER, a_student, codes_of, with_row
from tests.unit.domain.tt58.drafts import a_former_pupil, same, subjects_with, with_subject

RANK = ("KEM", "Y", "TB", "K", "G")
TENTHS = st.integers(0, 100)
ALL_MARKS = st.lists(TENTHS, min_size=8, max_size=13)
MARKS_FROM_2 = st.lists(st.integers(20, 100), min_size=8, max_size=13)


def level(tenths: list[int], failed: int = 0) -> str:
    """Return học lực of marks in tenths, the first three of which are Toán, Văn and Ngoại ngữ."""
    marks = [Decimal(n) / 10 for n in tenths]
    return learning_of(marks, marks[:3], failed)


def test_good_former_document_has_no_findings() -> None:
    """A pupil of grade 9 of 2023-2024 with everything in order passes."""
    assert judge(a_former_pupil(), SUMMER) == []


@given(MARKS_FROM_2, st.integers(0, 2), st.data())
def test_learning_never_falls_when_one_mark_improves(tenths: list[int], failed: int, data: st.DataObject) -> None:
    """Where every mark is at least 2.0, a better mark can only keep or raise học lực."""
    place = data.draw(st.integers(0, len(tenths) - 1))
    better = [*tenths[:place], data.draw(st.integers(tenths[place], 100)), *tenths[place + 1 :]]
    assert RANK.index(level(better, failed)) >= RANK.index(level(tenths, failed))


@given(ALL_MARKS, st.integers(1, 3))
def test_learning_never_falls_when_a_comment_subject_is_passed(tenths: list[int], failed: int) -> None:
    """One CĐ fewer can only keep or raise học lực, whatever the marks."""
    assert RANK.index(level(tenths, failed - 1)) >= RANK.index(level(tenths, failed))


def test_literal_adjustment_lowers_a_better_pupil_when_a_mark_is_under_2() -> None:
    """Known flaw of the rule as it is told: under a Khá average one 1.9 gives Yếu, under a Giỏi average Kém."""
    assert level([79, 79, 79, 80, 80, 80, 80, 80, 80, 19]) == "Y"
    assert level([100, 100, 100, 81, 81, 81, 81, 81, 81, 19]) == "KEM"


@given(ALL_MARKS, st.integers(0, 2), st.randoms(use_true_random=False))
def test_learning_does_not_depend_on_the_order_of_subjects(tenths: list[int], failed: int, rng: random.Random) -> None:
    """The leading subjects among themselves, and the others among themselves, may stand in any order."""
    mixed = rng.sample(tenths[:3], 3) + rng.sample(tenths[3:], len(tenths) - 3)
    assert level(mixed, failed) == level(tenths, failed)


@given(TENTHS, TENTHS)
def test_year_mark_lies_between_its_semesters(one: int, two: int) -> None:
    """The weighted mean never leaves its semesters, and no binary fraction moves it."""
    low, high = sorted((one, two))
    year = Decimal(str(year_mark(f"{one // 10}.{one % 10}", f"{two // 10}.{two % 10}")))
    assert Decimal(low) / 10 <= year <= Decimal(high) / 10
    assert abs(year * 30 - (one + 2 * two)) <= Decimal("1.5")


@given(st.lists(st.sampled_from(["9.0", "8.0", "6.4", "4.9", "3.4", "1.9"]), min_size=10, max_size=10), st.data())
def test_findings_are_what_the_explanation_says_does_not_agree(marks: list[str], data: st.DataObject) -> None:
    """`check` looks quickly and `compute` tells everything: on any document they say the same."""
    codes = [row.code for row in a_former_pupil().subjects][:10]
    document = a_former_pupil(data.draw(st.sampled_from(RANK)), data.draw(st.sampled_from(["T", "K", "TB", "Y"])))
    for code, mark in zip(codes, marks, strict=True):
        document = with_subject(document, code, semester_2=mark, year=mark)
    document = replace(document, result=Result(awards=("HSTT",), completed=data.draw(st.booleans())))
    differing = [c.finding() for c in compute(document) if not c.agrees]
    assert [f for f in check(document) if f.code.startswith("FORMER")] == differing


@pytest.mark.parametrize(
    ("changes", "stated", "expected"),
    [
        ({}, "K", "FORMER_LEARNING_DIFFERS"),
        ({"grade": 12}, "K", "FORMER_LEARNING_UNSURE"),
        ({"school_year": "2019-2020"}, "K", "FORMER_LEARNING_UNSURE"),
        ({"subjects": subjects_with(failed=1)}, "K", "FORMER_LEARNING_UNSURE"),
        ({"subjects": subjects_with({"CN": "5.0"}), "grade": 12}, "G", "FORMER_LEARNING_DIFFERS"),
    ],
    ids=["table", "chuyên", "before 2020", "adjusted", "too high in grade 12"],
)
def test_ground_of_a_differing_level_is_told(changes: dict[str, object], stated: str, expected: str) -> None:
    """The adjustment, chuyên classes and earlier years have a code of their own; a policy can raise neither."""
    document = a_former_pupil(learning=YearLevels(year=stated), **changes) if changes else a_former_pupil(stated)
    found = [f for f in check(document) if f.path == "$.learning.year"]
    assert codes_of(found) == [expected]
    assert under({expected: Severity.REFUSE}, found) == found
    assert entry_of(expected).certainty is Certainty.ASSUMED


def test_differing_level_shows_its_arithmetic() -> None:
    """Marks, sum, average, leading and lowest subject, and the adjustment stand in the text."""
    marks = {"Toán": "9.0", "Văn": "9.0", "NN": "9.0", "CN": "4.9"}
    document = a_former_pupil(learning=YearLevels(year="TB"), subjects=subjects_with(marks))
    found = next(f for f in check(document) if f.path == "$.learning.year")
    assert found.facts["working"] == (
        "ĐTB các môn 79.9 / 10 → 8.0; Toán, Văn, NN cao nhất 9.0; thấp nhất Công nghệ 4.9; 0 môn nhận xét chưa đạt; "
        "chỉ do một môn mà từ G xuống TB nên điều chỉnh ⇒ K"
    )
    assert "Toán 9.0" in found.facts["inputs"]
    assert render(found)["vi"].startswith("Học lực cả năm ghi TB, xét lại được K: ĐTB các môn 79.9 / 10 → 8.0;")


def test_second_test_stands_for_the_mark_of_the_year() -> None:
    """After kiểm tra lại the level is that of the new marks; the year keeps its own."""
    document = a_former_pupil(subjects=subjects_with({"CN": "1.0", "Sử": "3.0"}))
    document = with_subject(with_subject(document, "CN", retake="5.0"), "SU", retake="5.0")
    result = Result(completed=True, promotion="promoted")
    good = replace(document, learning=replace(same("KEM"), retake="K"), result=result)
    assert judge(good, SUMMER) == []
    found = judge(replace(good, learning=replace(same("KEM"), retake="G")), SUMMER)
    assert [f.path for f in found] == ["$.learning.retake"]


def test_level_stands_with_or_without_an_elective() -> None:
    """Whether electives count in the average is open: both readings pass, a third does not."""
    elective = Subject(code="NN2", kind="score", semester_1="6.0", semester_2="6.0", year="6.0")
    subjects = (*subjects_with(), elective)
    assert judge(a_former_pupil("G", subjects=subjects), SUMMER) == []
    assert judge(a_former_pupil("K", subjects=subjects), SUMMER) == []
    assert codes_of(judge(a_former_pupil("TB", subjects=subjects), SUMMER)) == ["FORMER_LEARNING_DIFFERS"] * 3


def test_column_with_a_missing_result_is_not_compared() -> None:
    """Who has one semester without a mark, or an exempt subject, is not told a level that nobody can know."""
    document = with_subject(a_former_pupil(), "CN", semester_1=UNSET)
    assert codes_of(judge(replace(document, learning=replace(same("G"), semester_1="K")), SUMMER)) == []
    bare = {"semester_1": UNSET, "semester_2": UNSET, "year": UNSET}
    assert judge(with_subject(a_former_pupil(), "GDTC", exempt=True, **bare), SUMMER) == []


def test_pupil_with_a_disability_is_not_recomputed() -> None:
    """Their plan is their own: no level, completion or title is compared, and missing values are legal."""
    student = a_student(9, "2023-2024", disability_exempt=True)
    document = a_former_pupil("KEM", student=student, subjects=subjects_with()[:4])
    assert judge(replace(document, result=Result(awards=("HSG",), completed=True)), SUMMER) == []


def test_working_of_a_year_is_cut_and_not_rounded() -> None:
    """2/3 shows as 0.666…, as under the circular that came after."""
    document = with_subject(a_former_pupil(), "CN", semester_1="7.0", semester_2="8.0", year="8.0")
    (found,) = (f for f in check(document) if f.code == "FORMER_YEAR_MARK_DIFFERS")
    assert found.facts["working"] == "(7.0 + 2 × 8.0) / 3 = 7.666… → 7.7"


@pytest.mark.parametrize(
    ("promotion", "completed", "expected"),
    [
        ("promoted", True, []),
        ("retained", False, []),
        (UNSET, True, []),
        (UNSET, False, []),
        ("promoted", False, ["FORMER_COMPLETION_DIFFERS"]),
        ("retained", True, ["FORMER_COMPLETION_DIFFERS"]),
        ("retake", False, ["FORMER_PROMOTION_DIFFERS"]),
    ],
)
def test_absences_that_nobody_wrote_down_leave_both_outcomes_open(
    promotion: str, completed: bool, expected: list[str]
) -> None:
    """Unknown is not none: who missed too many sessions stays, and the two statements still have to agree."""
    document = a_former_pupil(result=Result(completed=completed, promotion=promotion))
    assert codes_of(check(document)) == expected
    present = replace(document, absences=Absences(excused=0, unexcused=0))
    if not completed or promotion == "retained":
        assert codes_of(check(present)) != []


def test_unknown_award_and_completed_level_warn_under_a_former_circular() -> None:
    """Also what every circular shares is softened: the text of the old one is not in hand."""
    result = Result(awards=("XYZ",), completed=False, programme_completed=True, promotion="retained")
    found = judge(a_former_pupil("KEM", result=result), SUMMER)
    assert {"AWARD_UNKNOWN", "PROGRAMME_COMPLETED_WRONG_SECONDARY"} <= set(codes_of(found))
    assert not refuses(found)


def test_former_circular_never_refuses() -> None:
    """Whatever is wrong, an older document gets warnings only."""
    rows = with_row(subjects_with({"CN": "1.0"}), "AN", year="9.0", kind="score")
    found = judge(a_former_pupil("G", subjects=rows, rating="HT", conduct=same("G")), SUMMER)
    assert len(found) > 4
    assert not refuses(found)
    assert {f.severity for f in found} == {Severity.WARN}
