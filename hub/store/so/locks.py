"""Load closing rounds and write locks."""

from collections.abc import Sequence
from datetime import datetime

from hub.decision import RecordKey, RoundKey
from hub.decision.correction_rows import CORRECTION, Step
from hub.decision.locking import Base, KnownRound, Lockable, Locked, Order
from hub.domain.lifecycle import next_state
from hub.domain.locator import derive
from hub.domain.statements import read_lock_asked
from hub.store.connection import Connection
from hub.store.copying import copy_rows
from hub.store.queries import queries_of
from hub.store.so.corrections import write_steps
from hub.trust import read as read_signature

__all__ = ["load_rounds", "write_lock"]

_SQL = queries_of("so")
_LEAF_TYPES = ["bytea", "int4", "bytea", "bytea", "bytea", "int4", "text", "text"]
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
    acting = _acting(connection, key)
    for asked in connection.execute(_SQL["closed_by"], (acting, closing_at)):
        kind, command_id, statement_sha256, statement, message_sha256, signature, person = asked
        request = read_lock_asked(kind, statement, acting)
        if (request.school_year, request.round.cohort, request.round.number) == key[1:]:
            order = Order(key, lock_id, command_id, closing_at)
            step = None if key.cohort != CORRECTION else _step(message_sha256, signature, person, closing_at)
            return KnownRound(
                state, statement_sha256, documents, request=request, order=order, acting=acting, step=step
            )
    return KnownRound(state, documents=documents)


def _acting(connection: Connection, key: RoundKey) -> str:
    """Return the school that asks for the lock of a round: its own, or in a correction the one that succeeds it."""
    row = connection.execute(_SQL["acting_school"], key.correction).fetchone() if key.correction else None
    return key.school if row is None else str(row[0])


def _step(message_sha256: bytes, signature: str, person: str | None, at: datetime) -> Step:
    signed = read_signature(signature)
    return Step(message_sha256, "relock", signed.header.hb_role, person, signed.certificate_sha256, at)


def _lockable(connection: Connection, key: RoundKey) -> list[Lockable]:
    bases = _bases(connection, key)
    rows = connection.execute(_SQL["lockable"], tuple(key))
    return [
        Lockable(
            message, n, RecordKey(school, pupil, year, period), version, document, signatures,
            bases.get((pupil, period)),
        )
        for message, n, school, pupil, year, period, version, document, signatures in rows
    ]  # fmt: skip


def _bases(connection: Connection, key: RoundKey) -> dict[tuple[str, str], Base]:
    """Return what the documents of a round of corrections take the place of, by pupil and period."""
    found: dict[tuple[str, str], Base] = {}
    for row in connection.execute(_SQL["bases_of_round"], key.correction) if key.correction else ():
        pupil, period, message, n, version, document, signatures, leaf_sha256, *correction = row
        record = RecordKey(key.school, pupil, key.school_year, period)
        locked = Lockable(message, n, record, version, document, signatures)
        found[pupil, period] = Base(leaf_sha256, tuple(correction), locked)
    return found


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
    new = [(locator, pupil, counter) for pupil, (locator, counter) in locked.new_locators.items()]
    connection.execute(_SQL["add_locators"], [[row[i] for row in new] for i in range(3)])
    root = bytes.fromhex(locked.manifest.root)
    connection.execute(
        _SQL["add_lock"],
        (order.lock_id, *order.key, len(locked.leaves), root, locked.effective_on, manifest, signature, order.at),
    )
    leaves = (
        (order.lock_id, n, row.digest, row.leaf, row.document.message_sha256, row.document.n, row.locator, row.action)
        for n, row in enumerate(locked.leaves)
    )
    copy_rows(connection, _SQL["copy_leaves"], _LEAF_TYPES, leaves)
    connection.execute(_SQL["supersede_documents"], (order.lock_id,))
    connection.execute(_SQL["lock_documents"], (order.lock_id,))
    _relock(connection, locked)
    connection.execute(_SQL["finish_round"], tuple(order.key))


def _relock(connection: Connection, locked: Locked) -> None:
    """Move the corrections whose documents are locked now."""
    keys = [document.base.correction for document in locked.documents if document.base is not None]
    if keys and locked.step is not None:
        state = next_state("correction", "resubmitted", "relock")
        connection.cursor().executemany(_SQL["set_correction_state"], [(state, *key) for key in keys])
        write_steps(connection, [(key, locked.step) for key in keys])
