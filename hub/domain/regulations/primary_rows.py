"""Dòng đánh giá của tiểu học: the form of a row under both circulars, which rows count, whether a result is missing.

Legal source: TT 27/2020, Điều 6-9; TT 30/2014 as amended by TT 22/2016 [assumed]: an exempt subject does not count.
"""

from collections.abc import Container, Iterator

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.regulations.foreign_fields import foreign_values
from hub.domain.transcript import Assessed, Subject, Transcript

__all__ = ["assessed_of", "check_row_form", "counted", "is_incomplete"]

_SECONDARY_FIELDS = ("semester_1", "semester_2", "year", "retake")


def check_row_form(row: Subject, path: str, regulation: str) -> Iterator[Finding]:
    """A subject is assessed by level; semester averages and retakes belong to secondary school [contract]."""
    if row.kind != "level":
        yield finding("SUBJECT_KIND_WRONG", f"{path}.kind", row.kind, {"subject": row.code, "expected": "level"})
    yield from foreign_values(row, path, _SECONDARY_FIELDS, regulation)


def counted(transcript: Transcript) -> list[Subject]:
    """Return the rows of subjects and activities without those of which the pupil is exempt."""
    return [row for row in transcript.subjects if row.exempt is not True]


def assessed_of(transcript: Transcript) -> tuple[Assessed, ...]:
    """Return phẩm chất và năng lực together, whose C is "Cần cố gắng"."""
    return (transcript.qualities or ()) + (transcript.competences or ())


def is_incomplete(transcript: Transcript, tested: Container[str] = ()) -> bool:
    """Tell whether a level, the score of a `tested` subject, or a whole group is missing."""
    if transcript.qualities is UNSET or transcript.competences is UNSET:
        return True
    return any(row.level is UNSET or (row.score is UNSET and row.code in tested) for row in counted(transcript))
