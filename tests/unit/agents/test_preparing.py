"""From a record to a prepared command: what is told, by whom it was signed, which transcripts may stand."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from hub.agents.preparing import prepare_command
from hub.agents.stage import Record
from hub.decision import RecordKey
from hub.domain import render
from hub.domain.statements import RoundName, encode
from hub.errors import Refused
from hub.kafka.headers import headers_of
from hub.kafka.identity import record_sha256
from hub.schemas import decode
from hub.schemas import encode as encode_message
from hub.trust import ChainCache
from tests.unit.agents.world import (
    AT,
    CLOSED_SCHOOL,
    SO,
    TOPIC,
    YEAR,
    Desk,
    a_lock_request,
    a_recall,
    a_school_entry,
    codes_of,
    snapshot_of,
    transcript_of,
    with_headers,
    with_value,
)
from tests.unit.trust.trust_world import SCHOOL, World, an_entry


def test_good_submission_stands_with_its_documents(good: Record, prepare) -> None:
    """Everything that the decision needs is there, and nothing else was needed."""
    prepared = prepare(good)
    assert prepared.stands
    assert (prepared.kind, prepared.school, prepared.command_id) == ("Submission", SCHOOL, "submit-0001")
    assert prepared.signer == f"principal {SCHOOL}"
    assert (prepared.at, prepared.part, prepared.transcript_count) == (AT, good.part, 1)
    assert prepared.message_sha256 == record_sha256(good.part, good.key, good.headers, good.value)
    (document,) = prepared.documents
    assert document.record == RecordKey(SCHOOL, f"id:{transcript_of().student.personal_id}", YEAR, "year")
    assert (document.findings, document.pending) == ((), False)
    assert document.document_sha256 == hashlib.sha256(document.document).digest()


@pytest.mark.parametrize("statement", [a_recall(), a_lock_request()])
def test_good_command_without_documents_stands(desk: Desk, prepare, statement) -> None:
    """Recall and lock request are the principal's."""
    prepared = prepare(desk.command(statement))
    assert (prepared.stands, codes_of(prepared), prepared.documents) == (True, [], ())
    assert prepared.round is not None


def test_command_is_refused_when_its_signer_may_not_give_it(desk: Desk, prepare) -> None:
    """The seal may submit, but not recall or lock."""
    for statement in (a_recall(), a_lock_request()):
        prepared = prepare(desk.command(statement, "school_seal", "seal"))
        assert (prepared.authentic, codes_of(prepared)) == (False, ["SIGNER_ROLE_NOT_ALLOWED"])
    assert prepare(desk.submission(desk.document(), role="school_seal", who="seal")).stands


def test_command_is_refused_when_it_takes_an_id_of_the_scheduler(desk: Desk, prepare) -> None:
    """Whoever used up the id of a window's end would keep that window open for ever."""
    prepared = prepare(desk.command(structs.replace(a_recall(), command_id="window-0001-0")))
    assert (prepared.authentic, codes_of(prepared)) == (False, ["COMMAND_ID_RESERVED"])


def test_lock_request_can_judge_revocation_again(desk: Desk, prepare, good: Record) -> None:
    """The decision asks for it when it has the set."""
    signatures = prepare(good).documents[0].signatures
    prepared = prepare(desk.command(a_lock_request()))
    assert prepared.judge_again is not None
    assert tuple(prepared.judge_again(signatures)) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": None}, "KEY_MISSING"),
        ({"value": None}, "VALUE_MISSING"),
        ({"value": b""}, "MESSAGE_EMPTY"),
        ({"value": b"\x01abcdefgh"}, "MESSAGE_MAGIC"),
        ({"value": b"\x00\xff\xff\xff\xffabc"}, "SCHEMA_UNKNOWN"),
    ],
)
def test_record_that_does_not_decode_is_refused_without_an_answer(good: Record, prepare, changes, code: str) -> None:
    """There is nobody whom a receipt could name."""
    with pytest.raises(Refused) as refused:
        prepare(replace(good, **changes))
    assert refused.value.code == code


def test_message_of_another_topic_is_refused(good: Record, prepare) -> None:
    """A register entry is no command."""
    entry = {"so": "ha-noi", "kind": "school", "entry_id": "x", "statement": b"", "signature": "", "encryption": None}
    with pytest.raises(Refused) as refused:
        prepare(replace(good, value=encode_message("RegisterEntry", entry)))
    assert refused.value.code == "MESSAGE_UNEXPECTED"


