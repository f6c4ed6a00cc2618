"""Bộ's own checks on real servers: the request behind a lock, whom the roster expects, forks, and locks sent again."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from hub.client import fork_file, kept_forks
from hub.decision import RoundKey
from hub.domain.statements import IngestStatement, Missing, RoundName, Unreported, read
from hub.evidence import ForkVerdict, fork_bytes, verify_fork
from hub.kafka.producer import Sending
from hub.operate import HangingLock, hanging_locks, resend_lock, retry_lock
from hub.signing import NoteKeySigner
from hub.store import Connection, open_connection
from hub.topics import bo_receipt
from hub.trust import Checkpoint, NoteKey, log_origin
from tests.journey.so_log import SO, MadeLock, SoLog
from tests.journey.world import World, eventually

_SUPPLEMENTARY = RoundName(cohort="supplementary", number=1)


def _answers(log: SoLog, lock: MadeLock, count: int) -> list[IngestStatement]:
    """Wait for that many answers of Bộ to a lock, and return them in order."""
    topic = bo_receipt()
    found: dict[bytes, IngestStatement] = {}

    def wanted(record: Any) -> bool:
        if record.key == log.so.encode():
            value = record.decoded(topic).value
            if value["lock_id"] == lock.lock_id:
                found[value["statement"]] = read(value["statement"], IngestStatement)
        return len(found) >= count

    log.world.tail(topic).until(f"{count} answers to {lock.lock_id}", wanted)
    return list(found.values())


def _again(log: SoLog, lock: MadeLock, *chunks: Sending) -> None:
    """Send a closed lock again: chunks, manifest, and the head that covers it."""
    index = next(n for n, s in enumerate(log.statements) if lock.lock_id.encode() in s)
    size = log.frontier.size
    assert log.send(*chunks, log.manifest(lock, index), log.checkpoint(log.tree(size))) == [None] * (len(chunks) + 2)


# -- a refused lock


def test_missing_chunk_is_named_and_the_lock_is_taken_when_it_comes(log: SoLog) -> None:
    """The refusal stays as it was, the second attempt counts, and a third sending changes nothing."""
    lock = log.lock(4)
    chunks = [log.chunk(lock, n, 2) for n in (0, 1)]
    assert log.send(chunks[0]) == [None]
    (refused,) = log.close(lock)
    assert (refused.outcome, refused.codes, log.stored(lock)) == ("refused", ("CHUNK_MISSING",), 0)
    assert isinstance(refused.missing, Missing)
    assert refused.missing.chunks == (1,)
    _again(log, lock, *chunks)
    first, second = _answers(log, lock, 2)
    assert first == refused
    assert (second.outcome, second.attempt, second.count, log.stored(lock)) == ("ingested", 2, 4, 4)
    _again(log, lock, *chunks)
    rows = log.world.database("bo").execute(
        "SELECT l.outcome, d.outcome, d.attempt FROM lock l JOIN lock_decided d USING (so, lock_id) WHERE lock_id = %s",
        (bytes.fromhex(lock.lock_id),),
    ).fetchall()  # fmt: skip
    assert rows == [("refused", "ingested", 2)]
    told = log.world.database("bo").execute(
        "SELECT count(*) FROM outbox WHERE kind = 'IngestReceipt' AND position(%s::bytea IN value) > 0",
        (lock.lock_id.encode(),),
    ).fetchone()  # fmt: skip
    assert told == (2,)


# -- the request behind a lock

Change = Callable[[SoLog, MadeLock], tuple[MadeLock, dict[str, Any]]]


def _of(changes: dict[str, Any]) -> Change:
    """The Sở puts another request, rightly signed, behind its lock."""

    def change(log: SoLog, lock: MadeLock) -> tuple[MadeLock, dict[str, Any]]:
        request = log.request(lock.manifest.school, [d.sha256 for d in lock.documents], **changes)
        return log.asked(lock, request), {}

    return change


def _signed_by(other: int) -> Change:
    def change(log: SoLog, lock: MadeLock) -> tuple[MadeLock, dict[str, Any]]:
        stranger = log.world.school(log.so, other)
        _, signature = log.request(stranger.code, [d.sha256 for d in lock.documents])
        return lock, {"request_signature": signature}

    return change


_FORGED: dict[str, tuple[Change, tuple[str, ...]]] = {
    "another than the manifest names": (lambda log, lock: (lock, {"request": b"{}"}), ("REQUEST_FOREIGN",)),
    "no command at all": (lambda log, lock: (log.asked(lock, (b"{}", "")), {}), ("REQUEST_UNREADABLE",)),
    "over another set": (_of({"count": 9}), ("REQUEST_SET_DIFFERS",)),
    "of another round": (_of({"round": _SUPPLEMENTARY}), ("REQUEST_ROUND_DIFFERS",)),
    "signed by another school's principal": (_signed_by(1), ("REQUEST_UNSIGNED",)),
    "not signed": (lambda log, lock: (lock, {"request_signature": "\0"}), ("REQUEST_UNSIGNED",)),
    "left out": (lambda log, lock: (lock, {"request": b"", "request_signature": ""}), ("REQUEST_ABSENT",)),
}


@pytest.mark.parametrize("forged", _FORGED)
def test_forged_request_refuses_the_lock(log: SoLog, forged: str) -> None:
    """Manifest, chunks and head are right; nobody who may has asked for it."""
    log.promoted(log.lock())  # this Sở sends requests: it does not go back
    change, codes = _FORGED[forged]
    lock, said = change(log, log.lock())
    assert log.send(log.chunk(lock)) == [None]
    (answer,) = log.close(lock, said=said)
    assert (answer.outcome, answer.codes, log.stored(lock)) == ("refused", codes, 0)


@pytest.mark.parametrize("forged", ["not signed", "left out", "signed by another school's principal"])
def test_lock_is_taken_when_the_true_request_comes(log: SoLog, forged: str) -> None:
    """The manifest was right from the beginning."""
    log.promoted(log.lock())
    change, codes = _FORGED[forged]
    lock, said = change(log, log.lock())
    assert log.send(log.chunk(lock)) == [None]
    (answer,) = log.close(lock, said=said)
    assert answer.codes == codes
    _again(log, lock, log.chunk(lock))
    *_, last = _answers(log, lock, 2)
    assert (last.outcome, last.attempt, log.stored(lock)) == ("ingested", 2, 2)


# -- two histories


def _pair(log: SoLog, before: Sequence[int]) -> int:
    """Return the number of the one pair that is new."""
    (new,) = [fork.id for fork in kept_forks(log.world.hub.bo_url) if fork.id not in before]
    return new


def _kept(log: SoLog) -> list[int]:
    return [fork.id for fork in kept_forks(log.world.hub.bo_url)]


def test_fork_is_kept_as_a_pair_that_anyone_can_check(log: SoLog) -> None:
    """With the log's own key and nothing else; a changed byte proves nothing."""
    log.promoted(log.lock())
    before, size = _kept(log), log.frontier.size
    forged = log.head(Checkpoint(log_origin(SO), size, b"\x22" * 32))
    assert log.send(forged) == ["CHECKPOINT_ROOT_DIFFERS"]
    data = fork_bytes(fork_file(log.world.hub.bo_url, _pair(log, before)))
    key: NoteKey = log.keyring.note.key()  # type: ignore[attr-defined]  # the development key is one of ours
    report = verify_fork(data, [key])
    assert (report.verdict, report.facts["second_root"]) == (ForkVerdict.PROVED, "22" * 32)
    stranger = NoteKeySigner(log_origin(SO), bytes(32)).key()
    assert verify_fork(data, [stranger]).codes == ("CHECKPOINT_SIGNER_UNKNOWN",)
    said = json.loads(data)
    said["second"]["text"] = said["first"]["text"]
    assert verify_fork(json.dumps(said).encode(), [key]).codes == ("FORK_NOT_ONE",)


