"""Học lực theo TT 58/2011 (sửa đổi bởi TT 26/2020): the arithmetic of the former circular, in tenths.

Source: thresholds and the subjects that lead [secondary], adjustment, hạnh kiểm and titles [memory].
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

__all__ = ["former_average", "former_level", "former_titles"]

_LEVELS = ("KEM", "Y", "TB", "K", "G")
# Level: least average of all subjects, least of the best among Toán, Ngữ văn, Ngoại ngữ, least of any subject.
_THRESHOLDS = ((4, 80, 80, 65), (3, 65, 65, 50), (2, 50, 50, 35), (1, 35, 0, 20))
_COMMENTS_FROM = 2  # from Trung bình up every comment subject is Đạt
# What one subject alone may not do: (level by the average, level reached) -> level given.
_ADJUSTED = {(4, 2): 3, (4, 1): 2, (3, 1): 2, (3, 0): 1}


def former_average(tenths: Sequence[int]) -> int:
    """ĐTB các môn: the mean of all scored subjects to one decimal, half up, in tenths."""
    mean = Decimal(sum(tenths)) / (10 * len(tenths))
    return int(mean.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP) * 10)


def former_level(tenths: Sequence[int], leading: Sequence[int], failed_comment_count: int) -> str:
    """Học lực of a semester or year: G, K, TB, Y, KEM; `leading`: the marks of Toán, Ngữ văn and Ngoại ngữ."""
    average, best, low = former_average(tenths), max(leading), sorted(tenths)
    reached = _plain(average, best, low[0], failed_comment_count)
    if failed_comment_count == 1:
        without = _plain(average, best, low[0], 0)
    else:
        without = _plain(average, best, low[1], failed_comment_count)
    return _LEVELS[_ADJUSTED.get((without, reached), reached)]


def _plain(average: int, best: int, least: int, failed_comment_count: int) -> int:
    for level, of_all, of_leading, of_each in _THRESHOLDS:
        passed = failed_comment_count == 0 or level < _COMMENTS_FROM
        if passed and average >= of_all and best >= of_leading and least >= of_each:
            return level
    return 0


def former_titles(learning: str, conduct: str) -> tuple[str, ...]:
    """Danh hiệu: Học sinh giỏi (HSG) or Học sinh tiên tiến (HSTT)."""
    if learning == "G" and conduct == "T":
        return ("HSG",)
    return ("HSTT",) if learning in ("G", "K") and conduct in ("T", "K") else ()
