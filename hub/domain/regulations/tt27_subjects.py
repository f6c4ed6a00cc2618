"""Mức đạt được và điểm kiểm tra định kì: what one subject row of a primary document holds.

Legal source: TT 27/2020, Điều 6 (levels T, H, C) [secondary], Điều 7 (tests, scale 10, no decimals) [secondary].
"""

from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.regulations.tt27_grid import Place, place_of
from hub.domain.transcript import Subject, Transcript

__all__ = ["check_subjects"]

_SECONDARY_FIELDS = ("semester_1", "semester_2", "year", "retake")


def check_subjects(transcript: Transcript) -> Iterator[Finding]:
    """Judge every row; rows of unknown subjects are judged as far as they go."""
    places = place_of(transcript.grade)
    lenient = transcript.student.disability_exempt is True
    wants_score = transcript.period == "year" and not lenient
    for index, row in enumerate(transcript.subjects):
        place = places.get(row.code, Place.ELECTIVE)
        score = row.score
        if (
            row.kind == "level"
            and row.level is not UNSET
            and (score is not UNSET if place is Place.SCORED else score is UNSET)
            and (score is UNSET or score[-1] == "0")
            and row.semester_1 is row.semester_2 is row.year is row.retake is UNSET
        ):
            continue  # the usual good row
        path = f"$.subjects[{index}]"
        yield from _form(row, path, lenient)
        yield from _score(row, path, place, transcript.grade, wants_score and row.exempt is not True)


def _form(row: Subject, path: str, lenient: bool) -> Iterator[Finding]:
    """TT 27/2020, Điều 6: a level for every subject [secondary], and no field of secondary school [contract]."""
    subject = {"subject": row.code}
    if row.kind != "level":
        yield finding("SUBJECT_KIND_WRONG", f"{path}.kind", row.kind, subject | {"expected": "level"})
    for field in _SECONDARY_FIELDS:
        if getattr(row, field) is not UNSET:
            facts = {"field": field, "regulation": "TT27-2020"}
            yield finding("FIELD_NOT_FOR_REGULATION", f"{path}.{field}", getattr(row, field), facts)
    if row.level is UNSET and row.exempt is not True and not lenient:
        yield finding("LEVEL_MISSING", f"{path}.level", None, subject)


def _score(row: Subject, path: str, place: Place, grade: int, wanted: bool) -> Iterator[Finding]:
    """TT 27/2020, Điều 7: a score where there is a test [assumed], and then a whole number [secondary]."""
    if row.score is UNSET:
        if wanted and place is Place.SCORED:
            yield finding("SCORE_MISSING", f"{path}.score", None, {"subject": row.code})
        return
    if place is Place.LEVEL:
        facts = {"subject": row.code, "grade": str(grade)}
        yield finding("SCORE_UNEXPECTED", f"{path}.score", row.score, facts)
    if not row.score.endswith(".0"):
        yield finding("SCORE_NOT_INTEGER", f"{path}.score", row.score, {"subject": row.code})
