"""A year's evidence beside that of the former school's semester: who answers for what, and when it is not valid."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as with_fields

from hub.domain import canonical
from hub.domain.transcript import Basis, Transcript
from hub.evidence import Conclusion, Proof, Report, bundle_bytes, verify_bundle, with_semesters
from tests.unit.decision.builders import sha
from tests.unit.domain.builders import a_school, a_student, a_transcript, with_row
from tests.unit.evidence.builders import a_locked, good, parts_of, roots

FORMER = "4001007"
SEMESTER = a_transcript(7, "semester_1", school=a_school(code=FORMER))
NAMED = sha("semester").hex()
YEAR = a_transcript(7, basis=(Basis(document_sha256=NAMED, period="semester_1", school=FORMER),))


def proof(transcript: Transcript, digest: str, verdict: Conclusion = Conclusion.VALID) -> Proof:
    """Return an evidence file of a transcript with what a check of it would have said."""
    data = bundle_bytes(**parts_of(a_locked(), document=canonical(transcript)))
    return Proof(data, Report(verdict, None, (), {}, {"document_sha256": digest, "so": "nghe-an"}))


OWN = proof(YEAR, sha("year").hex())


def told(*others: Proof, own: Proof = OWN) -> tuple[Conclusion, set[str]]:
    report = with_semesters(own, others)
    return report.verdict, {one.code for one in report.findings}


def test_year_is_valid_by_both_schools_when_both_proofs_hold() -> None:
    """Each semester names its school, the document and how its own evidence ended."""
    report = with_semesters(OWN, [proof(SEMESTER, NAMED)])
    assert (report.verdict, report.findings) == (Conclusion.VALID, ())
    shown = [(s["semester"], s["school"], s["document_sha256"], s["verdict"]) for s in report.shown()["semesters"]]
    assert shown == [(1, FORMER, NAMED, "valid"), (2, YEAR.school.code, sha("year").hex(), "valid")]


def test_semester_that_was_not_given_is_told_and_takes_nothing_from_the_year() -> None:
    """The year is proved by its own school; who answers for the rest of it is named."""
    report = with_semesters(OWN, [])
    assert (report.verdict, [one.code for one in report.findings]) == (Conclusion.VALID, ["BASIS_EVIDENCE_MISSING"])
    assert [one["verdict"] for one in report.semesters] == ["not_given", "valid"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"school": a_school(code="4001008")}, "BASIS_OTHER_SCHOOL"),
        ({"school_year": "2024-2025"}, "BASIS_OTHER_YEAR"),
        ({"period": "year"}, "BASIS_OTHER_PERIOD"),
        ({"subjects": with_row(SEMESTER.subjects, "TOAN", semester_1="2.0")}, "BASIS_MARKS_DIFFER"),
        ({"student": a_student(7, personal_id="001213999999", name="Trần Văn Khác")}, "BASIS_OTHER_PUPIL"),
    ],
)
def test_semester_that_is_not_what_the_year_took_makes_it_invalid(changes: dict[str, Any], code: str) -> None:
    """Both files hold by themselves; together they do not."""
    assert told(proof(with_fields(SEMESTER, **changes), NAMED)) == (Conclusion.INVALID, {code})


def test_identifier_that_changed_in_between_is_left_open() -> None:
    """That two identifiers are one person's is known to Sở and Bộ, and stands in neither file."""
    other = with_fields(SEMESTER, student=with_fields(SEMESTER.student, personal_id="001213999999"))
    assert told(proof(other, NAMED)) == (Conclusion.UNKNOWN, {"BASIS_EVIDENCE_UNKNOWN"})


@pytest.mark.parametrize(
    ("verdict", "ends", "code"),
    [
        (Conclusion.INVALID, Conclusion.INVALID, "BASIS_EVIDENCE_INVALID"),
        (Conclusion.UNKNOWN, Conclusion.UNKNOWN, "BASIS_EVIDENCE_UNKNOWN"),
        (Conclusion.SUPERSEDED, Conclusion.VALID, "BASIS_CORRECTED"),
    ],
)
def test_year_is_no_better_than_its_semesters_evidence(verdict: Conclusion, ends: Conclusion, code: str) -> None:
    """A correction is told: what the year took was issued and signed then."""
    assert told(proof(SEMESTER, NAMED, verdict)) == (ends, {code})


@given(st.sampled_from(list(Conclusion)), st.sampled_from(list(Conclusion)))
def test_verdict_is_never_better_than_the_years_own(own: Conclusion, other: Conclusion) -> None:
    order = [Conclusion.INVALID, Conclusion.UNKNOWN, Conclusion.SUPERSEDED, Conclusion.VALID]
    ends, _ = told(proof(SEMESTER, NAMED, other), own=OWN._replace(report=replace(OWN.report, verdict=own)))
    assert order.index(ends) <= order.index(own)


def test_file_of_something_else_is_no_evidence() -> None:
    """It is refused beside a year that rests on nothing, too."""
    assert told(proof(SEMESTER, "00" * 32)) == (Conclusion.INVALID, {"BASIS_EVIDENCE_OTHER", "BASIS_EVIDENCE_MISSING"})
    plain = proof(a_transcript(7), sha("plain").hex())
    assert told(proof(SEMESTER, NAMED), own=plain) == (Conclusion.INVALID, {"BASIS_EVIDENCE_OTHER"})


def test_report_stays_as_it_is_when_nobody_else_answers() -> None:
    """Also of bytes that are no evidence file at all."""
    report = verify_bundle(good(), roots())
    assert with_semesters(Proof(good(), report), []) is report
    assert "semesters" not in report.shown()
    broken = verify_bundle(b"{}", roots())
    assert with_semesters(Proof(b"{}", broken), []) is broken
