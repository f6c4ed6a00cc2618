"""Honest locks, as a Sở sends them to Bộ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.decision import RecordKey, RoundKey
from hub.decision.ingest import Chunk, Head, KnownLog, ManifestRow, NewHead, decide_ingest
from hub.decision.locking import KnownRound, LeafRow, Lockable, Order, build_lock
from hub.domain import pupil_of
from hub.domain.statements import Manifest, encode
from hub.errors import Refused
from hub.trust import Frontier, leaf_hash
from tests.unit.decision.builders import a_signature, sha
from tests.unit.domain.builders import a_school, a_student, a_transcript, document_of

SO = "ha-noi"
KEY = bytes(range(32))
AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)
SCHOOLS = ("0101001", "0101002", "0101003")
Row = tuple[bytes, tuple[str, ...], bytes]


@dataclass(frozen=True)
class Lock:
    """An honest lock: chunks of one transcript each, and its manifest."""

    chunks: tuple[Chunk, ...]
    manifest: ManifestRow


def leaves_of(school: str, count: int = 2, version: int = 1, **changes: Any) -> tuple[LeafRow, ...]:
    return _locked(school, count, version, **changes).leaves


def _locked(school: str, count: int, version: int, **changes: Any) -> Any:
    documents = []
    for n in range(count):
        transcript = a_transcript(
            school=a_school(code=school),
            student=a_student(personal_id=f"001217{n:06d}", student_code=f"{school}{n:03d}"),
            **changes,
        )
        record = RecordKey(school, pupil_of(transcript), transcript.school_year, transcript.period)
        documents.append(
            Lockable(sha(f"{school}"), n, record, version, document_of(transcript), (a_signature(1), a_signature(2)))
        )
    order = Order(RoundKey(school, "2025-2026", "completed", version), sha(f"{school}/{version}"), "lock-00001", AT)
    known = KnownRound("closing", sha("request"), documents)
    return build_lock(order, known, so=SO, so_symbols="01", key=KEY)


def a_lock(index: int, school: str | None = None, version: int = 1) -> Lock:
    locked = _locked(school or SCHOOLS[index], 2, version)
    rows: list[Row] = [(row.document.document, tuple(row.document.signatures), row.leaf) for row in locked.leaves]
    return Lock(chunks_of(locked.manifest, [[row] for row in rows]), manifest_of(locked.manifest, index))


def manifest_of(manifest: Manifest, index: int) -> ManifestRow:
    return ManifestRow(SO, bytes.fromhex(manifest.lock_id), index, encode(manifest), "a..b", manifest)


def chunks_of(manifest: Manifest, groups: Sequence[Sequence[Row]]) -> tuple[Chunk, ...]:
    lock_id = bytes.fromhex(manifest.lock_id)
    return tuple(
        Chunk(SO, lock_id, n, len(groups), sha(f"{manifest.lock_id}/{n}/{rows!r}"), b"bytes", tuple(rows))
        for n, rows in enumerate(groups)
    )


def a_head(*statements: bytes, root: bytes | None = None) -> Head:
    frontier = Frontier()
    for statement in statements:
        frontier.append(leaf_hash(statement))
    return Head(SO, len(statements), root or frontier.root, b"text", "a..b", 1_781_924_400, lambda *_: True)


def head_over(*locks: Lock) -> Head:
    return a_head(*(lock.manifest.statement for lock in locks))


def after(*items: Chunk | ManifestRow | Head) -> KnownLog:
    known = KnownLog(SO)
    for item in items:
        decide_ingest(item, known)
    return known


def code_of(item: Chunk | ManifestRow | Head, known: KnownLog) -> str:
    with pytest.raises(Refused) as refused:
        decide_ingest(item, known)
    return refused.value.code


def verdict(chunks: Iterable[Chunk], manifest: ManifestRow, known: KnownLog | None = None) -> tuple[str, ...]:
    """Return the codes with which a head over one manifest decides its lock."""
    log = known or KnownLog(SO)
    statements = [log.manifests[n].statement for n in range(log.frontier.size)]
    for item in (*chunks, manifest):
        decide_ingest(item, log)
    new = decide_ingest(a_head(*statements, manifest.statement), log)
    assert isinstance(new, NewHead)
    (lock,) = new.locks
    assert bool(lock.codes) != bool(lock.documents)
    return lock.codes


FIRST, SECOND, THIRD = (a_lock(n) for n in range(3))
