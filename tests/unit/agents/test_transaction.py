"""One batch, one transaction: what it does, in which order, and what becomes of a record that cannot stand."""

import json
from typing import Any

import pytest

from hub.agents.stage import Record, transaction
from hub.agents.stage.position import ATTEMPTS_SUSPICIOUS, Fenced, Position, advance, claim
from hub.agents.stage.transaction import Batch, prepare, transact
from hub.errors import Corrupt, Refused, Unavailable
from hub.schemas import Message
from hub.store.queries import queries_of
from tests.unit.agents.stages import a_position, a_record, a_stage
from tests.unit.agents.world import AT, Answer, FakeConnection

SQL = queries_of("common")


def a_batch(*records: Record, **changes: Any) -> Batch:
    after = records[-1].offset + 1 if records else 0
    return prepare(a_stage(**changes), "so-x", records, after, "snapshot", False)


def done(connection: FakeConnection, batch: Batch, position: Position | None = None) -> Any:
    return transact(connection, a_stage(), position or a_position(), batch)  # type: ignore[arg-type]


def test_batch_moves_the_position_first_and_writes_last() -> None:
    """A worker that has lost the partition finds out before it takes a lock."""
    connection = FakeConnection()
    found = done(connection, a_batch(a_record(0, b"2"), a_record(1, b"4")))
    assert connection.names() == [
        "begin",
        SQL["advance"],
        SQL["parked_keys"],
        "load",
        "write",
        SQL["unmet_exists"],
        SQL["put"],
        SQL["put"],
        "commit",
    ]
    assert (found.effects, found.position.next_offset) == ([2, 6], 2)


def test_batch_moves_the_position_under_epoch_and_former_offset() -> None:
    """Compare and set: what another owner did in between shows."""
    connection = FakeConnection()
    done(connection, a_batch(a_record(7, b"2")), a_position(7, epoch=5))
    moved = connection.calls[1][1]
    assert (moved["before"], moved["after"], moved["epoch"]) == (7, 8, 5)
    assert moved["last_sha256"] == a_record(7, b"2").digest()


def test_fenced_batch_does_nothing() -> None:
    """Nothing is loaded, nothing is written, the transaction is rolled back."""
    connection = FakeConnection(lambda *_: Answer(rowcount=0))
    with pytest.raises(Fenced):
        done(connection, a_batch(a_record(0, b"2")))
    assert connection.names() == ["begin", SQL["advance"], "rollback"]


def test_record_that_does_not_read_is_quarantined_and_the_others_go_on() -> None:
    """Byte for byte, with code and facts, and a message to the quarantine topic."""
    connection = FakeConnection()
    record = Record("plain", 0, 1, b"key", b"x", (("ce_id", b"\xff"), ("null", None)), AT, True)
    found = done(connection, a_batch(a_record(0, b"2"), record, a_record(2, b"4")))
    assert (found.effects, [q.code for q in found.quarantined]) == ([2, 6], ["MESSAGE_UNDECODABLE"])
    (row,) = [parameters for sql, parameters in connection.calls if sql == SQL["quarantine"]]
    assert row[:6] == ("sum", "plain", 0, 1, b"key", b"x")
    assert json.loads(row[6]) == [["ce_id", "ff"], ["null", None]]
    assert (row[7], json.loads(row[8]), row[9]) == ("MESSAGE_UNDECODABLE", {"at": "0", "reason": "no number"}, AT)
    assert row[10:] == (True, False, None, None, None)
    told = [parameters for sql, parameters in connection.calls if sql == SQL["put"]][-1]
    assert told[:8] == ("plain", 0, 1, 0, "hocba.so-x.quarantine.v1", b"key", "Quarantined", "sum.plain.0.1")


def test_record_refused_in_decide_is_quarantined_and_the_fold_goes_on() -> None:
    """What was decided before it stays known to what comes after it."""
    connection = FakeConnection()
    found = done(connection, a_batch(a_record(0, b"2"), a_record(1, b"3"), a_record(2, b"4")))
    assert (found.effects, [q.code for q in found.quarantined]) == ([2, 6], ["CHUNK_LATE"])
    assert ("write", [2, 6]) in connection.calls


def test_stage_is_told_what_decide_refused() -> None:
    """In the same transaction, so that it may keep more than the quarantine does; what does not read is no decision."""
    connection = FakeConnection()
    stage = a_stage(refused=lambda into, error: into.execute("kept", error.code))
    batch = prepare(stage, "so-x", [a_record(0, b"3"), a_record(1, b"x")], 2, "snapshot", suspicious=False)
    transact(connection, stage, a_position(0), batch)  # type: ignore[arg-type]
    assert [values for sql, values in connection.calls if sql == "kept"] == ["CHUNK_LATE"]
    assert connection.names().index("kept") < connection.names().index("commit")


def test_messages_stand_under_the_record_that_caused_them() -> None:
    """Their order among themselves is their number."""
    connection = FakeConnection()
    stage_write = {"write": lambda _, effects: [[*a_stage().write(FakeConnection(), [e])[0]] * 2 for e in effects]}  # type: ignore[arg-type]
    batch = a_batch(a_record(4, b"2"), a_record(5, b"x"), a_record(6, b"4"))
    transact(connection, a_stage(**stage_write), a_position(4), batch)  # type: ignore[arg-type]
    rows = [parameters for sql, parameters in connection.calls if sql == SQL["put"]]
    assert [(r[2], r[3]) for r in rows] == [(4, 0), (4, 1), (6, 0), (6, 1), (5, 0)]


