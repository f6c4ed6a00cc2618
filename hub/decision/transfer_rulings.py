"""Quyết định của Sở: prefer one of several requests, cancel, release in a school's place, ask for the history again."""

from dataclasses import replace

from hub.decision.transfer_known import KnownTransfers, Transfer, TransferStepIn
from hub.decision.transfer_moves import check_uncontested, moved, waiting
from hub.domain.lifecycle import next_state
from hub.domain.statements import TransferDecision
from hub.errors import Refused

__all__ = ["ruled"]

_DELIVERED = frozenset({"sent", "closed", "amended"})


def ruled(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> tuple[Transfer, ...]:
    """Return the rows that a Sở's decision changes, that of the step first. Raises Refused."""
    said = step.said
    assert isinstance(said, TransferDecision)
    if said.decision == "prefer":
        return _preferred(step, row, known)
    if said.decision == "cancel":
        return (moved(row, "cancel", step, known),)
    return (_released(step, row, known) if said.decision == "release" else _again(row),)


def _preferred(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> tuple[Transfer, ...]:
    """Let this request go on from where it is, with a fresh clock, and end its rivals.

    A rival that leaves a school of another Sở is not this Sở's to end: that Sở cancels it.
    """
    rivals = known.rivals(row)
    if row.is_open and not rivals:
        raise Refused("TRANSFER_UNCONTESTED")
    if any(rival.sending.so != row.sending.so for rival in rivals):
        raise Refused("TRANSFER_RIVAL_ELSEWHERE")
    if row.state != "contested" and row.is_open:
        preferred = waiting(row, step.at, known.registers)
    else:
        preferred = moved(row, "prefer", step, known)
    return (preferred, *(moved(rival, "cancel", step, known) for rival in rivals))


def _released(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> Transfer:
    """Release with whatever Bộ has: nothing more is waited for."""
    after = moved(row, "release", step, known, released=())
    check_uncontested(step, row, known)
    return after


def _again(row: Transfer) -> Transfer:
    if row.state not in _DELIVERED:
        next_state("transfer", row.state, "amend")  # raises with the code of the state
    return replace(row, resend=True)
