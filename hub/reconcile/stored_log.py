"""The nightly check of one Sở's log: manifests in their places, heads over them, signatures and cosignatures; pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from hub.domain.statements import IngestStatement, read
from hub.errors import HubError, Refused
from hub.reconcile.locks import sealed
from hub.reconcile.tampered import Tampered
from hub.schemas import decode
from hub.signing import COSIGNER, log_origin
from hub.trust import (
    ChainCache,
    Checkpoint,
    Frontier,
    Snapshot,
    TrustPolicy,
    judge_timestamp,
    leaf_hash,
    verify_checkpoint,
    verify_cosignature,
)

__all__ = ["StoredAnswer", "StoredHead", "check_answer", "check_log", "check_told"]

_CHECKPOINT_TYPE = "vn.hocba.checkpoint/1"


class StoredHead(NamedTuple):
    """One row of `heads_in_order` or `bo_heads_in_order`; the cosignature and the token's time stand in Bộ's alone.

    `successor`: of the final head of a closed log, which stands in the table `closing`.
    """

    tree_size: int
    root: bytes
    frontier: list[str]
    text: bytes
    signature: str
    at: datetime
    cosignature: str | None
    timestamp: bytes = b""
    stamped_at: datetime | None = None
    successor: str | None = None


class StoredAnswer(NamedTuple):
    """One row of `answers_of_bo`."""

    lock_id: bytes
    outcome: str
    statement: bytes
    signature: str
    cosignature: str
    root: bytes
    log_index: int | None
    locked_at: datetime


def check_log(
    owner: str, so: str, manifests: Iterable[tuple[int, bytes]], heads: Iterable[StoredHead], snapshot: Snapshot,
    cache: ChainCache,
) -> Iterator[Tampered]:  # fmt: skip
    """Append the manifests, (place, statement) in order, and hold each head against the tree of its size."""
    left, tree, is_whole = iter(manifests), Frontier(), True
    upcoming = next(left, None)
    for head in heads:
        while is_whole and tree.size < head.tree_size:
            if upcoming is None or upcoming[0] != tree.size:
                is_whole = False
                yield Tampered("ROW_MISSING", owner, _manifest_table(owner), _at(owner, so, "log_index", tree.size))
            else:
                tree.append(leaf_hash(upcoming[1]))
                upcoming = next(left, None)
        what = tuple(dict.fromkeys(_head_faults(so, head, tree if is_whole else None, snapshot, cache)))
        if what:
            key = _at(owner, so, "tree_size", head.tree_size)
            table = "checkpoint" if head.successor is None else "closing"
            yield Tampered("ROW_CHECKPOINT_CHANGED", owner, table, key, what)


def _manifest_table(owner: str) -> str:
    return "manifest" if owner == "bo" else "lock"


def _at(owner: str, so: str, name: str, number: int) -> str:
    return f"so={so} {name}={number}" if owner == "bo" else f"{name}={number}"


def _head_faults(
    so: str, head: StoredHead, tree: Frontier | None, snapshot: Snapshot, cache: ChainCache
) -> Iterator[str]:
    policy = snapshot.policy(head.at)
    keys = () if policy is None else policy.note_keys(log_origin(so))
    try:
        said: Checkpoint | None = verify_checkpoint(head.text, keys)
    except Refused:
        said = None
        yield "text"
    if not sealed(head.text, head.signature, _CHECKPOINT_TYPE, f"so-{so}", "so_seal", head.at, snapshot, cache):
        yield "signature" if said is not None else "text"
    if said is not None and (said.origin, said.size) != (log_origin(so), head.tree_size):
        yield "tree_size"
    if said is not None and said.successor != head.successor:
        yield "successor"
    roots = [head.root, None if said is None else said.root, None if tree is None else tree.root]
    if len({root for root in roots if root is not None}) > 1:
        yield "root"
    if tree is not None and head.frontier != tree.to_hex():
        yield "frontier"
    if said is not None and head.cosignature is not None:
        cosigners = () if policy is None else policy.note_keys(COSIGNER)
        if not _is_cosigned(said, head.cosignature, cosigners):
            yield "cosignature"
    yield from _stamp_faults(head, policy)


def _stamp_faults(head: StoredHead, policy: TrustPolicy | None) -> Iterator[str]:
    """Judge the stored token again. What was not there, or had no root, when it came is no fault of the row."""
    if not head.timestamp or policy is None or not policy.timestamp_roots:
        return
    try:
        stamp = judge_timestamp(head.timestamp, head.text, policy)
    except Refused:
        yield "timestamp_token"
        return
    if stamp is not None and head.stamped_at not in (None, stamp.at):
        yield "stamped_at"


def _is_cosigned(said: Checkpoint, cosignature: str, keys: Iterable[object]) -> bool:
    for key in keys:
        try:
            verify_cosignature(said, cosignature, key)  # type: ignore[arg-type]
        except Refused:
            continue
        return True
    return False


def check_told(
    owner: str, heads: Iterable[StoredHead], told: Iterable[tuple[int, bytes | None, bool]]
) -> Iterator[Tampered]:
    """Hold the heads against what was sent: (size, message, whether it is the final head of a closed log).

    The message is None for one that only repeats another row's bytes. No signature covers whether there is a
    time-stamp, so the message alone can tell that a token is gone.
    """
    stored = {(head.tree_size, head.successor is not None): head for head in heads}
    for size, message, is_final in sorted(told, key=lambda one: (one[0], one[2])):
        key, table = _at(owner, "", "tree_size", size), "closing" if is_final else "checkpoint"
        head = stored.get((size, is_final))
        if head is None:
            yield Tampered("ROW_MISSING", owner, table, key)
        elif message is not None and _token_in(message) != head.timestamp:
            yield Tampered("ROW_CHECKPOINT_CHANGED", owner, table, key, ("timestamp_token",))


def _token_in(message: bytes) -> bytes | None:
    try:
        return bytes(decode(message, ("Checkpoint",)).value["timestamp"])
    except Refused:
        return None


def check_answer(owner: str, answer: StoredAnswer, snapshot: Snapshot, cache: ChainCache) -> Tampered | None:
    """Hold Bộ's stored answer against its signature and its lock."""
    key = f"lock_id={answer.lock_id.hex()}"
    try:
        said = read(answer.statement, IngestStatement)
        at = datetime.fromisoformat(said.at)
    except (HubError, ValueError):
        return Tampered("ROW_RECEIPT_CHANGED", owner, "ingest_receipt", key, ("statement",))
    what = []
    if not sealed(answer.statement, answer.signature, said.type, "bo", "bo_seal", at, snapshot, cache):
        what.append("signature")
    kept = (answer.lock_id.hex(), answer.outcome)
    if (said.lock_id, said.outcome) != kept:
        what.append("outcome" if said.lock_id == kept[0] else "lock_id")
    if (said.root, said.log_index) != (answer.root.hex(), answer.log_index):
        what.append("lock")
    return Tampered("ROW_RECEIPT_CHANGED", owner, "ingest_receipt", key, tuple(what)) if what else None
