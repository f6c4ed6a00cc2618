"""Đính chính: the steps of a correction as commands, each made from the request that it is about.

A step names its request by id and by the hash of the request's statement, so whoever takes it means that text alone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from msgspec import UNSET

from hub.client.commands import SentCommand
from hub.client.records import instant
from hub.domain.statements import (
    CorrectionConfirmation,
    CorrectionItem,
    CorrectionRequest,
    CorrectionWithdrawal,
    UnlockDecision,
    UnlockRequest,
    encode,
    read,
)

__all__ = [
    "AskedCorrection",
    "StepCommand",
    "approve",
    "confirm",
    "reject",
    "request_correction",
    "sent_correction",
    "submit_correction",
    "withdraw",
]

StepCommand = CorrectionConfirmation | CorrectionWithdrawal | UnlockRequest | UnlockDecision
_DIGEST_LENGTH = 12


@dataclass(frozen=True, slots=True)
class AskedCorrection:
    """A request as it was signed; later steps name the hash of these bytes."""

    statement: CorrectionRequest
    statement_sha256: str

    @classmethod
    def of(cls, data: bytes) -> "AskedCorrection":
        """Read the bytes of a request. Raises Refused STATEMENT_INVALID."""
        return cls(read(data, CorrectionRequest), hashlib.sha256(data).hexdigest())

    @property
    def issuer(self) -> str:
        """Code of the school whose documents these are; the acting school may be its successor."""
        issuer = self.statement.issuer
        return self.statement.school if issuer is UNSET else issuer


def request_correction(
    school: str, school_year: str, items: Sequence[CorrectionItem], *, reason: str, basis: str, evidence_sha256: str,
    at: datetime, issuer: str | None = None, command_id: str | None = None,
) -> CorrectionRequest:  # fmt: skip
    """Return the statement by which a teacher asks; its id, unless given, comes from what is asked and the time."""
    digest = hashlib.sha256(msgspec.json.encode((tuple(items), reason, basis, evidence_sha256))).hexdigest()
    return CorrectionRequest(
        basis=basis, command_id=command_id or _named("correction", digest, at), evidence_sha256=evidence_sha256,
        issued_at=instant(at), issuer=UNSET if issuer in (None, school) else issuer, items=tuple(items),
        reason=reason, school=school, school_year=school_year, type="vn.hocba.correction-request/1",
    )  # fmt: skip


def confirm(asked: AskedCorrection, at: datetime, command_id: str | None = None) -> CorrectionConfirmation:
    """Return the statement by which the principal agrees."""
    about = asked.statement
    return CorrectionConfirmation(
        command_id=command_id or _named("confirm", asked.statement_sha256, at), correction=about.command_id,
        issued_at=instant(at), request_sha256=asked.statement_sha256, school=about.school,
        school_year=about.school_year, type="vn.hocba.correction-confirmation/1",
    )  # fmt: skip


def submit_correction(asked: AskedCorrection, at: datetime, command_id: str | None = None) -> UnlockRequest:
    """Return the statement by which the school hands the confirmed request to Sở."""
    about = asked.statement
    return UnlockRequest(
        command_id=command_id or _named("submit", asked.statement_sha256, at), correction=about.command_id,
        issued_at=instant(at), request_sha256=asked.statement_sha256, school=about.school,
        school_year=about.school_year, type="vn.hocba.unlock-request/1",
    )  # fmt: skip


def approve(
    asked: AskedCorrection, so: str, *, closes_at: datetime, number: str, reason: str, at: datetime,
    command_id: str | None = None,
) -> UnlockDecision:  # fmt: skip
    """Return the decision that opens the window until `closes_at` (aware); `number` of its paper."""
    about = asked.statement
    return UnlockDecision(
        closes_at=instant(closes_at), command_id=command_id or _named("approve", asked.statement_sha256, at),
        correction=about.command_id, decision="approve", issued_at=instant(at), number=number, reason=reason,
        request_sha256=asked.statement_sha256, school=about.school, school_year=about.school_year, so=so,
        type="vn.hocba.unlock-decision/1",
    )  # fmt: skip


def reject(
    asked: AskedCorrection, so: str, *, number: str, reason: str, at: datetime, command_id: str | None = None
) -> UnlockDecision:
    """Return the decision that ends the request."""
    about = asked.statement
    return UnlockDecision(
        command_id=command_id or _named("reject", asked.statement_sha256, at), correction=about.command_id,
        decision="reject", issued_at=instant(at), number=number, reason=reason, request_sha256=asked.statement_sha256,
        school=about.school, school_year=about.school_year, so=so, type="vn.hocba.unlock-decision/1",
    )  # fmt: skip


def withdraw(
    asked: AskedCorrection, *, reason: str, at: datetime, command_id: str | None = None
) -> CorrectionWithdrawal:
    """Return the statement by which the school takes the request back, before Sở has approved it."""
    about = asked.statement
    return CorrectionWithdrawal(
        command_id=command_id or _named("withdraw", asked.statement_sha256, at), correction=about.command_id,
        issued_at=instant(at), reason=reason, request_sha256=asked.statement_sha256, school=about.school,
        school_year=about.school_year, type="vn.hocba.correction-withdrawal/1",
    )  # fmt: skip


def sent_correction(statement: CorrectionRequest | StepCommand) -> SentCommand:
    """Return what the journal notes of a step: ids and hashes, nothing personal."""
    return SentCommand(
        statement.command_id, type(statement).__name__, statement.school, statement.school_year, None,
        correction=statement.request_id, statement_sha256=hashlib.sha256(encode(statement)).hexdigest(),
    )  # fmt: skip


def _named(step: str, digest: str, at: datetime) -> str:
    """Return an id that the same step at another second does not share."""
    return f"{step}-{digest[:_DIGEST_LENGTH]}-{int(at.timestamp())}"
