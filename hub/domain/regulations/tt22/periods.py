"""Số tiết một năm học: how many regular marks (ĐĐGtx) a subject needs in a semester.

Legal source: TT 22/2021, Điều 6.2 [secondary for scored subjects, assumed for comments: two]; periods a year: TT
32/2018 as amended by TT 13/2022 [assumed: from memory]. So a lack only warns.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hub.domain.regulations.tt22.subjects import LAST_LOWER_GRADE

__all__ = ["COMMENT_COUNT", "PERIODS_MIN", "periods_of"]

COMMENT_COUNT: Final = 2  # regular assessments of a comment-only subject in a semester
PERIODS_MIN: Final = 35  # of any subject; where the grade is not known, nothing more is asked
_LOWER: Final[Mapping[str, int]] = MappingProxyType({
    "VAN": 140, "TOAN": 140, "NN1": 105, "GDCD": 35, "KHTN": 140, "LSDL": 105, "TIN": 35, "CN": 35, "TDT": 105,
    "NN2": 105,
})  # fmt: skip
_UPPER: Final[Mapping[str, int]] = MappingProxyType({
    "VAN": 105, "TOAN": 105, "NN1": 105, "SU": 52, "GDQPAN": 35, "DIA": 70, "KTPL": 70, "LI": 70, "HOA": 70,
    "SINH": 70, "CN": 70, "TIN": 70, "TDT": 105, "NN2": 105,
})  # fmt: skip
_TECHNOLOGY_8_9: Final = 52


def periods_of(subject: str, grade: int | None) -> int:
    """Return the periods a year of a scored subject in a grade 6-12; PERIODS_MIN where it is not known."""
    if grade is None:
        return PERIODS_MIN
    if subject == "CN" and grade in (8, 9):
        return _TECHNOLOGY_8_9
    return (_LOWER if grade <= LAST_LOWER_GRADE else _UPPER).get(subject, PERIODS_MIN)
