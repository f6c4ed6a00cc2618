"""The nightly check of one lock: bytes -> hash -> leaf -> root -> signed manifest, from stored rows alone; pure.

Where every row agrees with itself and the root still differs, whoever changed a row changed its hashes with it; but
nobody can make the signatures of its document anew, and so these are looked at then.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from hub.reconcile.locks import Lock, covers
from hub.reconcile.rows import StoredRow, row_of
from hub.reconcile.tampered import Tampered, gaps, row_faults
from hub.trust import Snapshot, manifest_root

__all__ = ["check_lock"]

_MANIFEST = frozenset({"no manifest", "manifest", "signature"})


def check_lock(
    owner: str, lock: Lock, stored: Callable[[], Iterable[StoredRow]], snapshot: Snapshot
) -> Iterator[Tampered]:  # fmt: skip
    """Yield every row of a lock that is not what was locked. `stored` gives its rows, each time it is called."""
    key = f"lock_id={lock.stored.lock_id.hex()}"
    yield from _lock_faults(owner, key, lock)
    if lock.stored.outcome == "refused" and owner == "bo":
        return  # nothing was promoted; rows that stand all the same are found by another query
    numbers, hashes, is_clean = list[int](), list[bytes](), True
    for one in stored():
        row = row_of(one)
        numbers += [] if one.n is None else [one.n]
        hashes.append(row.leaf)
        for tampered in row_faults(owner, lock.stored.lock_id, one, row):
            is_clean = False
            yield tampered
    if lock.manifest is None:
        return
    missing = list(
        gaps(owner, "document" if owner == "bo" else "leaf", lock.stored.lock_id, numbers, lock.manifest.count)
    )
    yield from missing
    if is_clean and not missing and manifest_root(hashes).hex() != lock.manifest.root:
        named = list(_forged(owner, lock.stored.lock_id, stored(), snapshot))
        yield from named or [Tampered("ROW_ROOT_DIFFERS", owner, "lock", key, ("root",))]


def _lock_faults(owner: str, key: str, lock: Lock) -> Iterator[Tampered]:
    manifest = tuple(f for f in lock.faults if f in _MANIFEST)
    columns = tuple(f for f in lock.faults if f not in _MANIFEST and f != "no lock")
    if manifest:
        table = "manifest" if owner == "bo" else "lock"
        code = "ROW_MISSING" if manifest == ("no manifest",) else "ROW_MANIFEST_CHANGED"
        yield Tampered(code, owner, table, key, manifest)
    if "no lock" in lock.faults:
        yield Tampered("ROW_MISSING", owner, "lock", key)
    elif columns:
        yield Tampered("ROW_LOCK_CHANGED", owner, "lock", key, columns)


def _forged(owner: str, lock_id: bytes, stored: Iterable[StoredRow], snapshot: Snapshot) -> Iterator[Tampered]:
    """Yield the rows whose signatures do not stand on their document."""
    for one in stored:
        if one.document is not None and not all(covers(s, one.document, snapshot) for s in one.signatures or ()):
            yield from row_faults(owner, lock_id, one, replace(row_of(one), faults=("document",)))
