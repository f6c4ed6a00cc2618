"""What schools were reminded of, as it was sent: read back from a Sở's database."""

from datetime import UTC, datetime
from typing import Any

from hub.schemas import decode
from hub.store import Connection, unavailable
from hub.store.queries import queries_of

__all__ = ["reminders_told"]

_SQL = queries_of("so")


def reminders_told(connection: Connection, school_year: str, cohort: str) -> list[dict[str, Any]]:
    """Return the reminders of one round and of windows, newest first, each as one JSON object. Raises Unavailable."""
    with unavailable():
        rows = connection.execute(_SQL["reminders_of_year"], (school_year, cohort)).fetchall()
    return [
        {
            "school": school, "cohort": of, "number": number, "kind": kind, "threshold": threshold,
            "due_at": _instant(due_at), "at": _instant(at), "counts": _counts(message),
        }
        for school, of, number, kind, threshold, due_at, at, message in rows
    ]  # fmt: skip


def _counts(message: bytes) -> dict[str, Any]:
    return dict(decode(message, ("Reminder",)).value["counts"])


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
