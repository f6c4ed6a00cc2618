"""Chuyển trường: the steps by which a pupil changes school, and with the pupil the whole học bạ.

A transfer is named by an id that follows from its request (`transfer_id`); later steps name it and the hash of the
request's statement, so that nobody agrees to another text than the one that was asked. `school` and `so` are those of
whoever acts. Steps of the family are signed by Bộ's seal, which heard them at the portal, or by the school that got
them on paper.
Legal source: TT 15/2026/TT-BGDĐT from 10/5/2026; QĐ 51/2002 before it [secondary].
"""

import hashlib
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from hub.domain.statements.base import CommandId, Date, Instant, Reason, Sha256, Slug, Statement
from hub.domain.transcript import Code, SchoolYear

__all__ = [
    "TransferAcknowledgement",
    "TransferAnswer",
    "TransferConsent",
    "TransferDecision",
    "TransferDispatch",
    "TransferFlag",
    "TransferNotice",
    "TransferOverdue",
    "TransferParty",
    "TransferReferral",
    "TransferRelease",
    "TransferRequest",
    "TransferWithdrawal",
    "transfer_id_of",
]

_DOMAIN = "vn.hocba.transfer/1"
_Count = Annotated[int, Meta(ge=0, le=200)]
_Documents = Annotated[tuple[Sha256, ...], Meta(max_length=200)]
_Pupil = Annotated[str, Meta(min_length=4, max_length=120, pattern=r"\A(?:id|passport|school):[!-~]+\Z")]
_Number = Annotated[str, Meta(min_length=1, max_length=200)]
_Code = Annotated[str, Meta(min_length=3, max_length=60, pattern=r"\A[A-Z][A-Z0-9_]+\Z")]
_Facts = dict[Annotated[str, Meta(max_length=60)], Annotated[str, Meta(max_length=20_000)]]


def transfer_id_of(so: str, school: str, command_id: str) -> str:
    """Return the id (64 hex digits) of the transfer that a request begins."""
    return hashlib.sha256("\n".join((_DOMAIN, so, school, command_id)).encode()).hexdigest()


class TransferParty(Statement, frozen=True, kw_only=True):
    """One of the two schools, and its Sở."""

    school: Code
    so: Slug


class _Acted(Statement, frozen=True, kw_only=True):
    """What all steps say: who acts, under which id, when."""

    command_id: CommandId
    issued_at: Instant
    school: Code
    so: Slug

    @property
    def about(self) -> str:
        """Id of the transfer (64 hex digits)."""
        named: str = getattr(self, "transfer", "") or transfer_id_of(self.so, self.school, self.command_id)
        return named

    @property
    def scope(self) -> dict[str, str]:
        """What the signature's header must name; with an owner, a person of the Sở or Bộ's seal signs."""
        owner = {"family": "bo", "bo": "bo", "department": f"so-{self.so}"}.get(getattr(self, "by", "school"))
        named = {"school": self.school, "transfer": self.about}
        return named if owner is None else {"owner": owner, **named}


class _Step(_Acted, frozen=True, kw_only=True):
    """A step about a request that was made."""

    request_sha256: Sha256
    transfer: Sha256


class TransferRequest(_Acted, frozen=True, kw_only=True):
    """Đề nghị chuyển trường: the receiving school asks, or the family at the portal; `school` is the receiving one.

    `pupil` as hub.domain.identity names it; `application_sha256` is the hash of the application (đơn), on paper or not.
    """

    application_sha256: Sha256 | UnsetType = UNSET
    birth_date: Date
    by: Literal["school", "family"]
    grade: Annotated[int, Meta(ge=1, le=12)]
    pupil: _Pupil
    reason: Reason
    receiving: TransferParty
    school_year: SchoolYear
    sending: TransferParty
    type: Literal["vn.hocba.transfer-request/1"]


class TransferConsent(_Step, frozen=True, kw_only=True):
    """Đồng ý: pupil, guardian or both; `form_sha256` is the hash of the signed paper where a school got it."""

    by: Literal["school", "family"]
    form_sha256: Sha256 | UnsetType = UNSET
    parties: Annotated[tuple[Literal["pupil", "guardian"], ...], Meta(min_length=1, max_length=2)]
    type: Literal["vn.hocba.transfer-consent/1"]


class TransferReferral(_Step, frozen=True, kw_only=True):
    """Giới thiệu: the Sở of one side lets the pupil pass, where the procedure of the time asks for it."""

    by: Literal["department"]
    number: _Number
    type: Literal["vn.hocba.transfer-referral/1"]


class TransferAnswer(_Step, frozen=True, kw_only=True):
    """Trả lời: the receiving school takes the pupil, or refuses in writing with its reason."""

    decision: Literal["accept", "refuse"]
    reason: Reason | UnsetType = UNSET
    type: Literal["vn.hocba.transfer-answer/1"]


