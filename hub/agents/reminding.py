"""Remind (nhắc việc): tells which schools are late, or nearly, with a round or with an open window.

In:  rounds, documents, rosters and corrections in Sở's database; the dates of the register.
Out: hocba.so-<so>.reminder.v1, key = school code; a row `reminder` for each.
Invariant: a round is looked at once for each date and threshold, and a reminder's id follows from them, so that none is
told twice however often a worker starts. After a restore, what was told stands first, in the bytes of then. A Sở whose
log is closed reminds nobody.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

import structlog

from hub.agents.stage import Outgoing, put
from hub.domain import ROSTER_COHORTS, deadline_of
from hub.errors import Unavailable
from hub.operate import deadline_report
from hub.operate.reminders import Reminder, Window, reminders_of_round, reminders_of_windows, threshold_of
from hub.recovery import is_replaying, unmet_values
from hub.schemas import decode, encode
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of
from hub.topics import reminder as reminder_topic
from hub.trust import Entry, Snapshot

__all__ = ["remind_once", "reminding"]

_log = structlog.get_logger()
_SQL = queries_of("so")
_POLL_S = 10.0
_WINDOW = timedelta(hours=6)  # of the rate, which no reminder tells
_MS = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def reminding(so: str, url: str, kick: Callable[[], None]) -> None:
    """Run until cancelled; an outage of the database is waited out."""
    while True:
        try:
            if await asyncio.to_thread(_look, so, url):
                kick()
        except Unavailable as error:
            _log.warning("reminding_waits", so=so, code=error.code)
        await asyncio.sleep(_POLL_S)


def _look(so: str, url: str) -> int:
    with open_connection(url) as connection, unavailable():
        row = connection.execute(_SQL["reminder_moment"]).fetchone()
        assert row is not None
        told = remind_once(connection, so, row[0])
    if told:
        _log.info("reminded", so=so, count=told)
    return told


def remind_once(connection: Connection, so: str, at: datetime) -> int:
    """Tell what is to be told at `at` (aware) and was not; return how many reminders that were."""
    if is_replaying(connection):
        return _as_told(connection, so)
    snapshot = Snapshot.of(Entry(*row) for row in connection.execute(_SQL["reminder_calendar"], (so,)))
    if snapshot.closing(at) is not None:
        return 0  # what was not handed in goes to the Sở that follows
    told = sum(_round(connection, so, year, cohort, at) for year, cohort in _due(connection, snapshot, at))
    with connection.transaction():
        connection.execute(_SQL["reminder_alone"])
        windows = (Window(*row) for row in connection.execute(_SQL["reminder_windows"], {"at": at}).fetchall())
        return told + _tell(connection, so, reminders_of_windows(so, windows, at))


def _as_told(connection: Connection, so: str) -> int:
    """After a restore, note again what stands in the topic and the database lost; its bytes are those of then."""
    lost = unmet_values(connection, "Reminder")
    with connection.transaction():
        for _, message, _ in lost:
            _put(connection, so, message)
    return len(lost)


def _due(connection: Connection, snapshot: Snapshot, at: datetime) -> Iterator[tuple[str, str]]:
    """Yield the rounds whose date is near at `at` and whose schools were not looked at for its threshold."""
    for first in range(at.year - 2, at.year + 1):
        for cohort in map(str, ROSTER_COHORTS):
            year = f"{first}-{first + 1}"
            due = snapshot.extended_deadline(year, cohort, at) or deadline_of(year, cohort)
            threshold = None if due is None else threshold_of(due, at)
            if threshold is not None:
                row = connection.execute(_SQL["reminder_looked"], (year, cohort, due, threshold)).fetchone()
                if row is not None and not row[0]:
                    yield year, cohort


def _round(connection: Connection, so: str, year: str, cohort: str, at: datetime) -> int:
    report = deadline_report(connection, so, year, cohort, at, _WINDOW)
    due = report.deadlines.school
    threshold = None if due is None else threshold_of(due, at)
    if threshold is None:
        return 0
    place = (year, cohort, due, threshold)
    with connection.transaction():
        connection.execute(_SQL["reminder_alone"])
        row = connection.execute(_SQL["reminder_looked"], place).fetchone()
        if row is not None and row[0]:
            return 0  # another worker was faster
        connection.execute(_SQL["add_reminder_look"], (*place, at))
        return _tell(connection, so, reminders_of_round(report))


def _tell(connection: Connection, so: str, reminders: Iterable[Reminder]) -> int:
    found = list(reminders)
    rows = connection.execute(_SQL["reminders_known"], ([r.reminder_id for r in found],)).fetchall()
    known = {row[0] for row in rows}
    fresh = [r for r in found if r.reminder_id not in known]
    for reminder in fresh:
        _put(connection, so, encode("Reminder", reminder.value()))
    return len(fresh)


def _put(connection: Connection, so: str, message: bytes) -> None:
    value = decode(message, ("Reminder",)).value
    row = (value["reminder_id"], value["school"], value["school_year"], value["cohort"], value["number"],
           value["kind"], value["threshold"], _instant(value["due_at"]), _instant(value["at"]), message)  # fmt: skip
    connection.execute(_SQL["add_reminder"], row)
    name, key = value["reminder_id"], value["school"].encode()
    out = Outgoing(reminder_topic(so).name, key, "Reminder", name, f"/so/{so}", message)
    put(connection, f"reminder/{name}", 0, 0, [out])


def _instant(ms: int) -> datetime:
    return _EPOCH + ms * _MS
