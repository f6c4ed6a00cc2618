"""TT 27/2020: the primary rules."""

from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from hub.catalogue import CATALOGUE, Certainty, Severity
from hub.domain.findings import refuses
from hub.domain.judge import judge
from hub.domain.regulations import QUALITIES, competences_of, rating_of, required_subjects, scored_subjects
from hub.domain.transcript import Result, Subject, Transcript, YearLevels
from tests.unit.domain.builders import (
    SUMMER,
    a_student,
    a_transcript,
    assessed,
    codes_of,
    primary_subjects,
    with_row,
    without,
)


def judged(transcript: Transcript) -> list[str]:
    """Return the codes of the findings on the usual day."""
    return codes_of(judge(transcript, SUMMER))


def rows(grade: int, *, levels: str = "T", score: str = "9.0") -> tuple[Subject, ...]:
    return primary_subjects(grade, levels, score)


def test_subjects_of_each_grade_follow_the_grid() -> None:
    """The required and the tested subjects of every grade are those of the grid."""
    assert required_subjects(1) == ("TV", "TOAN", "DD", "TNXH", "GDTC", "AN", "MT", "HDTN")
    assert required_subjects(3) == ("TV", "TOAN", "NN1", "DD", "TNXH", "THCN", "GDTC", "AN", "MT", "HDTN")
    assert required_subjects(5) == ("TV", "TOAN", "NN1", "DD", "LSDL", "KH", "THCN", "GDTC", "AN", "MT", "HDTN")
    assert required_subjects(2) == required_subjects(1)
    assert required_subjects(4) == required_subjects(5)
    assert scored_subjects(1) == scored_subjects(2) == ("TV", "TOAN")
    assert scored_subjects(3) == ("TV", "TOAN", "NN1", "THCN")
    assert scored_subjects(4) == scored_subjects(5) == ("TV", "TOAN", "NN1", "LSDL", "KH", "THCN")


@pytest.mark.parametrize("grade", range(1, 6))
def test_missing_required_subject_refuses(grade: int) -> None:
    """Each required subject is missed by name when it is not there."""
    for code in required_subjects(grade):
        found = judge(a_transcript(grade, subjects=without(rows(grade), code)), SUMMER)
        assert codes_of(found) == ["SUBJECT_MISSING"]
        assert found[0].facts["subject"] == code
        assert refuses(found)


def test_informatics_and_technology_are_taken_in_either_shape() -> None:
    """THCN, or TIN and CN, but not one half and not both shapes."""
    base = without(rows(4), "THCN")
    at = 6  # after KH
    tin = Subject(code="TIN", kind="level", level="T", score="9.0")
    cn = Subject(code="CN", kind="level", level="T", score="9.0")
    thcn = Subject(code="THCN", kind="level", level="T", score="9.0")
    assert judged(a_transcript(4, subjects=(*base[:at], tin, cn, *base[at:]))) == []
    assert judged(a_transcript(4, subjects=(*base[:at], tin, *base[at:]))) == ["SUBJECT_MISSING"]
    assert judged(a_transcript(4, subjects=(*base[:at], thcn, tin, cn, *base[at:]))) == ["SUBJECT_SHAPE_MIXED"]


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("AN", {"level": UNSET}, ["LEVEL_MISSING"]),
        ("AN", {"level": UNSET, "exempt": True}, []),
        ("AN", {"score": "9.0"}, ["SCORE_UNEXPECTED"]),
        ("TV", {"score": UNSET}, ["SCORE_MISSING"]),
        ("TV", {"score": "9.5"}, ["SCORE_NOT_INTEGER"]),
        ("TV", {"kind": "score"}, ["SUBJECT_KIND_WRONG"]),
        ("TV", {"semester_1": "9.0"}, ["FIELD_NOT_FOR_REGULATION"]),
        ("TV", {"code": "VAN"}, ["SUBJECT_UNKNOWN", "SUBJECT_MISSING"]),
        ("TNXH", {"code": "KH"}, ["SUBJECT_NOT_IN_GRADE", "SUBJECT_MISSING"]),
        ("TOAN", {"code": "TV"}, ["SUBJECT_TWICE", "SUBJECT_MISSING"]),
    ],
)
def test_subject_row_is_judged_by_its_rule(code: str, changes: dict[str, object], expected: list[str]) -> None:
    """One broken rule gives its own finding and no other."""
    assert judged(a_transcript(3, subjects=with_row(rows(3), code, **changes))) == expected


