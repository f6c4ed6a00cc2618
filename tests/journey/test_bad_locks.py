"""Chunks and transcripts that a broken or dishonest Sở may send to Bộ: a lock is promoted whole or refused whole."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from hub.domain.statements import encode
from hub.trust import leaf_hash, manifest_root
from tests.journey.so_log import SO, MadeLock, SoLog


def _rooted(lock: MadeLock, rows: tuple[dict[str, Any], ...]) -> MadeLock:
    """Return the lock with other rows and a manifest that agrees with their leaves."""
    root = manifest_root(leaf_hash(row["leaf"]) for row in rows).hex()
    return replace(lock, rows=rows).said(root=root, count=len(rows))


def test_lock_in_several_chunks_is_promoted(log: SoLog) -> None:
    """Chunks may come in any order before their manifest."""
    lock = log.lock(5)
    assert log.send(*(log.chunk(lock, index, 3) for index in (2, 0, 1))) == [None] * 3
    (answer,) = log.close(lock)
    assert (answer.outcome, answer.count) == ("ingested", 5)
    assert log.stored(lock) == 5


# -- a manifest that stands, over chunks that do not: the whole lock is refused with its codes


def _nothing(_: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    return lock, []


def _one_of_two(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    return lock, [log.chunk(lock, 1, 2)]


def _of_differs(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    return lock, [log.chunk(lock, 0, 2), log.chunk(lock, 1, 3, rows=lock.rows[1::2])]


def _count_differs(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    return lock.said(count=3), [log.chunk(lock)]


def _root_differs(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    return lock.said(root="ab" * 32), [log.chunk(lock)]


def _row_left_out(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    return lock, [log.chunk(lock, rows=lock.rows[:1])]


def _row_twice(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    doubled = _rooted(lock, (lock.rows[0], *lock.rows))
    return doubled, [log.chunk(doubled)]


def _document_changed(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    changed = lock.rows[0] | {"document": lock.rows[0]["document"].replace(b'"grade":1', b'"grade":2')}
    assert changed != lock.rows[0]
    return lock, [log.chunk(lock, rows=[changed, lock.rows[1]])]


def _signatures_left_out(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    return lock, [log.chunk(lock, rows=[lock.rows[0] | {"signatures": lock.rows[0]["signatures"][:2]}, lock.rows[1]])]


def _leaf_no_json(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    spoilt = _rooted(lock, (lock.rows[0] | {"leaf": b"leaf"}, lock.rows[1]))
    return spoilt, [log.chunk(spoilt)]


def _leaf(**said: Any) -> Callable[[SoLog, MadeLock], tuple[MadeLock, list[Any]]]:
    """A lock of one pupil whose leaf says something else, with a manifest that agrees with the leaf."""

    def make(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
        transcript = log.world.pupil(log.world.school(SO))
        row = log.row(transcript, log.world.signed(transcript), **said)
        spoilt = _rooted(lock, (row,))
        return spoilt, [log.chunk(spoilt)]

    return make


def _other_school(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    transcript = log.world.pupil(log.world.school(SO, 1))
    foreign = _rooted(lock, (log.row(transcript, log.world.signed(transcript)),))
    return foreign, [log.chunk(foreign)]


def _other_year(log: SoLog, lock: MadeLock) -> tuple[MadeLock, list[Any]]:
    return lock.said(school_year="2024-2025"), [log.chunk(lock)]


_REFUSED = {
    "no chunk at all": (_nothing, "CHUNK_MISSING"),
    "a chunk missing": (_one_of_two, "CHUNK_MISSING"),
    "chunks of different sets": (_of_differs, "CHUNK_FOREIGN"),
    "count differs": (_count_differs, "MANIFEST_COUNT_DIFFERS"),
    "root differs": (_root_differs, "MANIFEST_ROOT_DIFFERS"),
    "a transcript left out": (_row_left_out, "MANIFEST_ROOT_DIFFERS"),
    "a transcript twice": (_row_twice, "RECORD_REPEATED"),
    "document changed": (_document_changed, "LEAF_DIFFERS"),
    "signature left out": (_signatures_left_out, "LEAF_DIFFERS"),
    "leaf is no leaf": (_leaf_no_json, "LEAF_DIFFERS"),
    "leaf of another pupil": (_leaf(pupil="id:001200000001"), "LEAF_DIFFERS"),
    "leaf of another year": (_leaf(year="2019-2020"), "LEAF_DIFFERS"),
    "leaf of another period": (_leaf(period="semester_1"), "LEAF_DIFFERS"),
    "leaf of another day": (_leaf(effective_on="2020-01-01"), "LEAF_DIFFERS"),
    "document of another school": (_other_school, "CHUNK_FOREIGN"),
    "document of another year": (_other_year, "CHUNK_FOREIGN"),
}


@pytest.mark.parametrize("name", _REFUSED)
def test_lock_that_does_not_prove_itself_is_refused_whole(log: SoLog, name: str) -> None:
    """Bộ answers with a signed receipt that names the code; nothing of the lock stands or is published."""
    spoil, code = _REFUSED[name]
    lock, chunks = spoil(log, log.lock())
    assert not [c for c in log.send(*chunks) if c] if chunks else True
    (answer,) = log.close(lock)
    assert (answer.outcome, answer.count) == ("refused", 0)
    assert code in answer.codes
    assert log.stored(lock) == 0


def test_record_that_stands_in_an_earlier_lock_is_refused(log: SoLog) -> None:
    """The same version of the same record is locked once; the second lock is refused, the first stays."""
    transcripts = [log.world.pupil(log.world.school(SO)) for _ in range(2)]
    first = log.lock(transcripts=transcripts)
    log.promoted(first)
    again = log.lock(transcripts=transcripts)
    assert log.send(log.chunk(again)) == [None]
    (answer,) = log.close(again)
    assert (answer.outcome, answer.codes) == ("refused", ("RECORD_REPEATED",))
    assert log.stored(first) == 2


def test_refused_lock_does_not_stop_the_good_one_under_the_same_head(log: SoLog) -> None:
    """A head decides several locks, each by itself."""
    good, bad = log.lock(), log.lock()
    log.send(log.chunk(good))
    answers = log.close(bad, good)
    assert [(a.outcome, a.codes) for a in answers] == [("refused", ("CHUNK_MISSING",)), ("ingested", ())]


# -- chunks


def test_chunk_doubled_is_ignored(log: SoLog) -> None:
    """The same bytes again change nothing, before and after the lock is decided."""
    lock = log.lock()
    assert log.send(log.chunk(lock), log.chunk(lock)) == [None, None]
    (answer,) = log.close(lock, also=lambda: [log.chunk(lock)])
    assert answer.outcome == "ingested"
    assert log.send(log.chunk(lock)) == [None]
    assert log.stored(lock) == 2


def test_chunk_doubled_with_other_bytes_is_quarantined(log: SoLog) -> None:
    """The first one stands; the lock is decided by it."""
    lock = log.lock()
    assert log.send(log.chunk(lock), log.chunk(lock, rows=lock.rows[::-1])) == [None, "CHUNK_DIFFERS"]
    (answer,) = log.close(lock)
    assert answer.outcome == "ingested"


def test_chunk_of_another_so_is_quarantined(log: SoLog) -> None:
    """Neither in the message nor in the key may another Sở's name stand."""
    lock = log.lock()
    foreign, keyed = log.chunk(lock, so="ha-noi"), replace(log.chunk(lock), key=b"ha-noi")
    assert log.send(foreign, keyed) == ["CHUNK_FOREIGN", "CHUNK_FOREIGN"]
    log.promoted(lock)


