"""Load closing rounds and write locks."""

from collections.abc import Sequence

from hub.decision import RecordKey, RoundKey
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
    """Lock and read the rounds of these orders, in sorted order; one entry for each lock id, whoever ordered it."""
    wanted = {order.lock_id: order.key for order in orders}
    known = {lock_id: _round(connection, key) for lock_id, key in sorted(wanted.items(), key=lambda item: item[1])}
    _locators(connection, list(known.values()), so_symbols, key)
    return known


def _round(connection: Connection, key: RoundKey) -> KnownRound:
    row = connection.execute(_SQL["round_to_lock"], tuple(key)).fetchone()
    if row is None:
        return KnownRound("unknown")
    state, lock_id, closing_at = row
    if closing_at is None:
        return KnownRound(state)
    documents = _lockable(connection, key) if state == "closing" else []
    for command_id, statement_sha256, statement in connection.execute(_SQL["closed_by"], (key.school, closing_at)):
        request = read(statement, LockRequest)
        if (request.school_year, request.round.cohort, request.round.number) == key[1:]:
            order = Order(key, lock_id, command_id, closing_at)
            return KnownRound(state, statement_sha256, documents, request=request, order=order)
    return KnownRound(state, documents=documents)


def _lockable(connection: Connection, key: RoundKey) -> list[Lockable]:
    rows = connection.execute(_SQL["lockable"], tuple(key))
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
