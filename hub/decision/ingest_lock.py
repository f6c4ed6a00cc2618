"""Tiếp nhận một đợt chốt: one lock at Bộ: every leaf from its document, count, root, request, and what it lacks."""

import hashlib
from collections.abc import Hashable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from hub.decision.ingest_correction import LeafOf, correction_faults, stands_after
from hub.decision.ingest_known import Chunk, Head, Ingested, KnownLog, LockVerdict, ManifestRow, Refusal
from hub.decision.ingest_missing import missing_chunks, missing_of, missing_pupils
from hub.decision.ingest_request import request_faults, unreported_of
from hub.domain import asks_roster, pupil_of, read
from hub.domain.statements import Missing
from hub.errors import Refused
from hub.trust import envelope_sha256, grade_of, leaf_hash, manifest_root, parse_leaf

__all__ = ["decide_lock"]


def decide_lock(row: ManifestRow, head: Head, known: KnownLog, attempt: int = 1) -> LockVerdict:
    """Decide one lock that `head` covers, whole; `known` is brought up to date."""
    chunks = known.chunks.get(row.lock_id, {})
    try:
        documents = sorted(_documents(row, chunks), key=lambda d: d.leaf_sha256)
        codes = tuple(dict.fromkeys((*_faults(row, documents, known), *_request_faults(row, documents, head, known))))
    except Refused as refused:
        documents, codes = [], (refused.code,)
    told = known.told.get((row.lock_id, attempt))
    if told is not None and told.codes:  # a refusal that was told stays: this is its replay
        codes = told.codes
    if codes:
        known.refused[row.lock_id] = Refusal(attempt, codes)
        gone = missing_chunks({n: c.of for n, c in chunks.items()}) if "CHUNK_MISSING" in codes else ()
        leaves = _unknown_leaves(row, documents, known) if "UNLOCK_NOT_OF_STANDING" in codes else ()
        return LockVerdict(row, codes, (), missing_of(chunks=gone, leaves=leaves), attempt)
    known.refused.pop(row.lock_id, None)
    known.records |= {_record(row, d) for d in documents}
    known.recorded |= {_leaf(row, d).record for d in documents}
    school_year = row.manifest.school, row.manifest.school_year
    known.reported.setdefault(school_year, set()).update(d.pupil for d in documents)
    known.standing |= stands_after(row.so, [_leaf(row, d) for d in documents])
    return LockVerdict(row, (), tuple(documents), _missing(row, known), attempt)


def _request_faults(row: ManifestRow, documents: Sequence[Ingested], head: Head, known: KnownLog) -> tuple[str, ...]:
    """Judge every request that came with the manifest; one that stands is enough.

    None at all is what an older hub sends; a Sở that has sent one does not go back.
    """
    if not row.requests:
        since = known.requested_from
        return ("REQUEST_ABSENT",) if since is not None and since < row.log_index else ()
    meant = [bytes.fromhex(d.leaf.document_sha256) for d in documents if d.leaf.action != "UNLOCK"]
    judged = [
        request_faults(request, row.manifest, meant, lambda given, asked: head.signed(row, given, asked))
        for request in row.requests
    ]
    return () if () in judged else judged[-1]


def _unknown_leaves(row: ManifestRow, documents: Sequence[Ingested], known: KnownLog) -> Iterator[bytes]:
    """Yield the leaves that a correction ends and of whose records Bộ has nothing: their lock did not come."""
    for one in (_leaf(row, d) for d in documents if d.leaf.action == "UNLOCK"):
        if one.record not in known.standing and isinstance(one.leaf.previous_leaf, str):
            yield bytes.fromhex(one.leaf.previous_leaf)


def _missing(row: ManifestRow, known: KnownLog) -> Missing | None:
    """Return what a promoted lock lacks: the request, the roster, pupils of whom nothing came and nothing was said."""
    said = row.manifest
    if not asks_roster(said.round.cohort):
        return missing_of(request=not row.requests)
    roster = known.rosters.get(row.lock_id, ())
    reported = known.reported.get((said.school, said.school_year), set())
    explained = unreported_of(row.requests[-1], said) if row.requests else frozenset[str]()
    pupils = tuple(missing_pupils(roster, reported, explained))
    return missing_of(pupils=pupils, request=not row.requests, roster=not roster)


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
    pupil = pupil_of(transcript)
    said = (leaf.envelope_sha256, leaf.pupil, leaf.year, leaf.period, leaf.effective_on)
    true = (
        envelope_sha256(signatures).hex(), pupil, transcript.school_year, transcript.period, row.manifest.effective_on
    )  # fmt: skip
    if said != true:
        raise Refused("LEAF_DIFFERS")
    if leaf.evidence != grade_of(signatures):
        raise Refused("LEAF_GRADE_WRONG")
    if (transcript.school.code, transcript.school_year) != (row.manifest.school, row.manifest.school_year):
        raise Refused("CHUNK_FOREIGN")
    return Ingested(document, signatures, data, leaf_hash(data), leaf, transcript, pupil)


def _faults(row: ManifestRow, documents: Sequence[Ingested], known: KnownLog) -> Iterator[str]:
    if len(documents) != row.manifest.count:
        yield "MANIFEST_COUNT_DIFFERS"
    if manifest_root(d.leaf_sha256 for d in documents).hex() != row.manifest.root:
        yield "MANIFEST_ROOT_DIFFERS"
    leaves = [_leaf(row, d) for d in documents]
    # without version: the first that is locked may be of any, and only a correction takes the place of what stands
    first = [one.record for one in leaves if one.leaf.action == "LOCK"]
    if _repeats([_record(row, d) for d in documents], known.records) or _repeats(first, known.recorded):
        yield "RECORD_REPEATED"
    yield from correction_faults(row.so, row.manifest.round.cohort, leaves, known.standing)


def _repeats(records: Sequence[Hashable], known: AbstractSet[Hashable]) -> bool:
    found = set(records)
    return len(found) != len(records) or not found.isdisjoint(known)


def _record(row: ManifestRow, document: Ingested) -> tuple[str, str, str, str, int, bool]:
    leaf = document.leaf
    return row.manifest.school, document.pupil, leaf.year, leaf.period, leaf.version, leaf.action == "UNLOCK"


def _leaf(row: ManifestRow, document: Ingested) -> LeafOf:
    leaf, supersedes = document.leaf, document.transcript.supersedes
    record = (row.manifest.school, document.pupil, leaf.year, leaf.period)
    return LeafOf(record, leaf, document.leaf_sha256.hex(), supersedes if isinstance(supersedes, str) else "")
