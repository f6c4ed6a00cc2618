"""All rules of TT 27/2020 together: lists, order, foreign fields, and agreement of findings with the explanation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from hub.catalogue import CATALOGUE, Certainty, Severity
from hub.domain.findings import refuses
from hub.domain.judge import judge
from hub.domain.regulations.tt27 import QUALITIES, check, competences_of, compute, required_subjects
from hub.domain.transcript import Result, Subject, YearLevels
from tests.unit.domain.builders import SUMMER, a_student, a_transcript, assessed, codes_of, with_row, without
from tests.unit.domain.tt27.drafts import scored_subjects

COMPUTED = {"RATING_DIFFERS", "COMPLETION_DIFFERS", "PROMOTION_DIFFERS", "AWARD_NOT_EARNED", "AWARD_MISSING"}


def judged(**changes: object) -> list[str]:
    """Return the codes found in a document of grade 3 on the usual day."""
    return codes_of(judge(a_transcript(3, **changes), SUMMER))


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


@pytest.mark.parametrize(("grade", "code"), [(g, code) for g in range(1, 6) for code in required_subjects(g)])
def test_missing_required_subject_is_missed_by_name(grade: int, code: str) -> None:
    """Each required subject refuses a year document that lacks it."""
    document = a_transcript(grade)
    found = judge(replace(document, subjects=without(document.subjects, code)), SUMMER)
    assert [(f.code, f.facts["subject"]) for f in found] == [("SUBJECT_MISSING", code)]
    assert refuses(found)


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("TV", {"kind": "score"}, ["SUBJECT_KIND_WRONG"]),
        ("TV", {"semester_1": "9.0"}, ["FIELD_NOT_FOR_REGULATION"]),
        ("TV", {"code": "VAN"}, ["SUBJECT_UNKNOWN", "SUBJECT_MISSING"]),
        ("TOAN", {"code": "TV"}, ["SUBJECT_TWICE", "SUBJECT_MISSING"]),
    ],
)
def test_row_of_another_kind_of_school_is_told(code: str, changes: dict[str, object], expected: list[str]) -> None:
    """What belongs to secondary school, or stands twice, gives its own finding and no other."""
    assert judged(subjects=with_row(a_transcript(3).subjects, code, **changes)) == expected


def test_array_order_is_part_of_the_document() -> None:
    """The same rows in another order are another document, so the order is fixed."""
    assert judged(subjects=a_transcript(3).subjects[::-1]) == ["ARRAY_ORDER"]
    assert judged(qualities=assessed(QUALITIES[::-1])) == ["ARRAY_ORDER"]


def test_qualities_and_competences_come_from_their_lists() -> None:
    """Missing, unknown and repeated rows have codes of their own."""
    assert judged(qualities=assessed((*QUALITIES, "VUI"))) == ["QUALITY_UNKNOWN"]
    assert judged(qualities=assessed((QUALITIES[0], *QUALITIES))) == ["QUALITY_TWICE"]
    assert judged(competences=assessed((*competences_of(3), "VUI"))) == ["COMPETENCE_UNKNOWN"]
    assert judged(competences=assessed((competences_of(3)[0], *competences_of(3)))) == ["COMPETENCE_TWICE"]
    found = judge(a_transcript(2, competences=assessed(competences_of(3))), SUMMER)
    assert codes_of(found) == ["COMPETENCE_UNEXPECTED"] * 2


def test_grade_3_from_the_sector_sheet_only_warns() -> None:
    """A C1 sheet lacks two scores and two competences in grade 3: warnings, never a refusal, and the rating stands."""
    subjects = with_row(with_row(a_transcript(3).subjects, "NN1", score=UNSET), "THCN", score=UNSET)
    found = judge(a_transcript(3, subjects=subjects, competences=assessed(competences_of(2))), SUMMER)
    assert codes_of(found) == ["SCORE_MISSING"] * 2 + ["COMPETENCE_MISSING_FROM_GRADE_3"] * 2
    assert not refuses(found)


def test_secondary_groups_do_not_belong_in_primary() -> None:
    """Learning results of secondary school refuse a primary document."""
    assert judged(learning=YearLevels(year="T")) == ["FIELD_NOT_FOR_REGULATION"]
    assert judged(conduct=YearLevels(year="T")) == ["FIELD_NOT_FOR_REGULATION"]


def test_bare_document_is_legal_for_a_pupil_with_a_disability() -> None:
    """Subjects, levels, qualities, competences and rating may all be lacking."""
    bare = {"subjects": (Subject(code="TV", kind="level"),), "qualities": UNSET, "competences": UNSET, "rating": UNSET}
    assert judged(student=a_student(3, disability_exempt=True), **bare) == []


def test_contract_of_the_document_holds_for_a_pupil_with_a_disability() -> None:
    """Leniency is about the law of assessment, not about codes that nobody knows."""
    found = judge(
        a_transcript(
            3,
            student=a_student(3, disability_exempt=True),
            subjects=(Subject(code="VE", kind="level"), Subject(code="TV", kind="score")),
        ),
        SUMMER,
    )
    assert codes_of(found) == ["SUBJECT_UNKNOWN", "SUBJECT_KIND_WRONG"]
    assert refuses(found)


@given(st.integers(1, 5), st.data())
def test_findings_are_what_the_explanation_says_does_not_agree(grade: int, data: st.DataObject) -> None:
    """`check` looks quickly and `compute` tells everything: on any document they say the same."""
    document = a_transcript(grade)
    code = data.draw(st.sampled_from(document.subjects)).code
    awards = st.lists(st.sampled_from(["HSXS", "HSTB", "HSG"]), max_size=2, unique=True).map(tuple)
    document = replace(
        document,
        subjects=with_row(document.subjects, code, level=data.draw(st.sampled_from(["T", "H", "C", UNSET]))),
        rating=data.draw(st.sampled_from(["HTXS", "HTT", "HT", "CHT", UNSET])),
        result=Result(
            awards=data.draw(st.one_of(st.just(UNSET), awards)),
            completed=data.draw(st.booleans()),
            promotion=data.draw(st.sampled_from(["promoted", "retained", "retake", UNSET])),
        ),
    )
    quick = [f for f in check(document) if f.code in COMPUTED]
    assert quick == [c.finding() for c in compute(document) if not c.agrees]
    assert {c.code for c in compute(document)} <= COMPUTED


def test_explanation_is_silent_where_nothing_is_computed() -> None:
    """A semester and a pupil with a plan of their own have no values that the circular lets us recompute."""
    assert list(compute(a_transcript(3, "semester_1"))) == []
    assert list(compute(a_transcript(3, student=a_student(3, disability_exempt=True)))) == []


def test_exemplary_pupil_is_never_computed() -> None:
    """Học sinh Tiêu biểu is the judgement of the class: no document is told to have it."""
    for rating in ("HTXS", "HTT", "HT", "CHT"):
        shown = [c.name for c in compute(a_transcript(3, rating=rating))]
        assert not [name for name in shown if "Tiêu biểu" in name]


def test_assumed_ground_never_refuses() -> None:
    """No code on assumed ground has the severity refuse."""
    assert not [e for e in CATALOGUE.values() if e.certainty is Certainty.ASSUMED and e.severity is Severity.REFUSE]
