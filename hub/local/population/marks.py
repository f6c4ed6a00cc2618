"""Điểm: how marks are spread, and the arithmetic of TT 22/2021 on them. A mark is a whole number of tenths here.

The spread comes from the aggregate results of the national examination of 2025 and 2026 (weights equal, no person is
in them): school averages lie about 1.0 higher and a third narrower. Lower grades lie higher still; those shifts are
an assumption. Chance may use floats; what the law computes does not.
"""

import random
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from types import MappingProxyType

__all__ = [
    "LOWER_SECONDARY_SHIFT",
    "MARK_LEAST",
    "MARK_TEXTS",
    "PRIMARY_SHIFT",
    "UPPER_SECONDARY_SHIFT",
    "draw_tenths",
    "learning_level",
    "training_of_year",
    "year_tenths",
]

SCHOOL_SHIFT, SCHOOL_SPREAD = 1.0, 2 / 3
PRIMARY_SHIFT, LOWER_SECONDARY_SHIFT, UPPER_SECONDARY_SHIFT = 1.8, 0.4, 0.0
MARK_LEAST = 20  # tenths; lower averages hardly occur [assumption]
_ABILITY_WEIGHT, _SUBJECT_WEIGHT = 0.75, 0.66  # correlation of one pupil's subjects; the squares sum to one

_EXAM_MEAN_AND_SPREAD = MappingProxyType(
    {
        "TOAN": (5.23, 1.79), "VAN": (6.74, 1.31), "NN1": (5.25, 1.59), "SU": (6.35, 1.67), "DIA": (5.87, 1.66),
        "LI": (6.27, 1.63), "HOA": (6.18, 1.73), "SINH": (5.81, 1.61), "TIN": (6.43, 1.51), "CN": (6.74, 1.36),
        "KTPL": (6.36, 1.25), "GDCD": (7.70, 1.53),
        # Not examined: taken from the nearest examined subjects.
        "KHTN": (6.08, 1.65), "LSDL": (6.11, 1.66), "GDQPAN": (7.70, 1.53), "TV": (6.74, 1.31), "KH": (6.08, 1.65),
        "THCN": (6.43, 1.51), "TDT": (6.74, 1.31), "NN2": (5.25, 1.59),
    }
)  # fmt: skip
_SCHOOL = MappingProxyType(
    {code: (mean + SCHOOL_SHIFT, spread * SCHOOL_SPREAD) for code, (mean, spread) in _EXAM_MEAN_AND_SPREAD.items()}
)
MARK_TEXTS: tuple[str, ...] = tuple(f"{tenths // 10}.{tenths % 10}" for tenths in range(101))


def draw_tenths(rng: random.Random, subject: str, ability: float, shift: float) -> int:
    """Draw a school average, 0 to 100 tenths, for a pupil of `ability` (standard deviations)."""
    mean, spread = _SCHOOL[subject]
    mark = mean + shift + spread * (_ABILITY_WEIGHT * ability + _SUBJECT_WEIGHT * rng.gauss(0.0, 1.0))
    return max(0, min(100, round(mark * 10)))


@cache
def year_tenths(semester_1: int, semester_2: int) -> int:
    """ĐTBmcn = (ĐTBmhkI + 2 × ĐTBmhkII) / 3, half up to one decimal. TT 22/2021, Điều 9 [secondary]."""
    year = (Decimal(semester_1) + 2 * Decimal(semester_2)) / 30
    return int(year.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP) * 10)


def learning_level(tenths: Sequence[int], failed_comment_count: int) -> str:
    """Kết quả học tập of a semester or year: T, K, Đ, CĐ. TT 22/2021, Điều 9.2 and 9.3 [secondary].

    One subject alone that pulls the level two or more steps below Tốt or Khá raises it by one step.
    """
    levels = ("CĐ", "Đ", "K", "T")
    reached = _plain_level(tenths, failed_comment_count)
    for target in (3, 2):
        if target - reached >= 2 and _only_one_in_the_way(tenths, failed_comment_count, target):
            return levels[reached + 1]
    return levels[reached]


def _plain_level(tenths: Sequence[int], failed_comment_count: int) -> int:
    if not failed_comment_count and min(tenths) >= 65 and _count(tenths, 80) >= 6:
        return 3
    if not failed_comment_count and min(tenths) >= 50 and _count(tenths, 65) >= 6:
        return 2
    if failed_comment_count <= 1 and min(tenths) >= 35 and _count(tenths, 50) >= 6:
        return 1
    return 0


def _only_one_in_the_way(tenths: Sequence[int], failed_comment_count: int, target: int) -> bool:
    if failed_comment_count:
        return failed_comment_count == 1 and _plain_level(tenths, 0) >= target
    others = sorted(tenths)[1:]
    return _plain_level(others, 0) >= target


def _count(tenths: Sequence[int], least: int) -> int:
    return sum(1 for mark in tenths if mark >= least)


_TRAINING = MappingProxyType(
    {
        "T": {"T": "T", "K": "T", "Đ": "K", "CĐ": "K"},
        "K": {"T": "K", "K": "K", "Đ": "K", "CĐ": "Đ"},
        "Đ": {"T": "K", "K": "Đ", "Đ": "Đ", "CĐ": "Đ"},
        "CĐ": {"T": "CĐ", "K": "CĐ", "Đ": "CĐ", "CĐ": "CĐ"},
    }
)


def training_of_year(semester_1: str, semester_2: str) -> str:
    """Kết quả rèn luyện of the year from both semesters. TT 22/2021, Điều 8 [secondary]."""
    return _TRAINING[semester_2][semester_1]
