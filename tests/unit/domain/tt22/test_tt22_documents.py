"""TT 22/2021 on whole documents: the table of changes, what is left unjudged, and what `explain` tells."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from hub.catalogue import Certainty, Severity, entry_of
from hub.domain.findings import refuses, render
from hub.domain.reading import read
from hub.domain.regulations import check_regulation, explain
from hub.domain.regulations.tt22.rules import _RULES
from hub.domain.transcript import Subject, Transcript, YearLevels
from tests.unit.domain.builders import a_transcript, codes_of, document_of
from tests.unit.domain.tt22.changed import changed
from tests.unit.domain.tt22.counting import learning_level
from tests.unit.domain.tt22.reading_tables import cases, rows_of

VALUE = st.sampled_from(["0.0", "3.4", "3.5", "4.9", "5.0", "6.4", "6.5", "7.9", "8.0", "9.0", "10.0"])
LEVEL = st.sampled_from(["T", "K", "Đ", "CĐ"])
ABSENT = st.just(UNSET)


@pytest.mark.parametrize(("grade", "change", "expected"), cases("documents"))
def test_document_has_the_findings_of_the_table(grade: str, change: str, expected: str) -> None:
    """One changed document a line, and the codes that it gets."""
    codes = [code.strip() for code in expected.split(",") if code.strip()]
    assert Counter(codes_of(check_regulation(changed(int(grade), change)))) == Counter(codes)


def test_findings_on_recomputed_values_warn_and_speak_plainly() -> None:
    """None refuses by itself, and no slot of a text is left empty."""
    seen = set()
    for _, grade, change, expected in rows_of("documents"):
        for found in check_regulation(changed(int(grade), change)):
            if entry_of(found.code).severity is Severity.WARN:
                seen.add(found.code)
                assert found.severity is Severity.WARN
            shown = render(found)
            assert "{" not in shown["vi"] + shown["en"] + shown["next_vi"], expected
    assert len(seen) >= 14


@pytest.mark.parametrize(
    ("grade", "change"),
    [(9, "học sinh khuyết tật; completed=không"), (7, "học sinh khuyết tật; TOAN.year=Đ"),
     (7, "GDTC.exempt=có; GDTC.year=8.0")],
)  # fmt: skip
def test_pupil_with_a_plan_of_their_own_and_exempt_subject_are_told_and_not_refused(grade: int, change: str) -> None:
    """What refuses anybody else stands on the law of assessment, which is not theirs; the contract still holds."""
    found = check_regulation(changed(grade, change))
    assert found
    assert not refuses(found)
    unknown = changed(grade, change)
    row = replace(unknown.subjects[0], code="XYZ")
    assert refuses(check_regulation(replace(unknown, subjects=(*unknown.subjects, row))))


def test_missing_result_is_named_with_the_levels_that_it_leaves_open() -> None:
    """The clerk sees what is missing and between which levels the stated one would have to lie."""
    (found,) = check_regulation(changed(7, "TOAN.semester_1=–; learning.semester_1=CĐ"))
    assert found.facts["working"].endswith("; còn thiếu Toán: tùy kết quả còn thiếu, xếp được Đ, K hoặc T")
    assert (found.facts["expected"], found.facts["stated"]) == ("Đ, K hoặc T", "CĐ")
    assert "Toán ?" in found.facts["inputs"]
    *_, chosen = check_regulation(changed(11, "bỏ LI; VAN=4.0; TOAN=4.0; learning.semester_1=CĐ; learning=T"))
    assert "1 môn lựa chọn" in chosen.facts["working"]


def test_retake_with_a_missing_result_leaves_promotion_open() -> None:
    """Whether the pupil passed after all cannot be known, so that neither outcome is told as wrong."""
    failed = "VAN=3.0; TOAN=3.0; learning=CĐ; VAN.retake=5.0; TOAN.retake=5.0; nghỉ=3; NN1.year=–; KHTN.year=–"
    for outcome in ("", "; promotion=retained; completed=không"):
        codes = set(codes_of(check_regulation(changed(7, failed + outcome))))
        assert codes == {"SUBJECT_VALUE_MISSING"}


@settings(max_examples=60)
@given(
    st.lists(VALUE, min_size=8, max_size=8),
    st.lists(st.sampled_from(["Đ", "Đ", "CĐ"]), min_size=4, max_size=4),
    st.data(),
)
def test_level_that_holds_is_never_told_when_a_result_is_missing(
    marks: list[str], comments: list[str], data: st.DataObject
) -> None:
    """Whatever row or value a document lacks, the level that its full results give passes."""
    document = a_transcript(7)
    values = iter([*marks, *comments])
    scored = [r for r in document.subjects if r.kind == "score"] + [r for r in document.subjects if r.kind != "score"]
    given_ = {row.code: next(values) for row in scored}
    rows_ = tuple(
        replace(r, semester_1=given_[r.code], semester_2=given_[r.code], year=given_[r.code]) for r in document.subjects
    )
    full = learning_level([Decimal(mark) for mark in marks], comments)
    lacking = data.draw(st.sets(st.sampled_from(sorted(given_)), max_size=3))
    dropped = data.draw(st.booleans())
    kept = tuple(
        replace(r, year=UNSET) if r.code in lacking else r for r in rows_ if not (dropped and r.code in lacking)
    )
    stated = replace(document, subjects=kept, learning=YearLevels(year=full))
    assert "LEARNING_DIFFERS" not in codes_of(check_regulation(stated))


def test_policy_may_raise_what_was_read_and_not_what_is_assumed() -> None:
    """Study topics and the meaning of a completed class are assumed; the arithmetic and the tables are not."""
    assert entry_of("STUDY_TOPIC_COUNT").certainty is Certainty.ASSUMED
    assert entry_of("COMPLETION_DIFFERS_SECONDARY").certainty is Certainty.ASSUMED
    for code in ("YEAR_MARK_DIFFERS", "LEARNING_DIFFERS", "TRAINING_DIFFERS", "PROMOTION_DIFFERS_SECONDARY"):
        assert entry_of(code).certainty is Certainty.SECONDARY


def test_learning_difference_shows_the_counts_and_the_one_subject() -> None:
    """The clerk sees which subject pulled the level down and how far it was raised."""
    (found,) = check_regulation(changed(7, "TOAN=4.9; learning=K; learning.year=Đ"))
    assert found.path == "$.learning.year"
    assert found.facts["working"] == (
        "8 môn điểm: 7 môn ≥ 8.0, 7 môn ≥ 6.5, 7 môn ≥ 5.0, 8 môn ≥ 3.5, thấp nhất 4.9 (Toán); môn nhận xét CĐ: 0 "
        "⇒ Đ; nếu không do một môn (Toán 4.9) thì đạt T ⇒ K"
    )
    assert (found.facts["expected"], found.facts["stated"]) == ("K", "Đ")
    (found,) = check_regulation(changed(7, "NT=CĐ; learning=K; learning.year=T"))
    assert "(Nghệ thuật CĐ)" in found.facts["working"]


def test_electives_may_count_or_not() -> None:
    """A weak second foreign language: both levels pass, a third one does not."""
    weak = Subject(code="NN2", kind="score", semester_1="6.0", semester_2="6.0", year="6.0")
    for level, codes in (("T", []), ("K", []), ("Đ", ["LEARNING_DIFFERS"] * 3)):
        transcript = changed(7, f"learning={level}")
        assert codes_of(check_regulation(replace(transcript, subjects=(*transcript.subjects, weak)))) == codes


def test_wrong_values_are_told_by_the_form_alone() -> None:
    """A mark where Đ belongs spoils its term; nothing is recomputed from it."""
    assert codes_of(check_regulation(changed(7, "GDTC.year=8.0; learning.year=K"))) == ["SUBJECT_VALUE_WRONG"]
    assert codes_of(check_regulation(changed(7, "TOAN.year=Đ; learning.year=K"))) == ["SUBJECT_VALUE_WRONG"]
    assert codes_of(check_regulation(changed(7, "TOAN.kind=comment"))) == ["SUBJECT_KIND_WRONG"]


def test_semester_document_is_judged_by_its_semester() -> None:
    """A pupil who leaves: semester I alone, no promotion."""
    transcript = a_transcript(7, "semester_1")
    assert check_regulation(transcript) == []
    lower = replace(transcript, learning=YearLevels(semester_1="K"))
    assert codes_of(check_regulation(lower)) == ["LEARNING_DIFFERS"]
    assert {c.path for c in explain(lower)} == {"$.learning.semester_1"}


def test_earlier_years_need_no_confirmation_of_lower_secondary_school() -> None:
    """Before Luật 123/2025 the diploma was a paper of its own."""
    transcript = a_transcript(9, school_year="2024-2025")
    silent = replace(transcript, result=replace(transcript.result, programme_completed=UNSET))
    assert check_regulation(silent) == []


def test_study_topics_stand_in_order_of_their_name() -> None:
    """The canonical bytes have them between student and subjects, and other circulars do not know them."""
    transcript = replace(a_transcript(11), study_topics=("VAN", "TOAN", "LI"))
    document = document_of(transcript)
    assert read(document).sound
    assert document.index(b'"student"') < document.index(b'"study_topics"') < document.index(b'"subjects"')
    primary = check_regulation(replace(a_transcript(4), study_topics=("TOAN",)))
    assert codes_of(primary) == ["FIELD_NOT_FOR_REGULATION"]
    assert refuses(primary)
    old = replace(a_transcript(11, regulation="TT58-2011", school_year="2020-2021"), study_topics=("TOAN",))
    assert not refuses(check_regulation(old))
    exempt = replace(changed(11, "học sinh khuyết tật"), study_topics=("TOAN",))
    assert check_regulation(exempt) == []


def test_explain_tells_every_value_with_its_arithmetic() -> None:
    """Year values, four levels, training, promotion, completion, award: also where everything agrees."""
    told = explain(changed(7, "VAN=3.0; TOAN=3.0; learning=CĐ; VAN.retake=5.0; TOAN.retake=5.0; learning.retake=K"))
    codes = Counter(computed.code for computed in told)
    assert codes == {
        "YEAR_MARK_DIFFERS": 8,
        "YEAR_COMMENT_DIFFERS": 4,
        "LEARNING_DIFFERS": 4,
        "TRAINING_DIFFERS": 1,
        "PROMOTION_DIFFERS_SECONDARY": 1,
        "COMPLETION_DIFFERS_SECONDARY": 1,
    }
    assert all(computed.agrees and computed.inputs and computed.formula and computed.working for computed in told)
    by_path = {computed.path: computed for computed in told}
    assert by_path["$.learning.retake"].expected == "K"
    assert dict(by_path["$.learning.retake"].inputs)["Toán"] == "5.0"
    assert dict(by_path["$.learning.year"].inputs)["Toán"] == "3.0"
    assert dict(by_path["$.result.promotion"].inputs)["Học tập sau kiểm tra lại"] == "K"


def test_explain_shows_an_award_that_nobody_stated() -> None:
    """Earned and not given is the headmaster's affair, but it can be seen."""
    best = changed(7, "VAN=9.0; TOAN=9.0; NN1=9.0; GDCD=9.0; KHTN=9.0; LSDL=9.0")
    (award,) = (c for c in explain(best) if c.path == "$.result.awards")
    assert (award.expected, award.stated, award.agrees) == ("HSXS", None, True)
    (award,) = (c for c in explain(changed(9, "awards=HSXS")) if c.path == "$.result.awards[0]")
    assert (award.expected, award.agrees) == ("HSG", False)


