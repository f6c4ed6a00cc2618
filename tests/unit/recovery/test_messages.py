"""Which message a record of our own topic is."""

from datetime import UTC, datetime

from hub.kafka.headers import headers_of
from hub.kafka.reader import Found
from hub.recovery import own_topics
from hub.recovery.messages import written
from hub.schemas import encode
from hub.topics import bo_transcript, lock_command, quarantine
from tests.unit.recovery.test_same import a_receipt

AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)
SO = "ha-noi"
RECEIPTS = next(topic for topic in own_topics(f"so-{SO}") if topic.messages == ("Receipt",))


def a_found(value: bytes | None, headers: list[tuple[str, bytes]]) -> Found:
    return Found("topic", 0, 5, b"010101", value, tuple(headers), AT, False)


def test_own_topics_are_those_that_nobody_else_may_write() -> None:
    """Commands and register come through the door; everything else of a Sở is its own."""
    names = {topic.name.split(".", 2)[2] for topic in own_topics(f"so-{SO}")}
    assert names == {
        "lock-command.v1", "receipt.v1", "locked.v1", "quarantine.v1", "reminder.v1", "slip.v1", "transfer.v1"
    }  # fmt: skip
    own = {"receipt.v1", "transcript.v1", "transfer.v1", "quarantine.v1"}
    assert {topic.name for topic in own_topics("bo")} == {f"hocba.bo.{name}" for name in own}
    told = {topic.name for topic in own_topics("bo", [SO])}
    assert told == {f"hocba.bo.{name}" for name in own} | {f"hocba.so-{SO}.incoming.v1"}


def test_receipt_is_known_by_its_id_and_keeps_its_bytes() -> None:
    """They are what the replay must give back."""
    found = written(RECEIPTS, a_found(a_receipt(), headers_of("Receipt", "r-1", f"/so/{SO}")))
    assert (found.message_id, found.kind, found.found.value) == ("r-1", "Receipt", a_receipt())


def test_transcript_of_the_national_stream_is_known_by_its_lock() -> None:
    """One outbox row stands for all transcripts of a lock."""
    headers = headers_of("Transcript", "lock/leaf", "/bo")
    assert written(bo_transcript(), a_found(None, headers)).kind == "Foreign"


def test_record_that_we_cannot_have_written_is_foreign() -> None:
    """No headers, another kind, or bytes that do not read."""
    good = headers_of("Receipt", "r-1", f"/so/{SO}")
    assert written(RECEIPTS, a_found(a_receipt(), [])).kind == "Foreign"
    assert written(lock_command(SO), a_found(a_receipt(), good)).kind == "Foreign"
    assert written(RECEIPTS, a_found(b"junk", good)).kind == "Foreign"


def test_dead_letter_is_known_by_the_place_it_came_from() -> None:
    """Its own headers may say anything; the hub's tell where it stood."""
    names = ("stage", "topic", "partition", "offset")
    pairs = [
        (f"__connect.errors.{name}", text) for name, text in zip(names, (b"validate", b"t", b"3", b"9"), strict=True)
    ]
    found = written(quarantine(f"so-{SO}"), a_found(b"junk", [("ce_id", b"x"), *pairs]))
    assert (found.message_id, found.kind, found.found.value) == ("validate.t.3.9", "Quarantined", None)


def test_order_is_told_apart_by_its_key() -> None:
    """Its id is the command's, and two schools may choose the same."""
    value = encode("LockOrder", {
        "command_id": "c-1", "lock_id": "00", "school": "010101", "school_year": "2025-2026", "cohort": "completed",
        "number": 1, "so": SO, "appended_at_ms": 1,
    })  # fmt: skip
    found = written(lock_command(SO), a_found(value, headers_of("LockOrder", "c-1", f"/so/{SO}")))
    assert (found.kind, found.found.key) == ("LockOrder", b"010101")
