"""The register as a client sees it: from the projection in a database of Sở or Bộ, where one is within reach."""

from datetime import datetime

from hub.domain.civil import midnight_utc
from hub.domain.structure import ends_on
from hub.domain.transcript import School
from hub.errors import Refused
from hub.store import open_connection, unavailable
from hub.store.queries import queries_of
from hub.trust import Entry, Snapshot

__all__ = ["school_of", "snapshot_of"]

_SQL = queries_of("common")


def snapshot_of(url: str, so: str) -> Snapshot:
    """Return the newest register of one Sở. Raises Unavailable when the database does not answer."""
    with open_connection(url) as connection, unavailable():
        rows = connection.execute(_SQL["register_entries"], (so,)).fetchall()
    return Snapshot.of(Entry(*row) for row in rows)


def school_of(snapshot: Snapshot, code: str, school_year: str, at: datetime) -> School:
    """Return a school as documents of that school year name it, `at` (aware) at the latest.

    Codes of provinces mean what they meant in the school year. Raises Refused SCHOOL_UNKNOWN.
    """
    then = min(at, midnight_utc(ends_on(school_year)))
    found = snapshot.school(code, then) or snapshot.school(code, at)
    if found is None:
        raise Refused("SCHOOL_UNKNOWN", {"school": code})
    return School(code=found.code, name=found.name, province=found.province)
