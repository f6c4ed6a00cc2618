"""Under whose key the national stream has each transcript of a person with several identifiers; pure.

All stand under the present identifier, so that whoever reads the stream sees one pupil. Only where one school locked
two records of the person for one year and period do they keep apart: one message stands under a key, and none may
hide another. Then the record under the present identifier (else the lowest one) has the key, the others keep their own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.domain.linking import Links
from hub.domain.statements import IdentityCorrection

__all__ = ["Linked", "Placed", "Placement", "conflicts_of", "settle"]


@dataclass(frozen=True, slots=True)
class Linked:
    """A Sở's decision on identifiers, as Bộ took it in; `at` (append time) and `offset` in its locked topic."""

    so: str
    statement_sha256: bytes
    statement: bytes
    signature: str
    said: IdentityCorrection
    at: datetime
    offset: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A published transcript. `identifier` is whose key it stands under, after `step` moves."""

    so: str
    lock_id: bytes
    n: int
    pupil: str
    school: str
    school_year: str
    period: str
    version: int
    identifier: str
    step: int

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What its key in the stream is made of."""
        return self.identifier, self.school_year, self.period, self.school


@dataclass(frozen=True, slots=True)
class Placement:
    """A transcript in its new place. `emptied`: nothing stands under its former key any more."""

    placed: Placed
    before: str
    emptied: bool


def settle(rows: Sequence[Placed], links: Links) -> list[Placement]:
    """Return the transcripts that must move, older versions first; `rows` are all of the persons concerned."""
    pupils: dict[tuple[str, str, str, str], set[str]] = {}
    for row in rows:
        pupils.setdefault(_slot(row, links), set()).add(row.pupil)
    after = [_placed(row, links.person(row.pupil), pupils[_slot(row, links)]) for row in rows]
    taken = {row.key for row in after}
    return [
        Placement(new, old.identifier, old.key not in taken)
        for old, new in zip(rows, after, strict=True)
        if new.identifier != old.identifier
    ]


def conflicts_of(rows: Iterable[Placed], links: Links) -> list[tuple[str, str, str, list[str]]]:
    """Return (person, school year, period, schools) wherever several schools locked one person."""
    schools: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        schools.setdefault((links.person(row.pupil), row.school_year, row.period), set()).add(row.school)
    return [(*key, sorted(found)) for key, found in sorted(schools.items()) if len(found) > 1]


def _slot(row: Placed, links: Links) -> tuple[str, str, str, str]:
    return links.person(row.pupil), row.school_year, row.period, row.school


def _placed(row: Placed, person: str, pupils: set[str]) -> Placed:
    holder = person if person in pupils else min(pupils)
    return replace(row, identifier=person if row.pupil == holder else row.pupil)
