"""Transfers as one line each: the state, what is awaited and until when, with the working days that are left."""

from collections.abc import Iterable, Sequence, Set
from datetime import UTC, date, datetime, timedelta
from typing import Any

from msgspec import UNSET

from hub.client.transfer_incoming import Heard, HeardNotice
from hub.domain.calendar import next_working_day
from hub.domain.civil import civil_date
from hub.domain.statements import TransferFlag, TransferNotice, read
from hub.store import Connection, unavailable
from hub.store.queries import queries_of
from hub.store.so.transfers import HeardTransfer

__all__ = ["days_left", "flags_of", "rows_at_bo", "shown_at_so", "shown_heard", "shown_notice"]

_SQL = queries_of("bo")
_DAY, _MS = timedelta(days=1), timedelta(milliseconds=1)


def days_left(due_at: datetime, now: datetime, days_off: Set[date] = frozenset()) -> int:
    """Return how many working days are left after today (UTC+7): 0 on the last one, negative when it is over."""
    today, last = civil_date(now), civil_date(due_at - _MS)
    first, end, sign = (today, last, 1) if today <= last else (last, today, -1)
    count, day = 0, next_working_day(first + _DAY, days_off)
    while day <= end:
        count, day = count + 1, next_working_day(day + _DAY, days_off)
    return sign * max(count, 0 if sign > 0 else 1)


def shown_heard(heard: Heard, now: datetime, days_off: Set[date], *, persons: bool) -> dict[str, Any]:
    """Return a transfer as a school heard of it last, with what it was ever told of its own years (`flags`)."""
    flags = flags_of(one.said for one in heard.notices)
    return shown_notice(heard.last, now, days_off, persons=persons) | {"flags": flags}


def shown_notice(heard: HeardNotice, now: datetime, days_off: Set[date], *, persons: bool) -> dict[str, Any]:
    """Return a transfer as a notice told it."""
    return _shown(heard.said, now, days_off, persons=persons) | {"signature": heard.signed}


def flags_of(said: Iterable[TransferNotice]) -> list[dict[str, Any]]:
    """Return what a school was told of its own years that rest on what a transfer brought, oldest first."""
    told = sorted((one for one in said if one.flagged is not UNSET), key=lambda one: one.n)
    return [{"document": one.flagged, "codes": list(one.codes), "at": one.at} for one in told]


def shown_at_so(heard: HeardTransfer, now: datetime, days_off: Set[date], *, persons: bool) -> dict[str, Any]:
    """Return a transfer as a Sở knows it for one of its schools; `carried` counts the boxes that passed."""
    flags = flags_of(heard.flags)
    return _shown(heard.said, now, days_off, persons=persons) | {"flags": flags, "carried": heard.carried}


def rows_at_bo(
    connection: Connection, school: str | None, transfer: str, now: datetime, *, persons: bool
) -> list[dict[str, Any]]:
    """Return the transfers whose id begins so, of a school on either side (None: of all), as Bộ has decided them.

    Days off that a Sở declared for itself are not counted. Raises Unavailable.
    """
    with unavailable():
        rows = connection.execute(_SQL["look_transfers"], {"school": school, "transfer": transfer}).fetchall()
        flags = _flags(connection.execute(_SQL["transfer_flags"], ([row[0] for row in rows],)).fetchall())
    found = []
    for identifier, state, procedure, awaited, due, overdue, r_so, r, s_so, s, delivery, count, root, *rest in rows:
        acknowledged, opened_at, *person = rest
        shown = {
            "transfer": identifier, "state": state, "procedure": procedure,
            **_clock(awaited, due, now, frozenset()), "overdue": list(overdue), "receiving": f"{r_so}/{r}",
            "sending": f"{s_so}/{s}", "delivery": delivery or None, "count": count, "root": root,
            "acknowledged_delivery": acknowledged or None, "opened_at": opened_at.isoformat(),
            "flags": flags.get(identifier, []),
        }  # fmt: skip
        names = ("pupil", "birth_date", "school_year", "grade")
        shown |= {name: str(value) for name, value in zip(names, person, strict=True)} if persons else {}
        found.append(shown)
    return found


def _flags(rows: Iterable[Sequence[Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return by transfer what its receiver was told of its years; `current`: that version of the year still stands."""
    found: dict[str, list[dict[str, Any]]] = {}
    for transfer, statement, at, current in rows:
        said = read(bytes(statement), TransferFlag)
        shown = {"document": said.document, "basis": said.basis, "codes": list(said.codes), "at": at.isoformat()}
        found.setdefault(transfer, []).append(shown | {"current": current})
    return found


def _shown(said: TransferNotice, now: datetime, days_off: Set[date], *, persons: bool) -> dict[str, Any]:
    due = None if said.due_at is UNSET else datetime.fromisoformat(said.due_at)
    named = {name: getattr(said, name) for name in ("delivery", "count", "root", "reason")}
    shown: dict[str, Any] = {
        "transfer": said.transfer, "state": said.state, "procedure": said.procedure,
        **_clock(None if said.awaited is UNSET else said.awaited, due, now, days_off), "overdue": list(said.overdue),
        "school": said.to.school, "receiving": f"{said.receiving.so}/{said.receiving.school}",
        "sending": f"{said.sending.so}/{said.sending.school}",
        **{name: None if value is UNSET else value for name, value in named.items()},
        "step": said.step, "outcome": said.outcome, "codes": list(said.codes), "at": said.at,
    }  # fmt: skip
    if persons:
        shown |= {name: getattr(said, name) for name in ("pupil", "birth_date", "school_year", "grade")}
    return shown


def _clock(awaited: str | None, due: datetime | None, now: datetime, days_off: Set[date]) -> dict[str, Any]:
    return {
        "awaited": awaited,
        "due_at": None if due is None else due.astimezone(UTC).isoformat(),
        "working_days_left": None if due is None else days_left(due, now, days_off),
    }
