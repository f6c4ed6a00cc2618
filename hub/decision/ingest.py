"""Tiếp nhận tại Bộ: chunks wait, a manifest names them, a checkpoint that covers the manifest decides the lock.

Bộ recomputes everything that it can: each leaf from its document, each root from its leaves, the log from its
manifests, and whether the lock was asked for. A lock is promoted whole or refused whole; two signed histories are kept
as a pair. A refused lock whose parts come again is decided again, as another attempt: the last one counts.
"""

from collections.abc import Sequence
from dataclasses import replace

from hub.decision.forks import Fork, Forked, SignedText
from hub.decision.ingest_closing import decide_end, refuse_growth, refuse_larger_head
from hub.decision.ingest_known import (
    Again,
    Chunk,
    Closing,
    Head,
    Ingested,
    KnownLog,
    LockVerdict,
    ManifestRow,
    NewClosing,
    NewHead,
    Refusal,
    Staged,
    Told,
)
from hub.decision.ingest_lock import decide_lock
from hub.errors import Refused
from hub.trust import Frontier, leaf_hash

__all__ = [
    "Again", "Chunk", "Closing", "Head", "Ingested", "KnownLog", "LockVerdict", "ManifestRow", "NewClosing", "NewHead",
    "Refusal", "Staged", "Told", "decide_ingest",
]  # fmt: skip


def decide_ingest(item: Chunk | ManifestRow | Head, known: KnownLog) -> Staged | NewHead | NewClosing | Again:
    """Decide one message of a locked topic; `known` is brought up to date.

    Raises Refused for one that cannot stand, Forked with the pair when it contradicts what was signed before.
    """
    if isinstance(item, Chunk):
        return _chunk(item, known)
    if isinstance(item, ManifestRow):
        return _manifest(item, known)
    return _head(item, known)


def _chunk(item: Chunk, known: KnownLog) -> Staged:
    staged = known.chunks.setdefault(item.lock_id, {})
    earlier = staged.get(item.n)
    is_refused = item.lock_id in known.refused  # its chunks gave their bytes back, and may come again
    if earlier is not None:
        if earlier.sha256 != item.sha256:
            raise Refused("CHUNK_DIFFERS", {"index": str(item.n)})
        if not is_refused or earlier.message is not None:
            return Staged()
        staged[item.n] = item
        return Staged(returned=item)
    index = known.indexes.get(item.lock_id)
    if index is not None and not is_refused:  # the outbox sends chunks first: one after its manifest is no relay's
        raise Refused("CHUNK_LATE", {"index": str(item.n)})
    if index is None:
        refuse_growth(known)
    if not 0 <= item.n < item.of:
        raise Refused("CHUNK_FOREIGN", {"index": str(item.n)})
    staged[item.n] = item
    return Staged(chunk=item)


def _manifest(item: ManifestRow, known: KnownLog) -> Staged:
    index = known.indexes.get(item.lock_id)
    earlier = known.manifests.get(item.log_index if index is None else index)
    if earlier is not None and earlier.statement != item.statement:
        first, second = (SignedText(m.log_index, m.statement, m.signature) for m in (earlier, item))
        raise Forked(Fork(item.so, "manifest", "MANIFEST_REPEATED", first, second, item.at_s))
    if earlier is not None and earlier.log_index == item.log_index:
        return _requested(item, earlier, known)
    if earlier is not None or item.log_index < known.frontier.size:
        raise Refused("MANIFEST_REPEATED")
    refuse_growth(known)
    known.indexes[item.lock_id], known.manifests[item.log_index] = item.log_index, item
    _note_request(item, known)
    return Staged(manifest=item)


def _requested(item: ManifestRow, earlier: ManifestRow, known: KnownLog) -> Staged:
    """Take in a request that did not come with the manifest before: an older hub's, or one that was broken."""
    new = tuple(request for request in item.requests if request not in earlier.requests)
    if not new:
        return Staged()
    known.manifests[item.log_index] = replace(earlier, requests=(*earlier.requests, *new))
    _note_request(item, known)
    return Staged(requested=replace(item, requests=new))


