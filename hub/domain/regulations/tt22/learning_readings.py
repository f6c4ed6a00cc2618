"""Kết quả học tập in every reading: the levels that the results of a term allow, also where some of them are missing.

Legal source: TT 22/2021, Điều 9.2, 9.3 [secondary]. Open, so that a level passes that holds in any reading [assumed]:
how far "one subject" reaches, and whether Nghệ thuật in two rows, both at Chưa đạt, fails once or twice. A better
result never lowers a level: whatever is missing, the level lies between those with all of it at its worst (0.0, Chưa
đạt) and at its best (10.0, Đạt).
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from hub.domain.regulations.tt22.learning_levels import LEVELS, SUBJECT_COUNT_MIN, Counts, assess

__all__ = ["Results", "accepted", "told"]


@dataclass(frozen=True, slots=True)
class Results:
    """The results of a term: scored subjects by band of BANDS, and numbers of comment-only results at Chưa đạt.

    `failed_halves` are those of the one subject that stands in two rows; the last two count what is missing.
    """

    bands: tuple[int, ...]
    failed: int
    failed_halves: int
    scores_missing: int
    comments_missing: int

    @property
    def is_judged(self) -> bool:
        """Tell whether there are the six scored subjects that every level presupposes."""
        return sum(self.bands) >= SUBJECT_COUNT_MIN

    @property
    def is_whole(self) -> bool:
        """Tell whether nothing is missing."""
        return not (self.scores_missing or self.comments_missing)

    def known(self) -> Counts:
        """Return the counts of what is there; two failed halves are one failed subject [assumed]."""
        return self._counts(min(self.failed_halves, 1))

    def _counts(self, halves: int) -> Counts:
        return Counts(self.bands, self.failed + halves)

    def levels(self, halves: int) -> frozenset[str]:
        """Return the levels that are possible when the failed halves count as `halves` failed subjects."""
        if self.is_whole:
            result = assess(self._counts(halves))
            return frozenset({result.level, result.strict})
        best, *middle, worst = self.bands
        low = Counts((best, *middle, worst + self.scores_missing), self.failed + halves + self.comments_missing)
        high = Counts((best + self.scores_missing, *middle, worst), self.failed + halves)
        return frozenset(LEVELS[LEVELS.index(assess(low).strict) : LEVELS.index(assess(high).level) + 1])


@functools.lru_cache(8192)
def accepted(results: Results) -> frozenset[str]:
    """Return every level that some reading gives; all four where there are fewer than six scored subjects."""
    if not results.is_judged:
        return frozenset(LEVELS)
    return results.levels(min(results.failed_halves, 1)) | results.levels(results.failed_halves)


def told(levels: Iterable[str]) -> str:
    """Return levels as a text shows them, the lowest first: "Đ" or "Đ, K hoặc T"."""
    *others, last = sorted(levels, key=lambda level: (level in LEVELS and LEVELS.index(level), level))
    return f"{', '.join(others)} hoặc {last}" if others else last
