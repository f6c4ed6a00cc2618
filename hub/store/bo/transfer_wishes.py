"""What families said of transfers at the portal, until Bộ's clock has queued it for the log of steps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hub.decision.transfer_wish import TransferWish
from hub.domain.statements import TransferParty
from hub.store.connection import Connection
from hub.store.queries import queries_of

__all__ = ["note_said", "unsaid_wishes"]

_SQL = queries_of("bo")


def unsaid_wishes(connection: Connection, count_max: int) -> list[TransferWish]:
    """Return the oldest wishes that were not said yet, in the order in which they were made."""
    return [_wish(row) for row in connection.execute(_SQL["unsaid_wishes"], (count_max,))]


def note_said(connection: Connection, wish: TransferWish, at: datetime) -> None:
    """Note that a wish is queued; in the transaction that queues it."""
    connection.execute(_SQL["wish_said"], (at, wish.wish_id))


def _wish(row: Sequence[Any]) -> TransferWish:
    (wish_id, kind, transfer, request, pupil, born, year, grade, receiving_so, receiving, sending_so, sending, reason,
     parties, at) = row  # fmt: skip
    return TransferWish(
        str(wish_id), kind, transfer, request, pupil, born, year, grade,
        TransferParty(school=receiving, so=receiving_so), TransferParty(school=sending, so=sending_so), reason,
        tuple(parties), at,
    )  # fmt: skip