def test_same_fork_again_is_no_second_pair(log: SoLog) -> None:
    """A record that stands in the topic twice is evidence once."""
    log.promoted(log.lock())
    before = _kept(log)
    forged = log.head(Checkpoint(log_origin(SO), log.frontier.size, b"\x33" * 32))
    assert log.send(forged, forged) == ["CHECKPOINT_ROOT_DIFFERS"] * 2
    _pair(log, before)


def test_two_manifests_of_one_lock_are_kept_as_a_pair(log: SoLog) -> None:
    """Both bear the seal of the Sở, whose certificate is in the file."""
    lock = log.lock()
    log.promoted(lock)
    before = _kept(log)
    assert log.send(log.manifest(lock.said(count=9), log.frontier.size)) == ["MANIFEST_REPEATED"]
    report = verify_fork(fork_bytes(fork_file(log.world.hub.bo_url, _pair(log, before))))
    assert (report.verdict, report.facts["first_lock"]) == (ForkVerdict.PROVED, lock.lock_id)


# -- the roster


def test_pupil_whom_the_roster_expects_is_named_to_the_school_and_to_nobody_else(world: World) -> None:
    """By place in Bộ's receipt, which every Sở can read; by identifier in the school's own; never a refusal."""
    school = world.school("nghe-an", 4)
    row = world.database("bo").execute(
        "SELECT entry_id, payload -> 'pupils' FROM register_entry WHERE kind = 'roster' AND payload ->> 'school' = %s",
        (school.code,),
    ).fetchone()  # fmt: skip
    assert row is not None
    entry_id, expected = row
    explained, *missing = expected
    made = world.hand_in(school, 1, _SUPPLEMENTARY)
    said = [Unreported(pupil=explained, reason="moved")]
    (asked,) = world.ask(world.lock(school, [d.sha256 for d in made.documents], _SUPPLEMENTARY, said))
    assert asked.outcome == "accepted", asked
    lock_id = world.lock_id(made)
    answer = world.receipt(school.so, lock_id.hex(), "ingested").statement
    assert answer is not None
    assert [f["value"] for f in answer.findings if f["code"] == "BO_MISSES_PUPIL"] == missing
    kept = world.database(school.so).execute(
        "SELECT statement FROM ingest_receipt WHERE lock_id = %s", (lock_id,)
    ).fetchone()  # fmt: skip
    assert kept is not None
    told = read(kept[0], IngestStatement)
    assert isinstance(told.missing, Missing)
    (listed,) = msgspec.to_builtins(told.missing.pupils)
    assert (listed["roster"], list(listed["positions"])) == (entry_id, list(range(1, len(expected))))
    assert not [pupil for pupil in expected if pupil.split(":")[-1].encode() in kept[0]]


