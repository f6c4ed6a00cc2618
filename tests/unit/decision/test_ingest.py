"""Ingest: what Bộ makes of chunks, manifests and heads, in any order and any number of times."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.decision.ingest import KnownLog, NewHead, Staged, decide_ingest
from hub.domain import pupil_of
from hub.trust import Frontier, leaf_hash
from tests.unit.decision.builders import sha
from tests.unit.decision.ingest_builders import FIRST, SECOND, SO, THIRD, a_head, after, code_of, head_over


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
