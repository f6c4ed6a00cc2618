"""Các bước của Bộ: a term ran out, and the history was sent. Both are signed by Bộ's seal, from what stood then."""

from dataclasses import replace
from datetime import datetime

from hub.decision.transfer_due import moved_on
from hub.decision.transfer_known import KnownTransfers, Transfer, TransferStepIn
from hub.decision.transfer_moves import moved
from hub.decision.transfer_release import root_of
from hub.domain.statements import TransferDispatch, TransferOverdue
from hub.errors import Refused

__all__ = ["dispatched", "overdue"]


def overdue(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> Transfer:
    """Note that what is awaited has run out; nothing else changes. Raises Refused(TRANSFER_CLOCK_OTHER)."""
    said = step.said
    assert isinstance(said, TransferOverdue)
    due = datetime.fromisoformat(said.due_at)
    if row.is_overdue or (said.awaited, due) != (row.awaited, row.due_at) or step.at < due:
        raise Refused("TRANSFER_CLOCK_OTHER")
    return replace(row, is_overdue=True, overdue=tuple(dict.fromkeys((*row.overdue, said.awaited))))


def dispatched(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> Transfer:
    """Send the history once more, and wait for the receiver's signature under it. Raises Refused."""
    said = step.said
    assert isinstance(said, TransferDispatch)
    after = moved(
        row, "amend" if row.closed_at else "dispatch", step, known, delivery=said.delivery, documents=said.documents,
        count=said.count, root=said.root, resend=False,
    )  # fmt: skip
    if said.delivery != row.delivery + 1:
        _wrong("delivery")
    if (said.cause == "release") != (row.state == "released") or (said.cause == "resend" and not row.resend):
        _wrong("cause")
    in_order = list(said.documents) == sorted(set(said.documents))
    if not in_order or (said.count, said.root) != (len(said.documents), root_of(said.documents)):
        _wrong("root")
    if not known.is_told(step):
        _check_known(step, said, row, known)
    return after


def _check_known(step: TransferStepIn, said: TransferDispatch, row: Transfer, known: KnownTransfers) -> None:
    """Send nothing but this person's documents, to the key in force alone, and not before all that was released."""
    if known.registers.receiving_key(row.receiving, step.at) != said.key:
        _wrong("key")
    held = {one.sha256 for one in known.documents_of(row.pupil)}
    if not held >= set(said.documents):
        _wrong("documents")
    if not held >= set(row.released or ()):
        _wrong("released")
    if moved_on(row, known):
        raise Refused("TRANSFER_PUPIL_MOVED")


def _wrong(what: str) -> None:
    raise Refused("TRANSFER_DISPATCH_WRONG", {"what": what})
