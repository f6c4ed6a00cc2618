"""Tiếp nhận tại Bộ: chunks wait, a manifest names them, a checkpoint that covers the manifest decides the lock.

Bộ recomputes everything that it can: each leaf from its document, each root from its leaves, the log from its
manifests. A lock is promoted whole or refused whole; another root at a size seen before is evidence of a fork.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hub.domain import pupil_of, read
from hub.domain.statements import Manifest
from hub.domain.transcript import Transcript
from hub.errors import Refused
from hub.trust import Frontier, Leaf, envelope_sha256, leaf_hash, manifest_root, parse_leaf

__all__ = [
    "Chunk", "Head", "Ingested", "KnownLog", "LockVerdict", "ManifestRow", "NewHead", "Staged", "decide_ingest",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chunk:
    """A LockedChunk: `rows` are (document, signatures, leaf bytes); empty for one whose bytes are gone."""

    so: str
    lock_id: bytes
    n: int
    of: int
    sha256: bytes
    message: bytes | None
    rows: tuple[tuple[bytes, tuple[str, ...], bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A LockManifest whose signature was verified."""

    so: str
    lock_id: bytes
    log_index: int
    statement: bytes
    signature: str
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Head:
    """A Checkpoint whose signatures were verified; `at_s` is its append time, Unix seconds."""

    so: str
    size: int
    root: bytes
    text: bytes
    signature: str
    at_s: int


@dataclass(frozen=True, slots=True)
class Ingested:
    """One transcript of a promoted lock."""

    document: bytes
    signatures: tuple[str, ...]
    leaf_bytes: bytes
    leaf_sha256: bytes
    leaf: Leaf
    transcript: Transcript
    pupil: str


@dataclass(frozen=True, slots=True)
class LockVerdict:
    """What became of one lock: promoted with its transcripts in manifest order, or refused with codes."""

    row: ManifestRow
    codes: tuple[str, ...]
    documents: tuple[Ingested, ...]


@dataclass(frozen=True, slots=True)
class Staged:
    """A chunk or manifest that now waits, or nothing when it came again."""

    chunk: Chunk | None = None
    manifest: ManifestRow | None = None


@dataclass(frozen=True, slots=True)
class NewHead:
    """A head that Bộ accepts and cosigns, with the locks that it decides."""

    head: Head
    frontier: tuple[str, ...]
    locks: tuple[LockVerdict, ...]


@dataclass
class KnownLog:
    """What Bộ knows of one Sở: its log, the manifests at or beyond its size, their chunks, decided records."""

    so: str
    frontier: Frontier = field(default_factory=Frontier)
    roots: dict[int, bytes] = field(default_factory=dict)
    manifests: dict[int, ManifestRow] = field(default_factory=dict)
    indexes: dict[bytes, int] = field(default_factory=dict)
    chunks: dict[bytes, dict[int, Chunk]] = field(default_factory=dict)
    records: set[tuple[str, str, str, str, int]] = field(default_factory=set)

    def leaf_hashes(self, size: int) -> list[bytes]:
        """Return the log's leaf hashes [0, size); KeyError when a manifest is missing."""
        return [leaf_hash(self.manifests[index].statement) for index in range(size)]


def decide_ingest(item: Chunk | ManifestRow | Head, known: KnownLog) -> Staged | NewHead:
    """Decide one message of a locked topic; `known` is brought up to date. Raises Refused for one that cannot stand."""
    if isinstance(item, Chunk):
        return _chunk(item, known)
    if isinstance(item, ManifestRow):
        return _manifest(item, known)
    return _head(item, known)


def _chunk(item: Chunk, known: KnownLog) -> Staged:
    staged = known.chunks.setdefault(item.lock_id, {})
    earlier = staged.get(item.n)
    if earlier is not None:
        if earlier.sha256 == item.sha256:
            return Staged()
        raise Refused("CHUNK_DIFFERS", {"index": str(item.n)})
    index = known.indexes.get(item.lock_id)
    if index is not None:  # the outbox sends chunks first: whoever sends one after its manifest is not our relay
        raise Refused("CHUNK_LATE", {"index": str(item.n)})
    if not 0 <= item.n < item.of:
        raise Refused("CHUNK_FOREIGN", {"index": str(item.n)})
    staged[item.n] = item
    return Staged(chunk=item)


