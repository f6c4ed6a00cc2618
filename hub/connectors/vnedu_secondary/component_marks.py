"""Invent component marks (ĐĐGtx, ĐĐGgk, ĐĐGck) that give exactly a wanted average: for tests and synthetic sheets.

Independent of the circular's code on purpose: whole tenths, no division that rounds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["ComponentMarks", "component_marks"]

_BEST = 100  # tenths
_SPREAD = 12  # tenths that a mark lies from the average at most, before the rest is shared out


@dataclass(frozen=True, slots=True)
class ComponentMarks:
    """Marks of one subject and semester, one decimal each."""

    regular: tuple[Decimal, ...]
    midterm: Decimal
    final: Decimal


def component_marks(average: Decimal, count: int, choose: Callable[[int, int], int]) -> ComponentMarks:
    """Return `count` regular marks, a midterm and a final mark whose ĐTBmhk is `average` (0.0 to 10.0).

    `choose(least, most)` returns a whole number in that range, both included. The exact mean may lie anywhere in
    [average - 0.05, average + 0.05), so that marks exactly between two averages occur.
    """
    tenths = int(average * 10)
    least, most = -(-(count + 5) * (2 * tenths - 1) // 2), -(-(count + 5) * (2 * tenths + 1) // 2) - 1
    total = choose(max(0, least), min(most, (count + 5) * _BEST))
    midterm, final = (_near(tenths, choose) for _ in range(2))
    rest = total - 2 * midterm - 3 * final
    if not 0 <= rest <= count * _BEST:
        midterm = final = tenths
        rest = min(max(total - 5 * tenths, 0), count * _BEST)
    regular = _shared(rest, count, choose)
    return ComponentMarks(tuple(map(_mark, regular)), _mark(midterm), _mark(final))


def _near(tenths: int, choose: Callable[[int, int], int]) -> int:
    return choose(max(0, tenths - _SPREAD), min(_BEST, tenths + _SPREAD))


def _shared(total: int, count: int, choose: Callable[[int, int], int]) -> list[int]:
    """Share a sum over `count` marks of 0 to 10, unevenly."""
    base, more = divmod(total, count)
    marks = [base + (place < more) for place in range(count)]
    for one, other in zip(range(count - 1), range(1, count), strict=True):
        moved = choose(0, min(_SPREAD, marks[one], _BEST - marks[other]))
        marks[one], marks[other] = marks[one] - moved, marks[other] + moved
    return marks


def _mark(tenths: int) -> Decimal:
    return Decimal(tenths) / 10