@pytest.mark.parametrize(("index", "of"), [(2, 2), (-1, 2), (0, 0)])
def test_chunk_outside_its_set_is_quarantined(log: SoLog, index: int, of: int) -> None:
    """An index is at least 0 and below the number of chunks."""
    lock = log.lock()
    assert log.send(log.chunk(lock, index, of, rows=lock.rows)) == ["CHUNK_FOREIGN"]
    log.promoted(lock)


def test_chunk_after_its_manifest_is_quarantined(log: SoLog) -> None:
    """Chunks come first: a late one cannot complete a lock that waits, nor add to one that was taken."""
    lock, taken = log.lock(4), log.lock()
    assert log.send(log.chunk(lock, 0, 2)) == [None]
    second = log.chunk(lock, 1, 2)
    assert log.send(log.manifest(lock), second) == [None, "CHUNK_LATE"]
    (answer,) = log.close(lock)
    assert (answer.outcome, answer.codes) == ("refused", ("CHUNK_MISSING",))
    log.promoted(taken)
    assert log.send(log.chunk(taken, 1, 2)) == ["CHUNK_LATE"]


def test_chunk_whose_lock_id_is_no_hash_is_quarantined(log: SoLog) -> None:
    """What cannot be a lock id is refused before it is looked up."""
    assert log.send(log.chunk(log.lock(), lock_id="lock")) == ["STATEMENT_INVALID"]


