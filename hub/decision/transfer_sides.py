"""Ai được làm bước nào: which side of a transfer acts, and whether this step is one of that side."""

from hub.decision.transfer_known import KnownTransfers, Transfer, TransferStepIn
from hub.domain.statements import TransferDecision, TransferParty
from hub.errors import Refused

__all__ = ["check_actor", "party_of", "side_of"]

_BOTH = frozenset({"receiving", "sending"})
_SIDES = {
    "TransferAnswer": frozenset({"receiving"}),
    "TransferRelease": frozenset({"sending"}),
    "TransferAcknowledgement": frozenset({"receiving"}),
    "TransferWithdrawal": frozenset({"receiving"}),
}
_RULING_SIDES = {"resend": frozenset({"receiving"}), "cancel": _BOTH}
_OF_BO = frozenset({"family", "bo"})


def side_of(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> str | None:
    """Return "receiving" or "sending": the school that the step names, or that it succeeds; None for any other."""
    acting = TransferParty(school=step.school, so=step.so)
    if known.registers.stands_for(acting, row.receiving, step.at):
        return "receiving"
    return "sending" if known.registers.stands_for(acting, row.sending, step.at) else None


def party_of(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> TransferParty | None:
    """Return the school of the transfer that a refusal is told to; None when it is neither of the two."""
    side = None if step.so == "bo" else side_of(step, row, known)
    return None if side is None else (row.receiving if side == "receiving" else row.sending)


def check_actor(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> None:
    """Raise Refused(TRANSFER_NOT_YOURS) unless whoever signed may take such a step in this transfer.

    A Sở acts for the school of its own that the step names. The family and the clock speak through Bộ's seal alone.
    """
    of_bo = getattr(step.said, "by", "school") in _OF_BO
    if of_bo != (step.so == "bo"):
        raise Refused("TRANSFER_NOT_YOURS")
    if of_bo:
        return
    allowed = _SIDES.get(step.kind, _BOTH)
    if isinstance(step.said, TransferDecision):
        allowed = _RULING_SIDES.get(step.said.decision, frozenset({"sending"}))
    if side_of(step, row, known) not in allowed:
        raise Refused("TRANSFER_NOT_YOURS")
