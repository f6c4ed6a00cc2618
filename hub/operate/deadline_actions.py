"""Việc của Sở trước hạn: what the Sở itself may do now about a round, each with the command line that does it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from hub.operate.corrections import corrections_of
from hub.operate.deadline import DeadlineReport
from hub.store import Connection, unavailable
from hub.store.queries import queries_of

__all__ = ["Action", "actions_of", "free_round_number"]

_SQL = queries_of("so")
_LISTED_MAX = 5
_KEY = "--key KEY.p12"


@dataclass(frozen=True, slots=True)
class Action:
    """`name`: extend, open, approve or decide; `count` of what waits for it; `command`: a line to complete and type."""

    name: str
    count: int
    command: str

    def shown(self) -> dict[str, Any]:
        """Return the action as one JSON object; no pupil is named."""
        return asdict(self)


def actions_of(connection: Connection, report: DeadlineReport) -> tuple[Action, ...]:
    """Return what may be done about the round of a report: nothing where the log is closed. Raises Unavailable."""
    return () if report.followed_by is not None else tuple(_actions(connection, report))


def _actions(connection: Connection, report: DeadlineReport) -> Iterator[Action]:
    so, year, cohort = report.so, report.school_year, report.cohort
    if report.deadlines.school is not None:
        late = sum(row.counts.missing > 0 for row in report.schools)
        line = f"hub deadline extend {so} --year {year} --cohort {cohort} --to YYYY-MM-DD --decision NUMBER {_KEY}"
        yield Action("extend", late, line)
        yield from _openings(report)
    with unavailable():
        row = connection.execute(_SQL["conflicts_open"], (year,)).fetchone()
    held = 0 if row is None else int(row[0])
    if held:
        yield Action("decide", held, f"hub conflict list --so {so}; hub deadline decide SHA256 --so {so} …")
    waiting = [seen for seen in corrections_of(connection, school_year=year) if seen.state == "submitted"]
    for seen in waiting[:_LISTED_MAX]:
        line = f"hub correction approve {seen.correction_id} --so {so} --school {seen.school} --days 7"
        yield Action("approve", len(waiting), f'{line} --number NUMBER --reason "…" {_KEY}')


def _openings(report: DeadlineReport) -> Iterator[Action]:
    """Yield how to open a further round where the first is closed and pupils of the roster were never reported."""
    closed = [row for row in report.schools if row.counts.state in ("closing", "locked") and row.counts.missing]
    for row in closed[:_LISTED_MAX]:
        named = f"--school {row.school} --year {report.school_year} --cohort {report.cohort}"
        paper = '--decision NUMBER --reason "…"'
        yield Action("open", len(closed), f"hub deadline open {report.so} {named} {paper} {_KEY}")


def free_round_number(connection: Connection, school: str, school_year: str, cohort: str) -> int:
    """Return the lowest number, from 2, that no round and no opening of a school has. Raises Unavailable."""
    with unavailable():
        named = {"school": school, "school_year": school_year, "cohort": cohort}
        row = connection.execute(_SQL["round_number_highest"], named).fetchone()
    return max(2, 1 + (0 if row is None or row[0] is None else int(row[0])))
