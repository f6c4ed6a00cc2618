"""Dòng môn học của THCS, THPT: subject rows out of drawn marks, the same under TT 22/2021 and TT 58/2011."""

import random
from collections.abc import Mapping
from functools import cache
from typing import Literal

from msgspec import UNSET

from hub.domain.transcript import Subject
from hub.local.population import codes
from hub.local.population.comments import subject_comment
from hub.local.population.marks import MARK_TEXTS
from hub.local.population.secondary_marks import YearMarks
from hub.local.population.year import YearOfPupil

__all__ = ["subject_rows"]

Retakes = Mapping[str, str]
Kind = Literal["score", "comment"]
_COMMENT_CODES = frozenset({"GDTC", "NT", "AN", "MT", "HDTN", "GDDP"})


def subject_rows(rng: random.Random, of: YearOfPupil, marks: YearMarks, retakes: Retakes) -> tuple[Subject, ...]:
    """Return the rows in the order of the form; `retakes`: result of the second assessment by subject."""
    rows: dict[str, Subject] = {}
    for code, one, two, whole in zip(marks.scored, marks.semester_1, marks.semester_2, marks.year, strict=True):
        comment = subject_comment(rng, code, 2 if whole >= 80 else 1 if whole >= 50 else 0)
        rows[code] = _row(of, code, "score", (MARK_TEXTS[one], MARK_TEXTS[two], MARK_TEXTS[whole]), retakes, comment)
    for code in marks.commented:
        later = "CĐ" if code in marks.failed_2 else "Đ"
        comment = subject_comment(rng, code, 0 if later == "CĐ" else 1 + (rng.random() < 0.5))
        values = ("CĐ" if code in marks.failed_1 else "Đ", later, later)
        rows[code] = _row(of, code, "comment", values, retakes, comment)
    for code in marks.exempt:
        rows[code] = Subject(code=code, exempt=True, kind="comment" if code in _COMMENT_CODES else "score")
    return tuple([rows[code] for code in _order(of.regulation, of.grade, of.choices, of.elective) if code in rows])


def _row(
    of: YearOfPupil, code: str, kind: Kind, values: tuple[str, str, str], retakes: Retakes, comment: str
) -> Subject:
    one, two, year = values
    if of.period == "semester_1":
        return Subject(code=code, comment=comment, kind=kind, semester_1=one)
    retake = retakes.get(code, UNSET) if retakes else UNSET
    return Subject(
        code=code, comment=comment, kind=kind, retake=retake, semester_1=one, semester_2=two, year=year
    )  # fmt: skip


@cache
def _order(regulation: str, grade: int, choices: tuple[str, ...], elective: str) -> tuple[str, ...]:
    last = (elective,) if elective else ()
    if regulation == "TT58-2011":
        scored, commented = codes.FORMER_SECONDARY[grade]
        return scored + commented + last
    if grade < 10:
        return codes.LOWER_SECONDARY[0] + codes.LOWER_SECONDARY[1] + last
    return codes.UPPER_SECONDARY_SCORED + codes.UPPER_SECONDARY_COMMENT + choices + last