def test_command_in_the_wrong_partition_is_refused(good: Record, prepare) -> None:
    """Its order among the school's commands would be lost; both partitions are told."""
    wrong = (good.part + 1) % TOPIC.partitions
    prepared = prepare(replace(good, part=wrong))
    assert (prepared.authentic, codes_of(prepared)) == (False, ["PARTITION_WRONG"])
    assert prepared.findings[0].facts == {"partition": str(wrong), "expected": str(good.part)}


def test_encrypted_command_is_refused(good: Record, prepare) -> None:
    """The envelope is foreseen, the means are not there."""
    encryption = {"algorithm": "A256GCM", "key_id": "k", "nonce": b"n"}
    assert codes_of(prepare(with_value(good, encryption=encryption))) == ["ENCRYPTION_UNSUPPORTED"]


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("ce_id", "another-id", "HEADER_DISAGREES"),
        ("ce_type", "vn.hocba.recall.v1", "HEADER_DISAGREES"),
        ("ce_source", "/schools/010202", "HEADER_DISAGREES"),
        ("ce_type", "something", "HEADER_MALFORMED"),
        ("content_type", "text/plain", "HEADER_CONTENT_TYPE"),
    ],
)
def test_command_is_refused_when_a_header_is_wrong(good: Record, prepare, header: str, value: str, code: str) -> None:
    """Headers are not signed, so they may not say anything else than the body."""
    prepared = prepare(with_headers(good, **{header: value}))
    assert (prepared.authentic, codes_of(prepared)) == (False, [code])


def test_command_is_refused_when_a_header_is_missing_or_null(good: Record, prepare) -> None:
    """A null header is there but says nothing."""
    assert codes_of(prepare(replace(good, headers=good.headers[1:]))) == ["HEADER_MISSING"]
    null = (("ce_id", None), *(h for h in good.headers if h[0] != "ce_id"))
    assert codes_of(prepare(replace(good, headers=null))) == ["HEADER_MALFORMED"]


@pytest.mark.parametrize("statement", [b"", b"{}", b"[1]", b"\xff", b'{"type":"vn.hocba.submission/1"}'])
def test_command_is_refused_when_its_statement_does_not_read(good: Record, prepare, statement: bytes) -> None:
    """Nobody can be said to have signed it."""
    prepared = prepare(with_value(good, statement=statement))
    assert (prepared.authentic, codes_of(prepared), prepared.command) == (False, ["STATEMENT_INVALID"], None)


def test_command_is_refused_when_message_and_statement_disagree(desk: Desk, good: Record, prepare) -> None:
    """Another id, another school, another key: each is a sender's fault."""
    other = with_headers(with_value(good, command_id="submit-0002"), ce_id="submit-0002")
    assert codes_of(prepare(other)) == ["ENVELOPE_DISAGREES"]
    school = with_headers(with_value(good, school="010202"), ce_source="/schools/010202")
    assert codes_of(prepare(school)) == ["ENVELOPE_DISAGREES"]
    assert "ENVELOPE_DISAGREES" in codes_of(prepare(replace(good, key=b"010202")))


def test_submission_is_refused_when_its_documents_are_not_those_of_the_statement(
    desk: Desk, good: Record, prepare
) -> None:
    """Left out, added, in another order: the signer meant another list."""
    first, second = desk.document(transcript_of(1)), desk.document(transcript_of(2))
    two = desk.submission(first, second)
    rows = decode(two.value, TOPIC.messages).value["documents"]
    for documents in (rows[:1], rows[::-1], [*rows, rows[0]], []):
        assert codes_of(prepare(with_value(two, documents=documents))) == ["DOCUMENT_LIST_DIFFERS"]


def test_command_of_an_unknown_school_is_refused(good: Record, world: World) -> None:
    """The register of the time of receipt decides."""
    snapshot, cache = snapshot_of(world, without=[SCHOOL])
    prepared = prepare_command(good, TOPIC, snapshot, cache)
    assert (prepared.authentic, codes_of(prepared)) == (False, ["SCHOOL_UNKNOWN"])


def test_command_of_a_closed_school_is_refused(desk: Desk, prepare) -> None:
    """Since when it is closed is told, and that nobody is named who succeeds it."""
    prepared = prepare(desk.command(a_recall(school=CLOSED_SCHOOL)))
    assert codes_of(prepared)[0] == "SCHOOL_CLOSED"
    assert prepared.findings[0].facts == {
        "closed_on": "2026-01-31",
        "successor_vi": "Sổ đăng ký chưa ghi trường kế thừa",
        "successor_en": "The register names no school that succeeds it",
    }


