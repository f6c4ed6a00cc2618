"""The signed statements: what a person or a seal says when it commands, answers or locks.

Like the transcript they are canonical JSON (RFC 8785) with a closed key set, declared in the order of their JSON
names, and carried verbatim. A command binds its id, school, year, round and the hashes that it is about; the Kafka
key, the headers and the message fields must agree with it.
"""

from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hub.domain.transcript import Code, SchoolYear, Sha256
from hub.errors import Refused

__all__ = [
    "Command",
    "IngestStatement",
    "LockRequest",
    "Manifest",
    "Recall",
    "ReceiptDocument",
    "ReceiptStatement",
    "RegisterEntry",
    "RoundName",
    "Submission",
    "Unreported",
    "encode",
    "read",
]

CommandId = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"\A[0-9A-Za-z._\-]+\Z")]
Slug = Annotated[str, Meta(min_length=2, max_length=30, pattern=r"\A[a-z]+(?:-[a-z]+)*\Z")]
Instant = Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?Z\Z")]
Date = Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
Reason = Annotated[str, Meta(min_length=3, max_length=500)]
Cohort = Literal["completed", "supplementary", "transfer"]


class _Statement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Closed key set, absent instead of null."""


class RoundName(_Statement, frozen=True, kw_only=True):
    """Đợt chốt: a cohort and its number (1, unless Sở opened a further one)."""

    cohort: Cohort
    number: Annotated[int, Meta(ge=1, le=9999)]

    def text(self, school_year: str) -> str:
        """Return the round as a signature's scope names it, such as "2025-2026/completed/1"."""
        return f"{school_year}/{self.cohort}/{self.number}"


class Submission(_Statement, frozen=True, kw_only=True):
    """Báo cáo: a school hands in transcripts for one round; `documents` are their hashes in message order."""

    command_id: CommandId
    documents: Annotated[tuple[Sha256, ...], Meta(min_length=1, max_length=500)]
    issued_at: Instant
    mode: Literal["each", "all_or_nothing"]
    round: RoundName
    school: Code
    school_year: SchoolYear
    type: Literal["vn.hocba.submission/1"]


class Recall(_Statement, frozen=True, kw_only=True):
    """Thu hồi: a school withdraws one accepted transcript before the lock, with a reason."""

    command_id: CommandId
    document_sha256: Sha256
    issued_at: Instant
    reason: Reason
    round: RoundName
    school: Code
    school_year: SchoolYear
    type: Literal["vn.hocba.recall/1"]


class Unreported(_Statement, frozen=True, kw_only=True):
    """Học sinh không báo cáo: a pupil of the roster for whom no document comes, and why; named as the roster does."""

    pupil: Annotated[str, Meta(min_length=4, max_length=120)]
    reason: Literal["left", "moved", "supplementary"]


class LockRequest(_Statement, frozen=True, kw_only=True):
    """Chốt: the principal asks to lock exactly the set whose count and RFC 9162 root stand here.

    `unreported` lists every pupil of the school's roster of whom it reports nothing by now.
    """

    command_id: CommandId
    count: Annotated[int, Meta(ge=0)]
    issued_at: Instant
    root: Sha256
    round: RoundName
    school: Code
    school_year: SchoolYear
    type: Literal["vn.hocba.lock-request/1"]
    unreported: Annotated[tuple[Unreported, ...], Meta(min_length=1, max_length=2000)] | UnsetType = UNSET


Command = Submission | Recall | LockRequest


class RegisterEntry(_Statement, frozen=True, kw_only=True):
    """One entry of the register, valid from..to.

    Signed by a registrar that the trust policy names, or, where Bộ decided (severity policy, calendar), by Bộ's seal.
    """

    entry_id: Annotated[str, Meta(min_length=1, max_length=80)]
    issued_at: Instant
    kind: Literal[
        "school", "official", "certificate", "trust_policy", "revocation", "severity_policy", "calendar",
        "lock_policy", "roster",
    ]  # fmt: skip
    payload: dict[str, Any]
    so: Slug
    type: Literal["vn.hocba.register-entry/1"]
    valid_from: Instant
    valid_to: Instant | UnsetType = UNSET


class ReceiptDocument(_Statement, frozen=True, kw_only=True):
    """The answer for one transcript of a submission."""

    document_sha256: Sha256
    findings: tuple[dict[str, Any], ...] | UnsetType = UNSET
    outcome: Literal["accepted", "unchanged", "refused"]
    state: str | UnsetType = UNSET


class ReceiptStatement(_Statement, frozen=True, kw_only=True):
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


class Manifest(_Statement, frozen=True, kw_only=True):
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


class IngestStatement(_Statement, frozen=True, kw_only=True):
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


_Any = Submission | Recall | LockRequest | RegisterEntry | ReceiptStatement | Manifest | IngestStatement
_S = TypeVar("_S", Submission, Recall, LockRequest, RegisterEntry, ReceiptStatement, Manifest, IngestStatement)


def encode(statement: _Any) -> bytes:
    """Return the canonical bytes of a statement; maps inside keep RFC 8785 order because they are re-sorted here."""
    return msgspec.json.encode(statement, order="sorted")


def read(data: bytes, kind: type[_S]) -> _S:
    """Read one statement strictly. Refused(STATEMENT_INVALID) unless `data` is canonical and of that kind."""
    try:
        statement = msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused("STATEMENT_INVALID") from None
    if encode(statement) != data or b"\\u0000" in data:
        raise Refused("STATEMENT_INVALID", {"reason": "not canonical"})
    return statement
