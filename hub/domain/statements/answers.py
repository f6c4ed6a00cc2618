"""What Sở and Bộ sign: receipts, the manifest of a lock, the answer to a lock."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from hub.domain.statements.base import Date, Instant, RoundName, Sha256, Slug, Statement
from hub.domain.transcript import Code, SchoolYear

__all__ = ["IngestStatement", "Manifest", "ReceiptDocument", "ReceiptStatement"]


class ReceiptDocument(Statement, frozen=True, kw_only=True):
    """The answer for one transcript of a submission."""

    document_sha256: Sha256
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


class IngestStatement(Statement, frozen=True, kw_only=True):
    """Bộ's signed answer to one lock: ingested with its count and root, or refused with codes."""

    at: Instant
    codes: tuple[str, ...]
    count: int
    lock_id: Sha256
    log_index: int
    outcome: Literal["ingested", "refused"]
    root: Sha256
    so: Slug
    tree_size: int
    type: Literal["vn.hocba.ingest-receipt/1"]
