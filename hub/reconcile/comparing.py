"""One lock, from root down to the pupil: what was asked for, what Sở locked, what Bộ has, what the stream must say."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from hub.agents.publication import publication
from hub.decision import set_root
from hub.domain.statements import LOCK_KINDS, read_lock_asked
from hub.errors import HubError, Refused
from hub.kafka.partition import partition_of
from hub.reconcile.differences import Difference, LockName
from hub.reconcile.locks import Lock
from hub.reconcile.publishing import Expected
from hub.reconcile.rows import NOTHING, Row
from hub.reconcile.sides import AT_BO, AT_SO, known_pupils, side_differences
from hub.reconcile.sources import BoRows, SoRows
from hub.reconcile.truth import Truth, find_truth
from hub.store.bo.published import PublishedRow
from hub.topics import bo_transcript

__all__ = ["Compared", "Documents", "Sources", "compare", "lock_differences"]

Documents = Mapping[bytes, bytes]
"""By leaf hash, the bytes of sound rows of Bộ."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What one lock comes down to: its differences, and what the national stream must say of it."""

    differences: tuple[Difference, ...]
    expected: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """The databases, and Bộ's secret for the keys of the stream."""

    so: SoRows
    bo: BoRows
    secret: bytes


def lock_differences(name: LockName, so: Lock | None, bo: Lock | None) -> Iterator[Difference]:
    """Yield what is wrong with the rows of a lock and its manifest, as far as it says itself."""
    if so is None:
        yield Difference("RECONCILE_LOCK_MISSING_AT_SO", name)
    elif so.faults:
        yield Difference("RECONCILE_LOCK_CHANGED_AT_SO", name, so.faults)
    if bo is None or "no lock" in bo.faults:
        yield Difference("RECONCILE_LOCK_MISSING_AT_BO", name, () if bo is None else bo.faults)
    elif bo.faults:
        yield Difference("RECONCILE_LOCK_CHANGED_AT_BO", name, bo.faults)
    if so is None or bo is None or so.faults or bo.faults:
        return
    if so.stored.statement != bo.stored.statement:
        yield Difference("RECONCILE_MANIFESTS_DIFFER", name)
    elif so.stored.log_index != bo.stored.log_index:
        yield Difference("RECONCILE_LOCK_CHANGED_AT_SO", name, ("log_index",))
    if bo.stored.outcome == "refused":
        yield Difference("RECONCILE_REFUSED_AT_BO", name)


def compare(
    name: LockName, so: Lock | None, bo: Lock | None, rows: tuple[Sequence[Row], Sequence[Row]], documents: Documents,
    stream: AbstractSet[bytes], sources: Sources, *, published: bool,
) -> Compared:  # fmt: skip
    """Compare one lock. `rows` are those of Sở and of Bộ, `stream` the leaves that the stream tells of it."""
    at_so, at_bo = rows
    truth = find_truth(_roots(so, bo), at_so, at_bo, stream)
    pupils = known_pupils(truth, at_so, at_bo)
    found = list(lock_differences(name, so, bo))
    if not truth.proved:
        found.append(Difference("RECONCILE_ROOT_UNPROVED", name))
    is_refused = bo is not None and bo.stored.outcome == "refused"
    found += side_differences(AT_SO, name, truth, at_so, pupils)
    found += side_differences(AT_BO, name, Truth(frozenset(), truth.proved) if is_refused else truth, at_bo, pupils)
    found += _school_differences(name, so or bo, truth, pupils, sources.so)
    expected = () if is_refused else tuple(_expected(name, (so, bo), truth, rows, pupils, documents, sources))
    return Compared(tuple(found), tuple(replace(item, published=published) for item in expected))


def _roots(so: Lock | None, bo: Lock | None) -> set[bytes]:
    """Return the signed roots; where none is signed any more, what the manifests say."""
    locks = [lock for lock in (so, bo) if lock is not None]
    signed = {lock.signed for lock in locks if lock.signed is not None}
    return signed or {bytes.fromhex(lock.manifest.root) for lock in locks if lock.manifest is not None}


def _school_differences(
    name: LockName, lock: Lock | None, truth: Truth, pupils: Mapping[bytes, Row], so: SoRows
) -> Iterator[Difference]:
    """Hold the set that was locked against the root that the school's principal signed."""
    if lock is None or lock.manifest is None:
        return
    asked = bytes.fromhex(lock.manifest.requested_by)
    request = so.request(asked)
    if request is None or hashlib.sha256(request[1]).digest() != asked:
        yield Difference("RECONCILE_REQUEST_MISSING", name, ("missing",) if request is None else ("statement",))
        return
    if request[0] not in LOCK_KINDS or not truth.proved:
        return
    try:
        said = read_lock_asked(request[0], request[1], name.school)
    except Refused:
        yield Difference("RECONCILE_REQUEST_MISSING", name, ("statement",))
        return
    handed_in = (pupils[leaf] for leaf in truth.leaves if leaf in pupils)
    hashes = [row.document_said for row in handed_in if not row.unlocks]
    if (said.count, said.root) != (len(hashes), set_root(hashes).hex()):
        yield Difference("RECONCILE_SCHOOL_SET_DIFFERS", name)


def _expected(
    name: LockName, locks: tuple[Lock | None, Lock | None], truth: Truth, rows: tuple[Sequence[Row], Sequence[Row]],
    pupils: Mapping[bytes, Row], documents: Documents, sources: Sources,
) -> Iterator[Expected]:  # fmt: skip
    named = (row.record.pupil for row in pupils.values() if row.record is not None)
    surrogates = sources.bo.surrogates(name.so, name.lock_id, named)
    at_so = {row.leaf: row for row in rows[0] if not row.faults}
    log_index = _log_index(*locks)
    for leaf in sorted(leaf for leaf in truth.leaves & pupils.keys() if not pupils[leaf].unlocks):
        row, document = pupils[leaf], documents.get(leaf)
        if document is None and leaf in at_so and at_so[leaf].n is not None:
            document = sources.so.document(name.lock_id, at_so[leaf].n or 0)
        surrogate = None if row.record is None else surrogates.get(row.record.pupil)
        place, told = _publication(name, row, leaf, document, surrogate, log_index, sources.secret)
        yield Expected(name, row, leaf, place, told, published=False)


def _log_index(so: Lock | None, bo: Lock | None) -> int | None:
    """Return the place in the log that most rows tell."""
    told = [lock.stored.log_index for lock in (so, bo) if lock is not None]
    told += [] if bo is None else [bo.stored.manifest_index]
    known = [index for index in told if index is not None]
    return max(known, key=known.count, default=None)


def _publication(
    name: LockName, row: Row, leaf: bytes, document: bytes | None, surrogate: bytes | None, log_index: int | None,
    secret: bytes,
) -> tuple[tuple[int, bytes] | None, bytes]:  # fmt: skip
    """Build the message again; (None, b"") where bytes or surrogate are gone."""
    if document is None or surrogate is None or log_index is None or row.record is None:
        return None, NOTHING
    published = PublishedRow(
        document, row.document_said, leaf, row.record.version, date.fromisoformat(row.effective_on), log_index,
        surrogate, row.evidence,
    )  # fmt: skip
    try:
        key, _, value = publication(name.so, name.lock_id.hex(), published, secret)
    except HubError:
        return None, NOTHING
    return (partition_of(key, bo_transcript().partitions), key), hashlib.sha256(value).digest()
