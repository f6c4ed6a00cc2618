"""Học bạ số: the signed document `vn.hocba.transcript/1`, one pupil, one school, one school year, one period.

The shape is the hub's own; no official schema was available, and no conformity is claimed. Fields are declared in
the order of their JSON names, so that `msgspec.json.encode(document)` gives the canonical bytes (RFC 8785) in one
pass. Marks are decimal strings with exactly one decimal, "0.0" to "10.0"; dates are civil dates in UTC+7.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

__all__ = [
    "TYPE",
    "Absences",
    "Assessed",
    "Basis",
    "Result",
    "School",
    "Student",
    "Subject",
    "Transcript",
    "YearLevels",
]

TYPE = "vn.hocba.transcript/1"

Text = Annotated[str, Meta(min_length=1, max_length=200)]
LongText = Annotated[str, Meta(min_length=1, max_length=2000)]
Code = Annotated[str, Meta(min_length=1, max_length=35, pattern=r"^[0-9A-Za-zĐ_.\-]+$")]
Mark = Annotated[str, Meta(pattern=r"^(?:[0-9]\.[0-9]|10\.0)$")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Date = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
BirthDate = Annotated[str, Meta(pattern=r"^[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?$")]
SchoolYear = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{4}$")]
Grade = Annotated[int, Meta(ge=1, le=12)]
Count = Annotated[int, Meta(ge=0, le=400)]
Period = Literal["year", "semester_1"]
Regulation = Literal["TT27-2020", "TT22-2021", "TT58-2011", "TT30-2014"]
Gender = Literal["male", "female", "unknown"]
Kind = Literal["score", "comment", "level"]
Rating = Literal["HTXS", "HTT", "HT", "CHT"]
Promotion = Literal["promoted", "retained", "retake", "summer_training"]
# The letter alone means nothing without its list: C is "Chưa hoàn thành" in subjects and "Cần cố gắng" in qualities.
SubjectValue = Annotated[str, Meta(pattern=r"^(?:[0-9]\.[0-9]|10\.0|Đ|CĐ)$")]


class _Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Closed key set, absent instead of null."""


class Absences(_Document, frozen=True, kw_only=True):
    """Số buổi nghỉ: half-day sessions, with and without permission."""

    excused: Count
    unexcused: Count


class Assessed(_Document, frozen=True, kw_only=True):
    """Phẩm chất hoặc năng lực: level of the list T (Tốt), Đ (Đạt), C (Cần cố gắng). TT 27/2020, Điều 9 [secondary]."""

    code: Code
    comment: LongText | UnsetType = UNSET
    level: Literal["T", "Đ", "C"]


class Basis(_Document, frozen=True, kw_only=True):
    """A document of another school that this one uses, named by its hash."""

    document_sha256: Sha256
    period: Period
    school: Code


class YearLevels(_Document, frozen=True, kw_only=True):
    """Kết quả học tập / rèn luyện / hạnh kiểm by semester: T, K, Đ, CĐ (TT 22); G, K, TB, Y, KEM (TT 58)."""

    retake: Code | UnsetType = UNSET
    semester_1: Code | UnsetType = UNSET
    semester_2: Code | UnsetType = UNSET
    year: Code | UnsetType = UNSET


class Result(_Document, frozen=True, kw_only=True):
    """What the year led to: class completed, promotion, awards (danh hiệu codes), level programme completed."""

    awards: tuple[Code, ...] | UnsetType = UNSET
    completed: bool
    programme_completed: bool | UnsetType = UNSET
    promotion: Promotion | UnsetType = UNSET


class School(_Document, frozen=True, kw_only=True):
    """The issuing school; `province` is the two-digit province code in its meaning in that school year."""

    code: Code
    name: Text
    province: Annotated[str, Meta(pattern=r"^[0-9]{2}$")]


class Student(_Document, frozen=True, kw_only=True):
    """The pupil: số định danh cá nhân, or passport for a foreigner; birth date may be a year or a month only."""

    birth_date: BirthDate
    disability_exempt: bool | UnsetType = UNSET
    ethnicity: Text | UnsetType = UNSET
    gender: Gender
    name: Text
    nationality: Code
    passport: Code | UnsetType = UNSET
    personal_id: Code | UnsetType = UNSET
    student_code: Code


class Subject(_Document, frozen=True, kw_only=True):
    """Môn học hoặc hoạt động giáo dục. Primary: kind `level` with level T/H/C and, where tested, a score."""

    code: Code
    comment: LongText | UnsetType = UNSET
    exempt: bool | UnsetType = UNSET
    kind: Kind
    level: Literal["T", "H", "C"] | UnsetType = UNSET
    retake: SubjectValue | UnsetType = UNSET
    score: Mark | UnsetType = UNSET
    semester_1: SubjectValue | UnsetType = UNSET
    semester_2: SubjectValue | UnsetType = UNSET
    year: SubjectValue | UnsetType = UNSET


class Transcript(_Document, frozen=True, kw_only=True, rename={"class_": "class"}):
    """Identity of a record = (issuing school, pupil, school_year, period); at most one current version of each."""

    absences: Absences | UnsetType = UNSET
    basis: tuple[Basis, ...] | UnsetType = UNSET
    class_: Text
    competences: tuple[Assessed, ...] | UnsetType = UNSET
    conduct: YearLevels | UnsetType = UNSET
    grade: Grade
    learning: YearLevels | UnsetType = UNSET
    period: Period
    qualities: tuple[Assessed, ...] | UnsetType = UNSET
    rating: Rating | UnsetType = UNSET
    reason: LongText | UnsetType = UNSET
    regulation: Regulation
    remarks: LongText | UnsetType = UNSET
    result: Result
    school: School
    school_year: SchoolYear
    student: Student
    study_topics: tuple[Code, ...] | UnsetType = UNSET  # chuyên đề học tập, grades 10-12: codes of their subjects
    subjects: tuple[Subject, ...]
    supersedes: Sha256 | UnsetType = UNSET
    training: YearLevels | UnsetType = UNSET
    type: Literal["vn.hocba.transcript/1"]
