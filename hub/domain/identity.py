"""Who the pupil is: số định danh cá nhân (12 digits), passport for foreigners, else the school's pupil code.

Legal source: Nghị định 137/2015/NĐ-CP, Điều 13; Thông tư 59/2021/TT-BCA [secondary]. There is no check digit. Only a
number that is not 12 digits refuses; every disagreement warns, and a mismatch never stops a transcript.
"""

import re

from hub.domain.findings import Finding, finding
from hub.domain.provinces import birth_province
from hub.domain.transcript import Student, Transcript

__all__ = ["check_identity", "is_personal_id", "pupil_of"]

_TWELVE = re.compile(r"[0-9]{12}")
_PREFIXES = frozenset(f"{n:03d}" for n in range(1000) if birth_province(f"{n:03d}"))


def is_personal_id(text: object) -> bool:
    """Tell whether the text has the form of a personal number: exactly twelve ASCII digits."""
    return isinstance(text, str) and _TWELVE.fullmatch(text) is not None


def pupil_of(transcript: Transcript) -> str:
    """Return the pupil's stable identifier: "id:…", "passport:<nationality>:…" or "school:<school>:<student code>"."""
    student = transcript.student
    if is_personal_id(student.personal_id):
        return f"id:{student.personal_id}"
    if isinstance(student.passport, str):
        return f"passport:{student.nationality}:{student.passport}"
    return f"school:{transcript.school.code}:{student.student_code}"


def check_identity(transcript: Transcript) -> list[Finding]:
    """Return findings on the pupil's identifiers."""
    student = transcript.student
    number = student.personal_id
    if isinstance(number, str):
        if _TWELVE.fullmatch(number) is None:
            facts = {"length": str(len(number))}
            return [finding("PERSONAL_ID_MALFORMED", "$.student.personal_id", number, facts)]
        return _disagreements(student, number)
    if not isinstance(student.passport, str):
        return [finding("IDENTITY_MISSING", "$.student.personal_id")]
    if student.nationality == "VN":
        return [finding("PASSPORT_OF_CITIZEN", "$.student.passport")]
    return []


def _disagreements(student: Student, number: str) -> list[Finding]:
    """Compare province, sex and year of birth: PPP G YY NNNNNN, G even for men, century 19 + G // 2."""
    found: list[Finding] = []
    path = "$.student.personal_id"
    digit = int(number[3])
    if number[:3] not in _PREFIXES:
        found.append(finding("PERSONAL_ID_PREFIX_UNKNOWN", path, number, {"prefix": number[:3]}))
    if (student.gender == "male" and digit % 2) or (student.gender == "female" and not digit % 2):
        found.append(finding("PERSONAL_ID_SEX_DIFFERS", path, number, {"digit": number[3]}))
    year = f"{19 + digit // 2}{number[4:6]}"
    if year != student.birth_date[:4]:
        facts = {"id_year": year, "birth_year": student.birth_date[:4]}
        found.append(finding("PERSONAL_ID_YEAR_DIFFERS", path, number, facts))
    return found