class TransferRelease(_Step, frozen=True, kw_only=True):
    """Chuyển trả hồ sơ: the sending school lets go; `documents` are the hashes, ascending, of all that it has locked.

    `count` and `root` (RFC 9162) are over them; of none the root is that of the empty tree.
    """

    count: _Count
    documents: _Documents
    left_on: Date
    root: Sha256
    type: Literal["vn.hocba.transfer-release/1"]


class TransferAcknowledgement(_Step, frozen=True, kw_only=True):
    """Xác nhận đã nhận: the receiving school signs for exactly what it opened, verified and holds."""

    count: _Count
    delivery: Annotated[int, Meta(ge=1, le=9999)]
    root: Sha256
    type: Literal["vn.hocba.transfer-acknowledgement/1"]


class TransferWithdrawal(_Step, frozen=True, kw_only=True):
    """Rút đề nghị: by the receiving school or the family, until the receiving school has signed for the history."""

    by: Literal["school", "family"]
    reason: Reason
    type: Literal["vn.hocba.transfer-withdrawal/1"]


class TransferDecision(_Step, frozen=True, kw_only=True):
    """Quyết định của Sở, over a transfer that is contested or stands still.

    `prefer`: this request goes on and its rivals end; `cancel`: it ends; `release`: the sending school's Sở releases in
    its place, with all that Bộ has of it; `resend`: the receiving school's Sở asks for the history again.
    """

    by: Literal["department"]
    decision: Literal["prefer", "cancel", "release", "resend"]
    number: _Number
    reason: Reason
    type: Literal["vn.hocba.transfer-decision/1"]


class TransferOverdue(_Step, frozen=True, kw_only=True):
    """Quá hạn: said by Bộ's clock alone, at the end of the last working day for what is awaited."""

    awaited: Literal["consent", "referral", "answer", "release", "dispatch", "acknowledgement", "decision"]
    by: Literal["bo"]
    due_at: Instant
    type: Literal["vn.hocba.transfer-overdue/1"]


class TransferDispatch(_Step, frozen=True, kw_only=True):
    """Giao hồ sơ: Bộ sends the history; `documents` are the hashes, ascending, of all that the receiver then holds.

    `key` names the receiving key (SHA-256 of the raw X25519 key) that it is sealed to. `cause` says why it is sent.
    """

    by: Literal["bo"]
    cause: Literal["release", "correction", "resend"]
    count: _Count
    delivery: Annotated[int, Meta(ge=1, le=9999)]
    documents: _Documents
    key: Sha256
    root: Sha256
    type: Literal["vn.hocba.transfer-dispatch/1"]


class TransferFlag(_Step, frozen=True, kw_only=True):
    """Lưu ý: what Bộ sees of a locked year of the receiving school (`document`) that takes its first semester from
    `basis`. Nothing changes by it; `codes` say what the school has to look at.
    """

    basis: Sha256
    by: Literal["bo"]
    codes: Annotated[tuple[_Code, ...], Meta(min_length=1, max_length=10)]
    document: Sha256
    type: Literal["vn.hocba.transfer-flag/1"]


class TransferNotice(Statement, frozen=True, kw_only=True):
    """Thông báo: what Bộ tells one of the two schools after a step: the state, and what is awaited until when.

    `n` counts the notices of a transfer to that school from 1. `step` is the kind of the step, `step_sha256` the hash
    of its statement; `codes` say why it was refused, and then the state is as before ("none": there is no transfer), or
    of an accepted one what else is to be known; `facts` are what their texts name. `at` is the step's time.
    `documents`, `count`, `root` and `delivery` are those of the latest delivery. `flagged` is the receiving school's
    document that the codes of a TransferFlag are about.
    """

    at: Instant
    awaited: str | UnsetType = UNSET
    birth_date: Date
    codes: tuple[_Code, ...] = ()
    count: _Count | UnsetType = UNSET
    delivery: Annotated[int, Meta(ge=1, le=9999)] | UnsetType = UNSET
    documents: _Documents | UnsetType = UNSET
    due_at: Instant | UnsetType = UNSET
    facts: _Facts = field(default_factory=dict)
    flagged: Sha256 | UnsetType = UNSET
    grade: Annotated[int, Meta(ge=1, le=12)]
    n: Annotated[int, Meta(ge=1, le=99_999)]
    overdue: Annotated[tuple[str, ...], Meta(max_length=20)] = ()
    outcome: Literal["accepted", "refused"]
    procedure: str
    pupil: _Pupil
    reason: Reason | UnsetType = UNSET
    receiving: TransferParty
    request_sha256: Sha256
    root: Sha256 | UnsetType = UNSET
    school_year: SchoolYear
    sending: TransferParty
    state: str
    step: str
    step_id: CommandId
    step_sha256: Sha256
    to: TransferParty
    transfer: Sha256
    type: Literal["vn.hocba.transfer-notice/1"]

    @property
    def scope(self) -> dict[str, str]:
        """What the signature of Bộ's seal must name."""
        return {"owner": "bo", "school": self.to.school, "transfer": self.transfer}
