"""A lock that Bộ refused, sent again: decided once more when its parts are back, and only if something has changed."""

from dataclasses import replace

import pytest
from msgspec import UNSET

from hub.decision.ingest import Again, Chunk, KnownLog, NewHead, Refusal, Staged, Told, decide_ingest
from hub.domain.statements import encode
from tests.unit.decision.builders import sha
from tests.unit.decision.ingest_builders import FIRST, SECOND, SO, Lock, code_of
from tests.unit.decision.request_builders import a_request, decided, head_of, requested, taken_in

LOCK, OTHER = requested(FIRST), requested(SECOND)


def refused_for_a_chunk(*more: Lock) -> KnownLog:
    """Return the log after a head over a lock of which one chunk never came."""
    known = KnownLog(SO)
    decide_ingest(LOCK.chunks[0], known)
    decide_ingest(LOCK.manifest, known)
    taken_in(known, *more)
    first, *_ = decided(known, head_of(LOCK, *more))
    assert (first.codes, first.attempt) == (("CHUNK_MISSING",), 1)
    return known


def test_missing_chunk_is_named_by_its_index() -> None:
    """So that the Sở knows what to look for."""
    known = KnownLog(SO)
    decide_ingest(LOCK.chunks[0], known)
    decide_ingest(LOCK.manifest, known)
    (verdict,) = decided(known, head_of(LOCK))
    assert verdict.missing is not None
    assert (verdict.missing.chunks, verdict.missing.pupils) == ((1,), UNSET)


def test_refused_lock_is_taken_when_all_of_it_comes_again() -> None:
    """As a second attempt, with everything that a first one has."""
    known = refused_for_a_chunk()
    staged = [decide_ingest(chunk, known) for chunk in LOCK.chunks]
    assert [(s.returned, s.chunk) for s in staged if isinstance(s, Staged)] == [
        (LOCK.chunks[0], None), (None, LOCK.chunks[1]),
    ]  # fmt: skip
    assert decide_ingest(LOCK.manifest, known) == Staged()
    again = decide_ingest(head_of(LOCK), known)
    assert isinstance(again, Again)
    (verdict,) = again.locks
    assert (verdict.codes, verdict.attempt, len(verdict.documents)) == ((), 2, 2)
    assert again.considered == (LOCK.manifest.lock_id,)
    assert known.refused == {}


def test_resending_has_one_effect() -> None:
    """What was taken at the second attempt is a repetition from then on."""
    known = refused_for_a_chunk()
    taken_in(known, LOCK)
    decide_ingest(head_of(LOCK), known)
    for item in (*LOCK.chunks, LOCK.manifest, head_of(LOCK)):
        assert decide_ingest(item, known) == Staged()


def test_nothing_is_decided_while_only_some_of_it_has_come_again() -> None:
    """The bytes of a decided lock are gone; a part of them proves nothing."""
    known = refused_for_a_chunk()
    assert decide_ingest(head_of(LOCK), known) == Staged()
    decide_ingest(LOCK.chunks[1], known)
    assert decide_ingest(head_of(LOCK), known) == Staged()
    assert known.refused[LOCK.manifest.lock_id] == Refusal(1, ("CHUNK_MISSING",))


def test_refusal_for_the_same_reason_is_no_new_attempt() -> None:
    """A head that comes again and again says nothing new."""
    known = taken_in(KnownLog(SO), LOCK)
    assert [v.codes for v in decided(known, head_of(LOCK, signed=lambda *_: False))] == [("REQUEST_UNSIGNED",)]
    for _ in range(3):
        taken_in(known, LOCK)
        again = decide_ingest(head_of(LOCK, signed=lambda *_: False), known)
        assert isinstance(again, Again)
        assert (again.locks, again.considered) == ((), (LOCK.manifest.lock_id,))
    taken_in(known, LOCK)
    assert [(v.codes, v.attempt) for v in decided(known, head_of(LOCK))] == [((), 2)]