def test_explain_is_silent_where_nothing_can_be_recomputed() -> None:
    """A circular of the other level, and a pupil with a plan of their own."""
    assert explain(a_transcript(3, regulation="TT22-2021")) == []
    assert explain(changed(7, "học sinh khuyết tật")) == []
    assert [
        c
        for c in explain(a_transcript(7, learning=UNSET, training=UNSET, subjects=()))
        if c.path != "$.result.promotion"
    ]


def rows(draw: st.DrawFn, transcript: Transcript) -> tuple[Subject, ...]:
    """Draw values of every kind for the rows of a transcript."""
    drawn = []
    for row in transcript.subjects:
        value = st.one_of(ABSENT, VALUE if row.kind == "score" else st.sampled_from(["Đ", "CĐ"]))
        fields = {name: draw(value) for name in ("semester_1", "semester_2", "year", "retake")}
        drawn.append(replace(row, exempt=draw(st.sampled_from([UNSET, UNSET, UNSET, True])), **fields))
    return tuple(drawn)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Draw documents of right form and any content."""
    shape = st.sampled_from(["", "NT thành AN MT", "NT thêm AN MT", "bỏ TOAN"])
    grade = draw(st.sampled_from([7, 9, 11]))
    transcript = changed(grade, draw(shape) if grade <= 9 else draw(st.sampled_from(["", "bỏ LI"])))
    levels = {
        group: YearLevels(
            **{name: draw(st.one_of(ABSENT, LEVEL)) for name in ("semester_1", "semester_2", "year", "retake")}
        )
        for group in ("learning", "training")
    }
    result = replace(
        transcript.result,
        promotion=draw(st.sampled_from([UNSET, "promoted", "retained", "retake", "summer_training"])),
        awards=draw(st.sampled_from([UNSET, ("HSG",), ("HSXS",)])),
        completed=draw(st.booleans()),
    )
    return replace(transcript, subjects=rows(draw, transcript), result=result, **levels)


@settings(max_examples=40)
@given(transcripts())
def test_quick_comparison_and_working_agree(transcript: Transcript) -> None:
    """What a rule passes at a glance has no difference when spelt out."""
    for agrees, spell_out in _RULES:
        if agrees(transcript):
            assert [computed for computed in spell_out(transcript) if not computed.agrees] == []


@settings(max_examples=25)
@given(transcripts(), st.randoms(use_true_random=False))
def test_order_of_subjects_does_not_matter(transcript: Transcript, shuffle: object) -> None:
    """The same values are recomputed, whichever row comes first."""
    mixed = list(transcript.subjects)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]

    def told(of: Transcript) -> Counter[tuple[str, str, str]]:
        return Counter((c.code, c.name, c.expected) for c in explain(of))

    assert told(replace(transcript, subjects=tuple(mixed))) == told(transcript)