def _note_request(item: ManifestRow, known: KnownLog) -> None:
    if item.requests and (known.requested_from is None or item.log_index < known.requested_from):
        known.requested_from = item.log_index


def _head(item: Head, known: KnownLog) -> Staged | NewHead | NewClosing | Again:
    if item.size <= known.frontier.size:
        return _earlier_head(item, known)
    refuse_larger_head(item, known)
    if item.successor is not None:
        return decide_end(item, known)
    frontier = Frontier.of_hex(known.frontier.size, known.frontier.to_hex())
    rows = []
    for index in range(known.frontier.size, item.size):
        row = known.manifests.get(index)
        if row is None:
            raise Refused("CHECKPOINT_INCOMPLETE", {"log_index": str(index)})
        frontier.append(leaf_hash(row.statement))
        rows.append(row)
    if frontier.root != item.root:
        raise _forked(item, known)
    if item.unstamped is not None:
        raise item.unstamped
    known.frontier, known.roots[item.size] = frontier, item.root
    known.heads[item.size] = SignedText(item.size, item.text, item.signature)
    verdicts = tuple(decide_lock(row, item, known) for row in rows)
    _let_go(known, [row.lock_id for row in rows])
    return NewHead(item, tuple(frontier.to_hex()), verdicts)


def _forked(item: Head, known: KnownLog) -> Refused:
    """Return the refusal, with the pair when a signed head stands for what was seen before."""
    facts = {"tree_size": str(item.size)}
    first = known.heads.get(item.size) or known.heads.get(known.frontier.size)
    if first is None:
        return Refused("CHECKPOINT_ROOT_DIFFERS", facts)
    second = SignedText(item.size, item.text, item.signature)
    return Forked(Fork(item.so, "checkpoint", "CHECKPOINT_ROOT_DIFFERS", first, second, item.at_s), facts)


def _let_go(known: KnownLog, lock_ids: Sequence[bytes]) -> None:
    """What was decided keeps only the hashes of its chunks, here as in the database."""
    for lock_id in lock_ids:
        chunks = known.chunks.get(lock_id, {})
        known.chunks[lock_id] = {n: replace(chunk, message=None, rows=()) for n, chunk in chunks.items()}


def _earlier_head(item: Head, known: KnownLog) -> Staged | NewClosing | Again:
    """A smaller or equal head with the matching historic root is a repetition; another root is a fork."""
    root = known.roots.get(item.size)
    if root is None:
        if not known.manifests.keys() >= set(range(item.size)):  # sent again behind a later head of the same batch
            raise Refused("CHECKPOINT_INCOMPLETE", {"tree_size": str(item.size)})
        frontier = Frontier()
        for digest in known.leaf_hashes(item.size):
            frontier.append(digest)
        root = frontier.root
    if root != item.root:
        raise _forked(item, known)
    return _again(item, known) if item.successor is None else decide_end(item, known)


def _again(item: Head, known: KnownLog) -> Staged | Again:
    """Decide refused locks below the head once more, when all that came of them before has come again."""
    below = [row for index, row in sorted(known.manifests.items()) if index < item.size]
    due = [row for row in below if row.lock_id in known.refused and _is_due(row.lock_id, item, known)]
    if not due:
        return Staged()
    before = {row.lock_id: known.refused[row.lock_id] for row in due}
    verdicts = [decide_lock(row, item, known, attempt=before[row.lock_id].attempt + 1) for row in due]
    _let_go(known, list(before))
    changed = tuple(v for v in verdicts if v.codes != before[v.row.lock_id].codes)
    for verdict in verdicts:
        if verdict not in changed:
            known.refused[verdict.row.lock_id] = before[verdict.row.lock_id]
    return Again(item, changed, tuple(before))


def _is_due(lock_id: bytes, item: Head, known: KnownLog) -> bool:
    told = known.told.get((lock_id, known.refused[lock_id].attempt + 1))
    has_bytes = all(chunk.message is not None for chunk in known.chunks.get(lock_id, {}).values())
    return has_bytes and (told is None or told.at_s == item.at_s)
