"""Đính chính: the steps by which a locked transcript is corrected: teacher, principal, school, Sở.

The later steps name the request by its command id and by the hash of its statement, so that nobody agrees to another
text than the one that was asked. Legal source: the path that Nghệ An describes for its provincial system [secondary].
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from hub.domain.statements.base import CommandId, Instant, Reason, Sha256, Slug, Statement
from hub.domain.transcript import Code, SchoolYear

__all__ = [
    "WINDOW_ID",
    "CorrectionConfirmation",
    "CorrectionItem",
    "CorrectionRequest",
    "CorrectionWithdrawal",
    "FieldPath",
    "UnlockDecision",
    "UnlockRequest",
    "WindowClosed",
]

WINDOW_ID = "window-"  # how the ids of WindowClosed begin; nobody else may use one up
FieldPath = Annotated[str, Meta(max_length=200, pattern=r"\A\$(?:\.[a-z0-9_]+(?:\[[0-9A-Za-z_\-]+\])?)+\Z")]


class CorrectionItem(Statement, frozen=True, kw_only=True):
    """One pupil of a request: the locked version that it starts from, and the fields that may change.

    A field covers all below it: `$.subjects[TOAN]` covers `$.subjects[TOAN].year`.
    """

    document_sha256: Sha256
    fields: Annotated[tuple[FieldPath, ...], Meta(min_length=1, max_length=60)]


class _Step(Statement, frozen=True, kw_only=True):
    """What all steps say. `school` acts; it is the issuing school, or the one that succeeds it."""

    command_id: CommandId
    issued_at: Instant
    school: Code
    school_year: SchoolYear

    @property
    def request_id(self) -> str:
        """Command id of the request that the step is about."""
        return str(getattr(self, "correction", self.command_id))

    @property
    def scope(self) -> dict[str, str]:
        """What the signature's header must name; with an owner, a person or seal of the Sở signs."""
        named = {"school": self.school, "school_year": self.school_year, "correction": self.request_id}
        so = getattr(self, "so", None)
        return named if so is None else {"owner": f"so-{so}", **named}


class CorrectionRequest(_Step, frozen=True, kw_only=True):
    """Đề nghị đính chính: a teacher asks; `basis` is the legal basis, `evidence_sha256` the hash of the paper.

    `issuer` is the school of the documents when it is closed and `school` succeeds it.
    """

    basis: Reason
    evidence_sha256: Sha256
    issuer: Code | UnsetType = UNSET
    items: Annotated[tuple[CorrectionItem, ...], Meta(min_length=1, max_length=200)]
    reason: Reason
    type: Literal["vn.hocba.correction-request/1"]


class CorrectionConfirmation(_Step, frozen=True, kw_only=True):
    """Xác nhận: the principal, another person than who asked, agrees."""

    correction: CommandId
    request_sha256: Sha256
    type: Literal["vn.hocba.correction-confirmation/1"]


class CorrectionWithdrawal(_Step, frozen=True, kw_only=True):
    """Rút đề nghị: before Sở has approved it."""

    correction: CommandId
    reason: Reason
    request_sha256: Sha256
    type: Literal["vn.hocba.correction-withdrawal/1"]


class UnlockRequest(_Step, frozen=True, kw_only=True):
    """Đề nghị mở khóa: the school, by its seal, hands the confirmed request to Sở."""

    correction: CommandId
    request_sha256: Sha256
    type: Literal["vn.hocba.unlock-request/1"]


class UnlockDecision(_Step, frozen=True, kw_only=True):
    """Quyết định của Sở: approved, with the instant at which the window closes, or rejected; `number` of its paper."""

    closes_at: Instant | UnsetType = UNSET
    correction: CommandId
    decision: Literal["approve", "reject"]
    number: Annotated[str, Meta(min_length=1, max_length=200)]
    reason: Reason
    request_sha256: Sha256
    so: Slug
    type: Literal["vn.hocba.unlock-decision/1"]


class WindowClosed(_Step, frozen=True, kw_only=True):
    """Hết thời hạn mở khóa: written by Sở's scheduler alone, so that a replay meets it at the same place."""

    closes_at: Instant
    correction: CommandId
    so: Slug
    type: Literal["vn.hocba.window-closed/1"]
