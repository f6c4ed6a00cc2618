"""Kết quả cả năm của từng môn (Điều 9.1): each row's year value from its semesters.

Legal source: TT 22/2021, Điều 9.1 [secondary]. A row with one semester only, and an exempt one, is not judged.
"""

from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.marks import MARKS
from hub.domain.regulations.averages import year_mark
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.secondary_form import COMMENT_RESULTS
from hub.domain.regulations.tt22.averages import year_computed
from hub.domain.regulations.tt22.comments import comment_year_computed
from hub.domain.transcript import Subject, Transcript

__all__ = ["agrees", "compute"]


def agrees(transcript: Transcript) -> bool:
    """Tell quickly that no year value differs; False asks for `compute`."""
    for row in transcript.subjects:
        year = row.year
        if year is UNSET or row.exempt is True:
            continue
        expected = year_mark(row.semester_1, row.semester_2) if row.kind == "score" else row.semester_2
        if year != expected and expected is not None and expected is not UNSET:
            return False
    return True


def compute(transcript: Transcript) -> Iterator[Computed]:
    """Yield the year value of every row that has what it takes."""
    for index, row in enumerate(transcript.subjects):
        if row.exempt is not True and row.year is not UNSET:
            yield from _row(row, f"$.subjects[{index}].year", str(row.year))


def _row(row: Subject, path: str, stated: str) -> Iterator[Computed]:
    one, two = row.semester_1, row.semester_2
    if row.kind == "score" and one in MARKS and two in MARKS and stated in MARKS:
        yield year_computed(row.code, path, str(one), str(two), stated)
    elif row.kind == "comment" and two in COMMENT_RESULTS and stated in COMMENT_RESULTS:
        yield comment_year_computed(row.code, path, str(one) if one in COMMENT_RESULTS else None, str(two), stated)
