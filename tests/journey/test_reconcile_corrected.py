"""A corrected pupil under `hub reconcile`: whichever row of either version is touched, he is named in one run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.locator import printed
from hub.kafka.partition import partition_of
from hub.kafka.producer import Sending
from hub.local.population import SignedDocument
from hub.reconcile import Difference, Sums, reconcile
from hub.signing import COSIGNER, load_keyring
from hub.topics import bo_transcript
from tests.journey.correcting import Correcting, corrected
from tests.journey.tail import Seen
from tests.journey.tampering import tampered
from tests.journey.world import LockedRound, World, eventually

_SO = "nghe-an"
_AT_SO = (
    "SELECT f.lock_id, f.n, f.message_sha256, f.document_n, lo.locator FROM leaf f JOIN document d "
    "ON (d.message_sha256, d.n) = (f.message_sha256, f.document_n) JOIN locator lo ON lo.pupil = d.pupil "
    "WHERE f.action = %s AND d.document_sha256 = %s"
)
_UNSENT = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
_BAD = b'{"type":"vn.hocba.transcript/1"}'


@dataclass(frozen=True)
class Pupil:
    """One pupil before and after his correction; another one of the round stays as he was."""

    before: LockedRound
    new: SignedDocument
    student_code: str

    def document(self, action: str) -> SignedDocument:
        return self.new if action == "SUPERSEDES" else self.before.documents[0]


@pytest.fixture(scope="module")
def pupil(world: World) -> Pupil:
    """Corrected, ingested and published."""
    before = world.lock_in(world.school(_SO), 2)
    correction, _ = Correcting.request(world, before, of=slice(1))
    name = correction.opened((datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0))
    new = world.signed(corrected(before.transcripts[0], before.documents[0]))
    for command in (world.submission(before.school, [new], name), world.lock(before.school, [new.sha256], name)):
        (answer,) = world.ask(command)
        assert answer.outcome == "accepted", answer
    lock_id = world.lock_id(LockedRound(before.school, name, before.transcripts, (new,), answer, answer, b""))
    world.receipt(_SO, lock_id.hex(), "ingested")
    eventually("the national stream", lambda: world.database("bo").execute(_UNSENT).fetchone() == (0,))
    return Pupil(before, new, before.transcripts[0].student.student_code)


def _reconciled(world: World, pupil: Pupil) -> tuple[list[Difference], Sums]:
    secret, sums = load_keyring(world.hub.secrets / "bo", COSIGNER).secret, Sums()
    urls = {_SO: world.hub.so_url(_SO)}
    school = pupil.before.school.code
    return list(reconcile(urls, world.hub.bo_url, world.hub.bootstrap, secret, sums, school=school)), sums


def _place(world: World, pupil: Pupil, action: str) -> tuple[Any, ...]:
    digest = bytes.fromhex(pupil.document(action).sha256)
    row = world.database(_SO).execute(_AT_SO, (action, digest)).fetchone()
    assert row is not None
    return tuple(row)


def test_both_versions_are_counted_and_the_new_one_alone_stands_in_the_stream(world: World, pupil: Pupil) -> None:
    """Two pupils handed in, one corrected: three transcripts that were locked, two keys, no difference."""
    found, sums = _reconciled(world, pupil)
    assert [one.shown() for one in found] == []
    at_bo = "SELECT count(*) FILTER (WHERE action <> 'UNLOCK'), count(DISTINCT lock_id) FROM document WHERE school = %s"
    row = world.database("bo").execute(at_bo, (pupil.before.school.code,)).fetchone()
    assert (sums.transcripts, sums.locks) == row
    assert sums.waiting == 0


_CASES: list[tuple[str, str, str, str, Mapping[str, Any] | None, str]] = [
    ("old version gone at Bộ", "bo", "LOCK", "document", None, "RECONCILE_MISSING_AT_BO"),
    ("old version changed at Bộ", "bo", "LOCK", "document", {"document": _BAD}, "RECONCILE_CHANGED_AT_BO"),
    ("unlocked row gone at Bộ", "bo", "UNLOCK", "document", None, "RECONCILE_MISSING_AT_BO"),
    ("unlocked row changed at Bộ", "bo", "UNLOCK", "document", {"leaf": b"{}"}, "RECONCILE_CHANGED_AT_BO"),
    ("new version gone at Bộ", "bo", "SUPERSEDES", "document", None, "RECONCILE_MISSING_AT_BO"),
    ("new version changed at Bộ", "bo", "SUPERSEDES", "document", {"document": _BAD}, "RECONCILE_CHANGED_AT_BO"),
    ("old leaf gone at Sở", _SO, "LOCK", "leaf", None, "RECONCILE_MISSING_AT_SO"),
    ("unlocking leaf gone at Sở", _SO, "UNLOCK", "leaf", None, "RECONCILE_MISSING_AT_SO"),
    ("unlocking leaf changed at Sở", _SO, "UNLOCK", "leaf", {"leaf": b"{}"}, "RECONCILE_CHANGED_AT_SO"),
    ("new leaf gone at Sở", _SO, "SUPERSEDES", "leaf", None, "RECONCILE_MISSING_AT_SO"),
    ("new version gone at Sở", _SO, "SUPERSEDES", "document", None, "RECONCILE_MISSING_AT_SO"),
    ("new version changed at Sở", _SO, "SUPERSEDES", "document", {"document": _BAD}, "RECONCILE_CHANGED_AT_SO"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("owner", "action", "table", "changes", "code"), [c[1:] for c in _CASES], ids=[c[0] for c in _CASES]
)
def test_corrected_pupil_is_named_when_one_row_of_either_version_is_touched(
    world: World, pupil: Pupil, owner: str, action: str, table: str, changes: Mapping[str, Any] | None, code: str
) -> None:
    """One difference: the round that the row belongs to, the version, the pupil, and nobody else."""
    lock_id, n, message, document_n, locator = _place(world, pupil, action)
    key = {"lock_id": lock_id, "n": n} | ({"so": _SO} if owner == "bo" else {})
    if table == "document" and owner != "bo":
        key = {"message_sha256": message, "n": document_n}
    with tampered(world, owner, table, key, changes):
        (found,) = [one.shown() for one in _reconciled(world, pupil)[0]]
    assert (found["code"], found["student_code"], found["locator"]) == (code, pupil.student_code, printed(locator))
    assert (found["lock_id"], found["document_sha256"]) == (bytes(lock_id).hex(), pupil.document(action).sha256)
    assert _reconciled(world, pupil)[0] == []


@pytest.mark.parametrize("changes", [{"document": _BAD}, None], ids=["changed", "gone"])
def test_old_version_touched_at_so_is_named_in_both_rounds_that_hold_it(
    world: World, pupil: Pupil, changes: Mapping[str, Any] | None
) -> None:
    """Sở keeps its bytes once; the lock that let it in and the one that ended it both miss them."""
    _, _, message, document_n, _ = _place(world, pupil, "LOCK")
    with tampered(world, _SO, "document", {"message_sha256": message, "n": document_n}, changes):
        found = [one.shown() for one in _reconciled(world, pupil)[0]]
    assert {f["student_code"] for f in found} == {pupil.student_code}
    assert {f["round"].split("/")[0] for f in found} == {pupil.before.name.cohort, "correction"}
    assert {f["document_sha256"] for f in found} == {pupil.before.documents[0].sha256}


@pytest.mark.parametrize("way", ["gone", "the old version"])
def test_corrected_pupil_is_named_when_the_stream_does_not_end_with_his_new_version(
    world: World, pupil: Pupil, way: str
) -> None:
    """A tombstone, or the superseded version once more: who reads the stream would be wrong about him."""
    old, new = (_standing(world, document.sha256) for document in (pupil.before.documents[0], pupil.new))
    assert old.key == new.key
    _produce(world, new, None if way == "gone" else old.value)
    (found,) = [one.shown() for one in _reconciled(world, pupil)[0]]
    _produce(world, new, new.value)
    expected = "RECONCILE_MISSING_IN_STREAM" if way == "gone" else "RECONCILE_CHANGED_IN_STREAM"
    assert (found["code"], found["student_code"]) == (expected, pupil.student_code)
    assert found["document_sha256"] == pupil.new.sha256
    assert _reconciled(world, pupil)[0] == []


def _standing(world: World, digest: str) -> Seen:
    tail = world.tail(bo_transcript())
    tail.read()
    digests = ((r, r.value_in(bo_transcript()).get("document_sha256")) for r in tail.records)
    return next(r for r, found in digests if found == bytes.fromhex(digest))


def _produce(world: World, record: Seen, value: bytes | None) -> None:
    key = record.key or b""
    part = partition_of(key, bo_transcript().partitions)
    world.send(Sending(bo_transcript().name, key, value, (), part))  # type: ignore[arg-type]
