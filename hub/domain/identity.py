"""Who the pupil is: số định danh cá nhân (12 digits), passport for foreigners, else the school's pupil code.

Legal source: Nghị định 137/2015/NĐ-CP, Điều 13; Thông tư 59/2021/TT-BCA [secondary]. There is no check digit. Only a
number that is not 12 digits refuses; every disagreement warns, and a mismatch never stops a transcript.
"""

import functools
import re
from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.provinces import birth_province
from hub.domain.transcript import Student, Transcript

__all__ = ["TEMPORARY", "birth_year_of", "check_identity", "is_personal_id", "pupil_of", "pupil_of_student", "sex_of"]

TEMPORARY = "TAM-"
_PATH = "$.student.personal_id"
_TWELVE = re.compile(r"[0-9]{12}")
_PREFIXES = frozenset(f"{n:03d}" for n in range(1000) if birth_province(f"{n:03d}"))


def is_personal_id(text: object) -> bool:
    """Tell whether the text has the form of a personal number: exactly twelve ASCII digits."""
    return isinstance(text, str) and _TWELVE.fullmatch(text) is not None


def sex_of(number: str) -> str:
    """Return the sex that the fourth digit of a twelve-digit number says: "male" or "female"."""
    return "female" if int(number[3]) % 2 else "male"


def birth_year_of(number: str) -> str:
    """Return the birth year that the fourth to sixth digits of a twelve-digit number say, "1900" to "2399"."""
    return f"{19 + int(number[3]) // 2}{number[4:6]}"


def pupil_of(transcript: Transcript) -> str:
    """Return the pupil's stable identifier: "id:…", "passport:<nationality>:…" or "school:<school>:<student code>"."""
    return pupil_of_student(transcript.student, transcript.school.code)


def pupil_of_student(student: Student, school: str) -> str:
    """Return the same for a pupil of that school, as its roster lists pupils."""
    if is_personal_id(student.personal_id):
        return f"id:{student.personal_id}"
    if isinstance(student.passport, str):
        return f"passport:{student.nationality}:{student.passport}"
    return f"school:{school}:{student.student_code}"


def check_identity(transcript: Transcript) -> list[Finding]:
    """Return findings on the pupil's identifiers, and on how the pupil's name and all other texts are written."""
    student = transcript.student
    found = _number(student) if isinstance(student.personal_id, str) else _without_number(student)
    if student.student_code.startswith(TEMPORARY):
        found += _temporary(student)
    return found


def _number(student: Student) -> list[Finding]:
    number = str(student.personal_id)
    if _TWELVE.fullmatch(number) is None:
        return [finding("PERSONAL_ID_MALFORMED", _PATH, number, {"length": str(len(number))} | _zeros(student, number))]
    if number[:6] in _expected(student.gender, student.birth_date[:4]):
        return []
    return [*_prefix(number), *_sex(student, number), *_year(student, number)]


@functools.lru_cache(1024)
def _expected(gender: str, birth_year: str) -> frozenset[str]:
    """Return the first six digits that numbers of such a person have, to know a good number at once."""
    digits = [str(n) for n in range(10) if gender in ("unknown", "female" if n % 2 else "male")]
    heads = [f"{prefix}{digit}{birth_year[2:]}" for prefix in _PREFIXES for digit in digits]
    return frozenset(head for head in heads if birth_year_of(head) == birth_year)


def _prefix(number: str) -> Iterator[Finding]:
    """PPP: one of the 63 provinces in its meaning at birth, or a country where the birth was registered abroad.

    Nghị định 137/2015/NĐ-CP, Điều 13; Thông tư 59/2021/TT-BCA [secondary]. That the codes of countries begin at 100
    is not known for certain [assumed], so both only warn.
    """
    prefix = number[:3]
    if prefix not in _PREFIXES:
        code = "PERSONAL_ID_PREFIX_UNKNOWN" if prefix[0] == "0" else "PERSONAL_ID_PREFIX_COUNTRY"
        yield finding(code, _PATH, number, {"prefix": prefix})


def _sex(student: Student, number: str) -> Iterator[Finding]:
    """G is even for men, odd for women; a sex that is not known is not compared. Same articles [secondary]."""
    if student.gender not in ("unknown", sex_of(number)):
        yield finding("PERSONAL_ID_SEX_DIFFERS", _PATH, number, {"digit": number[3]})


def _year(student: Student, number: str) -> Iterator[Finding]:
    """G gives the century (19 + G // 2), YY the year of it; only the year of the birth date is compared [secondary]."""
    year = birth_year_of(number)
    if year != student.birth_date[:4]:
        yield finding(
            "PERSONAL_ID_YEAR_DIFFERS", _PATH, number, {"id_year": year, "birth_year": student.birth_date[:4]}
        )


def _zeros(student: Student, number: str) -> dict[str, str]:
    """Propose the number with the leading zeros that a spreadsheet drops, if all its digits then agree."""
    full = number.rjust(12, "0")
    if not number.isascii() or not number.isdecimal() or len(number) not in (10, 11) or _disagrees(student, full):
        return {}
    return {"repair": full}


def _disagrees(student: Student, number: str) -> bool:
    return any((*_prefix(number), *_sex(student, number), *_year(student, number)))


def _without_number(student: Student) -> list[Finding]:
    """A foreigner may have none and is known by passport. Nghị định 88/2026/NĐ-CP, Điều 9 [secondary]."""
    if not isinstance(student.passport, str):
        return [finding("IDENTITY_MISSING", _PATH)]
    if student.nationality == "VN":
        return [finding("PASSPORT_OF_CITIZEN", "$.student.passport")]
    return []


def _temporary(student: Student) -> list[Finding]:
    """TAM-<số định danh>: the school's code until the ministry's comes; it repeats the personal number [secondary]."""
    number = student.student_code.removeprefix(TEMPORARY)
    if is_personal_id(number) and student.personal_id in (UNSET, number):
        return []
    return [finding("STUDENT_CODE_TEMPORARY_DIFFERS", "$.student.student_code", student.student_code)]
