"""Documents of TT 58/2011: a pupil of grade 9 in 2023-2024 with ten scored subjects and three comment subjects."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from hub.domain.transcript import Subject, Transcript, YearLevels
from tests.unit.domain.builders import a_transcript

SCORED = {
    "Văn": "VAN", "Toán": "TOAN", "NN": "NN1", "Lí": "LI", "Hóa": "HOA", "Sinh": "SINH", "Sử": "SU", "Địa": "DIA",
    "GDCD": "GDCD", "CN": "CN",
}  # fmt: skip
COMMENT = ("GDTC", "AN", "MT")


def same(value: Any) -> YearLevels:
    """Return one level in both semesters and the year."""
    return YearLevels(semester_1=value, semester_2=value, year=value)


def subjects_with(marks: Mapping[str, str] | None = None, failed: int = 0) -> tuple[Subject, ...]:
    """Return the subjects, each with one result throughout: `marks` by heading (8.0 by default), `failed` at CĐ."""
    given = {code: (marks or {}).get(heading, "8.0") for heading, code in SCORED.items()}
    results = {code: ("score", mark) for code, mark in given.items()}
    results |= {code: ("comment", "CĐ" if place < failed else "Đ") for place, code in enumerate(COMMENT)}
    return tuple(
        Subject(code=code, kind=kind, semester_1=value, semester_2=value, year=value)
        for code, (kind, value) in results.items()
    )


def a_former_pupil(learning: str | YearLevels = "G", conduct: str | YearLevels = "T", **changes: Any) -> Transcript:
    """Return a document of grade 9 without findings, apart from the changes; one level stands for all columns."""
    document = a_transcript(
        9,
        conduct=same(conduct) if isinstance(conduct, str) else conduct,
        learning=same(learning) if isinstance(learning, str) else learning,
        regulation="TT58-2011",
        school_year="2023-2024",
        student=a_transcript(9, school_year="2023-2024").student,
        subjects=subjects_with(),
        training=UNSET,
    )
    return replace(document, **changes)


def with_subject(document: Transcript, code: str, **changes: Any) -> Transcript:
    """Return the document with the fields of one subject changed."""
    rows: Sequence[Subject] = document.subjects
    return replace(document, subjects=tuple(replace(r, **changes) if r.code == code else r for r in rows))
