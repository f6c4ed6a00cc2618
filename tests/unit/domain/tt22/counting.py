"""Levels from plain marks and results, as the tables of cases state them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from hub.domain.regulations.tt22.learning_levels import BANDS, SUBJECT_COUNT_MIN, Counts, assess, band_of


def counts_of(marks: Iterable[Decimal], comments: Iterable[str]) -> Counts:
    """Count marks of scored subjects and results "Đ"/"CĐ" of comment-only ones."""
    bands = [0] * len(BANDS)
    for mark in marks:
        bands[band_of(mark)] += 1
    return Counts(tuple(bands), sum(1 for result in comments if result == "CĐ"))


def learning_level(marks: Sequence[Decimal], comments: Sequence[str]) -> str | None:
    """Return T, K, Đ or CĐ of one semester or year; None for fewer than six scored subjects."""
    counts = counts_of(marks, comments)
    return None if counts.total < SUBJECT_COUNT_MIN else assess(counts).level
