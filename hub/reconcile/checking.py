"""The nightly check: every root recomputed from stored rows, in one database at a time; names the row that differs."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from hub.domain.statements import RegisterEntry, read
from hub.errors import HubError
from hub.reconcile.guards import check_guards
from hub.reconcile.locks import Lock, StoredLock, covers, lock_of
from hub.reconcile.portal import check_portal
from hub.reconcile.rows import StoredRow
from hub.reconcile.sources import opened, register_of, streamed
from hub.reconcile.stored_locks import check_lock
from hub.reconcile.stored_log import StoredAnswer, StoredHead, check_answer, check_log, check_told
from hub.reconcile.tampered import Tampered
from hub.store import Connection
from hub.store.bo.anchor import Anchor
from hub.store.queries import queries_of
from hub.trust import ChainCache, Snapshot

__all__ = ["Checked", "check_rows"]

_SO, _BO, _COMMON = queries_of("so"), queries_of("bo"), queries_of("common")


@dataclass
class Checked:
    """How many locks and heads were recomputed."""

    locks: int = 0
    heads: int = 0


def check_rows(owner: str, url: str, checked: Checked, anchor: Anchor | None = None) -> Iterator[Tampered]:
    """Recompute everything that "so-<slug>" or "bo" stores about locks, from bytes up to the signed heads of the log.

    Of Bộ also the portal's logs, whose ends an `anchor` tells. Reads alone, with a worker's rights. Raises Unavailable.
    """
    with opened(url) as connection:
        yield from check_guards(connection, owner)
        yield from _register(connection, owner)
        if owner == "bo":
            yield from _bo(connection, checked)
            yield from check_portal(connection, anchor)
        else:
            yield from _so(connection, owner, checked)


def _so(connection: Connection, owner: str, checked: Checked) -> Iterator[Tampered]:
    so, cache = owner.removeprefix("so-"), ChainCache()
    snapshot = register_of(connection, so)
    manifests: list[tuple[int, bytes]] = []
    for row in connection.execute(_SO["locks_in_log_order"]).fetchall():
        lock = lock_of(so, StoredLock(*row), snapshot, cache)
        checked.locks += 1
        if lock.stored.log_index is not None and lock.stored.statement is not None:
            manifests.append((lock.stored.log_index, lock.stored.statement))
        yield from check_lock(owner, lock, lambda lock=lock: _rows(connection, lock), snapshot)  # type: ignore[misc]
    heads = [StoredHead(*row) for row in connection.execute(_SO["heads_in_order"])]
    checked.heads += len(heads)
    yield from check_log(owner, so, manifests, heads, snapshot, cache)
    yield from check_told(owner, heads, connection.execute(_SO["heads_told"]).fetchall())
    for row in connection.execute(_SO["answers_of_bo"]).fetchall():
        tampered = check_answer(owner, StoredAnswer(*row), snapshot, cache)
        yield from [] if tampered is None else [tampered]
    yield from _so_states(connection, owner)


def _rows(connection: Connection, lock: Lock) -> Iterator[StoredRow]:
    yield from (StoredRow(*row) for row in streamed(connection, _SO["locked_rows"], (lock.stored.lock_id,)))


def _so_states(connection: Connection, owner: str) -> Iterator[Tampered]:
    """Rounds, locks, documents and commands that do not belong together."""
    for message_sha256, n in connection.execute(_SO["leafless"]):
        yield Tampered(
            "ROW_STATE_CHANGED", owner, "document", f"message_sha256={message_sha256.hex()} n={n}", ("state",)
        )
    for school, year, cohort, number in connection.execute(_SO["rounds_without_lock"]):
        key = f"school={school} school_year={year} cohort={cohort} number={number}"
        yield Tampered("ROW_STATE_CHANGED", owner, "round", key, ("lock_id",))
    for (lock_id,) in connection.execute(_SO["locks_without_round"]):
        yield Tampered("ROW_STATE_CHANGED", owner, "round", f"lock_id={lock_id.hex()}", ("state",))
    for message_sha256, statement, statement_sha256 in streamed(connection, _SO["commands_kept"]):
        if hashlib.sha256(statement).digest() != statement_sha256:
            yield Tampered(
                "ROW_COMMAND_CHANGED", owner, "inbox", f"message_sha256={message_sha256.hex()}", ("statement",)
            )


def _bo(connection: Connection, checked: Checked) -> Iterator[Tampered]:
    for (so,) in connection.execute(_BO["logs"]).fetchall():
        yield from _log_at_bo(connection, so, checked)


def _log_at_bo(connection: Connection, so: str, checked: Checked) -> Iterator[Tampered]:
    owner, cache, snapshot = "bo", ChainCache(), register_of(connection, so)
    heads = [StoredHead(*row) for row in connection.execute(_BO["bo_heads_in_order"], {"so": so})]
    size, manifests = max((head.tree_size for head in heads), default=0), list[tuple[int, bytes]]()
    for row in connection.execute(_BO["manifests_in_log_order"], (so,)).fetchall():
        stored = StoredLock(*row)
        if stored.manifest_index is None or stored.statement is None or stored.manifest_index >= size:
            continue  # it waits for its head: nothing was decided
        manifests.append((stored.manifest_index, stored.statement))
        lock = lock_of(so, stored, snapshot, cache)
        checked.locks += 1
        yield from check_lock(owner, lock, lambda lock=lock: _transcripts(connection, so, lock), snapshot)  # type: ignore[misc]
    checked.heads += len(heads)
    yield from check_log(owner, so, manifests, heads, snapshot, cache)
    for (lock_id,) in connection.execute(_BO["locks_without_manifest"], (so,)):
        yield Tampered("ROW_MISSING", owner, "manifest", f"so={so} lock_id={lock_id.hex()}")
    for lock_id, n in connection.execute(_BO["transcripts_without_lock"], (so,)):
        yield Tampered("ROW_EXTRA", owner, "document", f"so={so} lock_id={lock_id.hex()} n={n}")
    for lock_id, n in connection.execute(_BO["transcripts_without_pupil"], (so,)):
        yield Tampered("ROW_MISSING", owner, "pupil", f"so={so} lock_id={lock_id.hex()} n={n}")


def _transcripts(connection: Connection, so: str, lock: Lock) -> Iterator[StoredRow]:
    yield from (StoredRow(*row) for row in streamed(connection, _BO["ingested_rows"], (so, lock.stored.lock_id)))


def _register(connection: Connection, owner: str) -> Iterator[Tampered]:
    """Hold every entry's columns against the statement that a registrar signed."""
    snapshots: dict[str, Snapshot] = {}
    rows = streamed(connection, _COMMON["register_statements"])
    for so, version, *columns, payload, statement, signature in rows:
        if so not in snapshots:
            snapshots[so] = register_of(connection, so)
        what = _entry_faults(so, columns, payload, statement)
        if not covers(signature, statement, snapshots[so]):
            what = (*what, "signature")
        if what:
            yield Tampered("ROW_REGISTER_CHANGED", owner, "register_entry", f"so={so} version={version}", what)


def _entry_faults(so: str, columns: list[Any], payload: Mapping[str, Any], statement: bytes) -> tuple[str, ...]:
    try:
        said = read(statement, RegisterEntry)
    except HubError:
        return ("statement",)
    kind, entry_id, issued_at, valid_from, valid_to = columns
    ends = None if said.valid_to is msgspec.UNSET else said.valid_to
    pairs = {
        "so": (so, said.so), "kind": (kind, said.kind), "entry_id": (entry_id, said.entry_id),
        "issued_at": (issued_at, _instant(said.issued_at)), "valid_from": (valid_from, _instant(said.valid_from)),
        "valid_to": (valid_to, None if ends is None else _instant(ends)), "payload": (payload, said.payload),
    }  # fmt: skip
    return tuple(name for name, (kept, told) in pairs.items() if kept != told)


def _instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
