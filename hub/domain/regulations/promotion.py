"""Hoàn thành chương trình lớp học, lên lớp, số buổi nghỉ: words, numbers, the rule of both primary circulars.

Legal source: TT 27/2020, Điều 11 [assumed]; absences: TT 22/2021, Điều 12 [secondary], TT 58/2011, Điều 15 [assumed].
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from msgspec import UNSET, UnsetType

from hub.domain.regulations.computed import Computed

__all__ = ["ABSENCES_MAX", "COMPLETION_NAMES", "PROMOTION_NAMES", "primary_promotion", "promotion_computed"]

ABSENCES_MAX = 45  # buổi nghỉ in a year, with and without permission
COMPLETION_NAMES: Mapping[bool, str] = MappingProxyType({True: "hoàn thành", False: "chưa hoàn thành"})
PROMOTION_NAMES: Mapping[str, str] = MappingProxyType({
    "promoted": "lên lớp",
    "retained": "ở lại lớp",
    "retake": "kiểm tra lại",
    "summer_training": "rèn luyện trong hè",
})  # fmt: skip


def promotion_computed(
    code: str,
    inputs: tuple[tuple[str, str], ...],
    formula: str,
    said: str,
    allowed: Sequence[str],
    promotion: str | UnsetType,
) -> Computed:
    """Return lên lớp as far as `inputs`, in words `said`, decide it: `allowed` are names, any of which agrees."""
    stated = None if promotion is UNSET else PROMOTION_NAMES[promotion]
    shown = " hoặc ".join(allowed)
    return Computed(
        code=code,
        path="$.result.promotion",
        name="Lên lớp",
        inputs=inputs,
        formula=formula,
        working=f"{said} ⇒ {shown}",
        expected=stated if stated is not None and stated in allowed else shown,
        stated=stated,
    )


def primary_promotion(completed: bool, promotion: str | UnsetType, code: str) -> Computed:
    """TT 27/2020, Điều 11: who completed the class is promoted; for who did not, the headmaster decides [assumed].

    So promotion without completion is legal. Primary school knows neither kiểm tra lại nor rèn luyện trong hè.
    """
    return promotion_computed(
        code,
        (("Chương trình lớp học", COMPLETION_NAMES[completed]),),
        "hoàn thành ⇒ lên lớp; chưa hoàn thành ⇒ hiệu trưởng quyết định lên lớp hay ở lại lớp",
        COMPLETION_NAMES[completed],
        ("lên lớp",) if completed else ("ở lại lớp", "lên lớp"),
        promotion,
    )
