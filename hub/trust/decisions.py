"""Quyết định của Bộ và Sở in the register: severity policies, and further days off or extended deadlines.

Both bodies write into the register of a Sở: an entry `by` "bo" is signed by Bộ's seal, one `by` "so" by a registrar of
that Sở. The id of an entry begins with "bo." or "so.", so that neither replaces an entry of the other.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hub.domain.rounds import Cohort, deadline_of, report_deadline_of
from hub.domain.severities import Severities, SeverityPolicy, check_severities, merged, weakened
from hub.domain.transcript import SchoolYear
from hub.errors import Refused
from hub.trust.entry import Entry, Timeline, standing
from hub.trust.times import civil_date, end_of_day, instant

__all__ = [
    "DECISION_KINDS", "CalendarDecision", "CalendarInForce", "by_of", "calendar_of", "check_decision",
    "check_weakening", "severities_of",
]  # fmt: skip

DECISION_KINDS = frozenset({"severity_policy", "calendar"})
DAY_OFF_COUNT_MAX = 100
DEADLINE_COUNT_MAX = 20
Deadlines = Mapping[tuple[str, str], datetime]  # (school year, cohort) -> the first late instant
_DefaultOf = Callable[[str, str, frozenset[date]], datetime | None]


class _Deadline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    school_year: SchoolYear
    cohort: Literal["completed", "supplementary"]
    extended_to: str
    to: Literal["bo", "so"] = "so"  # to whom is reported: by a school to its Sở, by a Sở to Bộ

    def first_late(self) -> datetime:
        """`extended_to` is an instant (the first that is late), or a civil date (the last in time, UTC+7)."""
        if "T" in self.extended_to:
            return instant(self.extended_to)
        return end_of_day(civil_date(self.extended_to))


class _Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    by: Literal["bo", "so"]
    decision: Annotated[str, Meta(min_length=1, max_length=200)]
    days_off: Annotated[list[str], Meta(max_length=DAY_OFF_COUNT_MAX)] = []
    deadlines: Annotated[list[_Deadline], Meta(max_length=DEADLINE_COUNT_MAX)] = []


@dataclass(frozen=True, slots=True)
class CalendarDecision:
    """One decision with its number: civil dates that are off, and the first late instant of rounds.

    `deadlines` are of schools to their Sở, `report_deadlines` of a Sở to Bộ, which Bộ alone extends.
    """

    by: str
    decision: str
    days_off: frozenset[date]
    deadlines: Deadlines
    report_deadlines: Deadlines

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "CalendarDecision":
        """Read a payload. Raises msgspec.ValidationError, ValueError (it decides nothing), Refused TIME_WRONG."""
        found = msgspec.convert(dict(payload), _Calendar)
        if not found.days_off and not found.deadlines:
            raise ValueError("nothing decided")
        if found.by == "so" and any(d.to == "bo" for d in found.deadlines):
            raise ValueError("not the Sở's to decide")
        return cls(
            by=found.by,
            decision=found.decision,
            days_off=frozenset(civil_date(text) for text in found.days_off),
            deadlines=_deadlines(found, "so"),
            report_deadlines=_deadlines(found, "bo"),
        )


@dataclass(frozen=True, slots=True)
class CalendarInForce:
    """All decisions of one time together: every day off counts, and of several deadlines the latest."""

    days_off: frozenset[date]
    deadlines: Deadlines
    report_deadlines: Deadlines
    decisions: tuple[CalendarDecision, ...] = ()

    def extending(self, school_year: str, cohort: str) -> str | None:
        """Return the number of the decision that gives the deadline of schools; None when it has no such decision."""
        latest, name = self.deadline(school_year, cohort), (school_year, Cohort(cohort).value)
        return next((d.decision for d in self.decisions if latest and d.deadlines.get(name) == latest), None)

    def deadline(self, school_year: str, cohort: str) -> datetime | None:
        """Return the first late instant that the decisions give a round; None when they say nothing about it.

        A decision extends and never shortens. `school_year` is one of an accepted document: two years, one by one.
        """
        return self._latest(deadline_of, self.deadlines, school_year, cohort)

    def report_deadline(self, school_year: str, cohort: str) -> datetime | None:
        """Return the same for what the Sở reports to Bộ."""
        return self._latest(report_deadline_of, self.report_deadlines, school_year, cohort)

    def _latest(self, default_of: _DefaultOf, extended: Deadlines, school_year: str, cohort: str) -> datetime | None:
        default = default_of(school_year, cohort, self.days_off)
        if default is None:
            return None
        latest = max(default, extended.get((school_year, Cohort(cohort).value), default))
        return None if latest == default_of(school_year, cohort, frozenset()) else latest


def by_of(kind: str, payload: Mapping[str, Any]) -> str:
    """Return whose decision an entry is, "bo" or "so"; every entry that is no decision is the Sở's."""
    return "bo" if kind in DECISION_KINDS and payload.get("by") == "bo" else "so"


