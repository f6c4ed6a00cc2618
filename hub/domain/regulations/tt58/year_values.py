"""Kết quả môn học cả năm: the year's mark or result of each subject from its two semesters.

Legal source: TT 58/2011, Điều 10, as amended by TT 26/2020 [assumed]. The rounded semester averages count, half up
[assumed]. A subject with one semester only, as grade 9 had some, is not recomputed where it is scored.
"""

from collections.abc import Iterator

from msgspec import UNSET

from hub.domain.findings import Finding
from hub.domain.regulations.averages import YEAR_FORMULA, year_mark, year_working
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.secondary_form import COMMENT_RESULTS
from hub.domain.regulations.tt58.form import NAMES
from hub.domain.transcript import Subject, Transcript

__all__ = ["check_years", "compute_years"]


def check_years(transcript: Transcript) -> Iterator[Finding]:
    """Compare the year's value of every subject with its semesters; exempt rows are left alone."""
    for index, row in enumerate(transcript.subjects):
        if row.year is not UNSET and row.year != _expected(row):
            yield from (c.finding() for c in _computed(row, index) if not c.agrees)


def compute_years(transcript: Transcript) -> Iterator[Computed]:
    """Tell the year's value of every subject whose semesters are there."""
    for index, row in enumerate(transcript.subjects):
        yield from _computed(row, index)


def _expected(row: Subject) -> str | None:
    one, two = row.semester_1, row.semester_2
    if row.exempt is True:
        return None
    mark = year_mark(one, two)
    return mark or _comment(str(one) if one in COMMENT_RESULTS else None, str(two) if two in COMMENT_RESULTS else None)


def _comment(semester_1: str | None, semester_2: str | None) -> str | None:
    """Điều 10: a comment subject's year is its semester II; one taught in semester I only keeps that [assumed]."""
    return semester_2 or semester_1


def _computed(row: Subject, index: int) -> Iterator[Computed]:
    expected = _expected(row)
    if expected is None:
        return
    name = NAMES.get(row.code, row.code)
    stated = None if row.year is UNSET else row.year
    path = f"$.subjects[{index}].year"
    inputs = tuple(
        (label, value) for label, value in (("HK I", row.semester_1), ("HK II", row.semester_2)) if value is not UNSET
    )
    if expected in COMMENT_RESULTS:
        formula = "kết quả cả năm = kết quả HK II (môn chỉ học HK I: kết quả HK I)"
        yield Computed("FORMER_YEAR_COMMENT_DIFFERS", path, name, inputs, formula, f"⇒ {expected}", expected, stated)
        return
    one, two = (value for _, value in inputs)
    yield Computed(
        "FORMER_YEAR_MARK_DIFFERS", path, name, inputs, YEAR_FORMULA, year_working(one, two), expected, stated
    )
