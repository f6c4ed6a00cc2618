"""Môn học của lớp: which chosen subjects, chuyên đề and electives a class takes, the same in each of its years."""

from dataclasses import dataclass
from functools import lru_cache

from hub.local.population import codes
from hub.local.population.schools import Level

__all__ = ["Taken", "taken_by_class"]

_TOPIC_COUNT = 3  # cụm chuyên đề học tập, grades 10-12
_ELECTIVE_EVERY = 8  # one class in eight takes an elective


@dataclass(frozen=True, slots=True)
class Taken:
    """`choices`: four môn lựa chọn; `study_topics`: three subjects; `elective`: a code. Empty where there is none."""

    choices: tuple[str, ...]
    study_topics: tuple[str, ...]
    elective: str


@lru_cache(4096)
def taken_by_class(level: Level, number: int) -> Taken:
    """Return what class `number` of a population takes: every second upper class one of the usual combinations.

    The other classes go through all 126 combinations in turn; topics and electives go round in the same way.
    """
    if level is Level.PRIMARY:
        return Taken((), (), _elective(("NN1", "TDT"), number))
    elective = _elective(codes.SECONDARY_ELECTIVES, number)
    if level is Level.LOWER_SECONDARY:
        return Taken((), (), elective)
    choices = _choices(number)
    with_topics = [code for code in codes.STUDY_TOPICS if code in choices or code in ("VAN", "TOAN", "SU")]
    start = number % (len(with_topics) - _TOPIC_COUNT + 1)
    return Taken(choices, tuple(with_topics[start : start + _TOPIC_COUNT]), elective)


def _choices(number: int) -> tuple[str, ...]:
    half = number // 2
    if number % 2 == 0:
        return codes.UPPER_SECONDARY_CHOICES_USUAL[half % len(codes.UPPER_SECONDARY_CHOICES_USUAL)]
    every = codes.UPPER_SECONDARY_CHOICES
    return every[half * 37 % len(every)]  # 37 and 126 have no common factor


def _elective(offered: tuple[str, ...], number: int) -> str:
    turn, rest = divmod(number, _ELECTIVE_EVERY)
    return offered[turn % len(offered)] if rest == 1 else ""