def test_array_order_is_part_of_the_document() -> None:
    """The same rows in another order are another document, so the order is fixed."""
    assert judged(a_transcript(3, subjects=rows(3)[::-1])) == ["ARRAY_ORDER"]
    assert judged(a_transcript(3, qualities=assessed(QUALITIES[::-1]))) == ["ARRAY_ORDER"]


def test_grade_3_from_the_sector_sheet_only_warns() -> None:
    """A C1 sheet lacks two scores and two competences in grade 3: warnings, never a refusal, and the rating stands."""
    subjects = with_row(with_row(rows(3), "NN1", score=UNSET), "THCN", score=UNSET)
    sheet = a_transcript(3, subjects=subjects, competences=assessed(competences_of(2)))
    found = judge(sheet, SUMMER)
    assert codes_of(found) == ["SCORE_MISSING"] * 2 + ["COMPETENCE_MISSING_FROM_GRADE_3"] * 2
    assert not refuses(found)


def test_missing_values_are_legal_when_disability_exempt() -> None:
    """A pupil with a disability may lack subjects, levels, qualities, competences and rating."""
    bare = a_transcript(
        3,
        student=a_student(3, disability_exempt=True),
        subjects=(Subject(code="TV", kind="level"),),
        qualities=UNSET,
        competences=UNSET,
        rating=UNSET,
    )
    assert judged(bare) == []


def test_qualities_and_competences_come_from_their_lists() -> None:
    """Missing, unknown and repeated rows have codes of their own."""
    assert judged(a_transcript(qualities=assessed(QUALITIES[:4]))) == ["QUALITY_MISSING"]
    assert judged(a_transcript(qualities=assessed((*QUALITIES, "VUI")))) == ["QUALITY_UNKNOWN"]
    assert judged(a_transcript(qualities=assessed((QUALITIES[0], *QUALITIES)))) == ["QUALITY_TWICE"]
    assert judged(a_transcript(2, competences=assessed(competences_of(3)))) == ["COMPETENCE_UNEXPECTED"] * 2
    assert judged(a_transcript(2, competences=assessed(competences_of(2)[1:]))) == ["COMPETENCE_MISSING"]


def test_rating_is_recomputed_and_says_why() -> None:
    """One H in Âm nhạc blocks HTXS, and the finding names it; it warns only."""
    found = judge(a_transcript(subjects=with_row(rows(3), "AN", level="H")), SUMMER)
    assert codes_of(found) == ["RATING_DIFFERS"]
    assert found[0].facts == {"stated": "HTXS", "computed": "HT", "because": "AN=H"}
    assert not refuses(found)


def test_rating_lower_than_earned_says_which_bound_holds() -> None:
    """A rating below the recomputed one is told too."""
    found = judge(a_transcript(rating="HTT", result=Result(completed=True)), SUMMER)
    assert found[0].facts["computed"] == "HTXS"


def test_rating_stands_with_or_without_an_elective() -> None:
    """Whether electives count is open: both readings pass."""
    subjects = (*rows(1), Subject(code="TDT", kind="level", level="H"))
    assert judged(a_transcript(1, subjects=subjects, rating="HTXS")) == []
    assert judged(a_transcript(1, subjects=subjects, rating="HT")) == []
    assert judged(a_transcript(1, subjects=subjects, rating="HTT")) == ["RATING_DIFFERS"]


def reference(levels: Iterable[str], values: Iterable[str], scores: Iterable[Decimal]) -> str:
    """Điều 9 row by row, as the circular's table reads."""
    levels, values, scores = list(levels), list(values), list(scores)
    table = [("HTXS", "T", "T", 9), ("HTT", "T", "T", 7), ("HT", "TH", "TĐ", 5)]
    for name, subject_levels, assessed_levels, lowest in table:
        if (
            all(x in subject_levels for x in levels)
            and all(x in assessed_levels for x in values)
            and all(s >= lowest for s in scores)
        ):
            return name
    return "CHT"


