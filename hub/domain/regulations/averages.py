"""Điểm trung bình môn cả năm (ĐTBmcn): one formula under both secondary circulars, in decimals, half up.

Legal source: TT 22/2021, Điều 9.1.b [secondary]; TT 58/2011 as amended by TT 26/2020, Điều 10 [assumed]. Half up is
accepted practice [secondary]; that the year is taken from the rounded semester averages is [assumed].
"""

import functools
from decimal import Decimal

from hub.domain.marks import MARKS, mark_text, round_mark

__all__ = ["YEAR_FORMULA", "shown", "year_average", "year_exact", "year_mark", "year_working"]

YEAR_FORMULA = "(HK I + 2 × HK II) / 3"
_SHOWN_PLACES = Decimal("0.001")


def year_exact(semester_1: Decimal, semester_2: Decimal) -> Decimal:
    """Return (ĐTBmhk I + 2 × ĐTBmhk II) / 3 before rounding."""
    return (semester_1 + 2 * semester_2) / 3


def year_average(semester_1: Decimal, semester_2: Decimal) -> Decimal:
    """Return ĐTBmcn, half up to one decimal; the semester averages come in rounded, as a document states them."""
    return round_mark(year_exact(semester_1, semester_2))


@functools.lru_cache(16384)
def year_mark(semester_1: object, semester_2: object) -> str | None:
    """Return ĐTBmcn as a document writes it from two semester values of a document; None unless both are marks."""
    one, two = MARKS.get(semester_1), MARKS.get(semester_2)  # type: ignore[call-overload]  # any value of a row
    return None if one is None or two is None else mark_text(year_average(one, two))


def year_working(semester_1: str, semester_2: str) -> str:
    """Return the arithmetic of two marks of MARKS: "(8.0 + 2 × 7.3) / 3 = 7.533… → 7.5"."""
    exact = year_exact(MARKS[semester_1], MARKS[semester_2])
    return f"({semester_1} + 2 × {semester_2}) / 3 = {shown(exact)} → {mark_text(exact)}"


def shown(exact: Decimal) -> str:
    """Return at most three decimals, cut and never rounded, and marked "…" where more follow: 7.666…"""
    cut = exact.quantize(_SHOWN_PLACES, rounding="ROUND_DOWN")
    return f"{cut.normalize():f}" if cut == exact else f"{cut:f}…"
