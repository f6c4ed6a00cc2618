"""Locks: the same round gives the same bytes, and chunks carry every document once."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.decision import RecordKey, RoundKey
from hub.decision.locking import (
    CHUNK_BYTES_MAX,
    Base,
    KnownRound,
    Lockable,
    Locked,
    Order,
    build_lock,
    chunk_bounds,
    is_requested,
)
from hub.domain.locator import derive
from hub.domain.statements import LockRequest, encode
from hub.trust import EMPTY_ROOT, envelope_sha256, parse_leaf, salt_of
from tests.unit.decision.builders import SCHOOL, YEAR, a_lock_request, a_signature, sha

KEY = bytes(range(32))
AT = datetime(2026, 6, 20, 17, 0, tzinfo=UTC)  # already the 21st in Việt Nam
ORDER = Order(RoundKey(SCHOOL, YEAR, "completed", 1), sha("lock"), "lock-00001", AT)


def a_lockable(number: int, pupil: str | None = None, period: str = "year") -> Lockable:
    record = RecordKey(SCHOOL, pupil or f"id:{number:012d}", YEAR, period)
    return Lockable(sha("message"), number, record, 1, b"document %d" % number, (a_signature(number), a_signature(99)))


def build(*documents: Lockable, **known: dict[str, str]) -> Locked:
    found = KnownRound(
        "closing", sha("request"), documents, dict(known.get("locators", {})), dict(known.get("taken", {}))
    )
    return build_lock(ORDER, found, so="ha-noi", so_symbols="01", key=KEY)


def naive_root(hashes: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, word for word: split at the largest power of two below the count."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return hashlib.sha256(b"\x01" + naive_root(hashes[:k]) + naive_root(hashes[k:])).digest()


@given(st.integers(1, 40), st.randoms(use_true_random=False))
def test_lock_is_the_same_in_whatever_order_the_rows_come(count: int, chance: object) -> None:
    """Leaves, manifest and their order follow from the documents alone."""
    documents = [a_lockable(n) for n in range(count)]
    first = build(*documents)
    chance.shuffle(documents)  # type: ignore[attr-defined]
    second = build(*documents)
    assert [row.leaf for row in first.leaves] == [row.leaf for row in second.leaves]
    assert encode(first.manifest) == encode(second.manifest)
    assert first.new_locators == second.new_locators


@given(st.integers(1, 40))
def test_lock_root_is_the_tree_over_ascending_leaf_hashes(count: int) -> None:
    """Recomputed from the leaf bytes by the definition."""
    locked = build(*(a_lockable(n) for n in range(count)))
    hashes = [hashlib.sha256(b"\x00" + row.leaf).digest() for row in locked.leaves]
    assert hashes == sorted(hashes) == [row.digest for row in locked.leaves]
    assert locked.manifest.root == naive_root(hashes).hex()
    assert locked.manifest.count == count


def test_leaf_says_what_was_locked() -> None:
    """Document, signatures, pupil, locator, version and the civil date of the request."""
    document = a_lockable(1)
    (row,) = build(document).leaves
    leaf = parse_leaf(row.leaf)
    assert leaf.document_sha256 == hashlib.sha256(document.document).hexdigest()
    assert leaf.envelope_sha256 == envelope_sha256(document.signatures).hex()
    assert (leaf.action, leaf.pupil, leaf.year, leaf.period, leaf.version) == (
        "LOCK", document.record.pupil, YEAR, "year", 1,
    )  # fmt: skip
    assert leaf.effective_on == "2026-06-21"
    assert leaf.locator == row.locator == derive(KEY, "01", document.record.pupil, 0)
    assert bytes.fromhex(leaf.salt) == salt_of(KEY, hashlib.sha256(document.document).digest())


def test_manifest_names_round_request_and_effective_date() -> None:
    """What Bộ checks the chunks against."""
    locked = build(a_lockable(1))
    manifest = locked.manifest
    assert (manifest.lock_id, manifest.requested_by) == (sha("lock").hex(), sha("request").hex())
    assert (manifest.school, manifest.school_year, manifest.round.text(YEAR)) == (SCHOOL, YEAR, f"{YEAR}/completed/1")
    assert (manifest.so, manifest.effective_on, locked.effective_on) == ("ha-noi", "2026-06-21", date(2026, 6, 21))


def test_empty_round_has_the_root_of_nothing() -> None:
    """The agent stops on it; the builder does not invent a leaf."""
    assert build().manifest.root == EMPTY_ROOT.hex()


def test_locator_that_another_pupil_has_is_passed_over() -> None:
    """The counter goes up until a free one is found, and is kept with it."""
    pupil = a_lockable(1).record.pupil
    taken = {derive(KEY, "01", pupil, n): "somebody else" for n in range(3)}
    assert build(a_lockable(1), taken=taken).new_locators == {pupil: (derive(KEY, "01", pupil, 3), 3)}


def test_locator_of_a_pupil_is_kept() -> None:
    """One học bạ has one locator for ever; nothing new is stored."""
    pupil = a_lockable(1).record.pupil
    locked = build(a_lockable(1), locators={pupil: "01AAAAAAAA0"})
    assert ([row.locator for row in locked.leaves], locked.new_locators) == (["01AAAAAAAA0"], {})


def test_two_documents_of_one_pupil_share_a_locator() -> None:
    """Also when it was derived in this very lock."""
    locked = build(a_lockable(1, "id:000000000009"), a_lockable(2, "id:000000000009", "semester_1"))
    assert len({row.locator for row in locked.leaves}) == len(locked.new_locators) == 1


def test_two_rounds_of_one_batch_agree_on_locators() -> None:
    """They share what is known, so the second takes what the first derived."""
    shared: dict[str, str] = {}
    taken: dict[str, str] = {}
    rounds = [KnownRound("closing", b"", [a_lockable(n, "id:000000000009")], shared, taken) for n in (1, 2)]
    first, second = (build_lock(ORDER, r, so="ha-noi", so_symbols="01", key=KEY) for r in rounds)
    assert first.leaves[0].locator == second.leaves[0].locator
    assert second.new_locators == {}


def test_locators_that_are_all_taken_stop_the_lock() -> None:
    """Sixty-four collisions in a row do not happen with a sound key."""
    pupil = a_lockable(1).record.pupil
    taken = {derive(KEY, "01", pupil, n): "somebody else" for n in range(64)}
    with pytest.raises(AssertionError):
        build(a_lockable(1), taken=taken)


@given(st.lists(st.integers(1, CHUNK_BYTES_MAX + 50_000), max_size=60))
def test_chunks_cover_every_document_once_in_order_within_the_budget(sizes: list[int]) -> None:
    """Only a document that is larger than the budget by itself goes over it, alone."""
    bounds = list(chunk_bounds(sizes))
    assert [n for start, end in bounds for n in range(start, end)] == list(range(len(sizes)))
    assert all(sum(sizes[a:b]) <= CHUNK_BYTES_MAX or b - a == 1 for a, b in bounds)


@given(st.lists(st.integers(1, CHUNK_BYTES_MAX), min_size=1, max_size=60))
def test_chunks_are_filled(sizes: list[int]) -> None:
    """No chunk ends while the next document would still fit."""
    bounds = list(chunk_bounds(sizes))
    assert all(sum(sizes[a:b]) + sizes[b] > CHUNK_BYTES_MAX for a, b in bounds[:-1])


def test_size_of_a_leaf_row_counts_all_that_a_chunk_carries() -> None:
    """Otherwise a chunk would outgrow its message."""
    document = a_lockable(1)
    (row,) = build(document).leaves
    carried = len(row.leaf) + len(document.document) + sum(len(s) for s in document.signatures)
    assert row.size_bytes >= carried + 4 * (len(document.signatures) + 3)


def a_correction(number: int) -> Lockable:
    """Make a correction of the transcript of that number, which was locked under a leaf of its own."""
    base = Base(sha(f"leaf {number}"), (SCHOOL, "request-0001", number), a_lockable(number))
    return replace(a_lockable(number), message_sha256=sha("again"), version=2, document=b"again %d" % number, base=base)


@given(st.integers(1, 20))
def test_correction_has_two_leaves_that_follow_one_another(count: int) -> None:
    """UNLOCK follows the leaf of the old version, SUPERSEDES follows UNLOCK; the manifest counts both."""
    made = build(*(a_correction(n) for n in range(count)))
    leaves = {row.digest.hex(): (row, parse_leaf(row.leaf)) for row in made.leaves}
    assert (made.manifest.count, len(made.leaves), len(made.documents)) == (2 * count, 2 * count, count)
    for row, leaf in leaves.values():
        if leaf.action == "UNLOCK":
            number = row.document.n
            assert (leaf.previous_leaf, leaf.version, row.document) == (
                sha(f"leaf {number}").hex(),
                1,
                a_lockable(number),
            )
            continue
        assert (leaf.action, leaf.version, row.document.document) == ("SUPERSEDES", 2, b"again %d" % row.document.n)
        before = leaves[str(leaf.previous_leaf)][1]
        assert (before.action, before.pupil, before.locator) == ("UNLOCK", leaf.pupil, leaf.locator)
        assert before.salt != leaf.salt


def test_round_of_corrections_is_locked_only_over_what_it_takes_the_place_of() -> None:
    """A correction without its base, or a base in an ordinary round, is not what the request meant."""
    for cohort, document, expected in [
        ("correction", a_correction(1), True),
        ("correction", a_lockable(1), False),
        ("completed", a_correction(1), False),
    ]:
        digest = hashlib.sha256(document.document).digest()
        asked = a_lock_request([digest], cohort=cohort).command
        assert isinstance(asked, LockRequest)
        known = KnownRound("closing", sha("request"), [document], request=asked)
        assert is_requested(known) is expected
