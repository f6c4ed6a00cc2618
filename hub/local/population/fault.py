"""Lỗi gài: what a planted fault is, at which moment it is planted, and what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hub.local.population.officials import Signer
from hub.local.population.schools import Level
from hub.local.population.signed import SignedDocument

__all__ = [
    "CommandDraft",
    "CommandFault",
    "DocumentDraft",
    "DocumentFault",
    "Edit",
    "Expected",
    "Fault",
    "Planted",
    "Record",
    "RecordFault",
    "Strangers",
]

Json = dict[str, Any]


class Expected(StrEnum):
    """What the hub must do with what was planted."""

    REFUSED = "refused"  # the document, with every code named; the others of the submission stand
    WARNED = "accepted with a warning"
    UNCHANGED = "unchanged"  # no code: the document stands already
    COMMAND_REFUSED = "command refused"  # and with it each of its documents
    QUARANTINED = "quarantined"  # the message does not decode, or nobody can be answered


@dataclass(frozen=True, slots=True)
class Strangers:
    """Persons of one school that exist for faults: see hub.local.population.strangers."""

    expired: str
    revoked: str
    unknown_issuer: str
    unregistered: str
    other_school: Signer  # the principal of another school
    teaching_principal: str  # the principal, registered as a homeroom teacher too
    colleague: str  # a homeroom teacher of this school; never a principal


@dataclass(slots=True)
class DocumentDraft:
    """One document on its way: `value` is edited, then encoded, rewritten, signed by `chain` under `scope`, spoilt."""

    value: Json
    chain: list[Signer]
    scope: dict[str, str]
    strangers: Strangers | None  # there for faults that need them


Edit = Callable[[DocumentDraft], None]


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """A fault of one document.

    `edit` changes value, chain or scope, `rewrite` the bytes before signing, `spoil` bytes or signatures after it.
    """

    kind: str
    expected: Expected
    codes: tuple[str, ...]
    edit: Edit | None = None
    rewrite: Callable[[bytes], bytes] | None = None
    spoil: Callable[[SignedDocument], SignedDocument] | None = None
    levels: frozenset[Level] = field(default=frozenset(Level))
    needs_strangers: bool = False


@dataclass(slots=True)
class CommandDraft:
    """A further command made from an earlier, good submission of the same school: at first with its first document."""

    command_id: str
    school: str
    documents: list[SignedDocument]
    issuer: Signer
    strangers: Strangers
    original_command_id: str
    later: SignedDocument  # another good document of the same submission
    sign_again: Callable[[bytes], SignedDocument]  # changed bytes of the first document, signed by its own chain
    foreign: Callable[[], SignedDocument]  # makes a good document of another school


@dataclass(frozen=True, slots=True)
class CommandFault:
    """A fault of a whole command; `change` turns the draft into the faulty command before it is signed."""

    kind: str
    expected: Expected
    codes: tuple[str, ...]
    change: Callable[[CommandDraft], None]


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record to be. `partition` None leaves the choice to the key (murmur2)."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class RecordFault:
    """A fault of transport: `alter` gets a good record and the partition (and their number) that its key gives."""

    kind: str
    expected: Expected
    codes: tuple[str, ...]
    alter: Callable[[Record, int, int], Record]


Fault = DocumentFault | CommandFault | RecordFault


@dataclass(frozen=True, slots=True)
class Planted:
    """What was planted where. `documents`: hashes (hex) that the expectation is about; empty: the whole message."""

    kind: str
    expected: Expected
    codes: tuple[str, ...]
    command_id: str
    documents: tuple[str, ...] = ()