def test_command_of_a_closed_school_names_the_school_that_succeeds_it(desk: Desk, world: World) -> None:
    """In both languages, and through every school that closed meanwhile."""
    entries = (
        a_school_entry("010305", closed_on="2026-01-31", successor=CLOSED_SCHOOL),
        a_school_entry(CLOSED_SCHOOL, closed_on="2026-01-31", successor=SCHOOL, version=2),
    )
    snapshot = world.with_(*entries).snapshot()
    for school in ("010305", CLOSED_SCHOOL):
        prepared = prepare_command(desk.command(a_recall(school=school)), TOPIC, snapshot, ChainCache())
        assert codes_of(prepared)[0] == "SCHOOL_CLOSED"
        shown = render(prepared.findings[0])
        assert f"Trường kế thừa: {SCHOOL}" in shown["vi"]
        assert f"succeeded by school {SCHOOL}" in shown["en"]


def test_command_to_a_so_whose_log_is_closed_is_refused_from_the_first_instant_on(desk: Desk, world: World) -> None:
    """It says who follows and by which decision; a record that was appended before is decided as ever."""
    payload = {"decision": "QĐ-9", "so": SO, "successor": "nghe-an"}
    for since, expected in ((AT, ["SO_CLOSED"]), (AT + timedelta(seconds=1), [])):
        snapshot = world.with_(an_entry("log_closing", SO, payload, valid_from=since)).snapshot()
        prepared = prepare_command(desk.command(a_recall()), TOPIC, snapshot, ChainCache())
        assert (codes_of(prepared), prepared.stands) == (expected, not expected)
        assert all(f.facts == {"successor": "nghe-an", "decision": "QĐ-9"} for f in prepared.findings)


def test_command_with_a_changed_statement_is_refused(desk: Desk, prepare) -> None:
    """The signature is over the very bytes."""
    record = desk.command(a_recall())
    prepared = prepare(with_value(record, statement=encode(a_recall(reason="sai tên"))))
    assert (prepared.authentic, codes_of(prepared)) == (False, ["SIGNATURE_WRONG"])


def test_command_faults_are_told_all_at_once(good: Record, prepare) -> None:
    """A clerk mends everything in one go."""
    prepared = prepare(with_headers(replace(good, part=(good.part + 1) % 8), ce_id="another-id"))
    assert codes_of(prepared) == ["PARTITION_WRONG", "HEADER_DISAGREES"]


def test_certificate_is_judged_at_the_append_time(world: World, good: Record) -> None:
    """What its owner claims as time only says when the role was held."""
    snapshot, _ = snapshot_of(world)
    late = prepare_command(replace(good, at=AT + timedelta(days=800)), TOPIC, snapshot, ChainCache())
    assert "CERTIFICATE_EXPIRED" in codes_of(late)


def test_strangers_texts_are_kept_as_the_database_can_hold_them(good: Record, prepare) -> None:
    """A zero byte in key, id or signature is no reason to stop; lengths are cut."""
    hostile = with_value(good, command_id="\0" * 100, signature="\0")
    prepared = prepare(replace(hostile, key=b"\0" + b"x" * 99))
    assert not prepared.authentic
    assert "\0" not in prepared.school + prepared.command_id + prepared.signature
    assert (len(prepared.school), len(prepared.command_id)) == (35, 64)


def test_round_of_a_command_is_what_its_statement_names(desk: Desk, prepare) -> None:
    """School, year, cohort and number."""
    record = desk.command(a_recall(round=RoundName(cohort="transfer", number=7)))
    assert prepare(record).round == (SCHOOL, YEAR, "transfer", 7)


def test_same_bytes_elsewhere_or_under_other_headers_are_another_record() -> None:
    """Only a trace may differ between two sendings of the same."""
    headers = headers_of("Recall", "recall-0001", f"/schools/{SCHOOL}")
    first = record_sha256(0, b"k", headers, b"v")
    assert record_sha256(0, b"k", [*headers[::-1], ("traceparent", b"00-1")], b"v") == first
    other = headers_of("Recall", "recall-0002", f"/schools/{SCHOOL}")
    assert len({first, record_sha256(1, b"k", headers, b"v"), record_sha256(0, b"k", other, b"v")}) == 3
    assert record_sha256(0, b"kv", [], b"") != record_sha256(0, b"k", [], b"v")
