"""Chuyển trường: the steps of a transfer as commands, each made from what Bộ told last.

A step names the transfer and the hash of its request, so whoever signs means that request alone.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET

from hub.client.commands import SentCommand
from hub.client.records import instant
from hub.decision import set_root
from hub.domain.statements import (
    Command,
    TransferAcknowledgement,
    TransferAnswer,
    TransferConsent,
    TransferDecision,
    TransferNotice,
    TransferParty,
    TransferReferral,
    TransferRelease,
    TransferRequest,
    TransferWithdrawal,
    encode,
)
from hub.errors import Refused

__all__ = [
    "acknowledge", "answer", "consent", "decide", "refer", "release", "request_transfer", "sent_transfer",
    "withdraw_transfer",
]  # fmt: skip

_DIGEST_LENGTH = 12
_PUPIL = re.compile(r"(?:id:[0-9]{12}|passport:[!-~]{1,100}|school:[!-~]{1,100})", re.ASCII)
Parties = Sequence[Literal["pupil", "guardian"]]
Ruling = Literal["prefer", "cancel", "release", "resend"]


def request_transfer(
    receiving: TransferParty, sending: TransferParty, *, pupil: str, birth_date: str, grade: int, school_year: str,
    reason: str, at: datetime, application_sha256: str | None = None,
) -> TransferRequest:  # fmt: skip
    """Return the statement by which the receiving school asks. Raises Refused TRANSFER_PUPIL_MALFORMED."""
    if _PUPIL.fullmatch(pupil) is None:
        raise Refused("TRANSFER_PUPIL_MALFORMED")
    digest = hashlib.sha256("\n".join((receiving.school, sending.school, pupil)).encode()).hexdigest()
    return TransferRequest(
        application_sha256=UNSET if application_sha256 is None else application_sha256, birth_date=birth_date,
        by="school", command_id=_named("transfer", digest, at), grade=grade, issued_at=instant(at), pupil=pupil,
        reason=reason, receiving=receiving, school=receiving.school, school_year=school_year, sending=sending,
        so=receiving.so, type="vn.hocba.transfer-request/1",
    )  # fmt: skip


def consent(
    said: TransferNotice, acting: TransferParty, parties: Parties, at: datetime, form_sha256: str | None = None
) -> TransferConsent:
    """Return the statement by which a school says that these agreed, on a paper of that hash."""
    return TransferConsent(
        by="school", form_sha256=UNSET if form_sha256 is None else form_sha256, parties=tuple(parties),
        type="vn.hocba.transfer-consent/1", **_step("consent", said, acting, at),
    )  # fmt: skip


def refer(said: TransferNotice, acting: TransferParty, number: str, at: datetime) -> TransferReferral:
    """Return the letter by which the Sở of `acting` lets the pupil pass."""
    return TransferReferral(
        by="department", number=number, type="vn.hocba.transfer-referral/1", **_step("refer", said, acting, at)
    )


def answer(
    said: TransferNotice, acting: TransferParty, decision: Literal["accept", "refuse"], at: datetime,
    reason: str | None = None,
) -> TransferAnswer:  # fmt: skip
    """Return the receiving school's answer; a refusal needs its reason."""
    return TransferAnswer(
        decision=decision, reason=UNSET if reason is None else reason, type="vn.hocba.transfer-answer/1",
        **_step("answer", said, acting, at),
    )  # fmt: skip


def release(
    said: TransferNotice, acting: TransferParty, documents: Sequence[str], left_on: str, at: datetime
) -> TransferRelease:
    """Return the release of the sending school over the hashes of all that it has locked of the pupil."""
    named = tuple(sorted(set(documents)))
    root = set_root([bytes.fromhex(one) for one in named]).hex()
    return TransferRelease(
        count=len(named), documents=named, left_on=left_on, root=root, type="vn.hocba.transfer-release/1",
        **_step("release", said, acting, at),
    )  # fmt: skip


def acknowledge(
    said: TransferNotice, acting: TransferParty, delivery: int, documents: Sequence[str], at: datetime
) -> TransferAcknowledgement:
    """Return the receiving school's signature for exactly these documents of a delivery."""
    root = set_root([bytes.fromhex(one) for one in sorted(documents)]).hex()
    return TransferAcknowledgement(
        count=len(documents), delivery=delivery, root=root, type="vn.hocba.transfer-acknowledgement/1",
        **_step("acknowledge", said, acting, at),
    )  # fmt: skip


def withdraw_transfer(said: TransferNotice, acting: TransferParty, reason: str, at: datetime) -> TransferWithdrawal:
    """Return the statement by which the receiving school takes its request back."""
    return TransferWithdrawal(
        by="school", reason=reason, type="vn.hocba.transfer-withdrawal/1", **_step("withdraw", said, acting, at)
    )


def decide(
    said: TransferNotice, acting: TransferParty, decision: Ruling, number: str, reason: str, at: datetime
) -> TransferDecision:
    """Return the decision of the Sở of `acting` over a transfer that is contested or stands still."""
    return TransferDecision(
        by="department", decision=decision, number=number, reason=reason, type="vn.hocba.transfer-decision/1",
        **_step(decision, said, acting, at),
    )  # fmt: skip


def sent_transfer(so: str, statement: Command, about: str) -> dict[str, Any]:
    """Return what the journal notes of a step: ids and hashes, nothing personal."""
    sent = SentCommand(statement.command_id, type(statement).__name__, statement.school, "", None)
    return sent.about(so) | {"transfer": about, "statement_sha256": hashlib.sha256(encode(statement)).hexdigest()}


def _step(name: str, said: TransferNotice, acting: TransferParty, at: datetime) -> dict[str, Any]:
    return {
        "command_id": _named(name, said.transfer, at), "issued_at": instant(at), "request_sha256": said.request_sha256,
        "school": acting.school, "so": acting.so, "transfer": said.transfer,
    }  # fmt: skip


def _named(step: str, digest: str, at: datetime) -> str:
    """Return an id that the same step at another second does not share."""
    return f"{step}-{digest[:_DIGEST_LENGTH]}-{int(at.timestamp())}"
