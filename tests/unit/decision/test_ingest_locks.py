"""Locks at Bộ: promoted whole or refused whole, with every code that a lock can be refused for."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as with_fields

from hub.decision.ingest import Again, KnownLog, Staged, decide_ingest
from hub.trust import envelope_sha256, leaf_bytes, leaf_hash, manifest_root, parse_leaf
from tests.unit.decision.builders import a_seal, a_signature, sha
from tests.unit.decision.ingest_builders import (
    FIRST,
    SCHOOLS,
    SECOND,
    SO,
    Lock,
    Row,
    after,
    chunks_of,
    head_over,
    manifest_of,
    verdict,
)


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


@pytest.mark.parametrize("said", ["derived", "attested", "legacy_evidence"])
def test_lock_is_refused_when_a_leaf_says_another_grade_than_the_signatures(said: Any) -> None:
    """Neither lifted nor lowered: the grade follows from what is signed, and from nothing else."""
    seals = (a_seal(said),)
    sealed = (_rows(FIRST)[0][0], seals, _rows(FIRST)[0][2])
    named = envelope_sha256(seals).hex()
    assert _judged(_releafed(sealed, envelope_sha256=named, evidence=said)) == ()
    assert _judged(_releafed(sealed, envelope_sha256=named)) == ("LEAF_GRADE_WRONG",)
    assert _judged(_releafed(_rows(FIRST)[0], evidence=said)) == ("LEAF_GRADE_WRONG",)


def test_lock_is_refused_when_no_grade_follows_from_the_signatures() -> None:
    """A seal beside other signatures claims two things at once."""
    both = (a_signature(1), a_seal())
    row = (_rows(FIRST)[0][0], both, _rows(FIRST)[0][2])
    assert _judged(_releafed(row, envelope_sha256=envelope_sha256(both).hex())) == ("SEAL_NOT_ALONE",)


def _judged(row: Row) -> tuple[str, ...]:
    rows = [row, *_rows(FIRST)[1:]]
    root = manifest_root(leaf_hash(leaf) for _, _, leaf in rows).hex()
    manifest = with_fields(FIRST.manifest.manifest, root=root)
    return verdict(chunks_of(manifest, [rows]), manifest_of(manifest, 0))


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


@pytest.mark.parametrize("action", ["UNLOCK", "SUPERSEDES"])
def test_lock_is_refused_when_a_leaf_says_that_it_is_something_else(action: str) -> None:
    """Nothing but a lock has an order that could have asked for it."""
    rows = [_releafed(_rows(FIRST)[0], action=action), *_rows(FIRST)[1:]]
    root = manifest_root(leaf_hash(leaf) for _, _, leaf in rows).hex()
    manifest = with_fields(FIRST.manifest.manifest, root=root)
    assert verdict(chunks_of(manifest, [rows]), manifest_of(manifest, 0)) == ("LEAF_ACTION_UNKNOWN",)


def test_record_of_an_earlier_lock_is_refused() -> None:
    """The same version of the same record cannot stand twice, in one log or another."""
    known = after(*FIRST.chunks, FIRST.manifest, head_over(FIRST))
    manifest = with_fields(FIRST.manifest.manifest, lock_id=sha("second lock").hex())
    again = chunks_of(manifest, [_rows(FIRST)])
    assert verdict(again, manifest_of(manifest, 1), known) == ("RECORD_REPEATED",)


@pytest.mark.parametrize("version", [1, 2])
def test_record_that_stands_twice_in_one_lock_is_refused(version: int) -> None:
    """Under one version or under two: only one of them could be in force."""
    rows = [*_rows(FIRST), _releafed(_rows(FIRST)[0], version=version)]
    root = manifest_root(leaf_hash(leaf) for _, _, leaf in rows).hex()
    manifest = with_fields(FIRST.manifest.manifest, root=root, count=3)
    assert verdict(chunks_of(manifest, [rows]), manifest_of(manifest, 0)) == ("RECORD_REPEATED",)


@pytest.mark.parametrize("version", [2, 9])
def test_record_of_an_earlier_lock_is_refused_in_a_later_version(version: int) -> None:
    """No ordinary lock takes the place of what stands, in whatever log that is."""
    known = after(*FIRST.chunks, FIRST.manifest, head_over(FIRST))
    lock = _of_version(version)
    assert verdict(lock.chunks, manifest_of(lock.manifest.manifest, 1), known) == ("RECORD_REPEATED",)


def test_first_version_that_is_locked_may_be_a_later_one() -> None:
    """What was recalled before has used up the first number; its head and parts again change nothing."""
    known, lock = KnownLog(SO), _of_version(2)
    assert verdict(lock.chunks, lock.manifest, known) == ()
    for item in (*lock.chunks, lock.manifest, head_over(lock)):
        assert decide_ingest(item, known) == Staged()


def test_refused_lock_that_is_mended_does_not_stand_in_its_own_way() -> None:
    """Decided again, it is the first lock of its records."""
    known, lock = KnownLog(SO), _of_version(2)
    assert verdict((), lock.manifest, known) == ("CHUNK_MISSING",)
    for item in (*lock.chunks, lock.manifest):
        decide_ingest(item, known)
    again = decide_ingest(head_over(lock), known)
    assert isinstance(again, Again)
    assert [v.codes for v in again.locks] == [()]


def _of_version(version: int) -> Lock:
    rows = [_releafed(row, version=version) for row in _rows(FIRST)]
    root = manifest_root(leaf_hash(leaf) for _, _, leaf in rows).hex()
    manifest = with_fields(FIRST.manifest.manifest, root=root, lock_id=sha(f"of version {version}").hex())
    return Lock(chunks_of(manifest, [rows]), manifest_of(manifest, 0))


def test_refused_lock_leaves_its_records_free() -> None:
    """What was not taken does not stand in the way of a right lock."""
    known = KnownLog(SO)
    assert verdict(FIRST.chunks[:1], FIRST.manifest, known) == ("CHUNK_MISSING",)
    manifest = with_fields(FIRST.manifest.manifest, lock_id=sha("second lock").hex())
    assert verdict(chunks_of(manifest, [_rows(FIRST)]), manifest_of(manifest, 1), known) == ()
