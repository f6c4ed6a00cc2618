"""Parked schools: who waits for a person, and letting one go on."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from hub.errors import Refused
from hub.store import Connection, unavailable
from hub.store.queries import queries_of

__all__ = ["ParkedSchool", "parked_schools", "resume_school"]

_SQL = queries_of("common")
_NUMBER_MAX = 2**63


@dataclass(frozen=True, slots=True)
class ParkedSchool:
    """One key that waits at one stage. `waiting` counts its records that are set aside."""

    id: int
    stage: str
    topic: str
    key: str
    code: str
    part: int
    offset: int
    parked_at: datetime
    resuming: bool
    waiting: int

    def shown(self) -> dict[str, Any]:
        """Return the entry as one JSON object."""
        return {**asdict(self), "parked_at": self.parked_at.isoformat()}


def parked_schools(connection: Connection) -> Iterator[ParkedSchool]:
    """Yield what waits in one organisation's database, oldest first."""
    with unavailable():
        rows = connection.execute(_SQL["parked"]).fetchall()
    for number, stage, topic, key, code, _, part, offset, at, resume_at, waiting in rows:
        name = ascii(bytes(key).decode("utf-8", "replace"))[1:-1]  # a stranger may have chosen it
        yield ParkedSchool(number, stage, topic, name, code, part, offset, at, resume_at is not None, waiting)


def resume_school(connection: Connection, number: int, by: str, reason: str) -> None:
    """Let one go on: its worker does what is set aside within seconds. Refused(PARKED_UNKNOWN)."""
    with unavailable():
        found = 0 < number < _NUMBER_MAX and connection.execute(_SQL["resume"], (by, reason, number)).fetchone()
    if not found:
        raise Refused("PARKED_UNKNOWN", {"id": str(number)})
