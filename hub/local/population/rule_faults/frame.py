"""Faults around the marks: who the pupil is, which year, which place, which circular, what the document rests on."""

from collections.abc import Sequence

from hub.local.population.codes import regulation_of
from hub.local.population.rule_faults.rule_fault import ALL, TT22, TT27, Json, Plant, RuleFault, refused, warned

__all__ = ["FRAME_FAULTS"]

_OTHER_LEVEL = {"TT27-2020": "TT22-2021", "TT22-2021": "TT27-2020", "TT30-2014": "TT58-2011", "TT58-2011": "TT30-2014"}
_SOME_HASH = "ab" * 32


def _student(name: str, text: str) -> Plant:
    """Return an edit that writes one field of a pupil who has a personal number."""

    def plant(value: Json) -> bool:
        student = value["student"]
        if "personal_id" not in student:
            return False
        student[name] = text
        return True

    return plant


def _prefix(text: str) -> Plant:
    def plant(value: Json) -> bool:
        student = value["student"]
        if "personal_id" not in student:
            return False
        student["personal_id"] = text + student["personal_id"][3:]
        return True

    return plant


def _id_short(value: Json) -> bool:
    return _student("personal_id", "12345678")(value)


def _other_sex(value: Json) -> bool:
    student = value["student"]
    student["gender"] = "male" if student["gender"] == "female" else "female"
    return "personal_id" in student


def _other_birth_year(value: Json) -> bool:
    student = value["student"]
    student["birth_date"] = f"{int(student['birth_date'][:4]) - 1}{student['birth_date'][4:]}"
    return "personal_id" in student


def _nobody(value: Json) -> bool:
    value["student"].pop("personal_id", None)
    value["student"].pop("passport", None)
    return True


def _citizen_with_passport(value: Json) -> bool:
    value["student"].pop("personal_id", None)
    value["student"] |= {"nationality": "VN", "passport": f"C{value['student']['student_code'][-8:]}"}
    return True


def _no_such_day(value: Json) -> bool:
    value["student"]["birth_date"] = value["student"]["birth_date"][:4] + "-02-30"
    return True


def _born_long_ago(value: Json) -> bool:
    value["student"]["birth_date"] = f"{int(value['student']['birth_date'][:4]) - 25}"
    return True


def _years_apart(value: Json) -> bool:
    value["school_year"] = f"{value['school_year'][:4]}-{int(value['school_year'][5:]) + 1}"
    return True


def _in_the_future(value: Json) -> bool:
    _move(value, 20)
    return True


def _semester_with_promotion(value: Json) -> bool:
    value["result"]["promotion"] = "promoted"
    return bool(value["period"] == "semester_1")


def _replaces_without_reason(value: Json) -> bool:
    value["supersedes"] = _SOME_HASH
    return True


def _province_unknown(value: Json) -> bool:
    value["school"]["province"] = "99"
    return True


def _province_of_before(value: Json) -> bool:
    value["school"]["province"] = "30"  # Hải Dương until 30/6/2025
    return bool(value["school_year"] >= "2025-2026")


def _circular_of_other_level(value: Json) -> bool:
    value["regulation"] = _OTHER_LEVEL[value["regulation"]]
    return True


def _circular_too_early(value: Json) -> bool:
    """Move the document back to the last year in which its grade still had the former circular."""
    while regulation_of(value["school_year"], value["grade"]) == value["regulation"]:
        _move(value, -1)
    return True


def _move(value: Json, year_count: int) -> None:
    """Move the document and its pupil's birth, number included, by whole years."""
    start = int(value["school_year"][:4]) + year_count
    value["school_year"] = f"{start}-{start + 1}"
    student = value["student"]
    born = int(student["birth_date"][:4]) + year_count
    student["birth_date"] = f"{born}{student['birth_date'][4:]}"
    if "personal_id" in student:
        number = student["personal_id"]
        digit = 2 * (born // 100 - 19) + int(number[3]) % 2
        student["personal_id"] = f"{number[:3]}{digit}{born % 100:02d}{number[6:]}"


def _class_of_other_grade(value: Json) -> bool:
    value["class"] = f"{value['grade'] % 12 + 1}A"
    return True


def _basis(*schools: str, period: str = "year") -> Plant:
    """Return an edit after which the document rests on documents of `schools`; "" is its own."""

    def plant(value: Json) -> bool:
        own = value["school"]["code"]
        value["basis"] = [{"document_sha256": _SOME_HASH, "period": period, "school": s or own} for s in schools]
        return True

    return plant


def _basis_not_earlier(value: Json) -> bool:
    return value["period"] == "semester_1" and _basis("00000000", period="semester_1")(value)


FRAME_FAULTS: Sequence[RuleFault] = (
    refused("PERSONAL_ID_MALFORMED", _id_short),
    warned("PERSONAL_ID_PREFIX_UNKNOWN", _prefix("003")),
    warned("PERSONAL_ID_PREFIX_COUNTRY", _prefix("501")),
    warned("PERSONAL_ID_SEX_DIFFERS", _other_sex),
    warned("PERSONAL_ID_YEAR_DIFFERS", _other_birth_year),
    warned("IDENTITY_MISSING", _nobody),
    warned("PASSPORT_OF_CITIZEN", _citizen_with_passport),
    warned("STUDENT_CODE_TEMPORARY_DIFFERS", _student("student_code", "TAM-1")),
    refused("BIRTH_DATE_IMPOSSIBLE", _no_such_day),
    warned("BIRTH_DATE_IMPLAUSIBLE", _born_long_ago, beside=("PERSONAL_ID_YEAR_DIFFERS", "LOWER_SECONDARY_NOT_EARNED")),
    refused("SCHOOL_YEAR_NOT_CONSECUTIVE", _years_apart),
    refused("SCHOOL_YEAR_FUTURE", _in_the_future, TT27 | TT22, beside=("PROVINCE_NOT_IN_YEAR",)),
    refused("SEMESTER_WITH_YEAR_VALUES", _semester_with_promotion),
    refused("REASON_MISSING", _replaces_without_reason),
    refused("PROVINCE_UNKNOWN", _province_unknown),
    warned("PROVINCE_NOT_IN_YEAR", _province_of_before),
    refused("REGULATION_NOT_FOR_GRADE", _circular_of_other_level, ALL),
    warned("REGULATION_NOT_FOR_YEAR", _circular_too_early, TT27 | TT22),
    warned("CLASS_GRADE_DIFFERS", _class_of_other_grade),
    warned("BASIS_SAME_SCHOOL", _basis("")),
    warned("BASIS_TWICE", _basis("00000000", "00000000")),
    warned("BASIS_NOT_EARLIER", _basis_not_earlier),
    warned("TEXT_DOUBLE_UTF8", _student("name", "Nguyá»…n VÄƒn An")),
    warned("TEXT_LEGACY_ENCODING", _student("name", "NguyÔn V¨n An")),
    warned("TEXT_LOOKALIKE_LETTER", _student("name", "Nguyễn V\u0430n An")),
)
