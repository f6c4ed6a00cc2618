"""Examples of rules that compare a document with the register: a correct document beside a register of its school."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from hub.domain import Finding, Transcript
from hub.domain.transcript import Basis
from hub.local.rule_examples.documents import correct_documents
from hub.trust import Entry, Snapshot, check_placing

__all__ = ["about_place"]

_SINCE = datetime(2015, 1, 1, tzinfo=UTC)
_AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
_FORMER = "01999001"


def about_place(code: str) -> tuple[str, Finding] | None:
    """Return what document does not fit the register, and the finding; None for rules that ask no register."""
    if code not in _CASES:
        return None
    transcript, _ = correct_documents()[0]
    changed, schools = _CASES[code](transcript)
    entries = [Entry("school", school["code"], _SINCE, None, school, n) for n, school in enumerate(schools, 1)]
    found = next(one for one in check_placing(changed, Snapshot.of(entries), _AT) if one.code == code)
    return f"{transcript.regulation}, lớp/grade {transcript.grade}, sổ đăng ký/register", found


_School = dict[str, Any]


def _school(transcript: Transcript, **changes: Any) -> _School:
    school = {
        "code": transcript.school.code, "name": transcript.school.name, "province": transcript.school.province,
        "grades": [1, 12], "so": "ha-noi",
    }  # fmt: skip
    return school | changes


def _on_basis(transcript: Transcript) -> Transcript:
    return replace(transcript, basis=(Basis(document_sha256="00" * 32, period="semester_1", school=_FORMER),))


def _of_other_grades(transcript: Transcript) -> tuple[Transcript, list[_School]]:
    return transcript, [_school(transcript, grades=[6, 9] if transcript.grade < 6 else [1, 5])]


def _of_other_province(transcript: Transcript) -> tuple[Transcript, list[_School]]:
    return transcript, [_school(transcript, province="48")]


def _from_unknown_school(transcript: Transcript) -> tuple[Transcript, list[_School]]:
    return _on_basis(transcript), [_school(transcript)]


def _from_closed_school(transcript: Transcript) -> tuple[Transcript, list[_School]]:
    former = _school(transcript, code=_FORMER, closed_on="2020-07-15", successor=transcript.school.code)
    return _on_basis(transcript), [_school(transcript), former]


_CASES: dict[str, Callable[[Transcript], tuple[Transcript, list[_School]]]] = {
    "GRADE_NOT_OF_SCHOOL": _of_other_grades,
    "SCHOOL_PROVINCE_DIFFERS": _of_other_province,
    "BASIS_SCHOOL_UNKNOWN": _from_unknown_school,
    "BASIS_SCHOOL_CLOSED": _from_closed_school,
}
