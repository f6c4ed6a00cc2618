"""Thông tư 27/2020/TT-BGDĐT: primary school, in full; one module for each group of articles.

`grid` Điều 6-7 with TT 32/2018, `subjects` Điều 6-7, `assessed` Điều 8, `rating` Điều 9, `result` Điều 9, 11, 13.
"""

from hub.domain.regulations.tt27.assessed import COMPETENCES, QUALITIES, competences_of
from hub.domain.regulations.tt27.grid import ORDER, Place, place_of, required_subjects
from hub.domain.regulations.tt27.names import NAMES
from hub.domain.regulations.tt27.rating import rating_of
from hub.domain.regulations.tt27.rules import check, compute

__all__ = [
    "COMPETENCES",
    "NAMES",
    "ORDER",
    "QUALITIES",
    "Place",
    "check",
    "competences_of",
    "compute",
    "place_of",
    "rating_of",
    "required_subjects",
]
