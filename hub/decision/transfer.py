"""Chuyển trường, quyết định tại Bộ: what a step of the one log makes of a transfer. Pure; equal on every replay.

A kind of step is a line in `_RULES`; each rule gives the row as it is then, or raises what is in the way. Where a
transfer that contended with another ends, the one that is left goes on.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from msgspec import UNSET

from hub.decision.transfer_basis import flagged
from hub.decision.transfer_bo import dispatched, overdue
from hub.decision.transfer_known import KnownTransfers, Transfer, TransferStepIn
from hub.decision.transfer_moves import moved
from hub.decision.transfer_outcome import Told, TransferOutcome
from hub.decision.transfer_request import asked_row, opened
from hub.decision.transfer_rulings import ruled
from hub.decision.transfer_sides import check_actor, party_of
from hub.decision.transfer_steps import acknowledged, answered, consented, referred, released, withdrawn
from hub.domain.findings import finding
from hub.domain.statements import TransferFlag, TransferRequest
from hub.errors import Refused

__all__ = ["decide_transfer"]

_Rule = Callable[[TransferStepIn, Transfer, KnownTransfers], tuple[Transfer, ...]]


def _one(rule: Callable[[TransferStepIn, Transfer, KnownTransfers], Transfer]) -> _Rule:
    return lambda step, row, known: (rule(step, row, known),)


_RULES: Mapping[str, _Rule] = {
    "TransferConsent": _one(consented),
    "TransferReferral": _one(referred),
    "TransferAnswer": _one(answered),
    "TransferRelease": _one(released),
    "TransferAcknowledgement": _one(acknowledged),
    "TransferWithdrawal": _one(withdrawn),
    "TransferDecision": ruled,
    "TransferOverdue": _one(overdue),
    "TransferDispatch": _one(dispatched),
    "TransferFlag": _one(flagged),
}


def decide_transfer(step: TransferStepIn, known: KnownTransfers) -> TransferOutcome:
    """Decide one step; `known` stays as it is (`TransferOutcome.add_to` brings it up to date)."""
    before = known.transfers.get(step.said.about)
    if step.statement_sha256 in known.decided:
        return TransferOutcome(step, "repeated", row=before)
    said_before = known.told.get(step.statement_sha256)
    if said_before is not None and said_before.codes:
        return _refused(step, before, known, said_before.codes, said_before.facts)
    try:
        changed = _changed(step, before, known)
    except Refused as why:
        return _refused(step, before, known, (why.code,), why.facts)
    return _accepted(step, before, known, (*changed, *_freed(changed, step, known)))


def _changed(step: TransferStepIn, before: Transfer | None, known: KnownTransfers) -> tuple[Transfer, ...]:
    """Return the rows that change, the step's own first. Raises Refused."""
    if isinstance(step.said, TransferRequest):
        return (opened(step, known),)
    if before is None:
        raise Refused("TRANSFER_NOT_ASKED")
    check_actor(step, before, known)
    if step.said.request_sha256 != before.request_sha256:
        raise Refused("TRANSFER_REQUEST_OTHER")
    return _RULES[step.kind](step, before, known)


def _freed(changed: tuple[Transfer, ...], step: TransferStepIn, known: KnownTransfers) -> tuple[Transfer, ...]:
    """Return the contested transfer that goes on because what it contended with has ended; none while two are left."""
    after = replace(known, transfers=known.transfers | {row.transfer_id: row for row in changed})
    left = [] if changed[0].is_open else after.rivals(changed[0])
    return tuple(moved(row, "prefer", step, known) for row in left if len(left) == 1 and row.state == "contested")


def _accepted(
    step: TransferStepIn, before: Transfer | None, known: KnownTransfers, changed: tuple[Transfer, ...]
) -> TransferOutcome:
    row, *others = changed
    if isinstance(step.said, TransferFlag):  # whose document it is, and nobody else
        about = Told(row.receiving, row, codes=step.said.codes, flagged=step.said.document)
        return TransferOutcome(step, "accepted", row=row, told=(about,))
    reason = getattr(step.said, "reason", UNSET)
    told = [Told(to, row, reason=None if reason is UNSET else reason) for to in (row.receiving, row.sending)]
    told += [Told(to, other) for other in others for to in (other.receiving, other.sending)]
    if before is None and row.state == "contested":
        told += [
            Told(to, r, codes=("TRANSFER_CONTESTED",)) for r in known.rivals(row) for to in (r.receiving, r.sending)
        ]
    told += _alone(row, others, known)
    return TransferOutcome(step, "accepted", row=row, changed=changed, told=tuple(told))


def _alone(row: Transfer, others: list[Transfer], known: KnownTransfers) -> list[Told]:
    """Tell the schools of the one transfer that is left, and was not held up by its state, that its rival has ended."""
    left = [] if row.is_open or others else known.rivals(row)
    rest = left[0] if len(left) == 1 else None
    parties = () if rest is None else (rest.receiving, rest.sending)
    return [Told(to, rest, codes=("TRANSFER_RIVAL_ENDED",)) for to in parties if rest is not None]


def _refused(
    step: TransferStepIn, row: Transfer | None, known: KnownTransfers, codes: tuple[str, ...], facts: Mapping[str, str]
) -> TransferOutcome:
    """Refuse a step, and tell whoever made it, if it is one of the two schools; strangers learn nothing."""
    about = asked_row(step) if row is None and isinstance(step.said, TransferRequest) else row
    to = None if about is None else party_of(step, about, known)
    told = () if about is None or to is None else (Told(to, about, "refused", codes, facts=facts),)
    found = tuple(finding(code, facts=facts) for code in codes)
    return TransferOutcome(step, "refused", found, row, told=told)
