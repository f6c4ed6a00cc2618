"""Is a stage keeping up? Judged from what was seen of its positions and ends; pure, in the words of Burrow.

Burrow watches Kafka commits and so needs many of them to tell slow from stuck. Here the position is the truth, and
two looks are enough: lag in messages says nothing by itself, a position that stands still while records wait does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

__all__ = ["Sample", "Status", "judge", "standing", "worst"]


class Status(StrEnum):
    """How a partition, or a stage, is doing; from good to bad.

    OK      nothing waits, or the position moved within the window, or what waits has not waited for a window yet
    STALL   records wait, the stage has a worker, and the position has stood still for the whole window
    STOP    records wait and the stage has no worker
    REWIND  the position is lower than it was, or the log ends before it: a restored database or another log
    """

    OK = "OK"
    STALL = "STALL"
    STOP = "STOP"
    REWIND = "REWIND"


_ORDER = tuple(Status)


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a partition: `position` is the next offset to do, `end` the offset that the next record will get."""

    at: datetime
    position: int
    end: int

    @property
    def lag(self) -> int:
        """Records between position and end, never negative."""
        return max(0, self.end - self.position)


def judge(history: Sequence[Sample], *, alive: bool, window: timedelta) -> Status:
    """Judge one partition by what was seen of it, oldest first. `alive`: the stage has a worker now.

    An end before the position counts only when every sample says so: a broker that was killed answers low for a while.
    Nothing seen is OK.
    """
    if not history:
        return Status.OK
    last = history[-1]
    if last.position < max(s.position for s in history) or all(s.end < s.position for s in history):
        return Status.REWIND
    if last.lag == 0:
        return Status.OK
    if not alive:
        return Status.STOP
    return Status.STALL if standing(history) >= window else Status.OK


def standing(history: Sequence[Sample]) -> timedelta:
    """Return for how long the position has certainly stood still with records waiting; 0 when nothing waits."""
    if not history:
        return timedelta()
    last = history[-1]
    still = list(takewhile(lambda s: s.position == last.position and s.lag > 0, reversed(history)))
    return last.at - still[-1].at if still else timedelta()


def worst(statuses: Iterable[Status]) -> Status:
    """Return the worst of them: a stage is as well as its worst partition. OK when there are none."""
    return max(statuses, key=_ORDER.index, default=Status.OK)