def test_bytes_that_do_not_decode_are_quarantined(log: SoLog) -> None:
    """Garbage, null and messages of other topics do not stop the log of a Sở."""
    good = log.chunk(log.lock())
    records = [replace(good, value=v) for v in (b"garbage", None, (good.value or b"")[:-1])]
    assert log.send(*records) == ["MESSAGE_MAGIC", "VALUE_MISSING", "MESSAGE_UNDECODABLE"]


def test_transcript_changed_after_lock_needs_a_new_leaf(log: SoLog) -> None:
    """The document of a promoted lock cannot be swapped: the same record under the same version is refused."""
    transcript = log.world.pupil(log.world.school(SO))
    log.promoted(log.lock(transcripts=[transcript]))
    swapped = log.lock(transcripts=[msgspec.structs.replace(transcript, remarks="Đã đổi.")])
    log.send(log.chunk(swapped))
    (answer,) = log.close(swapped)
    assert answer.codes == ("RECORD_REPEATED",)


def _of_version(log: SoLog, transcript: Any, version: int) -> MadeLock:
    """Return a lock of one transcript whose leaf, and so its manifest, says another version."""
    lock = log.lock(transcripts=[transcript])
    return _rooted(lock, (log.row(transcript, lock.documents[0], version=version),))


def test_later_version_is_not_simply_locked_over_what_stands(log: SoLog) -> None:
    """Only a correction takes its place; of a pupil of whom nothing stands the first may be a later version."""
    standing, other = (log.world.pupil(log.world.school(SO)) for _ in range(2))
    log.promoted(_of_version(log, standing, 1))
    planted = _of_version(log, msgspec.structs.replace(standing, remarks="Đã đổi."), 2)
    log.send(log.chunk(planted))
    (answer,) = log.close(planted)
    assert answer.codes == ("RECORD_REPEATED",)
    log.promoted(_of_version(log, other, 2))


def test_two_so_do_not_decide_about_one_school_at_once(log: SoLog) -> None:
    """Whoever comes second waits for the first, and so sees what it let in."""
    lock = log.lock()
    log.send(log.chunk(lock))
    connection, grown = log.world.database("bo"), log.after(lock)
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('school ' || %s))", (lock.manifest.school,))
        places = log.world.send(log.manifest(lock), log.checkpoint(grown))
        time.sleep(1.0)
        assert log.stored(lock) == 0
    log.world.until_done("bo", "ingest", places[-1])
    log.frontier, log.statements = grown, [*log.statements, encode(lock.manifest)]
    assert (log.answer(lock).outcome, log.stored(lock)) == ("ingested", 2)
