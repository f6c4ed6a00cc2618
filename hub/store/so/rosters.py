"""The roster of a school, as the register had it at a version."""

from datetime import datetime

from hub.store.connection import Connection
from hub.store.queries import queries_of

__all__ = ["roster_of"]

_SQL = queries_of("so")


def roster_of(
    connection: Connection, school: str, school_year: str, at: datetime, version: int
) -> tuple[str, ...] | None:
    """Return the pupils of a school's roster at a time, as often as it lists them; None when it has no roster."""
    named = {"school": school, "school_year": school_year, "at": at, "version": version}
    parts = connection.execute(_SQL["roster_of_school"], named).fetchall()
    return tuple(pupil for (pupils,) in parts for pupil in pupils) if parts else None
