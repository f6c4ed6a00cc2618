"""Điểm trung bình môn học kì và cả năm (ĐTBmhk, ĐTBmcn) with their working; marks are decimals, half up.

Legal source: TT 22/2021, Điều 6.2.b (number of regular marks) and Điều 9.1.b (both formulas) [secondary]. The year's
formula is shared with the former circular: `hub.domain.regulations.averages`.
"""

from collections.abc import Sequence
from decimal import Decimal

from hub.domain.marks import MARKS, mark_text, round_mark
from hub.domain.regulations.averages import YEAR_FORMULA, shown, year_exact, year_working
from hub.domain.regulations.computed import Computed
from hub.domain.regulations.tt22.subjects import name_of

__all__ = ["regular_mark_count", "semester_computed", "year_computed"]

_REGULAR_COUNTS = ((35, 2), (70, 3))  # periods a year up to -> ĐĐGtx in a semester
_REGULAR_COUNT_MAX = 4
_MIDTERM_WEIGHT, _FINAL_WEIGHT = 2, 3
_ROUNDED_TWICE = Decimal("0.1")


def regular_mark_count(periods_per_year: int) -> int:
    """Return the number of regular marks (ĐĐGtx) in a semester of a scored subject. Điều 6.2.b [secondary].

    35 periods a year: 2; more than 35 to 70: 3; more than 70: 4. Fewer than 35 count as 35 [assumed].
    """
    return next((count for most, count in _REGULAR_COUNTS if periods_per_year <= most), _REGULAR_COUNT_MAX)


def semester_computed(
    code: str, path: str, regular: Sequence[Decimal], midterm: Decimal, final: Decimal, stated: str | None
) -> Computed:
    """Return ĐTBmhk of subject `code` with its working; `path` and `stated` are the cell of a sheet and its text.

    Marks are 0 to 10; each regular one counts once, the midterm one twice, the final one three times. Điều 9.1.b
    [secondary].
    """
    divisor = len(regular) + _MIDTERM_WEIGHT + _FINAL_WEIGHT
    exact = (sum(regular, Decimal(0)) + _MIDTERM_WEIGHT * midterm + _FINAL_WEIGHT * final) / divisor
    expected = mark_text(exact)
    marks, middle, last = [_written(mark) for mark in regular], _written(midterm), _written(final)
    weighted = " + ".join([*marks, f"2 × {middle}", f"3 × {last}"])
    return Computed(
        code="SEMESTER_MARK_DIFFERS",
        path=path,
        name=f"ĐTB môn học kì, {name_of(code)}",
        inputs=(*((f"ĐĐGtx{n}", mark) for n, mark in enumerate(marks, 1)), ("ĐĐGgk", middle), ("ĐĐGck", last)),
        formula="(tổng ĐĐGtx + 2 × ĐĐGgk + 3 × ĐĐGck) / (số ĐĐGtx + 5)",
        working=f"({weighted}) / {divisor} = {shown(exact)} → {expected}",
        expected=expected,
        stated=stated,
    )


def year_computed(code: str, path: str, semester_1: str, semester_2: str, stated: str | None) -> Computed:
    """Return ĐTBmcn of subject `code` with its working; both semesters are marks."""
    exact = year_exact(MARKS[semester_1], MARKS[semester_2])
    expected = mark_text(exact)
    return Computed(
        code="YEAR_MARK_UNSURE" if stated != expected and _rounding_explains(stated, exact) else "YEAR_MARK_DIFFERS",
        path=path,
        name=f"ĐTB môn cả năm, {name_of(code)}",
        inputs=(("HK I", semester_1), ("HK II", semester_2)),
        formula=YEAR_FORMULA,
        working=year_working(semester_1, semester_2),
        expected=expected,
        stated=stated,
    )


def _rounding_explains(stated: str | None, exact: Decimal) -> bool:
    """Tell whether a year that was taken from the semester averages before their rounding could come out as stated.

    That lies within 0.05 of what the rounded ones give, and its own rounding adds as much again. Which of the two the
    law means is [assumed].
    """
    said = MARKS.get(stated or "")
    return said is not None and abs(said - exact) <= _ROUNDED_TWICE


def _written(mark: Decimal) -> str:
    """Return a mark as a document writes it ("8.0"), or as it stands where it has more decimals."""
    return mark_text(mark) if mark == round_mark(mark) else str(mark)
