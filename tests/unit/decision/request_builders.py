"""Locks with the request behind them, as a Sở sends them to Bộ."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as with_fields

from hub.decision.ingest import Again, Head, KnownLog, LockVerdict, ManifestRow, NewHead, decide_ingest
from hub.decision.ingest_request import Asked, Request
from hub.decision.lock_request import set_root
from hub.domain.statements import LockRequest, encode
from tests.unit.decision.ingest_builders import Lock, a_head, manifest_of

Signed = Callable[[ManifestRow, Request, Asked], bool]


def documents_of(lock: Lock) -> list[bytes]:
    """Return the hashes of a lock's documents."""
    return [hashlib.sha256(row[0]).digest() for chunk in lock.chunks for row in chunk.rows]


def a_request(lock: Lock, **changes: Any) -> LockRequest:
    """Return what the principal of a lock's school asks for."""
    said, hashes = lock.manifest.manifest, documents_of(lock)
    asked = LockRequest(
        command_id="lock-00001", count=len(hashes), issued_at="2026-06-20T03:00:00Z", root=set_root(hashes).hex(),
        round=said.round, school=said.school, school_year=said.school_year, type="vn.hocba.lock-request/1",
    )  # fmt: skip
    return with_fields(asked, **changes)


def requested(lock: Lock, *statements: bytes, by: bytes | None = None, index: int | None = None) -> Lock:
    """Return the lock with these requests beside its manifest (by default an honest one), which names `by`."""
    given = statements or (encode(a_request(lock)),)
    named = hashlib.sha256(given[0] if by is None else by).hexdigest()
    row = manifest_of(
        with_fields(lock.manifest.manifest, requested_by=named), lock.manifest.log_index if index is None else index
    )  # fmt: skip
    return Lock(lock.chunks, replace(row, requests=tuple(Request(one, "c..d") for one in given), at_s=1))


def head_of(*locks: Lock, signed: Signed = lambda *_: True) -> Head:
    """Return the head over these locks, judged by a register that says `signed` of each request."""
    return replace(a_head(*(lock.manifest.statement for lock in locks)), signed=signed)


def decided(known: KnownLog, head: Head) -> tuple[LockVerdict, ...]:
    """Return what a head decides, first or again."""
    new = decide_ingest(head, known)
    return new.locks if isinstance(new, NewHead | Again) else ()


def taken_in(known: KnownLog, *locks: Lock) -> KnownLog:
    """Send chunks and manifests."""
    for lock in locks:
        for item in (*lock.chunks, lock.manifest):
            decide_ingest(item, known)
    return known
