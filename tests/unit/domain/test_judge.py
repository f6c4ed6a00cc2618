"""Judging: year, dates, places, identity, policy, and the cap."""

from datetime import date

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from hub.catalogue import Severity
from hub.domain import Reading, examine, judge
from hub.domain.findings import FINDING_COUNT_MAX, refuses
from hub.domain.identity import pupil_of
from hub.domain.transcript import Result, Subject, Transcript, YearLevels
from tests.unit.domain.builders import SUMMER, a_school, a_student, a_transcript, codes_of, document_of


@pytest.mark.parametrize("grade", range(1, 13))
@pytest.mark.parametrize("period", ["year", "semester_1"])
def test_judge_finds_nothing_in_an_honest_document(grade: int, period: str) -> None:
    """The builders' defaults are clean for every grade and both periods."""
    transcript = a_transcript(grade, period)
    assert judge(transcript, SUMMER) == []
    assert examine(document_of(transcript), SUMMER) == Reading(transcript)


@pytest.mark.parametrize(
    ("changes", "at", "expected"),
    [
        ({"school_year": "2025-2027"}, SUMMER, ["SCHOOL_YEAR_NOT_CONSECUTIVE"]),
        ({"school_year": "0000-0001", "student": a_student()}, SUMMER, ["SCHOOL_YEAR_NOT_CONSECUTIVE"]),
        ({"school_year": "2026-2027"}, SUMMER, ["SCHOOL_YEAR_FUTURE"]),
        ({"school_year": "2026-2027"}, date(2027, 6, 1), []),
        ({}, date(2026, 3, 1), ["SCHOOL_YEAR_NOT_ENDED"]),
        ({"period": "semester_1", "rating": "HTXS"}, SUMMER, ["SEMESTER_WITH_YEAR_VALUES"]),
        ({"period": "semester_1", "result": Result(completed=True)}, SUMMER, ["SEMESTER_WITH_YEAR_VALUES"]),
        (
            {"grade": 8, "period": "semester_1", "learning": YearLevels(semester_1="T", year="T")},
            SUMMER,
            ["SEMESTER_WITH_YEAR_VALUES"],
        ),
        ({"supersedes": "0" * 64}, SUMMER, ["REASON_MISSING"]),
        ({"supersedes": "0" * 64, "reason": "Sai điểm"}, SUMMER, []),
        ({"school": a_school(province="03")}, SUMMER, ["PROVINCE_UNKNOWN"]),
        ({"school": a_school(province="49")}, SUMMER, ["PROVINCE_NOT_IN_YEAR"]),
        ({"school": a_school(province="49"), "school_year": "2024-2025"}, SUMMER, []),
        ({"student": a_student(birth_date="2017-02-30")}, SUMMER, ["BIRTH_DATE_IMPOSSIBLE"]),
        ({"student": a_student(birth_date="2017-13")}, SUMMER, ["BIRTH_DATE_IMPOSSIBLE"]),
        ({"student": a_student(birth_date="2017-03")}, SUMMER, []),
        ({"student": a_student(birth_date="2017")}, SUMMER, []),
        ({"student": a_student(birth_date="2024", personal_id=UNSET, passport="C1")}, SUMMER, None),
    ],
)
def test_judge_holds_years_and_dates_against_the_day(
    changes: dict[str, object], at: date, expected: list[str] | None
) -> None:
    """A future year refuses, an early year document warns, dates exist, provinces belong to their year."""
    found = codes_of(judge(a_transcript(**changes), at))
    if expected is None:
        expected = ["BIRTH_DATE_IMPLAUSIBLE", "PASSPORT_OF_CITIZEN"]
    assert found == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"personal_id": "00121700012"}, "PERSONAL_ID_MALFORMED"),
        ({"personal_id": "0012170001234"}, "PERSONAL_ID_MALFORMED"),
        ({"personal_id": "00121700012A"}, "PERSONAL_ID_MALFORMED"),
        ({"personal_id": "003217000123"}, "PERSONAL_ID_PREFIX_UNKNOWN"),
        ({"personal_id": "001317000123"}, "PERSONAL_ID_SEX_DIFFERS"),
        ({"personal_id": "001218000123"}, "PERSONAL_ID_YEAR_DIFFERS"),
        ({"personal_id": "001017000123"}, "PERSONAL_ID_YEAR_DIFFERS"),
        ({"personal_id": UNSET}, "IDENTITY_MISSING"),
        ({"personal_id": UNSET, "passport": "C1234567"}, "PASSPORT_OF_CITIZEN"),
    ],
)
def test_identity_refuses_only_what_is_not_twelve_digits(changes: dict[str, object], expected: str) -> None:
    """Everything but a malformed number warns."""
    found = judge(a_transcript(student=a_student(**changes)), SUMMER)
    assert codes_of(found) == [expected]
    assert refuses(found) == (expected == "PERSONAL_ID_MALFORMED")


def test_identity_of_a_foreigner_is_the_passport() -> None:
    """A foreign pupil with a passport has no finding."""
    foreign = a_student(personal_id=UNSET, passport="X99", nationality="KR")
    assert judge(a_transcript(student=foreign), SUMMER) == []


def test_pupil_is_named_by_the_best_identifier() -> None:
    """Personal number, else passport, else the school's code; a malformed number is never an identifier."""

    def named(**changes: object) -> str:
        return pupil_of(a_transcript(student=a_student(**changes)))

    assert named() == "id:001217000123"
    assert named(personal_id=UNSET, passport="X99", nationality="KR") == "passport:KR:X99"
    assert named(personal_id=UNSET) == "school:0101001:0100000123"
    assert named(personal_id="12345") == "school:0101001:0100000123"


def test_policy_raises_a_warning_but_never_an_assumed_one() -> None:
    """A dated policy may turn a warning into a refusal when its ground is known, and lowers nothing."""
    transcript = a_transcript(student=a_student(personal_id="001317000123"), rating="HTT")
    policy = {
        "PERSONAL_ID_SEX_DIFFERS": Severity.REFUSE,
        "RATING_DIFFERS": Severity.REFUSE,
        "SUBJECT_MISSING": Severity.WARN,
    }
    found = {f.code: f.severity for f in judge(transcript, SUMMER, policy)}
    assert found == {"PERSONAL_ID_SEX_DIFFERS": Severity.REFUSE, "RATING_DIFFERS": Severity.WARN}
    bare = replace(transcript, subjects=())
    missing = [f.severity for f in judge(bare, SUMMER, policy) if f.code == "SUBJECT_MISSING"]
    assert set(missing) == {Severity.REFUSE}


def hopeless() -> Transcript:
    """Make a document with hundreds of warnings and refusals."""
    rows = tuple(Subject(code="GDTC", kind="level", level="T", score="9.5") for _ in range(100))
    return a_transcript(subjects=rows)


def test_findings_are_capped_with_refusals_first() -> None:
    """The cap never hides a refusal behind warnings."""
    found = judge(hopeless(), SUMMER)
    assert len(found) == FINDING_COUNT_MAX
    assert all(f.severity is Severity.REFUSE for f in found)


def test_examine_tells_faults_of_bytes_and_rules_at_once() -> None:
    """A document that is only not canonical is judged by the rules as well."""
    document = document_of(a_transcript(student=a_student(personal_id="001317000123"))) + b"\n"
    assert codes_of(examine(document, SUMMER).findings) == ["DOCUMENT_WHITESPACE", "PERSONAL_ID_SEX_DIFFERS"]


def test_judge_gives_the_same_findings_again() -> None:
    """Judging is pure: caches change nothing."""
    assert judge(hopeless(), SUMMER) == judge(hopeless(), SUMMER)
