"""Số phận của năm học: what becomes of a pupil who does not complete a secondary year at once."""

import random
from enum import Enum, auto

__all__ = ["Fate", "draw_fate"]


class Fate(Enum):
    """How the year of a secondary pupil ends. Those of the second line never reached the first round."""

    PASSES = auto()
    RETAKE_PASSED = auto()
    RETAKE_COMMENT_PASSED = auto()  # two comment subjects
    RETAKE_FAILED = auto()
    RETAKE_PENDING = auto()  # kiểm tra lại is still to come
    SUMMER_PASSED = auto()  # rèn luyện trong hè
    SUMMER_FAILED = auto()
    SUMMER_PENDING = auto()
    BOTH_FAILED = auto()
    ABSENT = auto()  # more than 45 sessions

    @property
    def fails_marks(self) -> bool:
        """Tell whether too many averages lie under 5.0."""
        return self in (Fate.RETAKE_PASSED, Fate.RETAKE_FAILED, Fate.RETAKE_PENDING, Fate.BOTH_FAILED)

    @property
    def fails_training(self) -> bool:
        """Tell whether conduct is not reached in semester II."""
        return self in (Fate.SUMMER_PASSED, Fate.SUMMER_FAILED, Fate.SUMMER_PENDING, Fate.BOTH_FAILED)

    @property
    def promoted(self) -> bool:
        """Tell whether the pupil goes up in the end."""
        return self in (Fate.PASSES, Fate.RETAKE_PASSED, Fate.RETAKE_COMMENT_PASSED, Fate.SUMMER_PASSED)


_WEIGHTS = {
    Fate.RETAKE_PASSED: 38, Fate.RETAKE_COMMENT_PASSED: 8, Fate.RETAKE_FAILED: 10, Fate.RETAKE_PENDING: 6,
    Fate.SUMMER_PASSED: 14, Fate.SUMMER_FAILED: 4, Fate.SUMMER_PENDING: 4, Fate.BOTH_FAILED: 8, Fate.ABSENT: 8,
}  # fmt: skip
_FATES, _SHARES = tuple(_WEIGHTS), tuple(_WEIGHTS.values())


def draw_fate(rng: random.Random, *, struggling: bool) -> Fate:
    """Draw the fate of a year; only a struggling pupil can have another one than passing. Shares: assumption."""
    return rng.choices(_FATES, _SHARES)[0] if struggling else Fate.PASSES
