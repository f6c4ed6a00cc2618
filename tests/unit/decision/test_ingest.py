"""Ingest: what Bộ makes of chunks, manifests and heads, in any order and any number of times."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as with_fields

from hub.decision import RecordKey, RoundKey
from hub.decision.ingest import Chunk, Head, KnownLog, ManifestRow, NewHead, Staged, decide_ingest
from hub.decision.locking import KnownRound, LeafRow, Lockable, Order, build_lock
from hub.domain import pupil_of
from hub.domain.statements import Manifest, encode
from hub.errors import Refused
from hub.trust import Frontier, leaf_bytes, leaf_hash, manifest_root, parse_leaf
from tests.unit.decision.builders import sha
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
        documents.append(Lockable(sha(f"{school}"), n, record, version, document_of(transcript), ("a..b", "c..d")))
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
    return Head(SO, len(statements), root or frontier.root, b"text", "a..b", 1_781_924_400)


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


def test_lock_is_promoted_whole_with_its_transcripts_in_manifest_order() -> None:
    """Leaf hashes ascend, whatever the order of the chunks."""
    new = decide_ingest(head_over(FIRST), after(*FIRST.chunks[::-1], FIRST.manifest))
    assert isinstance(new, NewHead)
    (lock,) = new.locks
    hashes = [d.leaf_sha256 for d in lock.documents]
    assert hashes == sorted(hashes)
    assert (len(hashes), lock.codes) == (2, ())
    assert all(d.pupil == pupil_of(d.transcript) == d.leaf.pupil for d in lock.documents)


@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=4))
def test_chunks_wait_in_any_order_and_number(order: list[int], again: list[int]) -> None:
    """Two locks mixed, chunks repeated: what is staged is each of them once."""
    chunks = [*FIRST.chunks, *SECOND.chunks]
    known = KnownLog(SO)
    staged = [decide_ingest(chunks[n], known) for n in (*order, *again)]
    assert all(isinstance(s, Staged) for s in staged)
    assert [s.chunk for s in staged if isinstance(s, Staged) and s.chunk] == [chunks[n] for n in order]
    for item in (FIRST.manifest, SECOND.manifest):
        decide_ingest(item, known)
    new = decide_ingest(head_over(FIRST, SECOND), known)
    assert isinstance(new, NewHead)
    assert [lock.codes for lock in new.locks] == [(), ()]


def test_relay_may_repeat_everything_at_any_time() -> None:
    """Chunks without bytes, manifests and heads that came already change nothing."""
    items = (*FIRST.chunks, FIRST.manifest, head_over(FIRST), *SECOND.chunks, SECOND.manifest, head_over(FIRST, SECOND))
    known = after(*items)
    for lock_id, chunks in known.chunks.items():  # the lock is decided: only the hashes are left
        known.chunks[lock_id] = {n: replace(c, message=None, rows=()) for n, c in chunks.items()}
    size, records = known.frontier.size, set(known.records)
    assert [decide_ingest(item, known) for item in items] == [Staged()] * len(items)
    assert (known.frontier.size, known.records) == (size, records)


def test_chunk_with_other_bytes_is_refused() -> None:
    """The first one stands."""
    known = after(*FIRST.chunks)
    assert code_of(replace(FIRST.chunks[0], sha256=sha("other")), known) == "CHUNK_DIFFERS"
    assert known.chunks[FIRST.manifest.lock_id][0] == FIRST.chunks[0]


def test_chunk_is_refused_when_its_manifest_is_there_already() -> None:
    """Nothing joins a lock behind its manifest."""
    assert code_of(FIRST.chunks[1], after(FIRST.chunks[0], FIRST.manifest)) == "CHUNK_LATE"


@pytest.mark.parametrize("n", [-1, 2, 99])
def test_chunk_outside_its_own_count_is_refused(n: int) -> None:
    """It cannot belong to the lock."""
    assert code_of(replace(FIRST.chunks[0], n=n), KnownLog(SO)) == "CHUNK_FOREIGN"


def test_manifest_at_another_place_or_with_other_content_is_refused() -> None:
    """A lock has one manifest, a place of the log one lock."""
    known = after(*FIRST.chunks, FIRST.manifest)
    assert code_of(replace(FIRST.manifest, log_index=1), known) == "MANIFEST_REPEATED"
    assert code_of(replace(FIRST.manifest, statement=b"{}"), known) == "MANIFEST_REPEATED"
    assert code_of(replace(SECOND.manifest, log_index=0), known) == "MANIFEST_REPEATED"


def test_manifest_behind_the_log_is_refused_also_when_the_old_one_is_not_loaded() -> None:
    """The store loads only what can still be needed."""
    known = KnownLog(SO)
    known.frontier.append(leaf_hash(FIRST.manifest.statement))
    assert code_of(replace(SECOND.manifest, log_index=0), known) == "MANIFEST_REPEATED"


def test_head_is_refused_until_all_its_manifests_are_there() -> None:
    """Nothing is decided by it, and it may come again."""
    known = after(*FIRST.chunks, FIRST.manifest)
    assert code_of(head_over(FIRST, SECOND), known) == "CHECKPOINT_INCOMPLETE"
    assert known.frontier.size == 0
    for item in (*SECOND.chunks, SECOND.manifest):
        decide_ingest(item, known)
    new = decide_ingest(head_over(FIRST, SECOND), known)
    assert isinstance(new, NewHead)
    assert len(new.locks) == 2


def test_head_with_another_root_is_a_fork() -> None:
    """Neither log nor locks change."""
    known = after(*FIRST.chunks, FIRST.manifest)
    assert code_of(a_head(FIRST.manifest.statement, root=sha("fork")), known) == "CHECKPOINT_ROOT_DIFFERS"
    assert (known.frontier.size, known.records, known.roots) == (0, set(), {})


@pytest.mark.parametrize("known_root", [True, False])
def test_earlier_head_is_a_repetition_or_a_fork(known_root: bool) -> None:
    """Also at a size at which Bộ never saw a head."""
    heads = (head_over(FIRST),) if known_root else ()
    known = after(*FIRST.chunks, FIRST.manifest, *heads, *SECOND.chunks, SECOND.manifest, head_over(FIRST, SECOND))
    assert decide_ingest(head_over(FIRST), known) == Staged()
    assert code_of(a_head(FIRST.manifest.statement, root=sha("fork")), known) == "CHECKPOINT_ROOT_DIFFERS"


def test_earlier_head_is_refused_when_its_manifests_are_not_loaded() -> None:
    """It came behind a later head of the same batch, for which the old manifests were not read."""
    known = KnownLog(SO)
    for lock in (FIRST, SECOND):
        known.frontier.append(leaf_hash(lock.manifest.statement))
    for item in (*THIRD.chunks, THIRD.manifest, head_over(FIRST, SECOND, THIRD)):
        decide_ingest(item, known)
    assert code_of(head_over(FIRST), known) == "CHECKPOINT_INCOMPLETE"


@given(st.integers(1, 3), st.integers(1, 3))
def test_heads_may_skip_sizes(first: int, second: int) -> None:
    """One head may cover many locks; each lock is decided once, in the order of the log."""
    locks, known = (FIRST, SECOND, THIRD), KnownLog(SO)
    for item in [i for lock in locks for i in (*lock.chunks, lock.manifest)]:
        decide_ingest(item, known)
    decided = []
    for size in (first, second, 3):
        new = decide_ingest(head_over(*locks[:size]), known)
        decided += [v.row.log_index for v in new.locks] if isinstance(new, NewHead) else []
    assert decided == [0, 1, 2]


def test_frontier_of_a_new_head_continues_the_log() -> None:
    """What is stored with the head is enough to append the next manifest."""
    new = decide_ingest(head_over(FIRST), after(*FIRST.chunks, FIRST.manifest))
    assert isinstance(new, NewHead)
    frontier = Frontier.of_hex(1, list(new.frontier))
    frontier.append(leaf_hash(SECOND.manifest.statement))
    assert frontier.root == head_over(FIRST, SECOND).root


@pytest.mark.parametrize("kept", [(), (0,), (1,)])
def test_lock_is_refused_whole_when_a_chunk_is_missing(kept: tuple[int, ...]) -> None:
    """None of its transcripts is taken, and the log goes on."""
    known = KnownLog(SO)
    assert verdict([FIRST.chunks[n] for n in kept], FIRST.manifest, known) == ("CHUNK_MISSING",)
    assert verdict(SECOND.chunks, SECOND.manifest, known) == ()


def test_lock_is_refused_when_its_chunks_do_not_agree_how_many_they_are() -> None:
    """Numbers 0 and 1 are there, but one of them says that there are three."""
    chunks = (FIRST.chunks[0], replace(FIRST.chunks[1], of=3))
    assert verdict(chunks, FIRST.manifest) == ("CHUNK_FOREIGN",)


def test_lock_is_refused_when_count_or_root_differs() -> None:
    """Both are told at once."""
    manifest = with_fields(FIRST.manifest.manifest, count=3)
    assert verdict(FIRST.chunks, manifest_of(manifest, 0)) == ("MANIFEST_COUNT_DIFFERS",)
    manifest = with_fields(manifest, root=sha("other").hex())
    assert verdict(FIRST.chunks, manifest_of(manifest, 0)) == ("MANIFEST_COUNT_DIFFERS", "MANIFEST_ROOT_DIFFERS")


def test_lock_is_refused_when_a_transcript_is_of_another_school() -> None:
    """The manifest names the school that asked for the lock."""
    manifest = with_fields(FIRST.manifest.manifest, school=SCHOOLS[2])
    assert verdict(FIRST.chunks, manifest_of(manifest, 0)) == ("CHUNK_FOREIGN",)


def _rows(lock: Lock) -> list[Row]:
    return [row for chunk in lock.chunks for row in chunk.rows]


def _releafed(row: Row, **changes: Any) -> Row:
    return row[0], row[1], leaf_bytes(with_fields(parse_leaf(row[2]), **changes))


def _other_document(row: Row) -> Row:
    return row[0].replace(b'"3A"', b'"3B"'), row[1], row[2]


@pytest.mark.parametrize(
    "change",
    [
        lambda row: (row[0], row[1], row[2] + b" "),
        lambda row: (row[0], ("x..y",), row[2]),
        _other_document,
        lambda row: _releafed(row, pupil="id:001217999999"),
        lambda row: _releafed(row, year="2024-2025"),
        lambda row: _releafed(row, period="semester_1"),
        lambda row: _releafed(row, effective_on="2026-06-19"),
        lambda row: _releafed((b"{}", row[1], row[2]), document_sha256=hashlib.sha256(b"{}").hexdigest()),
    ],
)
def test_lock_is_refused_when_a_leaf_does_not_say_what_the_document_is(change: Any) -> None:
    """Even when manifest and root agree with the leaf."""
    rows = [change(_rows(FIRST)[0]), *_rows(FIRST)[1:]]
    root = manifest_root(leaf_hash(leaf) for _, _, leaf in rows).hex()
    manifest = with_fields(FIRST.manifest.manifest, root=root)
    assert verdict(chunks_of(manifest, [rows]), manifest_of(manifest, 0)) == ("LEAF_DIFFERS",)


def test_record_of_an_earlier_lock_is_refused() -> None:
    """The same version of the same record cannot stand twice, in one log or another."""
    known = after(*FIRST.chunks, FIRST.manifest, head_over(FIRST))
    manifest = with_fields(FIRST.manifest.manifest, lock_id=sha("second lock").hex())
    again = chunks_of(manifest, [_rows(FIRST)])
    assert verdict(again, manifest_of(manifest, 1), known) == ("RECORD_REPEATED",)


def test_record_that_stands_twice_in_one_lock_is_refused() -> None:
    """The same pupil under two versions is two records; under one version it is a repetition."""
    rows = [*_rows(FIRST), _rows(FIRST)[0]]
    root = manifest_root(leaf_hash(leaf) for _, _, leaf in rows).hex()
    manifest = with_fields(FIRST.manifest.manifest, root=root, count=3)
    assert verdict(chunks_of(manifest, [rows]), manifest_of(manifest, 0)) == ("RECORD_REPEATED",)


def test_refused_lock_leaves_its_records_free() -> None:
    """What was not taken does not stand in the way of a right lock."""
    known = KnownLog(SO)
    assert verdict(FIRST.chunks[:1], FIRST.manifest, known) == ("CHUNK_MISSING",)
    manifest = with_fields(FIRST.manifest.manifest, lock_id=sha("second lock").hex())
    assert verdict(chunks_of(manifest, [_rows(FIRST)]), manifest_of(manifest, 1), known) == ()
