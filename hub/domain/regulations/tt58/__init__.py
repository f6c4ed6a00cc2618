"""Thông tư 58/2011/TT-BGDĐT (as amended by 26/2020): grades 6-12 before TT 22/2021; warnings only.

`form` subjects and levels, `year_values` Điều 10, `learning_levels` and `learning` Điều 13, `result` Điều 15-18. Known
from transcriptions and memory, never from the text: article numbers are [assumed] throughout. Not known: the added
condition of chuyên classes, and how hạnh kiểm was decided (a judgement of the school, never computed).
"""

from hub.domain.regulations.tt58.form import FORM, NAMES
from hub.domain.regulations.tt58.learning_levels import learning_of, overall_average
from hub.domain.regulations.tt58.rules import check, compute

__all__ = ["FORM", "NAMES", "check", "compute", "learning_of", "overall_average"]
