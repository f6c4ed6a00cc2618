"""The replication slot: made first, looked at before every reading, and advanced only to what was stored here.

Reading is peek, store, advance: a process that is killed in between reads the same again.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from hub.connectors.nghe_an.description import Catalogue
from hub.connectors.nghe_an.pgoutput import MESSAGE_BYTES_MAX, lsn_value, read_message
from hub.connectors.nghe_an.session import Session, slot_lost
from hub.connectors.nghe_an.settings import DatabaseSettings
from hub.connectors.nghe_an.touched import Touched
from hub.errors import Unavailable

__all__ = ["Slot", "find_slot", "is_over", "make_slot", "peek"]

_CHANGES_MAX: Final = 2_000  # of one look; a transaction is never parted, however long it is
_FETCHED: Final = 500
_HALF, _WHOLE = 2**31, 2**32
_LOOKS_MAX, _LOOK_S = 40, 0.05
_LOST = "lost"
_PLUGIN = "pgoutput"


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot that can be read: where it stands, how many bytes of the log it holds back, and whether that is too many.

    `is_endangered`: the server will give it up at its next checkpoint.
    """

    lsn: str
    lag_bytes: int
    is_endangered: bool

    def is_before(self, lsn: str) -> bool:
        """Tell whether it still keeps what was stored here."""
        return lsn_value(self.lsn) < lsn_value(lsn)

    def is_behind(self, lsn: str) -> bool:
        """Tell whether it went on without us: what lies between is not kept any more."""
        return lsn_value(self.lsn) > lsn_value(lsn)


async def find_slot(session: Session, said: DatabaseSettings) -> Slot | None:
    """Return the slot; None when there is none, or it has lost what it was to keep."""
    row = await session.first("slot", slot=said.slot)
    return None if row is None or _fault(row) is not None else Slot(row[3], row[6], row[4] == "unreserved")


async def make_slot(session: Session, said: DatabaseSettings) -> Slot:
    """Make the slot, in the place of one that is lost; one that is well is taken as it is.

    Raises Refused SLOT_LOST for a slot of that name that is somebody else's, Unavailable SLOT_WAITS.
    """
    row = await session.first("slot", slot=said.slot)
    fault = None if row is None else _fault(row)
    if row is not None and fault is not None:
        if not _is_ours(row):
            raise slot_lost(said.slot, fault)
        await session.all("drop_slot", slot=said.slot)
        row = None
    if row is None:
        await _made(session, said)
    made = await find_slot(session, said)
    if made is None:
        raise slot_lost(said.slot, "not made")
    return made


async def kept_slot(session: Session, said: DatabaseSettings) -> Slot:
    """Return the slot on which earlier readings rest. Raises Refused SLOT_LOST with the reason."""
    row = await session.first("slot", slot=said.slot)
    fault = "no such slot" if row is None else _fault(row)
    found = await find_slot(session, said)
    if found is None:
        raise slot_lost(said.slot, fault or "no such slot")
    return found


async def peek(session: Session, said: DatabaseSettings, catalogue: Catalogue) -> tuple[Touched, bool]:
    """Return what was committed behind the slot's place, and whether there may be more of it.

    It returns when all of that can be seen by queries, too: a commit stands in the log a moment before. Raises as
    `Touched.take`, and Unavailable SYSTEM_BUSY.
    """
    touched, count = Touched(catalogue), 0
    given: dict[str, Any] = {"slot": said.slot, "publication": said.publication}
    async for rows in session.each("peek", _FETCHED, changes=_CHANGES_MAX, bytes=MESSAGE_BYTES_MAX, **given):
        for _, data in rows:
            if data is None:
                touched.take_unread()
            else:
                touched.take(read_message(bytes(data)))
        count += len(rows)
    await _until_seen(session, touched.xids)
    return touched, count >= _CHANGES_MAX


def is_over(xid: int, xmin: int, xmax: int, running: list[int]) -> bool:
    """Tell whether a transaction, known by the lower 32 bits of its number, is over in a snapshot of whole numbers."""
    whole = xmax + ((xid - xmax + _HALF) % _WHOLE - _HALF)
    return whole < xmin or (whole < xmax and whole not in running)


async def _until_seen(session: Session, xids: list[int]) -> None:
    for _ in range(_LOOKS_MAX if xids else 0):
        row = await session.first("snapshot")
        assert row is not None
        if all(is_over(xid, *row) for xid in xids):
            return
        await asyncio.sleep(_LOOK_S)
    if xids:
        raise Unavailable("SYSTEM_BUSY", {"retry_after_s": "2"})


async def _made(session: Session, said: DatabaseSettings) -> None:
    """Make it; the server waits for every transaction that is open. Raises Unavailable SLOT_WAITS when that is long."""
    try:
        await session.all("make_slot", slot=said.slot)
    except psycopg.errors.QueryCanceled:
        raise Unavailable("SLOT_WAITS", {"slot": said.slot, "retry_after_s": "10"}) from None


def _fault(row: tuple[Any, ...]) -> str | None:
    plugin, is_here, _, lsn, status, invalidated, _ = row
    if plugin != _PLUGIN or not is_here:
        return "somebody else's"
    if status == _LOST or invalidated is not None or lsn is None:
        return str(invalidated or status)
    return None


def _is_ours(row: tuple[Any, ...]) -> bool:
    return bool(row[0] == _PLUGIN and row[1])
