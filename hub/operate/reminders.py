"""Nhắc việc: which schools are late, or nearly, and when; each threshold of each round once. Counts, no persons."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.operate.deadline import Counts, DeadlineReport

__all__ = ["AFTER", "THRESHOLDS", "Reminder", "Window", "kind_of", "reminders_of_round", "reminders_of_windows",
           "threshold_of"]  # fmt: skip

AFTER = "after"
THRESHOLDS = (1, 3, 7, 14)  # days left, at most
_AFTER_MAX = timedelta(days=30)  # so long after a date it is still worth a reminder; an older one is history
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MS = timedelta(milliseconds=1)
_CLOSED = frozenset({"closing", "locked"})


@dataclass(frozen=True, slots=True)
class Window:
    """An approved correction whose window is open: `count` of its pupils were not handed in again."""

    school: str
    school_year: str
    correction_id: str
    number: int
    closes_at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder, noticed `at`: `kind` is what presses most, `threshold` "14", "7", "3", "1" or "after"."""

    reminder_id: str
    so: str
    school: str
    school_year: str
    cohort: str
    number: int
    kind: str
    threshold: str
    due_at: datetime
    counts: Counts
    windows: int
    at: datetime

    def value(self) -> dict[str, Any]:
        """Return the message."""
        c = self.counts
        return {
            "reminder_id": self.reminder_id, "so": self.so, "school": self.school, "school_year": self.school_year,
            "cohort": self.cohort, "number": self.number, "kind": self.kind, "threshold": self.threshold,
            "due_at": _ms(self.due_at),
            "counts": {
                "expected": c.expected, "accepted": c.accepted, "missing": c.missing, "pending": c.pending,
                "held": c.held, "locked": c.locked, "windows": self.windows,
            },
            "at": _ms(self.at),
        }  # fmt: skip


def threshold_of(due_at: datetime, at: datetime) -> str | None:
    """Return the threshold that `at` has reached: "1" within the last day, "after" up to a month after, else None."""
    left = due_at - at
    if left <= timedelta():
        return AFTER if -left <= _AFTER_MAX else None
    return next((str(days) for days in THRESHOLDS if left <= timedelta(days=days)), None)


def kind_of(counts: Counts, cohort: str) -> str | None:
    """Return what presses most at one school, or None when it has nothing left to do.

    Where no roster says whom a supplementary round expects, a school that sent nothing is left alone.
    """
    if counts.expected == 0:
        return None
    if counts.accepted == 0:
        return None if counts.expected is None and cohort != "completed" else "nothing_submitted"
    if counts.missing:
        return "incomplete"
    if counts.state in _CLOSED:
        return None
    return "pending" if counts.pending else "held" if counts.held else "round_open"


def reminders_of_round(report: DeadlineReport) -> Iterator[Reminder]:
    """Yield the reminders of one round as it stands at the time of the report."""
    due, at = report.deadlines.school, report.at
    threshold = None if due is None else threshold_of(due, at)
    if due is None or threshold is None:
        return
    for row in report.schools:
        kind = kind_of(row.counts, report.cohort)
        if kind is not None:
            named = (report.so, row.school, report.school_year, report.cohort, str(_ms(due)), threshold)
            yield Reminder(
                _id(named), report.so, row.school, report.school_year, report.cohort, 1, kind, threshold, due,
                row.counts, 0, at,
            )  # fmt: skip


def reminders_of_windows(so: str, windows: Iterable[Window], at: datetime) -> Iterator[Reminder]:
    """Yield the reminders of windows that are about to close; one that has closed is told by `WindowClosed`."""
    for window in windows:
        threshold = threshold_of(window.closes_at, at)
        if threshold is not None and threshold != AFTER:
            named = (so, window.school, window.correction_id, str(_ms(window.closes_at)), threshold)
            yield Reminder(
                _id(named), so, window.school, window.school_year, "correction", window.number, "window_closing",
                threshold, window.closes_at, Counts(), window.count, at,
            )  # fmt: skip


def _id(named: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(("vn.hocba.reminder/1", *named)).encode()).hexdigest()[:32]


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // _MS
