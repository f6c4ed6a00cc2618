"""Near matches: which pupils may be one person, and what a person decides about each pair."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.identity import TEMPORARY
from hub.errors import Refused
from hub.store import Connection, unavailable
from hub.store.queries import queries_of

__all__ = ["MATCH_STATES", "Match", "Named", "decide_match", "matches_of"]

_SQL = queries_of("so")
_NUMBER_MAX = 2**63
MATCH_STATES = ("open", "same_person", "different")


@dataclass(frozen=True, slots=True)
class Named:
    """One of the two, as the document that was seen first describes him. Personal data but for school and code."""

    school: str
    student_code: str
    name: str
    birth_date: str
    gender: str
    pupil: str


@dataclass(frozen=True, slots=True)
class Match:
    """One pair. `standing`: both pupils still have a document that counts; a recalled mistake has not."""

    id: int
    reasons: tuple[str, ...]
    first_seen_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    standing: bool
    a: Named
    b: Named

    def shown(self, *, persons: bool) -> dict[str, Any]:
        """Return the pair as one JSON object; who they are only when asked for."""
        return {
            "id": self.id, "state": self.state, "reasons": list(self.reasons), "standing": self.standing,
            "first_seen_at": self.first_seen_at.isoformat(), "decided_by": self.decided_by,
            "decided_at": None if self.decided_at is None else self.decided_at.isoformat(), "reason": self.reason,
            "pupils": [_shown(named, persons) for named in (self.a, self.b)],
        }  # fmt: skip


def _shown(named: Named, persons: bool) -> dict[str, str]:
    hidden = named.student_code.startswith(TEMPORARY) and not persons  # it repeats the personal number
    shown = {"school": named.school, "student_code": f"{TEMPORARY}…" if hidden else named.student_code}
    if persons:
        shown |= {"name": named.name, "birth_date": named.birth_date, "gender": named.gender, "pupil": named.pupil}
    return shown


def matches_of(connection: Connection, states: Collection[str], limit: int) -> list[Match]:
    """Return the oldest pairs of a Sở in these states. Raises Unavailable."""
    with unavailable():
        rows = connection.execute(_SQL["matches"], (list(states), limit)).fetchall()
    return [_match(row) for row in rows]


def _match(row: tuple[Any, ...]) -> Match:
    number, reasons, seen_at, state, by, at, reason, standing = row[:8]
    a, b = Named(*row[8:14]), Named(*row[14:20])
    return Match(number, tuple(reasons), seen_at, state, by, at, reason, standing, a, b)


def decide_match(connection: Connection, number: int, verdict: str, by: str, reason: str) -> None:
    """Note what a person decided: "same_person" or "different"; a later decision counts instead of an earlier one.

    Raises Refused(MATCH_UNKNOWN), Unavailable.
    """
    with unavailable():
        found = (
            0 < number < _NUMBER_MAX
            and connection.execute(_SQL["match_decide"], (verdict, by, reason, number)).fetchone()
        )
    if not found:
        raise Refused("MATCH_UNKNOWN", {"id": str(number)})
