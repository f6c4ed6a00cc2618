"""Thông tư 22/2021/TT-BGDĐT: assessment in secondary school, grades 6-12.

`check` and `compute` judge a document; the pure functions serve importers of subject sheets and tests. Every number
and list was read in transcriptions [secondary] or is [assumed]; each module names its articles.
"""

from hub.domain.regulations.tt22.averages import (
    regular_mark_count,
    semester_computed,
    year_computed,
)
from hub.domain.regulations.tt22.awards import earned as earned_awards
from hub.domain.regulations.tt22.comments import comment_semester, comment_semester_computed, comment_year_computed
from hub.domain.regulations.tt22.periods import COMMENT_COUNT, PERIODS_MIN, periods_of
from hub.domain.regulations.tt22.promotion import outcomes
from hub.domain.regulations.tt22.rules import check, compute
from hub.domain.regulations.tt22.subjects import LOWER, UPPER, form_of
from hub.domain.regulations.tt22.training import training_year

__all__ = [
    "COMMENT_COUNT",
    "LOWER",
    "PERIODS_MIN",
    "UPPER",
    "check",
    "comment_semester",
    "comment_semester_computed",
    "comment_year_computed",
    "compute",
    "earned_awards",
    "form_of",
    "outcomes",
    "periods_of",
    "regular_mark_count",
    "semester_computed",
    "training_year",
    "year_computed",
]
