"""Bộ's clock of transfers (đồng hồ chuyển trường): says what ran out and what families wish, and sends what is owed.

In:  transfers in Bộ's database whose term is over, or whose history Bộ has whole, or holds newer than it was sent; what
     families said at the portal; locked years that rest on another school's semester (`transfer_flags`).
Out: TransferOverdue, TransferDispatch, TransferFlag and the family's steps on hocba.bo.transfer.v1, key = transfer id,
     signed by Bộ's seal.
Invariant: one clock at a time; a step of its own has an id that follows from what it says, and is said once. Nothing is
decided here: the stage transfers alone does that, when it meets the step in the log, so that a replay does so again.
Nothing is said while a recovery replays.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from hub.agents.receipts import instant
from hub.agents.snapshots import Snapshots
from hub.agents.stage import put
from hub.agents.transfer_entry import own_source, own_step
from hub.agents.transfer_flags import flags_due, note_bases
from hub.agents.transfer_ground import TransferGround
from hub.decision.lock_request import set_root
from hub.decision.transfer_due import dispatch_due, is_due
from hub.decision.transfer_known import KnownTransfers, Transfer
from hub.decision.transfer_wish import TransferWish, said_of
from hub.domain.statements import (
    TransferDispatch,
    TransferFlag,
    TransferOverdue,
    TransferStatement,
    encode,
    read,
)
from hub.errors import Refused, Unavailable
from hub.metrics import TRANSFERS, TRANSFERS_OVERDUE
from hub.recovery import is_replaying
from hub.signing import Signer
from hub.store import Connection, open_connection, unavailable
from hub.store.bo.transfer_wishes import note_said, unsaid_wishes
from hub.store.bo.transfers import known_transfers
from hub.store.queries import queries_of

__all__ = ["say", "tick", "transfer_clock"]

_log = structlog.get_logger()
_SQL = queries_of("bo")
_POLL_S = 1.0
_AMENDS_EVERY = 5  # looks: every delivered transfer is compared with what Bộ holds now
_COUNT_MAX = 200
_MARGIN = timedelta(seconds=2)  # a step that came in time may still be on its way


async def transfer_clock(seal: Signer, snapshots: Snapshots, url: str, kick: Callable[[], None]) -> None:
    """Run until cancelled; an outage of the database is waited out."""
    looks = 0
    while True:
        try:
            if await asyncio.to_thread(_look, seal, snapshots, url, looks % _AMENDS_EVERY == 0):
                kick()
        except Unavailable as error:
            _log.warning("transfer_clock_waits", code=error.code)
        looks += 1
        await asyncio.sleep(_POLL_S)


def _look(seal: Signer, snapshots: Snapshots, url: str, amends: bool) -> int:
    with open_connection(url) as connection, unavailable():
        row = connection.execute(_SQL["transfer_moment"]).fetchone()
        assert row is not None
        said = tick(connection, seal, snapshots, row[0], amends=amends)
        _count(connection)
        return said


def tick(connection: Connection, seal: Signer, snapshots: Snapshots, now: datetime, *, amends: bool = True) -> int:
    """Say what is due at `now` (aware) and return how many steps were said; `amends`: look for corrections too."""
    if is_replaying(connection):
        return 0
    with connection.transaction():
        alone = connection.execute(_SQL["one_transfer_clock"]).fetchone()
        if alone is None or not alone[0]:
            return 0
        ground = TransferGround(snapshots.all(connection))
        steps: list[TransferStatement] = [
            *_overdue(connection, ground, now),
            *_dispatches(connection, ground, now, amends),
            *(_flags(connection, ground, now) if amends else ()),
        ]
        return sum(say(connection, seal, step, now) for step in steps) + _wishes(connection, seal, now)


def say(connection: Connection, seal: Signer, said: TransferStatement, now: datetime) -> bool:
    """Queue one step of Bộ's own for the log, unless it was said before."""
    source = own_source(said)
    known = connection.execute(_SQL["transfer_announced"], {"source": source, "command_id": said.command_id}).fetchone()
    if known is not None and known[0]:
        return False
    put(connection, source, 0, 0, [own_step(seal, said, now)])
    return True


