"""Chuyển trường tại Bộ: what Bộ knows of transfers, and what a step makes of one: the nouns of the decision.

All hashes and ids are 64 hex digits, instants are aware and UTC. Nothing here reads a database or a clock.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol

from hub.domain.statements import TransferParty, TransferStatement

__all__ = [
    "ENDED", "HeldDocument", "KnownTransfers", "Registers", "Transfer", "TransferStepIn", "TransferTold",
]  # fmt: skip

ENDED = frozenset({"closed", "amended", "refused", "withdrawn", "cancelled"})
"""States in which a transfer no longer stands in the way of another one."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One row: a transfer as the steps so far leave it. `place`: offset of the request in the one log.

    `group`: id of the first open transfer of the same person when this one was asked for (its own, if there was none).
    `released`: what the sending school named; () when a Sở released in its place; None before. `documents`, `count` and
    `root` are those of `delivery`, the latest one (0: none yet). `overdue`: what ever ran out, in order;
    `is_overdue`: what is awaited now has run out. `resend`: the history was asked for again.
    """

    transfer_id: str
    pupil: str
    birth_date: date
    school_year: str
    grade: int
    receiving: TransferParty
    sending: TransferParty
    state: str
    procedure: str
    request_sha256: str
    opened_at: datetime
    since: datetime
    group: str
    place: int
    awaited: str | None = None
    due_at: datetime | None = None
    overdue: tuple[str, ...] = ()
    is_overdue: bool = False
    consents: frozenset[str] = frozenset()
    referrals: frozenset[str] = frozenset()
    released: tuple[str, ...] | None = None
    delivery: int = 0
    documents: tuple[str, ...] = ()
    count: int = 0
    root: str | None = None
    resend: bool = False
    acknowledged_delivery: int = 0
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it goes on; one that was closed is not open, though later deliveries may follow."""
        return self.state not in ENDED

    @property
    def same_so(self) -> bool:
        """Tell whether both schools belong to one Sở."""
        return self.receiving.so == self.sending.so


@dataclass(frozen=True, slots=True)
class TransferStepIn:
    """A step of the one log whose signature was verified.

    `so`: slug of the Sở that carried it, "bo" for what Bộ's seal signed; `at`: when it counts; `place`: its offset.
    """

    so: str
    kind: str
    school: str
    statement_sha256: str
    said: TransferStatement
    at: datetime
    place: int


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A locked transcript that Bộ has; `person` is the present identifier of its pupil.

    `birth_date` as the transcript says it: YYYY, YYYY-MM or YYYY-MM-DD; "" where it was not loaded.
    """

    sha256: str
    person: str
    school: str
    school_year: str
    period: str
    is_current: bool
    locked_at: datetime
    birth_date: str = ""


class Registers(Protocol):
    """What the registers of all Sở say at an instant. A school that succeeds a closed one stands for it."""

    def is_known(self, party: TransferParty, at: datetime) -> bool:
        """Tell whether the Sở's register has or had this school by then."""
        ...

    def is_open(self, party: TransferParty, at: datetime) -> bool:
        """Tell whether the school is in force then."""
        ...

    def stands_for(self, acting: TransferParty, party: TransferParty, at: datetime) -> bool:
        """Tell whether `acting` is this school, or succeeds it."""
        ...

    def receiving_key(self, party: TransferParty, at: datetime) -> str | None:
        """Return the SHA-256 of the raw key in force to which the school's history is sealed, or None."""
        ...

    def days_off(self, so: str, at: datetime) -> Set[date]:
        """Return the days that Bộ or that Sở declared free beyond the holidays."""
        ...


class TransferTold(NamedTuple):
    """In a replay, what was said of a step before: why it was refused (no code: accepted), state of its transfer."""

    codes: tuple[str, ...]
    state: str
    facts: Mapping[str, str] = MappingProxyType({})


@dataclass
class KnownTransfers:
    """What is known when a batch of steps is decided; `decide_transfer` leaves it, `TransferOutcome.add_to` adds.

    `transfers`: every transfer that a step names, and all of the persons whom these are about. `persons`: identifier →
    the person's present one, where links say so. `documents` by hash: all of those persons, and any that a step names.
    `decided`: hash of each step's statement that was decided before. `told` (replay): by step's statement hash.
    """

    registers: Registers
    transfers: dict[str, Transfer] = field(default_factory=dict)
    persons: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, HeldDocument] = field(default_factory=dict)
    decided: set[str] = field(default_factory=set)
    told: Mapping[str, TransferTold] = field(default_factory=dict)

    def is_told(self, step: TransferStepIn) -> bool:
        """Tell whether this is a replay of a step that was accepted: what was known then counts, not what is now."""
        return step.statement_sha256 in self.told and not self.told[step.statement_sha256].codes

    def person(self, pupil: str) -> str:
        """Return the present identifier of the person."""
        return self.persons.get(pupil, pupil)

    def of_person(self, pupil: str) -> Iterator[Transfer]:
        """Yield every transfer of the person, the earliest request first."""
        person = self.person(pupil)
        rows = [row for row in self.transfers.values() if self.person(row.pupil) == person]
        yield from sorted(rows, key=lambda row: row.place)

    def rivals(self, row: Transfer) -> list[Transfer]:
        """Return the open transfers that contend with this one since they were asked for."""
        rows = (other for other in self.transfers.values() if other.group == row.group and other.is_open)
        return sorted((other for other in rows if other.transfer_id != row.transfer_id), key=lambda other: other.place)

    def documents_of(self, pupil: str) -> Iterator[HeldDocument]:
        """Yield every document that Bộ has of the person, ascending by hash."""
        person = self.person(pupil)
        yield from (self.documents[key] for key in sorted(self.documents) if self.documents[key].person == person)
