"""What `hub deadline` counts: one reading of a Sở's database, all queries of one moment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from msgspec import UNSET

from hub.domain import asks_roster, deadline_of, report_deadline_of
from hub.domain.completeness import Completeness, Reported, completeness
from hub.domain.statements import read_lock_asked
from hub.operate.deadline import Counts, DeadlineReport, Deadlines, by_cause, judged
from hub.store import Connection, unavailable
from hub.store.queries import queries_of
from hub.store.so import roster_of
from hub.trust import Entry, Snapshot

__all__ = ["completeness_of", "deadline_report"]

_SQL = queries_of("so")
_NEWEST = 2**62


def deadline_report(
    connection: Connection, so: str, school_year: str, cohort: str, at: datetime, window: timedelta
) -> DeadlineReport:
    """Count every school of the register, and every other that sent something, at `at`. Raises Unavailable."""
    with unavailable(), connection.transaction():
        connection.execute(_SQL["deadline_moment"])
        snapshot, names = _register(connection, at)
        deadlines = _deadlines(snapshot, school_year, cohort, at)
        named = {
            "school_year": school_year, "cohort": cohort, "at": at, "since": at - window, "deadline": deadlines.school
        }  # fmt: skip
        counts = _counts(connection, named)
    schools = [(code, names.get(code, ""), counts.get(code, Counts())) for code in sorted({*names, *counts})]
    rows, closing = judged(schools, deadlines.school, window, at), snapshot.closing(at)
    return DeadlineReport(
        so, school_year, cohort, at, deadlines, window, rows, None if closing is None else closing.successor
    )


def completeness_of(connection: Connection, school: str, school_year: str, at: datetime) -> Completeness | None:
    """Compare one school with its roster, over all rounds of a year; None when it has none. Raises Unavailable."""
    with unavailable():
        roster = roster_of(connection, school, school_year, at, _NEWEST)
        if roster is None:
            return None
        named = {"school": school, "school_year": school_year, "pupils": list(roster)}
        rows = connection.execute(_SQL["reported_beside"], named).fetchall()
    return completeness(school, roster, (Reported(*row) for row in rows))


def _register(connection: Connection, at: datetime) -> tuple[Snapshot, dict[str, str]]:
    """Return calendars and schools, and the names of the schools that are open at `at`."""
    entries = [Entry(*row) for row in connection.execute(_SQL["deadline_register"])]
    snapshot = Snapshot.of(entries)
    known = (snapshot.school(e.payload["code"], at) for e in entries if e.kind == "school")
    return snapshot, {school.code: school.name for school in known if school is not None and not school.is_closed(at)}


def _deadlines(snapshot: Snapshot, school_year: str, cohort: str, at: datetime) -> Deadlines:
    extended = snapshot.extended_deadline(school_year, cohort, at)
    report = snapshot.extended_report_deadline(school_year, cohort, at)
    return Deadlines(
        extended or deadline_of(school_year, cohort),
        report or report_deadline_of(school_year, cohort),
        extended is not None,
        snapshot.extending_decision(school_year, cohort, at),
    )


def _counts(connection: Connection, named: dict[str, Any]) -> dict[str, Counts]:
    found: dict[str, Counts] = defaultdict(Counts)

    def note(school: str, **changes: Any) -> None:
        found[school] = replace(found[school], **changes)

    for school, count in connection.execute(_SQL["deadline_submitted"], named):
        note(school, submitted=count)
    for school, refused in _refused(connection.execute(_SQL["deadline_refused"], named)).items():
        note(school, refused=sum(count for _, count in refused), causes=by_cause(refused))
    for school, accepted, pending, held, locked, late, recent in connection.execute(_SQL["deadline_documents"], named):
        note(school, accepted=accepted, pending=pending, held=held, locked=locked, late=late, recent=recent)
    for school, state, ingested in connection.execute(_SQL["deadline_rounds"], named):
        note(school, state=state, ingested=ingested)
    for school, expected, missing in _expected(connection, named):
        note(school, expected=expected, missing=missing)
    return dict(found)


def _refused(rows: Iterable[Sequence[Any]]) -> dict[str, list[tuple[Sequence[str], int]]]:
    found: dict[str, list[tuple[Sequence[str], int]]] = defaultdict(list)
    for school, codes, count in rows:
        found[school].append((codes, count))
    return found


def _expected(connection: Connection, named: dict[str, Any]) -> Iterable[Sequence[Any]]:
    """Yield (school, expected, missing); whom an accepted lock request lists as unreported is not expected any more."""
    if not asks_roster(named["cohort"]):
        return ()
    listed = [
        (school, said.pupil)
        for school, kind, statement in connection.execute(_SQL["deadline_lock_requests"], named)
        for said in _unreported(kind, statement, school)
        if said.reason != "supplementary" or named["cohort"] == "completed"
    ]
    more = {"schools": [school for school, _ in listed], "pupils": [pupil for _, pupil in listed]}
    return connection.execute(_SQL["deadline_roster"], named | more).fetchall()


def _unreported(kind: str, statement: bytes, school: str) -> Sequence[Any]:
    request = read_lock_asked(kind, statement, school)
    return () if request.unreported is UNSET else request.unreported
