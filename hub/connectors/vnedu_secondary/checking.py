"""Check the results that a row states against the marks beside them; every difference is a warning at its cell.

Each result that the marks give is kept with its working, agreeing or not: `hub check --explain` shows it.

Legal source: TT 22/2021, Điều 6.2 and 9.1 [secondary]; the arithmetic itself is of hub.domain.regulations.tt22.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

import msgspec

from hub.connectors.notes import Notes
from hub.connectors.worksheets import column_letters
from hub.domain.regulations import Computed
from hub.domain.regulations.tt22 import (
    COMMENT_COUNT,
    PERIODS_MIN,
    comment_semester_computed,
    comment_year_computed,
    periods_of,
    regular_mark_count,
    semester_computed,
    year_computed,
)

__all__ = ["Components", "Stated", "ValueT", "check_comments", "check_marks", "check_year"]

ValueT = TypeVar("ValueT", Decimal, str)


@dataclass(frozen=True, slots=True)
class Components(Generic[ValueT]):
    """The component marks of one row and semester: regular ones in order without blanks, None for a blank."""

    regular: Sequence[ValueT]
    midterm: ValueT | None
    final: ValueT | None
    first_column: int

    @property
    def blank(self) -> bool:
        """Tell whether there is no mark at all."""
        return not self.regular and self.midterm is None and self.final is None

    @property
    def missing(self) -> list[str]:
        """Name what a semester must have and this one has not."""
        present = {"ĐĐGtx": bool(self.regular), "ĐĐGgk": self.midterm is not None, "ĐĐGck": self.final is not None}
        return [name for name, there in present.items() if not there]


@dataclass(frozen=True, slots=True)
class Stated:
    """A result as a cell states it: subject, semester (1 or 2), the value (None: blank) and its column."""

    subject: str
    semester: int
    value: str | None
    column: int


def check_marks(notes: Notes, marks: Components[Decimal], stated: Stated, grade: int | None) -> None:
    """Recompute ĐTBmhk from the marks. Điều 9.1.b [secondary]."""
    if _comparable(notes, marks, stated):
        periods = periods_of(stated.subject, grade)
        ground = (f"{periods} tiết/năm", f"{periods} periods a year")
        if periods == PERIODS_MIN:
            ground = ("môn nào cũng vậy", "whatever the subject")
        _check_count(notes, len(marks.regular), regular_mark_count(periods), stated, marks.first_column, ground)
    if marks.regular and marks.midterm is not None and marks.final is not None:
        cell = _cell(notes, stated.column)
        computed = semester_computed(
            stated.subject, cell, marks.regular, marks.midterm, marks.final, stated.value
        )  # fmt: skip
        _tell(notes, computed, stated.column)


def check_comments(notes: Notes, results: Components[str], stated: Stated) -> None:
    """Recompute Đ / CĐ of a semester: enough assessments, all Đ. Điều 9.1.a [secondary]."""
    if _comparable(notes, results, stated):
        ground = ("môn đánh giá bằng nhận xét", "a subject assessed by comment")
        _check_count(notes, len(results.regular), COMMENT_COUNT, stated, results.first_column, ground)
    if results.regular and results.midterm is not None and results.final is not None:
        every = (*results.regular, results.midterm, results.final)
        cell = _cell(notes, stated.column)
        # How many are needed is told on its own (assumed); here the rule is that all are Đ.
        _tell(notes, comment_semester_computed(stated.subject, cell, every, len(every), stated.value), stated.column)


def check_year(notes: Notes, subject: str, values: dict[str, str], column: int, *, scored: bool) -> None:
    """Recompute the result of the year from the stated semesters; what is not stated is shown, never made up."""
    first, second, year = (values.get(name) for name in ("semester_1", "semester_2", "year"))
    if second is None:
        return
    cell = _cell(notes, column)
    if not scored:
        _tell(notes, comment_year_computed(subject, cell, first, second, year), column)
    elif first is not None:
        _tell(notes, year_computed(subject, cell, first, second, year), column)


def _comparable(notes: Notes, components: Components[Decimal] | Components[str], stated: Stated) -> bool:
    """Tell a missing result or missing marks; True when there is a result with marks to look at."""
    if stated.value is None:
        notes.add("MARK_RESULT_ABSENT", stated.column, subject=stated.subject, semester=str(stated.semester))
    elif components.missing:
        missing = ", ".join(components.missing)
        notes.add(
            "MARKS_INCOMPLETE", stated.column, missing=missing, semester=str(stated.semester), stated=stated.value
        )  # fmt: skip
    return stated.value is not None and not components.blank


def _check_count(
    notes: Notes, count: int, needed: int, stated: Stated, column: int, ground: tuple[str, str]
) -> None:  # fmt: skip
    if 0 < count < needed:
        facts = {"count": str(count), "needed": str(needed), "semester": str(stated.semester)}
        notes.add("MARK_COUNT_FEWER", column, None, ground_vi=ground[0], ground_en=ground[1], **facts)


def _cell(notes: Notes, column: int) -> str:
    return f"{notes.sheet}!{column_letters(column)}{notes.row}"


def _tell(notes: Notes, computed: Computed, column: int) -> None:
    notes.computed.append(computed)
    if not computed.agrees:
        found = computed.finding()
        place = {"sheet": notes.sheet, "row": str(notes.row), "column": column_letters(column)}
        notes.found.append(msgspec.structs.replace(found, facts=place | found.facts))