def test_batch_without_one_answer_for_each_effect_is_not_committed() -> None:
    """A stage that forgets the messages of an effect must not move its position."""
    connection = FakeConnection()
    with pytest.raises(ValueError):
        transact(connection, a_stage(write=lambda *_: []), a_position(), a_batch(a_record(0, b"2")))  # type: ignore[arg-type]
    assert connection.names()[-1] == "rollback"


def test_unexpected_error_in_decide_is_not_committed() -> None:
    """A mistake of ours is no answer to a record."""
    connection = FakeConnection()

    def decide(*_: Any) -> Any:
        raise Corrupt("LOCK_SET_CHANGED")

    with pytest.raises(Corrupt):
        transact(connection, a_stage(decide=decide), a_position(), a_batch(a_record(0, b"2")))  # type: ignore[arg-type]
    assert connection.names()[-1] == "rollback"


def test_records_of_others_are_passed_over_and_the_position_moves() -> None:
    """A shared topic holds answers for every Sở."""
    batch = a_batch(a_record(0, b"2"), a_record(1, b"4"), mine=lambda r: r.offset == 1)
    connection = FakeConnection()
    found = done(connection, batch)
    assert (found.effects, found.position.next_offset) == ([4], 2)


def test_suspected_record_is_decoded_in_a_child_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have killed earlier owners; a null value has nothing to decode."""
    decoded: list[bytes] = []

    def in_child(value: bytes, *_: object) -> Message:
        decoded.append(value)
        if value == b"6":
            raise Refused("DECODER_KILLED", {"exit": "-9"})
        return Message("Recall", 1, {})

    monkeypatch.setattr(transaction, "decode_in_child", in_child)
    records = [a_record(0, b"2"), a_record(1, b"6"), Record("plain", 0, 2, b"key", None, (), AT, True)]
    batch = prepare(a_stage(), "so-x", records, 3, "snapshot", True)
    assert decoded == [b"2", b"6"]
    assert [q.code for q in batch.quarantined] == ["DECODER_KILLED", "MESSAGE_UNDECODABLE"]
    assert prepare(a_stage(), "so-x", records[:2], 2, "snapshot", False).quarantined == []
    assert len(decoded) == 2


def test_busy_machine_quarantines_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the child did not get to decode is the world's fault."""

    def in_child(*_: object) -> Message:
        raise Unavailable("DECODER_UNAVAILABLE", {"reason": "exit 1 before decoding"})

    monkeypatch.setattr(transaction, "decode_in_child", in_child)
    with pytest.raises(Unavailable):
        prepare(a_stage(), "so-x", [a_record(0)], 1, "snapshot", True)


def test_claim_takes_over_what_the_database_says() -> None:
    """Next offset, epoch, last record and how often nothing came of it."""
    place = a_position().place
    connection = FakeConnection(lambda *_: Answer([(17, 4, "cluster", "topic-id", b"last", ATTEMPTS_SUSPICIOUS + 1)]))
    position = claim(connection, place)  # type: ignore[arg-type]
    assert (position.next_offset, position.epoch, position.last_sha256, position.suspicious) == (17, 4, b"last", True)


@pytest.mark.parametrize("foreign", [("other", "topic-id"), ("cluster", "other")])
def test_claim_stops_when_the_position_is_of_another_cluster_or_topic(foreign: tuple[str, str]) -> None:
    """Its offsets mean other records."""
    connection = FakeConnection(lambda *_: Answer([(17, 4, *foreign, None, 0)]))
    with pytest.raises(Corrupt) as stopped:
        claim(connection, a_position().place)  # type: ignore[arg-type]
    assert stopped.value.code == "POSITION_FOREIGN"


@pytest.mark.parametrize(
    ("count", "suspicious"), [(0, False), (ATTEMPTS_SUSPICIOUS, False), (ATTEMPTS_SUSPICIOUS + 1, True)]
)
def test_position_is_suspicious_after_so_many_owners_without_progress(count: int, suspicious: bool) -> None:
    """And no more once it has moved."""
    position = a_position(attempt_count=count)
    assert position.suspicious is suspicious
    assert not advance(FakeConnection(), position, 1, None).suspicious  # type: ignore[arg-type]


def test_position_keeps_the_last_record_when_a_batch_brings_none() -> None:
    """There is always something to compare with after the next claim."""
    moved = advance(FakeConnection(), a_position(last_sha256=b"last"), 5, None)  # type: ignore[arg-type]
    assert (moved.next_offset, moved.last_sha256) == (5, b"last")


def test_record_digest_tells_key_from_value() -> None:
    """Lengths are counted, so bytes cannot move from one to the other."""
    assert a_record(0, b"1").digest() == a_record(9, b"1", "compacted", 3).digest()
    moved = Record("plain", 0, 0, b"key1", b"", (), AT, True)
    assert moved.digest() != a_record(0, b"1").digest()
