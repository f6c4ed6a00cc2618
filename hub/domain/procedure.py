"""Thủ tục chuyển trường: who acts and within how many working days, by the date of the request. Dates are data.

Legal source: TT 15/2026/TT-BGDĐT, in force from 10/5/2026 (receiving school answers within 5 working days inside a
province, 8 between provinces; sending school returns the file within 3; placement in a class within 5); QĐ 51/2002
before it, without days, but with a letter of referral of either side's education office between provinces; from
1/7/2025 the commune took the place of the district office [secondary]. Here the Sở refers for those offices, which
have no part in the hub [assumed]. Days for consent, for Bộ's sending and for a decision are the hub's own.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from hub.domain.calendar import next_working_day
from hub.domain.civil import civil_date, midnight_utc

__all__ = ["PROCEDURES", "Procedure", "awaited_in", "due_at", "procedure_on"]

_DAY = timedelta(days=1)
_AWAITED: Mapping[str, str] = MappingProxyType({
    "contested": "decision", "requested": "consent", "consented": "answer", "referred": "answer",
    "accepted": "release", "released": "dispatch", "sent": "acknowledgement", "amended": "acknowledgement",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure, in force from `since`. Days are working days by what is awaited; None: no clock of the law.

    `answer_days`: inside a province, between provinces. `refers`: between provinces both Sở refer first.
    """

    id: str
    since: date
    answer_days: tuple[int, int] | None
    release_days: int | None
    refers: bool
    own_days: Mapping[str, int]

    def days_for(self, awaited: str, *, same_so: bool) -> int | None:
        """Return within how many working days something is awaited; None where nothing says."""
        if awaited == "answer":
            return None if self.answer_days is None else self.answer_days[not same_so]
        return self.release_days if awaited == "release" else self.own_days.get(awaited)


_OWN = MappingProxyType({"consent": 10, "referral": 5, "dispatch": 1, "acknowledgement": 5, "decision": 5})
PROCEDURES: tuple[Procedure, ...] = (
    Procedure("QD51-2002", date(2002, 12, 25), None, None, True, _OWN),
    Procedure("TT15-2026", date(2026, 5, 10), (5, 8), 3, False, _OWN),
)
"""Oldest first."""


def procedure_on(day: date) -> Procedure:
    """Return the procedure for a request of that civil date; before the first one, the first."""
    return next((each for each in reversed(PROCEDURES) if each.since <= day), PROCEDURES[0])


def awaited_in(state: str, *, refers: bool = False) -> str | None:
    """Return what a transfer in that state waits for; None for one that has ended. `refers`: a referral is due."""
    return "referral" if refers and state == "consented" else _AWAITED.get(state)


def due_at(since: datetime, days: int, days_off: Set[date] = frozenset()) -> datetime:
    """Return the end of the `days`-th working day after the civil date of `since`: an instant in UTC."""
    day = civil_date(since)
    for _ in range(days):
        day = next_working_day(day + _DAY, days_off)
    return midnight_utc(day + _DAY)
