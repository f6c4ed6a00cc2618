"""Trước hạn (29 June): how far every school of a Sở is with one round, most pressing first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hub.catalogue import CATALOGUE, Severity
from hub.operate.forecast import URGENCY, Forecast, Outlook, forecast

__all__ = ["NO_ROUND", "Counts", "DeadlineReport", "Deadlines", "SchoolDeadline", "by_cause", "judged", "totals"]

NO_ROUND = "none"
CAUSE_COUNT_MAX = 5
_SECOND = timedelta(seconds=1)
_BAD = frozenset({Outlook.MISSED, Outlook.BEHIND})


@dataclass(frozen=True, slots=True)
class Counts:
    """Transcripts of one school in one round; `state` of its round: none, open, closing, locked.

    `expected` and `missing` are pupils of the roster (None and 0 without one); `extra` are reported but not on it.
    `accepted` stand now (`pending`, `held` and `locked` among them); `refused` counts every refusal, `causes` by code.
    `late`: came after the deadline as it stands today, extensions included. `recent`: pupils reported for the first
    time within the window.
    """

    submitted: int = 0
    accepted: int = 0
    refused: int = 0
    causes: tuple[tuple[str, int], ...] = ()
    pending: int = 0
    held: int = 0
    locked: int = 0
    ingested: int = 0
    late: int = 0
    recent: int = 0
    expected: int | None = None
    missing: int = 0
    state: str = NO_ROUND

    @property
    def extra(self) -> int:
        """Reported, and not on the roster."""
        return 0 if self.expected is None else max(0, self.accepted - (self.expected - self.missing))


@dataclass(frozen=True, slots=True)
class Deadlines:
    """First late instants: of schools to their Sở, of the Sở to Bộ; None for a round without.

    `decision` is the number of the decision that extended the first, None where the law's own date stands.
    """

    school: datetime | None
    report: datetime | None
    extended: bool = False
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class SchoolDeadline:
    """One school with its forecast."""

    school: str
    name: str
    counts: Counts
    forecast: Forecast

    def shown(self) -> dict[str, Any]:
        """Return the row as one JSON object: counts, codes, times; nothing personal."""
        c, f = self.counts, self.forecast
        return {
            "school": self.school, "name": self.name, "outlook": f.outlook.value, **_counted(c), "round": c.state,
            "per_hour": round(f.per_hour, 2), "done_at": _instant(f.done_at),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeadlineReport:
    """Every school of a Sở at one moment, most pressing first; `window` is what the present rate was taken from.

    `followed_by`: the Sở that follows, where the log of this one is closed: then no deadline presses any more.
    """

    so: str
    school_year: str
    cohort: str
    at: datetime
    deadlines: Deadlines
    window: timedelta
    schools: tuple[SchoolDeadline, ...]
    followed_by: str | None = None

    @property
    def is_behind(self) -> bool:
        """Tell whether a school missed the deadline, or will; never at a Sở whose log is closed."""
        return self.followed_by is None and any(row.forecast.outlook in _BAD for row in self.schools)

    @property
    def left(self) -> timedelta | None:
        """Time left for schools; negative when it is over, None for a round without a deadline."""
        return None if self.deadlines.school is None else self.deadlines.school - self.at

    def shown_totals(self) -> dict[str, Any]:
        """Return the line below the schools as one JSON object."""
        counts, d = totals(row.counts for row in self.schools), self.deadlines
        outlooks = [row.forecast.outlook for row in self.schools]
        return {
            "so": self.so, "school_year": self.school_year, "cohort": self.cohort, "at": _instant(self.at),
            "deadline": _instant(d.school), "extended": d.extended, "decision": d.decision,
            "report_deadline": _instant(d.report), "left_s": None if self.left is None else self.left // _SECOND,
            "schools": len(self.schools), "without_roster": sum(r.counts.expected is None for r in self.schools),
            "outlooks": {o.value: outlooks.count(o) for o in URGENCY if o in outlooks}, **_counted(counts),
            "followed_by": self.followed_by, "per_hour": round(sum(row.forecast.per_hour for row in self.schools), 2),
        }  # fmt: skip


def judged(
    counted: Iterable[tuple[str, str, Counts]], deadline: datetime | None, window: timedelta, at: datetime
) -> tuple[SchoolDeadline, ...]:
    """Return (school, name, counts) with their forecasts: by outlook, then most missing, then code."""
    rows = [SchoolDeadline(school, name, c, _forecast(c, deadline, window, at)) for school, name, c in counted]
    return tuple(sorted(rows, key=lambda row: (URGENCY.index(row.forecast.outlook), -row.counts.missing, row.school)))


def _forecast(counts: Counts, deadline: datetime | None, window: timedelta, at: datetime) -> Forecast:
    return forecast(
        expected=counts.expected, missing=counts.missing, recent=counts.recent, window=window, at=at,
        deadline=deadline, closed=counts.state in ("closing", "locked"),
    )  # fmt: skip


def by_cause(refused: Iterable[tuple[Sequence[str], int]]) -> tuple[tuple[str, int], ...]:
    """Return the codes that refused most transcripts, most first; `refused` are (all codes of one, how many such).

    Codes that only tell are passed over, unless nothing else is there: a policy may have raised them.
    """
    found: dict[str, int] = {}
    for codes, count in refused:
        refusing = [c for c in codes if c not in CATALOGUE or CATALOGUE[c].severity is Severity.REFUSE]
        for code in refusing or codes:
            found[code] = found.get(code, 0) + count
    return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def totals(counted: Iterable[Counts]) -> Counts:
    """Add up schools; a school without a roster adds nothing to what is expected, and all of them give None."""
    rows = list(counted)
    causes = by_cause(((code,), count) for c in rows for code, count in c.causes)
    expected = [c.expected for c in rows if c.expected is not None]
    summed = {name: sum(getattr(c, name) for c in rows) for name in _SUMMED}
    return replace(Counts(**summed), causes=causes, expected=sum(expected) if expected else None)


_SUMMED = ("submitted", "accepted", "refused", "pending", "held", "locked", "ingested", "late", "recent", "missing")


def _counted(c: Counts) -> dict[str, Any]:
    return {
        "expected": c.expected, "submitted": c.submitted, "accepted": c.accepted, "missing": c.missing,
        "extra": c.extra, "refused": c.refused, "causes": dict(c.causes[:CAUSE_COUNT_MAX]), "pending": c.pending,
        "held": c.held, "late": c.late, "locked": c.locked, "ingested": c.ingested,
    }  # fmt: skip


def _instant(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%dT%H:%M:%SZ}"
