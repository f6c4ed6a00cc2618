"""Rounds (đợt báo cáo, chốt): cohorts, which document belongs to which, and their deadlines as data.

Deadlines are read by the letter: "trước ngày 30/6" ends 29/6 24:00, UTC+7. A last day that is a week end or a holiday
moves to the end of the next working day (Bộ luật Dân sự 2015, Điều 148 khoản 5) [assumed to hold here]. Late marks, it
never refuses; Bộ or a Sở may extend a deadline, also afterwards, so callers pass the instant that the register gives.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from hub.domain.calendar import next_working_day
from hub.domain.civil import VIETNAM, midnight_utc
from hub.domain.findings import Finding, finding
from hub.domain.transcript import Transcript
from hub.errors import Corrupt, Refused

__all__ = [
    "ROSTER_COHORTS",
    "Cohort",
    "asks_roster",
    "cohort_for",
    "cohort_of",
    "deadline_of",
    "is_late",
    "report_deadline_of",
    "round_refusal",
]


class Cohort(StrEnum):
    """Completed by 30/6, supplementary (đánh giá bổ sung) by 15/8; transfer and correction (đính chính) without a date.

    A round of corrections is made when Sở approves a request: nobody is expected in it.
    """

    COMPLETED = "completed"
    SUPPLEMENTARY = "supplementary"
    TRANSFER = "transfer"
    CORRECTION = "correction"


ROSTER_COHORTS = (Cohort.COMPLETED, Cohort.SUPPLEMENTARY)  # who leaves, or is corrected, locks on their own

# First civil date (month, day) that is late, in the later half of the school year.
_SCHOOL_TO_SO = {Cohort.COMPLETED: (6, 30), Cohort.SUPPLEMENTARY: (8, 15)}
_SO_TO_BO = {Cohort.COMPLETED: (7, 10), Cohort.SUPPLEMENTARY: (8, 25)}


def cohort_of(text: str) -> Cohort:
    """Return the cohort of a name. Raises Refused(COHORT_UNKNOWN)."""
    try:
        return Cohort(text)
    except ValueError:
        raise Refused("COHORT_UNKNOWN", {"cohort": text[:60]}) from None


def asks_roster(cohort: str) -> bool:
    """Tell whether the pupils of a school's roster are expected in a round of this cohort."""
    return cohort in ROSTER_COHORTS


def cohort_for(transcript: Transcript) -> Cohort:
    """Return the cohort that a document is expected in: how `hub submit` splits a class. Never `correction`."""
    if transcript.period == "semester_1":
        return Cohort.TRANSFER
    return Cohort.COMPLETED if transcript.result.completed else Cohort.SUPPLEMENTARY


def round_refusal(transcript: Transcript, cohort: str) -> Finding | None:
    """Return ROUND_NOT_FOR_DOCUMENT when a round does not take the document, else None.

    `completed` takes completed year documents, `supplementary` any year document, `transfer` only semester_1, and
    `correction` whatever was locked before. Raises Refused(COHORT_UNKNOWN).
    """
    asked, fitting = cohort_of(cohort), cohort_for(transcript)
    if asked in (fitting, Cohort.CORRECTION) or (asked is Cohort.SUPPLEMENTARY and fitting is Cohort.COMPLETED):
        return None
    path = "$.period" if Cohort.TRANSFER in (asked, fitting) else "$.result.completed"
    return finding("ROUND_NOT_FOR_DOCUMENT", path, None, {"cohort": asked.value, "expected": fitting.value})


@lru_cache(1024)
def deadline_of(school_year: str, cohort: str, days_off: frozenset[date] = frozenset()) -> datetime | None:
    """Return the first instant (UTC) that is late for school -> Sở: 2026-06-29T17:00Z for 2025-2026/completed.

    `days_off` are civil dates that Bộ or Sở declared free beyond the national holidays.
    """
    return _instant(_SCHOOL_TO_SO, school_year, cohort, days_off)


@lru_cache(1024)
def report_deadline_of(school_year: str, cohort: str, days_off: frozenset[date] = frozenset()) -> datetime | None:
    """Return the first instant (UTC) that is late for Sở -> Bộ: before 10/7, and 25/8 for the second group."""
    return _instant(_SO_TO_BO, school_year, cohort, days_off)


def is_late(at: datetime, school_year: str, cohort: str, extended_to: datetime | None = None) -> bool:
    """Tell whether a command appended `at` (aware) is late; `extended_to` is the instant that the register gives."""
    if at.tzinfo is None:
        raise Corrupt("CLOCK_WITHOUT_ZONE")
    deadline = extended_to or deadline_of(school_year, cohort)
    return deadline is not None and at.astimezone(VIETNAM) >= deadline


def _instant(
    table: dict[Cohort, tuple[int, int]], school_year: str, cohort: str, days_off: frozenset[date]
) -> datetime | None:
    first_late = table.get(cohort_of(cohort))
    if first_late is None:
        return None
    last_day = next_working_day(date(int(school_year[5:9]), *first_late) - timedelta(days=1), days_off)
    return midnight_utc(last_day + timedelta(days=1))
