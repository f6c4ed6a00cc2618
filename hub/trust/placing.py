"""Một học bạ bên sổ đăng ký: grade, province and former schools of a document, compared with the register of its Sở.

Legal source: none names the moment that counts; that a grade which the school taught at any time from the beginning of
the document's year until its arrival is no fault is the hub's own contract.
"""

from collections.abc import Iterator
from datetime import datetime

from msgspec import UNSET

from hub.domain.civil import VIETNAM
from hub.domain.findings import Finding, finding
from hub.domain.provinces import is_same_place
from hub.domain.transcript import Transcript
from hub.trust.register import Snapshot
from hub.trust.school import RegisteredSchool

__all__ = ["check_placing", "succession_facts"]

_YEAR_BEGINS = (8, 1)  # month, day: pupils are back at school from August [assumed]


def check_placing(transcript: Transcript, snapshot: Snapshot, at: datetime) -> list[Finding]:
    """Return findings on a document that came at `at`; of a school that the register has not, nothing is told here."""
    school = snapshot.school(transcript.school.code, at)
    found: list[Finding] = []
    if school is not None:
        if not _teaches(school, transcript.grade) and not _taught(transcript, snapshot, at):
            facts = {"grade": str(transcript.grade), "grades": f"{school.grades[0]}-{school.grades[1]}"}
            found.append(finding("GRADE_NOT_OF_SCHOOL", "$.grade", facts=facts))
        if not is_same_place(transcript.school.province, school.province):
            facts = {"found": transcript.school.province, "registered": school.province}
            found.append(finding("SCHOOL_PROVINCE_DIFFERS", "$.school.province", facts["found"], facts))
    if transcript.basis is not UNSET:
        found += _basis(transcript, snapshot, at)
    return found


def _teaches(school: RegisteredSchool, grade: int) -> bool:
    return school.grades[0] <= grade <= school.grades[1]


def _taught(transcript: Transcript, snapshot: Snapshot, at: datetime) -> bool:
    """Tell whether the school had the grade at any moment from the beginning of that school year until `at`."""
    code, begun = transcript.school.code, _began_at(transcript.school_year)
    since = at if begun is None else min(begun, at)
    return any(_teaches(school, transcript.grade) for school in snapshot.schools_between(code, since, at))


def _began_at(school_year: str) -> datetime | None:
    """Return the first instant of a school year, 1 August (UTC+7); None for a year that no calendar has."""
    try:
        return datetime(int(school_year[:4]), *_YEAR_BEGINS, tzinfo=VIETNAM)
    except ValueError:
        return None


def succession_facts(snapshot: Snapshot, code: str, at: datetime) -> dict[str, str]:
    """Return who stands for a closed school at `at`, as facts for a text in each language."""
    successor = snapshot.successor_of_school(code, at)
    if successor is None:
        return {
            "successor_vi": "Sổ đăng ký chưa ghi trường kế thừa",
            "successor_en": "The register names no school that succeeds it",
        }
    return {
        "successor": successor,
        "successor_vi": f"Trường kế thừa: {successor}",
        "successor_en": f"It is succeeded by school {successor}",
    }


def _basis(transcript: Transcript, snapshot: Snapshot, at: datetime) -> Iterator[Finding]:
    """A former school was known by now, and could have issued what it is said to have issued.

    A semester_1 document of a school that had closed before this school year can only be of an earlier year [assumed].
    """
    assert transcript.basis is not UNSET
    for index, basis in enumerate(transcript.basis):
        path = f"$.basis[{index}].school"
        former = snapshot.school_known_by(basis.school, at)
        if former is None:
            yield finding("BASIS_SCHOOL_UNKNOWN", path, basis.school, {"school": basis.school})
            continue
        closed_on = former.closed_on
        month, day = _YEAR_BEGINS
        # As text: the year may be one that no calendar has.
        began_on = f"{transcript.school_year[:4]}-{month:02}-{day:02}"
        if basis.period == "semester_1" and closed_on is not None and closed_on.isoformat() <= began_on:
            facts = {"school": basis.school, "closed_on": closed_on.isoformat()}
            facts |= succession_facts(snapshot, basis.school, at)
            yield finding("BASIS_SCHOOL_CLOSED", path, basis.school, facts)
