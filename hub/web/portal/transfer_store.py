"""What the portal's store tells of a pupil's transfers, and what a family may say of one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from hub.domain.consent import Party

__all__ = ["FamilyStep", "FamilyTransfer", "FamilyWish", "NewWish", "SchoolPlace"]


class SchoolPlace(NamedTuple):
    """A school as a transfer names it: slug of its Sở, and its code."""

    so: str
    code: str


@dataclass(frozen=True, slots=True)
class FamilyStep:
    """One accepted step; `so` is "bo" for what Bộ signed, `said` what the family is told of its statement."""

    kind: str
    so: str
    school: str
    at: datetime
    said: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FamilyTransfer:
    """One transfer of the pupil as Bộ's log has it now; `due_at` is the end of the last day (None: no clock)."""

    transfer_id: str
    receiving: SchoolPlace
    sending: SchoolPlace
    school_year: str
    grade: int
    state: str
    procedure: str
    opened_at: datetime
    awaited: str | None
    due_at: datetime | None
    is_overdue: bool
    consents: frozenset[str]
    reason: str
    steps: Sequence[FamilyStep] = ()


@dataclass(frozen=True, slots=True)
class FamilyWish:
    """What the family said and Bộ has not accepted: still waiting, or refused with `codes`."""

    kind: str
    transfer_id: str | None
    receiving: SchoolPlace
    sending: SchoolPlace
    parties: tuple[str, ...]
    at: datetime
    is_refused: bool
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewWish:
    """What a family says; `transfer_id` None is a request, which has all that stands below it.

    `agreed`: who of the family says it, (party, issuer, subject) each.
    """

    kind: str
    agreed: tuple[tuple[Party, str, str], ...] = field(repr=False)
    transfer_id: str | None = None
    reason: str | None = field(default=None, repr=False)
    receiving: SchoolPlace | None = None
    sending: SchoolPlace | None = None
    school_year: str | None = None
    grade: int | None = None
    birth_date: date | None = field(default=None, repr=False)
