"""Mức kết quả học tập (Điều 9.2) and its adjustment (Điều 9.3), on counts of marks; no document here.

Legal source: TT 22/2021, Điều 9.2, 9.3 [secondary]. There is no overall average.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

__all__ = [
    "BANDS",
    "LEVELS",
    "SUBJECT_COUNT_MIN",
    "Assessment",
    "Counts",
    "assess",
    "band_of",
]

SUBJECT_COUNT_MIN = 6  # every level speaks of six scored subjects
BANDS = (Decimal("8.0"), Decimal("6.5"), Decimal("5.0"), Decimal("3.5"), Decimal("0.0"))  # least mark of each band
LEVELS = ("CĐ", "Đ", "K", "T")  # ascending
_FALL_MIN = 2  # Điều 9.3: "từ 02 mức trở lên"


@dataclass(frozen=True, slots=True)
class _Rule:
    """One level: no mark below `least`, six marks from `six_from` on, at most `failed_max` comment subjects CĐ."""

    level: str
    least: Decimal
    six_from: Decimal
    failed_max: int


_RULES = (
    _Rule("T", Decimal("6.5"), Decimal("8.0"), 0),
    _Rule("K", Decimal("5.0"), Decimal("6.5"), 0),
    _Rule("Đ", Decimal("3.5"), Decimal("5.0"), 1),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of scored subjects by band of BANDS (five numbers), and of comment-only subjects with CĐ."""

    bands: tuple[int, ...]
    failed: int

    def from_mark(self, mark: Decimal) -> int:
        """Return the number of scored subjects at or above `mark`, one of BANDS."""
        return sum(self.bands[: BANDS.index(mark) + 1])

    @property
    def total(self) -> int:
        """The number of scored subjects."""
        return sum(self.bands)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A level with its reason: `plain` by Điều 9.2, `level` after Điều 9.3, `strict` under its narrower reading.

    `without` is the level that the pupil would have but for one subject, where that raised the level; `culprits` are
    the bands (indices of BANDS) of that subject, -1 for a comment-only one.
    """

    plain: str
    level: str
    strict: str
    without: str | None = None
    culprits: tuple[int, ...] = ()


def band_of(mark: Decimal) -> int:
    """Return the index in BANDS of a mark from 0 to 10."""
    return next(index for index, least in enumerate(BANDS) if mark >= least)


def _plain(counts: Counts) -> int:
    """Điều 9.2 [secondary]: the first rule that fits, as an index of LEVELS."""
    for rule in _RULES:
        lowest = counts.from_mark(rule.least) == counts.total
        if lowest and counts.from_mark(rule.six_from) >= SUBJECT_COUNT_MIN and counts.failed <= rule.failed_max:
            return LEVELS.index(rule.level)
    return 0


@functools.lru_cache(8192)
def assess(counts: Counts) -> Assessment:
    """Return the level, with the adjustment where exactly one subject pulls it two or more levels down (Điều 9.3).

    "Because of one subject" is read: with a good result in that subject alone, the level would be Tốt or Khá [assumed].
    The narrower reading looks at the other subjects as if the one were not there; it needs six others, and the one must
    be a scored subject. That a comment-only subject can be the one is [derived from the word "môn học"].
    """
    plain = _plain(counts)
    reached = [(band, _plain(better)) for band, better in _bettered(counts)]
    best = max((level for _, level in reached), default=plain)
    if best - plain < _FALL_MIN:
        return Assessment(LEVELS[plain], LEVELS[plain], LEVELS[plain])
    raised = LEVELS[plain + 1]
    strict = raised if max(map(_plain, _without(counts)), default=plain) - plain >= _FALL_MIN else LEVELS[plain]
    culprits = tuple(band for band, level in reached if level == best)
    return Assessment(LEVELS[plain], raised, strict, LEVELS[best], culprits)


def _moved(counts: Counts, band: int, top: int) -> Counts:
    """Return the counts with one subject of `band` taken away and `top` (0 or 1) put into the highest band."""
    bands = list(counts.bands)
    bands[band] -= 1
    bands[0] += top
    return replace(counts, bands=tuple(bands))


def _bettered(counts: Counts) -> Iterator[tuple[int, Counts]]:
    """Yield (band, counts) with one subject made good; -1 for a comment-only subject."""
    for band in range(1, len(BANDS)):
        if counts.bands[band]:
            yield band, _moved(counts, band, 1)
    if counts.failed:
        yield -1, replace(counts, failed=counts.failed - 1)


def _without(counts: Counts) -> Iterator[Counts]:
    """Yield the counts with one scored subject left out."""
    for band in range(1, len(BANDS)):
        if counts.bands[band]:
            yield _moved(counts, band, 0)
