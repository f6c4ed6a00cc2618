"""Will a school be done in time? Judged from what is missing and how fast it came in lately; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

__all__ = ["URGENCY", "Forecast", "Outlook", "forecast"]

_FAR = timedelta(days=3650)  # what would take longer gets no date
_SILENCE_MAX = timedelta(days=3)  # so near the deadline, a school that sends nothing is behind


class Outlook(StrEnum):
    """How a school stands to its deadline; from pressing to done.

    MISSED   the deadline has passed and its round is not closed
    BEHIND   at the present rate it will be late; or it sends nothing, and little time is left
    SILENT   pupils are missing and nothing came in lately
    UNKNOWN  the register has no roster of it
    IN_TIME  at the present rate it will be done in time
    TO_LOCK  nobody is missing; the lock request is
    DONE     its round is closed, or nobody is expected in it
    """

    MISSED = "missed"
    BEHIND = "behind"
    SILENT = "silent"
    UNKNOWN = "unknown"
    IN_TIME = "in_time"
    TO_LOCK = "to_lock"
    DONE = "done"


URGENCY = tuple(Outlook)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`per_hour`: pupils reported for the first time; `done_at`: when nobody is missing at that rate, if ever."""

    outlook: Outlook
    per_hour: float
    done_at: datetime | None


def forecast(
    *, expected: int | None, missing: int, recent: int, window: timedelta, at: datetime, deadline: datetime | None,
    closed: bool,
) -> Forecast:  # fmt: skip
    """Judge one school at `at` (aware). `expected` None: no roster; `recent`: pupils first reported in `window`.

    `deadline` is the first instant that is late, None for a round without one; `closed`: the round takes no more.
    """
    per_hour = recent / (window / timedelta(hours=1))
    done_at = _done_at(missing, recent, window, at)
    if closed or expected == 0:
        outlook = Outlook.DONE
    elif expected is None:
        outlook = Outlook.UNKNOWN
    elif deadline is not None and at >= deadline:
        outlook = Outlook.MISSED
    elif missing == 0:
        outlook = Outlook.TO_LOCK
    elif recent == 0:
        outlook = Outlook.BEHIND if deadline is not None and deadline - at <= _SILENCE_MAX else Outlook.SILENT
    else:
        outlook = Outlook.IN_TIME if deadline is None or (done_at and done_at < deadline) else Outlook.BEHIND
    return Forecast(outlook, per_hour, None if outlook in (Outlook.DONE, Outlook.TO_LOCK, Outlook.UNKNOWN) else done_at)


def _done_at(missing: int, recent: int, window: timedelta, at: datetime) -> datetime | None:
    if missing == 0 or recent == 0 or missing * (window / _FAR) > recent:
        return None
    return at + window * missing / recent
