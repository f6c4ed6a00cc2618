"""One lock as an organisation stores it, and whether its row, its manifest and its signature agree; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from hub.domain.statements import Manifest, read
from hub.errors import HubError, Refused
from hub.reconcile.differences import LockName
from hub.trust import ChainCache, Snapshot, Status, certificate_of, verify, verify_statement
from hub.trust import read as read_signature

__all__ = ["Lock", "StoredLock", "covers", "lock_of", "sealed"]


class StoredLock(NamedTuple):
    """One row as the lock queries of both databases give it; None where the row or the manifest is not there."""

    lock_id: bytes
    school: str | None
    school_year: str | None
    cohort: str | None
    number: int | None
    leaf_count: int | None
    root: bytes | None
    effective_on: date | None
    statement: bytes | None
    signature: str | None
    at: datetime | None
    log_index: int | None
    outcome: str | None
    manifest_index: int | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """A stored lock with its manifest; `faults` name columns and parts that disagree, `signed` is the signed root."""

    stored: StoredLock
    manifest: Manifest | None
    signed: bytes | None
    faults: tuple[str, ...]

    def name(self, so: str) -> LockName:
        """Return how the lock is called, as the manifest says where it can be read."""
        stored, manifest = self.stored, self.manifest
        if manifest is None:
            named = (stored.school or "", stored.school_year or "", stored.cohort or "", stored.number or 0)
        else:
            named = (manifest.school, manifest.school_year, manifest.round.cohort, manifest.round.number)
        return LockName(so, *named, stored.lock_id)


def lock_of(so: str, stored: StoredLock, snapshot: Snapshot, cache: ChainCache) -> Lock:
    """Read one stored lock, and judge its seal by the register at the time of the lock. Never raises."""
    manifest = _manifest(stored.statement)
    is_signed = (
        stored.statement is not None and stored.signature is not None and _is_sealed(so, stored, snapshot, cache)
    )
    faults = tuple(dict.fromkeys(_faults(so, stored, manifest, is_signed)))
    signed = bytes.fromhex(manifest.root) if manifest is not None and is_signed else None
    return Lock(stored, manifest, signed, faults)


def sealed(
    payload: bytes, signature: str, typ: str, owner: str, role: str, at: datetime, snapshot: Snapshot, cache: ChainCache
) -> bool:
    """Tell whether the seal of an owner ("so-<slug>" or "bo") stands on a statement, as of `at`."""
    verdict = verify_statement(
        payload, signature, typ=typ, scope={"owner": owner}, roles={role}, snapshot=snapshot, proven_at=at, cache=cache,
    )  # fmt: skip
    return verdict.status is not Status.INVALID


def covers(signature: str, data: bytes, snapshot: Snapshot) -> bool:
    """Tell whether a signature is over these bytes, by the certificate that it names; who signed is not judged here.

    True where the register does not have the certificate: then nothing can be told.
    """
    try:
        parsed = read_signature(signature)
        der = snapshot.certificate(parsed.certificate_sha256)
        if der is not None:
            verify(parsed, data, certificate_of(der).public_key())  # type: ignore[arg-type]
    except HubError:
        return False
    return True


def _manifest(statement: bytes | None) -> Manifest | None:
    try:
        return None if statement is None else read(statement, Manifest)
    except Refused:
        return None


def _is_sealed(so: str, stored: StoredLock, snapshot: Snapshot, cache: ChainCache) -> bool:
    if stored.statement is None or stored.signature is None or stored.at is None:
        return False
    typ, at = "vn.hocba.manifest/1", stored.at
    return sealed(stored.statement, stored.signature, typ, f"so-{so}", "so_seal", at, snapshot, cache)


def _faults(so: str, stored: StoredLock, manifest: Manifest | None, is_signed: bool) -> Iterator[str]:
    if stored.at is None:
        yield "no lock"
    if stored.statement is None:
        yield "no manifest"
        return
    if manifest is None:
        yield "manifest"
        return
    if stored.at is not None:
        if not is_signed:
            yield "signature"
        yield from (name for name, (kept, said) in _pairs(so, stored, manifest).items() if kept != said)


def _pairs(so: str, stored: StoredLock, manifest: Manifest) -> dict[str, tuple[object, object]]:
    """Return what each column keeps and what the manifest says."""
    root = None if stored.root is None else stored.root.hex()
    pairs: dict[str, tuple[object, object]] = {
        "so": (so, manifest.so),
        "lock_id": (stored.lock_id.hex(), manifest.lock_id),
        "school": (stored.school, manifest.school),
        "school_year": (stored.school_year, manifest.school_year),
        "cohort": (stored.cohort, manifest.round.cohort),
        "round_number": (stored.number, manifest.round.number),
        "count": (stored.leaf_count, manifest.count),
        "root": (root, manifest.root),
    }
    if stored.effective_on is not None:
        pairs["effective_on"] = (stored.effective_on.isoformat(), manifest.effective_on)
    if stored.manifest_index is not None:
        pairs["log_index"] = (stored.log_index, stored.manifest_index)
    return pairs
