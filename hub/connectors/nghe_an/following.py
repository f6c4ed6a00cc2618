"""What is new: by the slot (peek, store, advance), or by the view's watermark. Each gives the place to read from."""

from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from hub.connectors.nghe_an.description import Catalogue
from hub.connectors.nghe_an.pgoutput import lsn_value
from hub.connectors.nghe_an.place import PENDING_MAX, Place, Walk
from hub.connectors.nghe_an.session import Session
from hub.connectors.nghe_an.settings import Database
from hub.connectors.nghe_an.slot import Slot, kept_slot, make_slot, peek
from hub.connectors.nghe_an.touched import Touched
from hub.domain.findings import Finding, finding
from hub.errors import Refused

__all__ = ["Followed", "Following", "by_slot", "by_view"]

Followed = tuple[Place, tuple[Finding, ...], int | None]
"""Where to read from, what is told beside, and how many bytes of their log the slot holds back."""

Following = Callable[[Session, Database, Catalogue, Place | None], Awaitable[Followed]]

_EVERYTHING: Final = (Walk(), Walk(requests=True))
_IDLE_BYTES: Final = 1_048_576  # so much of others' changes is let go at once


async def by_slot(session: Session, database: Database, catalogue: Catalogue, before: Place | None) -> Followed:
    """Begin with a slot and everything there is; then let go what was stored, and look at what was committed since.

    Raises Refused SLOT_LOST, SCHEMA_DRIFT.
    """
    said = database.said
    if before is None:
        slot = await make_slot(session, said)
        row = await session.first("identity")
        place = Place(database=str(row and row[0]), lsn=slot.lsn, walks=_EVERYTHING)
        return place, _told(slot), slot.lag_bytes
    slot = await kept_slot(session, said)
    if before.lsn is None:
        raise Refused("CURSOR_REFUSED", {"reason": "changes = view"})
    if slot.is_before(before.lsn):
        await session.all("advance", slot=said.slot, lsn=before.lsn)
    if not before.is_idle:
        return before, _told(slot), slot.lag_bytes
    if slot.is_behind(before.lsn):
        place = msgspec.structs.replace(before, lsn=slot.lsn, walks=_EVERYTHING)
        return place, (*_told(slot), finding("SLOT_MOVED_ON", said.slot, facts={"slot": said.slot})), slot.lag_bytes
    place, told = await _looked(session, database, catalogue, before)
    return place, (*_told(slot), *told), slot.lag_bytes


async def by_view(session: Session, database: Database, catalogue: Catalogue, before: Place | None) -> Followed:
    """Begin a walk through all that a transaction wrote which was not over at the beginning of the walk before.

    The oldest one that still runs at the beginning of this walk is where the next one starts: whatever is committed
    late is above it. Numbers below it are over, and seen by every snapshot from now on.
    """
    if before is not None and before.since is None:
        raise Refused("CURSOR_REFUSED", {"reason": "changes = replication"})
    if before is not None and not before.is_idle:
        return before, (), None
    row, oldest = await session.first("identity"), await session.first("watermark")
    assert row is not None
    assert oldest is not None
    since = 0 if before is None else before.since
    walks = (Walk(since=since), Walk(since=since, requests=True))
    return Place(database=row[0], since=oldest[0], walks=walks), (), None


async def _looked(
    session: Session, database: Database, catalogue: Catalogue, before: Place
) -> tuple[Place, tuple[Finding, ...]]:
    """Return the place behind what was committed, with what that touched still to be read."""
    written = await session.first("written")
    touched, full = await peek(session, database.said, catalogue)
    if touched.lsn is None:
        return msgspec.structs.replace(before, lsn=_idle(str(before.lsn), written), full=False), ()
    keys, requests = await _keys(session, touched)
    return msgspec.structs.replace(
        before, lsn=touched.lsn, keys=keys, gone=tuple(key for key in touched.gone if key in keys), requests=requests,
        walks=tuple(touched.all_walks()), full=full,
    ), touched.all_findings()  # fmt: skip


async def _keys(session: Session, touched: Touched) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the records and requests to be read one by one; of too many none, since then everything is read."""
    if touched.is_too_much:
        return tuple(touched.gone)[:PENDING_MAX], ()
    keys = dict(touched.keys)
    if touched.pupils:
        rows = await session.all("keys_of_pupils", pupils=list(touched.pupils), limit=PENDING_MAX)
        if len(rows) == PENDING_MAX:
            touched.take_unread()
        keys |= dict.fromkeys(row[0] for row in rows)
    if touched.requests:
        rows = await session.all("keys_of_requests", requests=list(touched.requests))
        keys |= dict.fromkeys(row[0] for row in rows)
    return tuple(keys), tuple(touched.requests)


def _idle(lsn: str, written: tuple[str, ...] | None) -> str:
    """Return how far the log may go that has nothing for us; in steps, so that not each look moves the cursor."""
    if written is None or lsn_value(written[0]) - lsn_value(lsn) < _IDLE_BYTES:
        return lsn
    return written[0]


def _told(slot: Slot) -> tuple[Finding, ...]:
    if not slot.is_endangered:
        return ()
    return (finding("SLOT_ENDANGERED", "slot", facts={"lag_bytes": str(slot.lag_bytes)}),)
