"""Bảng điểm của một năm: semester averages and comment results of one secondary pupil, before anything is written.

Pupils who pass are kept above what their circular asks; the odd cases (a weak first semester, one subject far below
the others, a comment subject not reached) are drawn on top, each only where the year is still passed.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from hub.local.population import codes
from hub.local.population.marks import (
    LOWER_SECONDARY_SHIFT,
    MARK_LEAST,
    UPPER_SECONDARY_SHIFT,
    draw_tenths,
    year_tenths,
)
from hub.local.population.year import YearOfPupil

__all__ = ["YearMarks", "draw_marks", "fail_half", "one_far_below", "pass_all", "subjects_of", "weak_first_semester"]

_SCORED_AT_5_MIN = 6
_COMMENT_CHOICES = frozenset({"AN", "MT"})
_FOREIGN_EXEMPT = frozenset({"GDDP", "GDQPAN"})  # fewer subjects for pupils of a foreign programme


@dataclass(slots=True)
class YearMarks:
    """Semester averages in tenths by scored subject; `commented` have Đ unless they stand in a `failed` set.

    `exempt` subjects have no result at all. Everything is in the order of the form.
    """

    scored: tuple[str, ...]
    commented: tuple[str, ...]
    semester_1: list[int]
    semester_2: list[int]
    exempt: frozenset[str] = frozenset()
    failed_1: frozenset[str] = frozenset()
    failed_2: frozenset[str] = frozenset()
    _year: list[int] = field(default_factory=list)

    @property
    def year(self) -> list[int]:
        """Year averages in tenths; worked out once, so only after all changes."""
        if not self._year:
            self._year = [year_tenths(one, two) for one, two in zip(self.semester_1, self.semester_2, strict=True)]
        return self._year

    def changed(self) -> None:
        """Forget the year averages after a change of a semester."""
        self._year = []


def subjects_of(of: YearOfPupil) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return scored and comment-only subjects of a pupil's year, electives last."""
    elective = (of.elective,) if of.elective else ()
    if of.regulation == "TT58-2011":
        scored, commented = codes.FORMER_SECONDARY[of.grade]
        return scored + elective, commented
    if of.grade < 10:
        return codes.LOWER_SECONDARY[0] + elective, codes.LOWER_SECONDARY[1]
    scored = tuple([code for code in of.choices if code not in _COMMENT_CHOICES])
    commented = tuple([code for code in of.choices if code in _COMMENT_CHOICES])
    return (*codes.UPPER_SECONDARY_SCORED, *scored, *elective), codes.UPPER_SECONDARY_COMMENT + commented


def draw_marks(rng: random.Random, of: YearOfPupil) -> YearMarks:
    """Draw both semesters; the second lies a little higher than the first on the whole."""
    shift = LOWER_SECONDARY_SHIFT if of.grade < 10 else UPPER_SECONDARY_SHIFT
    scored, commented = subjects_of(of)
    exempt = _exempt(rng, of)
    if exempt:
        scored = tuple(code for code in scored if code not in exempt)
        commented = tuple(code for code in commented if code not in exempt)
    ability, chance = of.pupil.ability, rng.random
    first = [max(MARK_LEAST, draw_tenths(rng, code, ability, shift)) for code in scored]
    second = [max(MARK_LEAST, min(100, mark + int(chance() * 11) - 4)) for mark in first]
    return YearMarks(scored, commented, first, second, exempt)


def _exempt(rng: random.Random, of: YearOfPupil) -> frozenset[str]:
    """Physical education now and then; pupils with a plan of their own more; foreigners what is about Việt Nam."""
    student = of.pupil.student
    chance = rng.random()
    if student.disability_exempt is True:
        return frozenset({"GDTC", "NN1"} if chance < 0.5 else {"GDTC"})
    if student.nationality != "VN":
        return _FOREIGN_EXEMPT if of.regulation == "TT22-2021" else frozenset({"GDQPAN"})
    return frozenset({"GDTC"}) if chance < 0.004 else frozenset()


def fail_half(rng: random.Random, marks: YearMarks) -> None:
    """Put half of the subjects under 5.0 in both semesters, so that fewer than six reach 5.0."""
    count = max(len(marks.scored) // 2, len(marks.scored) - _SCORED_AT_5_MIN + 1)
    for semester in (marks.semester_1, marks.semester_2):
        semester[:count] = [36 + int(rng.random() * 12) for _ in range(count)]
    marks.changed()


def pass_all(rng: random.Random, marks: YearMarks) -> None:
    """Lift both semesters so far that six subjects reach 5.0 and none lies under 3.5."""
    pairs = list(zip(marks.semester_1, marks.semester_2, strict=True))
    low = sorted((k for k, pair in enumerate(pairs) if min(pair) < 50), key=lambda k: pairs[k][0] + 2 * pairs[k][1])
    spare = len(pairs) - _SCORED_AT_5_MIN
    for place, k in enumerate(low):
        least = 35 if place < spare else 50 + int(rng.random() * 4)
        marks.semester_1[k], marks.semester_2[k] = max(least, pairs[k][0]), max(least, pairs[k][1])
    marks.changed()


def weak_first_semester(marks: YearMarks, passes: Callable[[YearMarks], bool]) -> None:
    """Take 1.8 from every second subject of semester I, if the year is passed all the same."""
    kept = list(marks.semester_1)
    marks.semester_1[::2] = [max(MARK_LEAST, mark - 18) for mark in kept[::2]]
    marks.changed()
    if not passes(marks):
        marks.semester_1[:] = kept
        marks.changed()


def one_far_below(rng: random.Random, marks: YearMarks, passes: Callable[[YearMarks], bool]) -> None:
    """Let one subject lie between 2.0 and 4.9 in both semesters (Điều 9.3), if the year is passed all the same."""
    kept = list(marks.semester_1), list(marks.semester_2)
    place = int(rng.random() * len(marks.scored))
    for semester in (marks.semester_1, marks.semester_2):
        semester[place] = MARK_LEAST + int(rng.random() * 30)
    marks.changed()
    if not passes(marks):
        marks.semester_1[:], marks.semester_2[:] = kept
        marks.changed()