def _manifest(item: ManifestRow, known: KnownLog) -> Staged:
    index = known.indexes.get(item.lock_id)
    if index is not None:
        earlier = known.manifests[index]
        if (earlier.statement, earlier.log_index) == (item.statement, item.log_index):
            return Staged()
        raise Refused("MANIFEST_REPEATED")
    if item.log_index < known.frontier.size or item.log_index in known.manifests:
        raise Refused("MANIFEST_REPEATED")
    known.indexes[item.lock_id], known.manifests[item.log_index] = item.log_index, item
    return Staged(manifest=item)


def _head(item: Head, known: KnownLog) -> Staged | NewHead:
    if item.size <= known.frontier.size:
        return _earlier_head(item, known)
    frontier = Frontier.of_hex(known.frontier.size, known.frontier.to_hex())
    rows = []
    for index in range(known.frontier.size, item.size):
        row = known.manifests.get(index)
        if row is None:
            raise Refused("CHECKPOINT_INCOMPLETE", {"log_index": str(index)})
        frontier.append(leaf_hash(row.statement))
        rows.append(row)
    if frontier.root != item.root:
        raise Refused("CHECKPOINT_ROOT_DIFFERS", {"tree_size": str(item.size)})
    known.frontier, known.roots[item.size] = frontier, item.root
    verdicts = tuple(_decide_lock(row, known) for row in rows)
    return NewHead(item, tuple(frontier.to_hex()), verdicts)


def _earlier_head(item: Head, known: KnownLog) -> Staged:
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
        raise Refused("CHECKPOINT_ROOT_DIFFERS", {"tree_size": str(item.size)})
    return Staged()


def _decide_lock(row: ManifestRow, known: KnownLog) -> LockVerdict:
    chunks = known.chunks.get(row.lock_id, {})
    try:
        documents = sorted(_documents(row, chunks), key=lambda d: d.leaf_sha256)
        codes = tuple(dict.fromkeys(_faults(row, documents, known)))
    except Refused as refused:
        documents, codes = [], (refused.code,)
    if codes:
        return LockVerdict(row, codes, ())
    known.records |= {_record(row, d) for d in documents}
    return LockVerdict(row, (), tuple(documents))


def _documents(row: ManifestRow, chunks: dict[int, Chunk]) -> Iterator[Ingested]:
    of = next((chunk.of for chunk in chunks.values()), 0)
    if not chunks or len(chunks) != of or sorted(chunks) != list(range(of)):  # the length first: `of` is a stranger's
        raise Refused("CHUNK_MISSING")
    if any(chunk.of != of for chunk in chunks.values()):
        raise Refused("CHUNK_FOREIGN")
    for n in range(of):
        for document, signatures, leaf in chunks[n].rows:
            yield _ingested(row, document, signatures, leaf)


def _ingested(row: ManifestRow, document: bytes, signatures: tuple[str, ...], data: bytes) -> Ingested:
    """Check one transcript against its leaf and its manifest."""
    try:
        leaf = parse_leaf(data)
    except Refused:
        raise Refused("LEAF_DIFFERS") from None
    reading = read(document)
    transcript = reading.transcript
    if transcript is None or not reading.sound or leaf.document_sha256 != hashlib.sha256(document).hexdigest():
        raise Refused("LEAF_DIFFERS")
    if leaf.action != "LOCK":  # an unlock or a supersession has no order yet that could have asked for it
        raise Refused("LEAF_ACTION_UNKNOWN")
    pupil = pupil_of(transcript)
    said = (leaf.envelope_sha256, leaf.pupil, leaf.year, leaf.period, leaf.effective_on)
    true = (
        envelope_sha256(signatures).hex(), pupil, transcript.school_year, transcript.period, row.manifest.effective_on
    )  # fmt: skip
    if said != true:
        raise Refused("LEAF_DIFFERS")
    if (transcript.school.code, transcript.school_year) != (row.manifest.school, row.manifest.school_year):
        raise Refused("CHUNK_FOREIGN")
    return Ingested(document, signatures, data, leaf_hash(data), leaf, transcript, pupil)


def _faults(row: ManifestRow, documents: Sequence[Ingested], known: KnownLog) -> Iterator[str]:
    if len(documents) != row.manifest.count:
        yield "MANIFEST_COUNT_DIFFERS"
    if manifest_root(d.leaf_sha256 for d in documents).hex() != row.manifest.root:
        yield "MANIFEST_ROOT_DIFFERS"
    records = [_record(row, d) for d in documents]
    if len(set(records)) != len(records) or known.records & set(records):
        yield "RECORD_REPEATED"


def _record(row: ManifestRow, document: Ingested) -> tuple[str, str, str, str, int]:
    leaf = document.leaf
    return row.manifest.school, document.pupil, leaf.year, leaf.period, leaf.version
