"""Mức đạt được và điểm kiểm tra định kì: what one subject row of a primary document holds.

Legal source: TT 27/2020, Điều 6 (levels T, H, C) [secondary], Điều 7 (tests, scale 10, no decimals) [secondary]; which
subjects have a test is [assumed]. The levels here are their own list: C is "Chưa hoàn thành".
"""

from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.regulations.leniency import softened
from hub.domain.regulations.primary_rows import check_row_form
from hub.domain.regulations.tt27.grid import REGULATION, Place, place_of
from hub.domain.transcript import Subject, Transcript

__all__ = ["check_subjects"]


def check_subjects(transcript: Transcript) -> Iterator[Finding]:
    """Judge every row; rows of unknown subjects are judged as far as they go."""
    places = place_of(transcript.grade)
    lenient = transcript.student.disability_exempt is True
    year = transcript.period == "year"
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
        yield from check_row_form(row, path, REGULATION)
        if lenient or row.exempt is True:
            yield from map(softened, _whole_score(row, path))
            continue
        yield from _level(row, path)
        yield from _whole_score(row, path)
        yield from _score(row, path, place, transcript.grade, year)


def _level(row: Subject, path: str) -> Iterator[Finding]:
    """TT 27/2020, Điều 6: every subject and activity has a level, at the end of semester I too [secondary]."""
    if row.level is UNSET:
        yield finding("LEVEL_MISSING", f"{path}.level", None, {"subject": row.code})


def _whole_score(row: Subject, path: str) -> Iterator[Finding]:
    """TT 27/2020, Điều 7: a test is marked on the scale of 10 without decimals [secondary]."""
    if row.score is not UNSET and row.score[-1] != "0":
        yield finding("SCORE_NOT_INTEGER", f"{path}.score", row.score, {"subject": row.code})


def _score(row: Subject, path: str, place: Place, grade: int, year: bool) -> Iterator[Finding]:
    """TT 27/2020, Điều 7: a score at the end of the year where there is a test, and nowhere else [assumed].

    An elective may have one or not.
    """
    if row.score is UNSET:
        if year and place is Place.SCORED:
            yield finding("SCORE_MISSING", f"{path}.score", None, {"subject": row.code})
    elif place is Place.LEVEL:
        facts = {"subject": row.code, "grade": str(grade)}
        yield finding("SCORE_UNEXPECTED", f"{path}.score", row.score, facts)
