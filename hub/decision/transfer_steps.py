"""Các bước của hai trường và gia đình: consent, referral, answer, release, acknowledgement, withdrawal.

Each rule gives the row after the step, or raises Refused with what is in the way; who may act was judged before.
"""

from dataclasses import replace

from hub.decision.transfer_known import KnownTransfers, Transfer, TransferStepIn
from hub.decision.transfer_moves import check_uncontested, moved, procedure_of, refers
from hub.decision.transfer_release import check_release
from hub.decision.transfer_sides import side_of
from hub.domain.civil import civil_date
from hub.domain.consent import missing_consent
from hub.domain.lifecycle import next_state
from hub.domain.statements import (
    TransferAcknowledgement,
    TransferAnswer,
    TransferConsent,
    TransferRelease,
)
from hub.errors import Refused

__all__ = ["acknowledged", "answered", "consented", "referred", "released", "withdrawn"]


def consented(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> Transfer:
    """Note whose consent there is; the transfer goes on with that of all whom the pupil's age on the day asks for."""
    said = step.said
    assert isinstance(said, TransferConsent)
    next_state("transfer", row.state, "consent")
    given = row.consents | frozenset(said.parties)
    if given == row.consents:
        raise Refused("TRANSFER_CONSENT_STANDS")
    if missing_consent(row.birth_date, civil_date(step.at), [p for p in ("pupil", "guardian") if p in given]):
        return replace(row, consents=given)
    return moved(row, "consent", step, known, consents=given)


def referred(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> Transfer:
    """Note that one side's Sở lets the pupil pass; with both the transfer goes on."""
    if not procedure_of(row).refers or row.same_so:
        raise Refused("TRANSFER_REFERRAL_NEEDLESS")
    next_state("transfer", row.state, "refer")
    referrals = row.referrals | {side_of(step, row, known) or ""}
    if referrals == row.referrals:
        raise Refused("TRANSFER_REFERRAL_STANDS")
    after = replace(row, referrals=referrals)
    return after if refers(after) else moved(after, "refer", step, known)


def answered(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> Transfer:
    """Take the pupil, or refuse in writing."""
    said = step.said
    assert isinstance(said, TransferAnswer)
    if said.decision == "refuse":
        if not isinstance(said.reason, str):
            raise Refused("TRANSFER_REASON_MISSING")
        return moved(row, "refuse", step, known)
    after = moved(row, "accept", step, known)
    if refers(row):
        raise Refused("TRANSFER_REFERRAL_MISSING")
    check_uncontested(step, row, known)
    return after


def released(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> Transfer:
    """Let go, naming every current document of the sending school; some may be on their way to Bộ yet."""
    said = step.said
    assert isinstance(said, TransferRelease)
    after = moved(row, "release", step, known, released=said.documents)
    check_uncontested(step, row, known)
    check_release(step, said, row, known)
    return after


def acknowledged(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> Transfer:
    """Close with the receiver's signature under count and root of the latest delivery, and with nothing else."""
    said = step.said
    assert isinstance(said, TransferAcknowledgement)
    closed_at = row.closed_at or step.at
    after = moved(row, "acknowledge", step, known, acknowledged_delivery=said.delivery, closed_at=closed_at)
    if said.delivery != row.delivery:
        raise Refused("TRANSFER_DELIVERY_OTHER", {"delivery": str(row.delivery)})
    if (said.count, said.root) != (row.count, row.root):
        raise Refused("TRANSFER_HELD_DIFFERS", {"count": str(row.count), "root": row.root or ""})
    return after


def withdrawn(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> Transfer:
    """End by the word of the receiving school or the family."""
    return moved(row, "withdraw", step, known)