def check_decision(entry: Entry) -> None:
    """Refuse a decision that says what none may say. Raises Refused as `check_severities`.

    Refused REGISTER_ENTRY_WRONG: the id does not begin with who decided.
    """
    if not entry.entry_id.startswith(f"{by_of(entry.kind, entry.payload)}."):
        raise Refused("REGISTER_ENTRY_WRONG", {"kind": entry.kind, "entry_id": entry.entry_id})
    if entry.kind == "severity_policy":
        check_severities(SeverityPolicy.of(entry.payload).severities)


def check_weakening(entry: Entry, registered: Iterable[Entry]) -> None:
    """Refuse a Sở's policy that, at any time it holds, lets pass what Bộ's policy of that time refuses.

    `registered` are all versions of the severity policies of the same register. Raises Refused SEVERITY_WEAKENED with
    the first such rule.
    """
    own = SeverityPolicy.of(entry.payload)
    if own.by == "bo":
        return
    policies = [(known, SeverityPolicy.of(known.payload)) for known in standing(registered)]
    bo_by_time = Timeline(policies, lambda held: _newest_of("bo", held))
    for bo in bo_by_time.between(entry.valid_from, entry.valid_to):
        for rule in weakened(bo, own.severities):
            raise Refused("SEVERITY_WEAKENED", {"rule": rule})


def severities_of(entries: Iterable[tuple[Entry, SeverityPolicy]]) -> Timeline[SeverityPolicy, Severities]:
    """Return what the policies of both bodies make of the catalogue, by time; of each body the newest counts."""
    return Timeline(entries, lambda held: merged(_newest_of("bo", held), _newest_of("so", held)))


def calendar_of(entries: Iterable[tuple[Entry, CalendarDecision]]) -> Timeline[CalendarDecision, CalendarInForce]:
    """Return the decisions on days off and deadlines together, by time."""
    return Timeline(entries, _together)


def _newest_of(by: str, held: Sequence[SeverityPolicy]) -> Severities:
    return next((policy.severities for policy in reversed(held) if policy.by == by), {})


def _deadlines(found: _Calendar, to: str) -> Deadlines:
    return {(d.school_year, d.cohort): d.first_late() for d in found.deadlines if d.to == to}


def _together(held: Sequence[CalendarDecision]) -> CalendarInForce:
    return CalendarInForce(
        frozenset(day for decision in held for day in decision.days_off),
        _latest_of(decision.deadlines for decision in held),
        _latest_of(decision.report_deadlines for decision in held),
        tuple(held),
    )


def _latest_of(decided: Iterable[Deadlines]) -> Deadlines:
    latest: dict[tuple[str, str], datetime] = {}
    for round_name, until in (item for deadlines in decided for item in deadlines.items()):
        latest[round_name] = max(until, latest.get(round_name, until))
    return latest
