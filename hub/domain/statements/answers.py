"""What Sở and Bộ sign: receipts, the manifest of a lock, the answer to a lock and to the end of a log."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from hub.domain.statements.base import Date, Instant, RoundName, Sha256, Slug, Statement
from hub.domain.transcript import Code, SchoolYear

__all__ = [
    "ClosingStatement",
    "IngestStatement",
    "Manifest",
    "Missing",
    "MissingPupils",
    "ReceiptDocument",
    "ReceiptStatement",
]


class ReceiptDocument(Statement, frozen=True, kw_only=True):
    """The answer for one transcript of a submission; `evidence` is the grade of one that is not native."""

    document_sha256: Sha256
    evidence: Literal["derived", "attested", "legacy_evidence"] | UnsetType = UNSET
    findings: tuple[dict[str, Any], ...] | UnsetType = UNSET
    outcome: Literal["accepted", "unchanged", "refused"]
    state: str | UnsetType = UNSET


class ReceiptStatement(Statement, frozen=True, kw_only=True):
    """Biên nhận: Sở's signed answer to one command; `at` is the broker's append time of that command."""

    at: Instant
    command_id: str
    documents: tuple[ReceiptDocument, ...]
    facts: dict[str, Any] | UnsetType = UNSET
    findings: tuple[dict[str, Any], ...]
    kind: str
    outcome: Literal["accepted", "partly_accepted", "refused", "locked", "ingested", "ingest_refused"]
    register_version: int
    school: str
    so: Slug
    type: Literal["vn.hocba.receipt/1"]


class Manifest(Statement, frozen=True, kw_only=True):
    """Bản kê chốt: what one lock covers. The root is over the pupil leaf hashes in ascending order (RFC 9162)."""

    count: Annotated[int, Meta(ge=1, le=1_000_000)]
    effective_on: Date
    lock_id: Sha256
    requested_by: Sha256
    root: Sha256
    round: RoundName
    school: Code
    school_year: SchoolYear
    so: Slug
    type: Literal["vn.hocba.manifest/1"]


class MissingPupils(Statement, frozen=True, kw_only=True):
    """Pupils of one list of the roster: its register entry, when that version was issued, their places from 0."""

    issued_at: Instant
    positions: Annotated[tuple[int, ...], Meta(min_length=1, max_length=200)]
    roster: Annotated[str, Meta(min_length=1, max_length=80)]


class Missing(Statement, frozen=True, kw_only=True):
    """What Bộ does not have of a lock: chunks by index, leaves by hash, pupils by their place in the roster.

    `request`: the lock came without the request behind it; `roster`: Bộ has no roster of the school and year. Where a
    list is cut short, `leaves_count` says how many leaves, `pupils_count` how many pupils there are in all.
    """

    chunks: Annotated[tuple[int, ...], Meta(min_length=1, max_length=1000)] | UnsetType = UNSET
    leaves: Annotated[tuple[Sha256, ...], Meta(min_length=1)] | UnsetType = UNSET
    leaves_count: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    pupils: Annotated[tuple[MissingPupils, ...], Meta(min_length=1)] | UnsetType = UNSET
    pupils_count: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    request: Literal[True] | UnsetType = UNSET
    roster: Literal[True] | UnsetType = UNSET


class IngestStatement(Statement, frozen=True, kw_only=True):
    """Bộ's signed answer to one lock: ingested with its count and root, or refused with codes.

    `attempt` counts the decisions about a lock that was refused and sent again, from 2; the last one counts.
    """

    at: Instant
    attempt: Annotated[int, Meta(ge=2)] | UnsetType = UNSET
    codes: tuple[str, ...]
    count: int
    lock_id: Sha256
    log_index: int
    missing: Missing | UnsetType = UNSET
    outcome: Literal["ingested", "refused"]
    root: Sha256
    so: Slug
    tree_size: int
    type: Literal["vn.hocba.ingest-receipt/1"]


class ClosingStatement(Statement, frozen=True, kw_only=True):
    """Bộ's signed word that it has cosigned the final head of a log: the Sở's keys and database are needed no more.

    It travels as an `IngestReceipt` with an empty `lock_id`: it is about the whole log.
    """

    at: Instant
    root: Sha256
    so: Slug
    successor: Slug
    tree_size: Annotated[int, Meta(ge=0)]
    type: Literal["vn.hocba.closing-receipt/1"]
