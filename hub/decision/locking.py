"""Chốt: what a lock consists of: one leaf for each transcript, a manifest over them, chunks to carry them.

Everything is derived from the round's rows, the Sở's key and the lock command's append time, so that a replay builds
the same bytes. Nothing here can refuse: the lock request was judged when the round was closed. In the round of a
correction each transcript has two leaves: one that unlocks the version before it, and one that takes its place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Literal

from hub.decision.correction_rows import CORRECTION, Step
from hub.decision.keys import RecordKey, RoundKey
from hub.decision.lock_request import set_root
from hub.domain import civil_date
from hub.domain.locator import derive
from hub.domain.statements import LockRequest, Manifest, RoundName
from hub.trust import leaf_bytes, leaf_hash, leaf_of, manifest_root

__all__ = [
    "CHUNK_BYTES_MAX",
    "Base",
    "KnownRound",
    "LeafRow",
    "Lockable",
    "Locked",
    "Order",
    "build_lock",
    "chunk_bounds",
    "is_requested",
]

CHUNK_BYTES_MAX = 700_000  # leaves room for envelope and headers in the size budget of a message
_LOCATOR_TRIES_MAX = 64
_Action = Literal["LOCK", "UNLOCK", "SUPERSEDES"]


@dataclass(frozen=True, slots=True)
class Order:
    """An accepted lock request on its way to be carried out. `at` is the append time of the request.

    `offset` is where the order itself stands; it says nothing about the lock.
    """

    key: RoundKey
    lock_id: bytes
    command_id: str
    at: datetime
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Base:
    """The locked version that a correction takes the place of: its leaf, and the row of the correction."""

    leaf_sha256: bytes
    correction: tuple[str, str, int]
    version: "Lockable"


@dataclass(frozen=True, slots=True)
class Lockable:
    """One open document of the round, with its bytes; with a base, it is a correction."""

    message_sha256: bytes
    n: int
    record: RecordKey
    version: int
    document: bytes
    signatures: Sequence[str]
    base: Base | None = None


@dataclass
class KnownRound:
    """What the lock stage knows of one order: its round's state and documents, its pupils' locators, those taken.

    `order` is the order as it must be by what validate wrote when it closed the round; None while nobody has closed it.
    `acting` is the school that asked: the round's, or in a correction its successor; `step` what its request does.
    """

    state: str
    requested_by: bytes = b""
    documents: Sequence[Lockable] = ()
    locators: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    request: LockRequest | None = None
    order: Order | None = None
    acting: str = ""
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class LeafRow:
    """A leaf with the document that it stands for; `size_bytes` is what it takes in a chunk."""

    action: _Action

    digest: bytes
    leaf: bytes
    locator: str
    document: Lockable
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Locked:
    """A finished lock: leaves in ascending order of their hash, the manifest over them, new locators.

    `step` moves the corrections that its documents came from; `acting` is the school that hears of it.
    """

    order: Order
    leaves: tuple[LeafRow, ...]
    manifest: Manifest
    effective_on: date
    new_locators: Mapping[str, tuple[str, int]]  # pupil -> (locator, counter)
    acting: str
    step: Step | None

    @property
    def documents(self) -> list[Lockable]:
        """The documents that it locks, in the order of their leaves."""
        return [row.document for row in self.leaves if row.action != "UNLOCK"]


def build_lock(order: Order, known: KnownRound, *, so: str, so_symbols: str, key: bytes) -> Locked:
    """Build the lock of a closing round. `key` is the Sở's secret (32 bytes) for salts and locators."""
    effective_on = civil_date(order.at)
    new: dict[str, tuple[str, int]] = {}
    rows: list[LeafRow] = []
    for document in known.documents:
        locator = _locator(document.record.pupil, known, new, so_symbols, key)
        rows += _leaves(document, locator, effective_on.isoformat(), key)
    leaves = tuple(sorted(rows, key=lambda row: row.digest))
    root = manifest_root(row.digest for row in leaves)
    manifest = Manifest(
        count=len(leaves),
        effective_on=effective_on.isoformat(),
        lock_id=order.lock_id.hex(),
        requested_by=known.requested_by.hex(),
        root=root.hex(),
        round=RoundName(cohort=order.key.cohort, number=order.key.number),  # type: ignore[arg-type]
        school=order.key.school,
        school_year=order.key.school_year,
        so=so,
        type="vn.hocba.manifest/1",
    )
    return Locked(order, leaves, manifest, effective_on, new, known.acting or order.key.school, known.step)


def _leaves(document: Lockable, locator: str, effective_on: str, key: bytes) -> list[LeafRow]:
    """Return the leaf of a document, or of a correction the two that lead to it from the version before."""
    base = document.base
    if base is None:
        return [_leaf("LOCK", document, locator, effective_on, key, None)]
    unlocked = _leaf("UNLOCK", base.version, locator, effective_on, key, base.leaf_sha256)
    return [unlocked, _leaf("SUPERSEDES", document, locator, effective_on, key, unlocked.digest)]


def _leaf(
    action: _Action, document: Lockable, locator: str, effective_on: str, key: bytes, previous_leaf: bytes | None
) -> LeafRow:
    record = document.record
    leaf = leaf_of(
        action=action, document=document.document, signatures=document.signatures, salt_key=key, pupil=record.pupil,
        year=record.school_year, period=record.period, version=document.version, locator=locator,
        effective_on=effective_on, previous_leaf=previous_leaf,
    )  # fmt: skip
    data = leaf_bytes(leaf)
    size_bytes = len(data) + len(document.document) + sum(map(len, document.signatures)) + 64
    return LeafRow(action, leaf_hash(data), data, locator, document, size_bytes)


def is_requested(known: KnownRound) -> bool:
    """Tell whether the open documents of the round are exactly the set that the request meant, and there are some.

    Those of a correction each have the locked version whose place they take.
    """
    hashes = [sha256(d.document).digest() for d in known.documents]
    if not hashes or known.request is None:
        return False
    corrects = known.request.round.cohort == CORRECTION
    if any((d.base is not None) is not corrects for d in known.documents):
        return False
    return (known.request.count, known.request.root) == (len(hashes), set_root(hashes).hex())


def _locator(pupil: str, known: KnownRound, new: dict[str, tuple[str, int]], so_symbols: str, key: bytes) -> str:
    """Return the pupil's locator: the stored one, or the first derived one that nobody has."""
    if pupil in known.locators:
        return known.locators[pupil]
    for counter in range(_LOCATOR_TRIES_MAX):
        locator = derive(key, so_symbols, pupil, counter)
        if known.taken.setdefault(locator, pupil) == pupil:
            known.locators[pupil] = locator
            new[pupil] = (locator, counter)
            return locator
    raise AssertionError("sixty-four locators in a row are taken: the key is broken")


def chunk_bounds(sizes_bytes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield [start, end) of each chunk, filled up to the budget; a document larger than the budget goes alone."""
    start, size = 0, 0
    for n, size_bytes in enumerate(sizes_bytes):
        if n > start and size + size_bytes > CHUNK_BYTES_MAX:
            yield start, n
            start, size = n, 0
        size += size_bytes
    if sizes_bytes:
        yield start, len(sizes_bytes)
