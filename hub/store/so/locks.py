"""Load closing rounds and write locks."""

from collections.abc import Sequence

from hub.decision import RecordKey
from hub.decision.locking import KnownRound, Lockable, Locked, Order
from hub.domain.locator import derive
from hub.domain.statements import LockRequest, read
from hub.store.connection import Connection
from hub.store.queries import queries_of

__all__ = ["load_rounds", "write_lock"]

_SQL = queries_of("so")
_CANDIDATES = 3  # derived locators whose owners are looked up; a third collision in a row does not happen in practice


def load_rounds(
    connection: Connection, orders: Sequence[Order], so_symbols: str, key: bytes
) -> dict[bytes, KnownRound]:
    """Lock and read the rounds of these orders, in sorted order; one entry for each lock id."""
    known: dict[bytes, KnownRound] = {}
    for order in sorted(orders, key=lambda o: o.key):
        row = connection.execute(_SQL["round_to_lock"], (order.command_id, *order.key)).fetchone()
        if row is None:
            known[order.lock_id] = KnownRound("unknown")
            continue
        documents = _lockable(connection, order) if row[0] == "closing" else []
        known[order.lock_id] = KnownRound(row[0], row[1], documents, request=read(row[2], LockRequest))
    _locators(connection, list(known.values()), so_symbols, key)
    return known


def _lockable(connection: Connection, order: Order) -> list[Lockable]:
    rows = connection.execute(_SQL["lockable"], tuple(order.key))
    return [
        Lockable(message, n, RecordKey(school, pupil, year, period), version, document, signatures)
        for message, n, school, pupil, year, period, version, document, signatures in rows
    ]


def _locators(connection: Connection, rounds: Sequence[KnownRound], so_symbols: str, key: bytes) -> None:
    pupils = sorted({d.record.pupil for known in rounds for d in known.documents})
    if not pupils:
        return
    connection.execute(_SQL["allocate_locators"])
    found: dict[str, str] = dict(connection.execute(_SQL["locators_of"], (pupils,)).fetchall())
    wanted = [derive(key, so_symbols, p, n) for p in pupils if p not in found for n in range(_CANDIDATES)]
    taken: dict[str, str] = dict(connection.execute(_SQL["locators_taken"], (wanted,)).fetchall())
    for known in rounds:
        known.locators, known.taken = found, taken  # shared, so that two rounds of one batch agree


def write_lock(connection: Connection, locked: Locked, manifest: bytes, signature: str) -> None:
    """Write leaves, lock and states in the open transaction."""
    order = locked.order
    for pupil, (locator, counter) in locked.new_locators.items():
        connection.execute(_SQL["add_locator"], (locator, pupil, counter))
    root = bytes.fromhex(locked.manifest.root)
    connection.execute(
        _SQL["add_lock"],
        (order.lock_id, *order.key, len(locked.leaves), root, locked.effective_on, manifest, signature, order.at),
    )
    with connection.cursor().copy(_SQL["copy_leaves"]) as copy:
        for n, row in enumerate(locked.leaves):
            copy.write_row(
                (order.lock_id, n, row.digest, row.leaf, row.document.message_sha256, row.document.n, row.locator)
            )
    connection.execute(_SQL["lock_documents"], (order.lock_id,))
    connection.execute(_SQL["finish_round"], tuple(order.key))
