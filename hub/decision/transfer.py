"""Chuyển trường, quyết định tại Bộ: what a step of the one log makes of a transfer. Pure; equal on every replay.

A kind of step is a line in `_RULES`; each rule gives what changes, or raises what is in the way.
"""

from hub.decision.transfer_known import KnownTransfers, TransferStepIn
from hub.decision.transfer_outcome import TransferOutcome

__all__ = ["decide_transfer"]


def decide_transfer(step: TransferStepIn, known: KnownTransfers) -> TransferOutcome:
    """Decide one step; `known` stays as it is (`TransferOutcome.add_to` brings it up to date)."""
    if step.statement_sha256 in known.decided:
        return TransferOutcome(step, "repeated", row=known.transfers.get(step.said.about))
    raise NotImplementedError