def _wishes(connection: Connection, seal: Signer, now: datetime) -> int:
    """Say what families wished, in the order in which they did; one that a restore brought back is not said again."""
    count = 0
    for wish in unsaid_wishes(connection, _COUNT_MAX):
        said = _readable(wish)
        count += said is not None and say(connection, seal, said, now)
        note_said(connection, wish, now)
    return count


def _readable(wish: TransferWish) -> TransferStatement | None:
    """Return what a wish says; None for one that no step can say: the log takes nothing that does not read."""
    said = said_of(wish)
    try:
        return read(encode(said), type(said))
    except Refused as refused:
        _log.error("transfer_wish_unreadable", wish=wish.wish_id, code=refused.code)
        return None


def _overdue(connection: Connection, ground: TransferGround, now: datetime) -> Iterator[TransferOverdue]:
    named = {"now": now - _MARGIN, "count_max": _COUNT_MAX}
    for row in _rows(connection, ground, connection.execute(_SQL["transfers_due"], named).fetchall())[0]:
        if not is_due(row, now - _MARGIN) or row.awaited is None or row.due_at is None:
            continue
        due_at = instant(row.due_at)
        yield TransferOverdue(
            awaited=row.awaited, by="bo", command_id=_named("overdue", row, row.awaited, due_at),  # type: ignore[arg-type]
            due_at=due_at, issued_at=due_at, request_sha256=row.request_sha256, school=row.receiving.school,
            so=row.receiving.so, transfer=row.transfer_id, type="vn.hocba.transfer-overdue/1",
        )  # fmt: skip


def _dispatches(
    connection: Connection, ground: TransferGround, now: datetime, amends: bool
) -> Iterator[TransferDispatch]:
    queries = ("transfers_to_send", "transfers_to_amend") if amends else ("transfers_to_send",)
    found = [row for query in queries for row in connection.execute(_SQL[query], {"count_max": _COUNT_MAX}).fetchall()]
    rows, known = _rows(connection, ground, found)
    for row in rows:
        due, key = dispatch_due(row, known), ground.receiving_key(row.receiving, now)
        if due is None or key is None:
            continue  # without a key the transfer ages, and everybody sees it
        if connection.execute(_SQL["transfer_evidence_lacks"], (list(due.documents),)).fetchone() is not None:
            continue  # the Sở's receipt comes behind the lock
        root = set_root([bytes.fromhex(one) for one in due.documents]).hex()
        yield TransferDispatch(
            by="bo", cause=due.cause,  # type: ignore[arg-type]
            command_id=_named("dispatch", row, str(due.delivery), due.cause, key, root), count=len(due.documents),
            delivery=due.delivery, documents=due.documents, issued_at=instant(now), key=key,
            request_sha256=row.request_sha256, root=root, school=row.receiving.school, so=row.receiving.so,
            transfer=row.transfer_id, type="vn.hocba.transfer-dispatch/1",
        )  # fmt: skip


def _flags(connection: Connection, ground: TransferGround, now: datetime) -> Iterator[TransferFlag]:
    note_bases(connection, _COUNT_MAX)
    for row, document, basis, codes in flags_due(connection, ground, _COUNT_MAX):
        yield TransferFlag(
            basis=basis, by="bo", codes=codes, command_id=_named("flag", row, document, basis, *codes),
            document=document, issued_at=instant(now), request_sha256=row.request_sha256, school=row.receiving.school,
            so=row.receiving.so, transfer=row.transfer_id, type="vn.hocba.transfer-flag/1",
        )  # fmt: skip


def _rows(
    connection: Connection, ground: TransferGround, found: Sequence[Sequence[str]]
) -> tuple[list[Transfer], KnownTransfers]:
    """Return the rows of these transfers, and what is known of their persons."""
    named = list(dict.fromkeys(row[0] for row in found))
    known = known_transfers(connection, ground, named)
    return [known.transfers[one] for one in named], known


def _named(what: str, row: Transfer, *parts: str) -> str:
    """Return the id of a step: it follows from what the step says."""
    text = "\n".join(("vn.hocba.transfer-clock/1", what, row.transfer_id, *parts))
    return f"{what}-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _count(connection: Connection) -> None:
    """Tell the gauges how many transfers stand in each state."""
    TRANSFERS.clear()
    overdue = 0
    for state, count, late in connection.execute(_SQL["transfer_counts"]):
        TRANSFERS.labels(state).set(count)
        overdue += late
    TRANSFERS_OVERDUE.set(overdue)
