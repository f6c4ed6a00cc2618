"""Chuyển trường, việc của Bộ: what Bộ's clock has to say next of a transfer: a term that ran out, a history to send."""

from dataclasses import dataclass
from datetime import datetime

from hub.decision.transfer_known import HeldDocument, KnownTransfers, Transfer

__all__ = ["DueDispatch", "dispatch_due", "is_due", "moved_on"]

_DELIVERED = frozenset({"sent", "closed", "amended"})


@dataclass(frozen=True, slots=True)
class DueDispatch:
    """A delivery that Bộ owes: why, which one, and the hashes, ascending, of all that the receiver then holds."""

    cause: str
    delivery: int
    documents: tuple[str, ...]


def is_due(row: Transfer, now: datetime) -> bool:
    """Tell whether what is awaited has run out and nobody was told yet."""
    return row.due_at is not None and row.due_at <= now and not row.is_overdue


def dispatch_due(row: Transfer, known: KnownTransfers) -> DueDispatch | None:
    """Return the delivery that is owed now, or None. Whether the school has a key, the caller knows.

    A first one when Bộ has every document that the release named; another one when a Sở asked for it, or when a
    document of another school than the receiver changed since, unless the pupil has moved on.
    """
    history = _history(row, known)
    wanted = tuple(one.sha256 for one in history)
    if row.state == "released" and set(row.released or ()) <= {one.sha256 for one in known.documents_of(row.pupil)}:
        return DueDispatch("release", row.delivery + 1, wanted)
    if row.state not in _DELIVERED or moved_on(row, known):
        return None
    if row.resend:
        return DueDispatch("resend", row.delivery + 1, wanted)
    own = {one.sha256 for one in known.documents_of(row.pupil) if one.school == row.receiving.school}
    return (
        DueDispatch("correction", row.delivery + 1, wanted) if set(wanted) - own != set(row.documents) - own else None
    )


def _history(row: Transfer, known: KnownTransfers) -> list[HeldDocument]:
    """Return the current documents of the person; of the receiving school those from before it asked."""
    return [
        one
        for one in known.documents_of(row.pupil)
        if one.is_current and (one.school != row.receiving.school or one.locked_at < row.opened_at)
    ]


def moved_on(row: Transfer, known: KnownTransfers) -> bool:
    """Tell whether a transfer of the same person that was asked for later is closed: its receiver is told instead."""
    later = [other for other in known.of_person(row.pupil) if other.place > row.place]
    return any(other.closed_at is not None for other in later)
