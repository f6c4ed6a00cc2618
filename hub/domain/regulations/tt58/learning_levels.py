"""Xếp loại học lực: the table of TT 58/2011 and the adjustment for one subject, on marks alone.

Legal source: TT 58/2011, Điều 13, as amended by TT 26/2020: table [secondary]; the average of all subjects as their
plain mean, rounded half up [assumed]; the adjustment for one subject [assumed].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from hub.domain.marks import round_mark

__all__ = ["FORMULA", "LEVELS", "learning_of", "level_and_ground", "overall_average"]

LEVELS = ("KEM", "Y", "TB", "K", "G")
FORMULA = (
    "G: ĐTB các môn ≥ 8.0, một môn Toán, Văn, NN ≥ 8.0, không môn nào < 6.5; K: tương tự 6.5, 6.5, 5.0; "
    "TB: 5.0, 5.0, 3.5 (cả ba: môn nhận xét đều Đ); Y: ĐTB ≥ 3.5, không môn nào < 2.0; còn lại KEM"
)
_NO_LIMIT = Decimal(10)


@dataclass(frozen=True, slots=True)
class _Needs:
    """What one level asks: least average, least mark of the best leading subject, least mark of any, all Đ."""

    level: str
    average: Decimal
    leading: Decimal
    each: Decimal
    all_passed: bool


_TABLE = (
    _Needs("G", Decimal("8.0"), Decimal("8.0"), Decimal("6.5"), all_passed=True),
    _Needs("K", Decimal("6.5"), Decimal("6.5"), Decimal("5.0"), all_passed=True),
    _Needs("TB", Decimal("5.0"), Decimal("5.0"), Decimal("3.5"), all_passed=True),
    _Needs("Y", Decimal("3.5"), Decimal(0), Decimal("2.0"), all_passed=False),
)
# (level without the one subject, level reached) -> level given.
_ADJUSTED = {("G", "TB"): "K", ("G", "Y"): "TB", ("K", "Y"): "TB", ("K", "KEM"): "Y"}


def overall_average(marks: Sequence[Decimal]) -> Decimal:
    """Return ĐTB các môn, the mean of at least one mark, to one decimal, half up [assumed]."""
    return round_mark(sum(marks, Decimal(0)) / len(marks))


def learning_of(marks: Sequence[Decimal], leading: Sequence[Decimal], failed: int) -> str:
    """Return học lực. `marks` of all scored subjects, `leading` of Toán, Văn, NN, `failed` comment subjects at CĐ.

    The adjustment is literal: a pupil whose average and other subjects would be Giỏi, but whom one subject takes down
    to Kém, has no line in it and stays Kém, while the same mark under a Khá average becomes Yếu. So improving a mark
    can lower the level there; wherever every mark is at least 2.0 it cannot. The one subject is forgiven its floor,
    not the lead of Toán, Văn or NN [assumed].
    """
    reached, without = level_and_ground(marks, leading, failed)
    return _ADJUSTED.get((without, reached), reached)


def level_and_ground(marks: Sequence[Decimal], leading: Sequence[Decimal], failed: int) -> tuple[str, str]:
    """Return the level by the table alone, and the level that the table gives if one subject is passed over."""
    average, best, ordered = overall_average(marks), max(leading, default=_NO_LIMIT), sorted(marks)
    reached = _by_table(average, best, ordered[0], failed)
    if failed == 1:
        return reached, _by_table(average, best, ordered[0], 0)
    second = ordered[1] if len(ordered) > 1 else _NO_LIMIT
    return reached, _by_table(average, best, second, failed)


def _by_table(average: Decimal, best: Decimal, least: Decimal, failed: int) -> str:
    for needs in _TABLE:
        passed = failed == 0 or not needs.all_passed
        if passed and average >= needs.average and best >= needs.leading and least >= needs.each:
            return needs.level
    return "KEM"