# -- what hangs, and what is sent again


def test_lock_sent_again_changes_nothing(world: World) -> None:
    """Byte for byte the same messages, one effect; who asked for it stands beside them."""
    made = world.lock_in(world.school("ha-noi"))
    key = RoundKey(made.school.code, world.population.school_year, made.name.cohort, made.name.number)
    sent = resend_lock(world.database("ha-noi"), "ha-noi", key, "tester", "đối chiếu")
    assert (sent.lock_id, sent.chunks) == (made.lock_id.hex(), 1)
    source = f"resend/{sent.lock_id}"

    def unsent() -> Any:
        return world.database("ha-noi").execute(
            "SELECT count(*) FROM outbox WHERE source_topic = %s AND sent_at IS NULL", (source,)
        ).fetchone() == (0,)  # fmt: skip

    eventually("the outbox to be sent", unsent)
    after = world.lock_in(world.school("ha-noi"))  # what comes behind it is done, so it is done too
    bo = world.database("bo")
    counted = bo.execute(
        "SELECT count(*), (SELECT count(*) FROM lock_again a WHERE a.lock_id = %(id)s) FROM document d "
        "WHERE d.lock_id = %(id)s",
        {"id": made.lock_id},
    ).fetchone()  # fmt: skip
    assert counted == (1, 0)
    assert after.lock_id != made.lock_id
    quarantined = bo.execute("SELECT count(*) FROM quarantine WHERE topic = 'hocba.so-ha-noi.locked.v1'").fetchone()
    assert quarantined == (0,)


_BREAK = """
CREATE FUNCTION break_locks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'an invariant of ours'; END $$;
CREATE TRIGGER break_locks BEFORE INSERT ON lock FOR EACH ROW
    WHEN (NEW.school = '{school}') EXECUTE FUNCTION break_locks();
"""


@pytest.fixture
def broken(world: World) -> Iterator[Connection]:
    """The owner's connection of Nghệ An, whose database takes no lock of the first school until the test mends it."""
    with open_connection(world.hub.servers.so_urls("nghe-an").owner_url or "") as owner:
        owner.execute(_BREAK.format(school=world.school("nghe-an").code).encode())
        yield owner
        owner.execute("DROP FUNCTION IF EXISTS break_locks CASCADE")


def test_lock_that_hangs_says_why_and_goes_on_once_the_cause_is_gone(world: World, broken: Connection) -> None:
    """The school waits aside with its code; the same lock is then done once, and its order may come twice."""
    school = world.school("nghe-an")
    database = world.database("nghe-an")
    made = world.hand_in(school)
    (asked,) = world.ask(world.lock(school, [d.sha256 for d in made.documents], made.name))
    assert asked.outcome == "accepted"

    def hanging(cause: str) -> HangingLock | None:
        return next((h for h in hanging_locks(database, "nghe-an", school.code) if h.cause == cause), None)

    lock: HangingLock = eventually("the lock to hang", lambda: hanging("parked"))
    assert (lock.codes, lock.cohort, lock.number) == (("DATABASE_REFUSED",), made.name.cohort, made.name.number)
    broken.execute("DROP FUNCTION break_locks CASCADE")
    assert retry_lock(database, "nghe-an", lock, "tester", "đã sửa") == "resumed"
    world.receipt("nghe-an", lock.lock_id, "ingested")
    assert list(hanging_locks(database, "nghe-an", school.code)) == []
    for cause, done in (("order_missing", "ordered"), ("unsealed", "waits")):
        assert retry_lock(database, "nghe-an", replace(lock, cause=cause, parked=None), "tester", "lại") == done
    world.lock_in(school)  # the order that came again is passed over, and the school goes on
    rows = database.execute("SELECT log_index FROM lock WHERE lock_id = %s", (bytes.fromhex(lock.lock_id),)).fetchall()
    assert len(rows) == 1