def test_other_reason_is_another_attempt_and_the_last_one_counts() -> None:
    """Each has its number."""
    known = refused_for_a_chunk()
    taken_in(known, LOCK)
    (second,) = decided(known, head_of(LOCK, signed=lambda *_: False))
    assert (second.codes, second.attempt) == (("REQUEST_UNSIGNED",), 2)
    assert known.refused[LOCK.manifest.lock_id] == Refusal(2, ("REQUEST_UNSIGNED",))
    taken_in(known, LOCK)
    (third,) = decided(known, head_of(LOCK))
    assert (third.codes, third.attempt) == ((), 3)


def test_better_request_mends_a_lock() -> None:
    """The manifest is the same; what came beside it is kept with the first."""
    good, bad = encode(a_request(FIRST)), encode(a_request(FIRST, count=9))
    known = taken_in(KnownLog(SO), requested(FIRST, bad, by=good))
    assert [v.codes for v in decided(known, head_of(requested(FIRST, bad, by=good)))] == [("REQUEST_FOREIGN",)]
    for chunk in LOCK.chunks:
        decide_ingest(chunk, known)
    staged = decide_ingest(LOCK.manifest, known)
    assert isinstance(staged, Staged)
    assert staged.requested is not None
    assert [r.statement for r in staged.requested.requests] == [good]
    assert [v.codes for v in decided(known, head_of(LOCK))] == [()]


def test_lock_beside_a_refused_one_is_never_decided_twice() -> None:
    """Only what stands refused is looked at again."""
    known = refused_for_a_chunk(OTHER)
    taken_in(known, LOCK)
    again = decide_ingest(head_of(LOCK, OTHER), known)
    assert isinstance(again, Again)
    assert [v.row.lock_id for v in again.locks] == [LOCK.manifest.lock_id]


def test_chunk_with_other_bytes_mends_nothing() -> None:
    """The first one of its index stands, also for a lock that was refused."""
    known = refused_for_a_chunk()
    assert code_of(replace(LOCK.chunks[0], sha256=sha("other")), known) == "CHUNK_DIFFERS"


def test_head_below_a_refused_lock_does_not_decide_it() -> None:
    """It does not cover it."""
    known = taken_in(KnownLog(SO), OTHER_FIRST)
    decide_ingest(LATE.chunks[0], known)
    decide_ingest(LATE.manifest, known)
    decide_ingest(head_of(OTHER_FIRST, LATE), known)
    taken_in(known, LATE)
    assert decide_ingest(head_of(OTHER_FIRST), known) == Staged()
    assert isinstance(decide_ingest(head_of(OTHER_FIRST, LATE), known), Again)


OTHER_FIRST, LATE = requested(FIRST), requested(SECOND)


@pytest.mark.parametrize("at_s", [0, 1])
def test_replay_repeats_the_refusal_that_was_told(at_s: int) -> None:
    """Even when the register would let it pass by now; the second attempt has its own turn."""
    head = replace(head_of(LOCK), at_s=7)
    lock_id = LOCK.manifest.lock_id
    known = taken_in(KnownLog(SO), LOCK)
    known.told = {(lock_id, 1): Told(7, ("REQUEST_UNSIGNED",)), (lock_id, 2): Told(8 + at_s, ())}
    new = decide_ingest(head, known)
    assert isinstance(new, NewHead)
    assert [v.codes for v in new.locks] == [("REQUEST_UNSIGNED",)]
    taken_in(known, LOCK)
    again = decide_ingest(replace(head, at_s=8), known)
    assert isinstance(again, Staged if at_s else Again)


def test_chunk_of_a_lock_that_waits_is_late_behind_its_manifest() -> None:
    """Only a decision that refused opens it again."""
    known = KnownLog(SO)
    decide_ingest(LOCK.manifest, known)
    late: Chunk = LOCK.chunks[0]
    assert code_of(late, known) == "CHUNK_LATE"
