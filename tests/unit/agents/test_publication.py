"""The national stream and the other messages that the relay builds: the same every time, without a person in them."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace as with_fields

from hub.agents.publication import publication
from hub.agents.references import bo_build, so_build
from hub.domain.transcript import Transcript
from hub.errors import Corrupt
from hub.kafka.dead_letter import to_keep
from hub.schemas import decode
from hub.store.bo.published import PublishedRow
from hub.store.queries import queries_of
from hub.topics import MESSAGE_BYTES_MAX
from tests.unit.agents.world import Answer, FakeConnection
from tests.unit.decision.builders import a_seal, a_signature, sha
from tests.unit.domain.builders import a_school, a_student, a_transcript, document_of

SECRET = bytes(range(32))
LOCK_ID = sha("lock").hex()
COMMON, SO_SQL, BO_SQL = queries_of("common"), queries_of("so"), queries_of("bo")
CANARIES = (
    "Nguyễn Thị Chim Hoàng Yến", "001217999777", "P7654321", "0100009999", "Trường Chim", "3Chim",
    "Lời nhận xét chim", "Ghi chú chim", "Lý do chim", "2017-03-19", "Chimkinh", "CMR",
)  # fmt: skip
NAME, PERSONAL_ID, PASSPORT, STUDENT_CODE, SCHOOL_NAME, CLASS, COMMENT, REMARKS, REASON, BIRTH, ETHNICITY, NATION = (
    CANARIES
)


def with_canaries(**student: Any) -> Transcript:
    transcript = a_transcript()
    pupil = a_student(
        name=NAME, personal_id=PERSONAL_ID, student_code=STUDENT_CODE, birth_date=BIRTH, ethnicity=ETHNICITY,
        nationality=NATION,
    )  # fmt: skip
    subjects = tuple(with_fields(s, comment=COMMENT) for s in transcript.subjects)
    qualities = tuple(with_fields(q, comment=COMMENT) for q in transcript.qualities)  # type: ignore[union-attr]
    return with_fields(
        transcript, student=with_fields(pupil, **student), subjects=subjects, qualities=qualities, class_=CLASS,
        school=a_school(name=SCHOOL_NAME), remarks=REMARKS, reason=REASON,
    )  # fmt: skip


def a_row(transcript: Transcript | None = None, **changes: Any) -> PublishedRow:
    document = document_of(transcript if transcript is not None else a_transcript())
    row = PublishedRow(document, sha("document"), sha("leaf"), 2, date(2026, 6, 21), 17, sha("surrogate"), "native")
    return row._replace(**changes)


@pytest.mark.parametrize("student", [{}, {"personal_id": UNSET, "passport": PASSPORT}])
def test_publication_names_no_person(student: dict[str, Any]) -> None:
    """Neither message, key nor id holds a name, a number, a birth date or a free text."""
    key, message_id, value = publication("ha-noi", LOCK_ID, a_row(with_canaries(**student)), SECRET)
    shown = key + b" " + message_id.encode() + b" " + value
    assert [canary for canary in CANARIES if canary.encode() in shown] == []


def test_publication_carries_marks_place_and_evidence() -> None:
    """What statistics and verification need is there."""
    transcript = a_transcript()
    _, message_id, data = publication("ha-noi", LOCK_ID, a_row(transcript), SECRET)
    value = decode(data, ("Transcript",)).value
    assert (value["school"], value["grade"], value["rating"], value["completed"]) == ("0101001", 3, "HTXS", True)
    assert [s["code"] for s in value["subjects"]] == [s.code for s in transcript.subjects]
    assert (value["version"], value["log_index"], value["effective_on"]) == (2, 17, "2026-06-21")
    assert (value["document_sha256"], value["leaf_sha256"]) == (sha("document"), sha("leaf"))
    assert message_id == f"{LOCK_ID}/{sha('leaf').hex()}"


def test_publication_of_a_secondary_transcript_carries_levels() -> None:
    """What primary has, it leaves empty, and the other way round."""
    value = decode(publication("ha-noi", LOCK_ID, a_row(a_transcript(grade=8)), SECRET)[2], ("Transcript",)).value
    assert (value["rating"], value["qualities"], value["competences"]) == (None, [], [])
    assert value["learning"] == {"semester_1": "T", "semester_2": "T", "year": "T", "retake": None}


def test_publication_is_the_same_every_time_and_only_for_bo() -> None:
    """The key follows from surrogate and secret alone: without the secret nobody can make it."""
    first = publication("ha-noi", LOCK_ID, a_row(), SECRET)
    assert publication("ha-noi", LOCK_ID, a_row(), SECRET) == first
    assert publication("ha-noi", LOCK_ID, a_row(), bytes(32))[0] != first[0]
    assert publication("ha-noi", LOCK_ID, a_row(surrogate=sha("other")), SECRET)[0] != first[0]


def test_publication_key_names_pupil_year_period_and_school() -> None:
    """A later version of the same record replaces it in the compacted topic."""
    key, _, _ = publication("ha-noi", LOCK_ID, a_row(), SECRET)
    pupil, *rest = key.decode().split("/")
    assert (len(pupil), rest) == (64, ["2025-2026", "year", "0101001"])
    assert publication("ha-noi", LOCK_ID, a_row(version=3), SECRET)[0] == key


def test_publication_stops_when_a_stored_document_does_not_read() -> None:
    """What was promoted has been read before: this cannot be."""
    with pytest.raises(Corrupt):
        publication("ha-noi", LOCK_ID, a_row(document=b"{}"), SECRET)


def built(build: Any, connection: FakeConnection, reference: dict[str, Any]) -> list[Any]:
    made: Iterator[Any] = build(connection, reference)
    return list(made)


def test_reference_to_a_receipt_gives_its_stored_bytes() -> None:
    """Key and id come from the row, too."""
    connection = FakeConnection(lambda *_: Answer([("0101001", "an-id", b"receipt")]))
    assert built(so_build("ha-noi"), connection, {"receipt": sha("m").hex()}) == [(b"0101001", "an-id", b"receipt", ())]
    assert connection.calls == [(SO_SQL["receipt"], (sha("m"),))]


def test_reference_to_a_chunk_gives_its_rows() -> None:
    """Place and count stand in the reference, the documents in rows that never change."""
    connection = FakeConnection(lambda *_: Answer([(b"document", ["a..b"], b"leaf")]))
    ((key, message_id, value, headers),) = built(so_build("ha-noi"), connection, {"chunk": [LOCK_ID, 1, 3, 5, 6]})
    assert (key, message_id, headers) == (b"ha-noi", f"{LOCK_ID}/1", ())
    message = decode(value, ("LockedChunk",)).value
    assert (message["index"], message["of"], message["lock_id"]) == (1, 3, LOCK_ID)
    assert message["documents"] == [{"document": b"document", "signatures": ["a..b"], "leaf": b"leaf"}]
    assert connection.calls == [(SO_SQL["chunk"], (bytes.fromhex(LOCK_ID), 5, 6))]


def test_reference_to_an_earlier_message_gives_the_same_bytes() -> None:
    """Those of its row, or those that its own reference is built from."""
    stored = FakeConnection(lambda *_: Answer([(b"ha-noi", "an-id", b"manifest", None)]))
    assert built(so_build("ha-noi"), stored, {"again": 7}) == [(b"ha-noi", "an-id", b"manifest", ())]
    assert stored.calls == [(COMMON["outbox_row"], (7,))]
    rows = {
        COMMON["outbox_row"]: (b"ha-noi", f"{LOCK_ID}/1", None, {"chunk": [LOCK_ID, 1, 3, 5, 6]}),
        SO_SQL["chunk"]: (b"document", ["a..b"], b"leaf"),
    }
    first = built(
        so_build("ha-noi"), FakeConnection(lambda sql, _: Answer([rows[sql]])), {"chunk": [LOCK_ID, 1, 3, 5, 6]}
    )
    assert built(so_build("ha-noi"), FakeConnection(lambda sql, _: Answer([rows[sql]])), {"again": 7}) == first


def test_reference_to_a_lock_gives_every_transcript_of_it() -> None:
    """In manifest order, each with the grade that its signatures claim."""
    grades: list[list[str]] = [[a_signature()], [a_seal()], [a_seal("legacy_evidence")]]
    rows = [(*a_row(leaf_sha256=sha(str(n)))[:-1], signatures) for n, signatures in enumerate(grades)]
    found = built(bo_build(SECRET), FakeConnection(lambda *_: Answer(rows)), {"transcripts": ["ha-noi", LOCK_ID]})
    assert [message_id for _, message_id, _, _ in found] == [f"{LOCK_ID}/{sha(str(n)).hex()}" for n in range(3)]
    told = [decode(value, ("Transcript",)).value["evidence"] for _, _, value, _ in found]
    assert told == ["native", "derived", "legacy_evidence"]


@pytest.mark.parametrize("build", [so_build("ha-noi"), bo_build(SECRET)])
def test_reference_to_a_quarantined_record_gives_it_as_it_came(build: Any) -> None:
    """Its own headers, also a null one, and ours that say why it stands there."""
    headers = json.dumps([["ce_id", b"x".hex()], ["empty", None]]).encode()
    connection = FakeConnection(lambda *_: Answer([(b"key", b"value", headers, "MESSAGE_MAGIC", True, 5, None)]))
    ((key, message_id, value, own),) = built(build, connection, {"quarantine": ["validate", "t", 3, 17]})
    assert (key, message_id, value) == (b"key", "validate.t.3.17", b"value")
    assert own[:2] == [("ce_id", b"x"), ("empty", None)]
    told = {name.removeprefix("__connect.errors."): value for name, value in own[2:]}
    owner = told["connector.name"].split(b".")[1]
    assert told == {
        "topic": b"t", "partition": b"3", "offset": b"17", "stage": b"validate", "hub.error.code": b"MESSAGE_MAGIC",
        "connector.name": b"hocba." + owner + b".validate", "exception.class.name": b"MESSAGE_MAGIC",
        "exception.message": "The first byte of the message is …, it must be 00.".encode(),
    }  # fmt: skip
    assert owner in (b"so-ha-noi", b"bo")


@pytest.mark.parametrize(
    ("key", "value", "headers"),
    [
        (b"k", bytes(MESSAGE_BYTES_MAX), []),
        (bytes(MESSAGE_BYTES_MAX), b"v", []),
        (b"k", b"v", [["n", "00" * MESSAGE_BYTES_MAX]]),
        (b"k", b"v", [["n" * MESSAGE_BYTES_MAX, None]]),
    ],
)
def test_quarantined_record_that_fits_into_no_message_is_only_told_of(
    key: bytes, value: bytes, headers: list[list[str | None]]
) -> None:
    """It came compressed; its bytes stay in the database, and the relay goes on."""
    row = (key, value, json.dumps(headers).encode(), "MESSAGE_TOO_LARGE", True, len(value), None)
    reference = {"quarantine": ["validate", "t", 3, 17]}
    ((*built_key_and_id, built_value, own),) = built(
        so_build("ha-noi"), FakeConnection(lambda *_: Answer([row])), reference
    )
    assert (built_key_and_id, built_value) == ([None, "validate.t.3.17"], None)
    assert int(dict(own)["hub.error.value.bytes"]) == len(value)
    assert dict(own)["hub.error.value.sha256"] == hashlib.sha256(value).hexdigest().encode()
    assert dict(own)["hub.error.code"] == b"MESSAGE_TOO_LARGE"


def test_withheld_record_is_told_of_by_size_and_hash() -> None:
    """Its bytes are nowhere in the database; the relay loads none and sends an empty message."""
    row = (None, None, b"[]", "MESSAGE_TOO_LARGE", False, 600_000_000, sha("bomb"))
    connection = FakeConnection(lambda *_: Answer([row]))
    ((key, _, value, own),) = built(so_build("ha-noi"), connection, {"quarantine": ["validate", "t", 3, 17]})
    assert (key, value) == (None, None)
    assert dict(own)["hub.error.value.bytes"] == b"600000000"
    assert dict(own)["hub.error.value.sha256"] == sha("bomb").hex().encode()
    assert connection.calls[0][1]["bytes_max"] == MESSAGE_BYTES_MAX


def test_header_name_that_is_not_utf8_is_sent_as_its_hex() -> None:
    """No client sends such a name; what it was can still be read, and a null value stays null."""
    headers = to_keep([("x\udcff", None), ("y", b"1")])
    connection = FakeConnection(lambda *_: Answer([(b"k", b"v", headers, "KEY_MISSING", True, 1, None)]))
    ((_, _, _, own),) = built(so_build("ha-noi"), connection, {"quarantine": ["validate", "t", 3, 17]})
    assert own[:2] == [("hub.header-name-hex.78ff", None), ("y", b"1")]
    assert all(name.encode() for name, _ in own)


@pytest.mark.parametrize("reference", [{"receipt": "00"}, {"again": 7}, {"quarantine": ["validate", "t", 3, 17]}])
def test_reference_to_nothing_stops_the_relay(reference: dict[str, Any]) -> None:
    """The row was written in the transaction that queued the reference."""
    with pytest.raises(Corrupt):
        built(so_build("ha-noi"), FakeConnection(), reference)