@pytest.mark.parametrize("levels", ["T", "TH", "THC", "C", ""])
@pytest.mark.parametrize("values", ["T", "TĐ", "TĐC", "C", ""])
@pytest.mark.parametrize("lowest", range(11))
def test_rating_agrees_with_the_table_at_every_boundary(levels: str, values: str, lowest: int) -> None:
    """Each worst level meets each worst quality and each lowest score, so that no boundary is left to chance."""
    scores = [Decimal(10), Decimal(lowest)]
    assert rating_of(levels, values, scores) == reference(levels, values, scores)


@given(
    st.lists(st.sampled_from("TTTTTHC"), max_size=11),
    st.lists(st.sampled_from("TTTTTĐC"), max_size=15),
    st.lists(st.integers(4, 10).map(Decimal), max_size=6),
)
def test_rating_agrees_with_the_table_for_all_values(
    levels: list[str], values: list[str], scores: list[Decimal]
) -> None:
    """The quick computation and the table of Điều 9 agree on every combination."""
    assert rating_of(levels, values, scores) == reference(levels, values, scores)


@given(st.integers(1, 5), st.data())
def test_rating_of_a_document_agrees_with_the_table(grade: int, data: st.DataObject) -> None:
    """A document whose rating is the table's has no finding on it, and any other rating has."""
    codes = required_subjects(grade)
    levels = data.draw(st.tuples(*[st.sampled_from("TTTHC") for _ in codes]))
    subjects = rows(grade)
    for code, level in zip(codes, levels, strict=True):
        score = data.draw(st.integers(4, 10)) if code in scored_subjects(grade) else None
        subjects = with_row(subjects, code, level=level, score=UNSET if score is None else f"{score}.0")
    expected = reference(levels, "T", [Decimal(r.score) for r in subjects if r.score is not UNSET])
    stated = data.draw(st.sampled_from(["HTXS", "HTT", "HT", "CHT"]))
    result = Result(completed=stated != "CHT", programme_completed=True if grade == 5 and stated != "CHT" else UNSET)
    found = judged(a_transcript(grade, subjects=subjects, rating=stated, result=result))
    assert found == ([] if stated == expected else ["RATING_DIFFERS"])


@pytest.mark.parametrize(
    ("grade", "rating", "result", "expected"),
    [
        (3, "HTXS", Result(completed=False), ["COMPLETION_DIFFERS"]),
        (3, "HTXS", Result(completed=True, promotion="retained"), ["PROMOTION_DIFFERS"]),
        (3, "HTXS", Result(completed=True, promotion="retake"), ["PROMOTION_DIFFERS"]),
        (3, "HTXS", Result(completed=True, programme_completed=True), ["PROGRAMME_COMPLETED_WRONG"]),
        (5, "HTXS", Result(completed=True), ["PROGRAMME_COMPLETED_MISSING"]),
        (3, "HTXS", Result(completed=True, awards=("HSXS",)), []),
        (3, "HTXS", Result(completed=True, awards=("HSTB",)), ["AWARD_NOT_EARNED"]),
        (3, "HTXS", Result(completed=True, awards=("HSG",)), ["AWARD_NOT_FOR_REGULATION"]),
        (3, "HTXS", Result(completed=True, awards=("GIOI",)), ["AWARD_UNKNOWN"]),
        (3, "HTXS", Result(completed=True, awards=("HSXS", "HSXS")), ["AWARD_TWICE"]),
        (3, UNSET, Result(completed=True), ["RATING_MISSING"]),
    ],
)
def test_result_agrees_with_the_rating(grade: int, rating: str, result: Result, expected: list[str]) -> None:
    """Completion, promotion, awards and the level's completion are held against the rating and the grade."""
    assert judged(a_transcript(grade, rating=rating, result=result)) == expected


def test_promotion_without_completion_is_legal() -> None:
    """The headmaster may promote a pupil who did not complete the class."""
    subjects = with_row(rows(3), "TV", level="C", score="4.0")
    result = Result(completed=False, promotion="promoted")
    assert judged(a_transcript(subjects=subjects, rating="CHT", result=result)) == []


def test_secondary_groups_do_not_belong_in_primary() -> None:
    """Learning results of secondary school refuse a primary document."""
    assert judged(a_transcript(learning=YearLevels(year="T"))) == ["FIELD_NOT_FOR_REGULATION"]


def test_assumed_ground_never_refuses() -> None:
    """No code on assumed ground has the severity refuse."""
    assert not [e for e in CATALOGUE.values() if e.certainty is Certainty.ASSUMED and e.severity is Severity.REFUSE]
