"""Bad input at Sở: a receipt or a quarantine entry with its code, and the partition moves on."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest

from hub.domain.statements import RegisterEntry, Submission, encode
from hub.domain.transcript import Transcript
from hub.errors import Refused
from hub.kafka.headers import headers_of
from hub.kafka.partition import partition_of
from hub.kafka.producer import Sender, Sending
from hub.local.population import Signer, SignedDocument, SyntheticSchool
from hub.local.population.signed import instant_text
from hub.schemas import encode as encode_message
from hub.topics import MESSAGE_BYTES_MAX, quarantine
from tests.journey.world import COMPLETED, Answer, World

_UNKNOWN_ID = b"\x00\x7f\xff\xff\x01"
_SCHEMA_BYTES = 5


@dataclass(frozen=True)
class _Case:
    """A fault of a good record: `change` gets the record and the number of partitions."""

    name: str
    code: str
    change: Callable[[Sending, int], Sending]
    outcome: str = "quarantined"


def _value(change: Callable[[bytes], bytes | None]) -> Callable[[Sending, int], Sending]:
    return lambda record, _: replace(record, value=change(record.value or b""))


def _header(name: str, value: bytes | None) -> Callable[[Sending, int], Sending]:
    """Set a header, or leave it out."""

    def change(record: Sending, _: int) -> Sending:
        kept = [(n, v) for n, v in record.headers if n != name]
        return replace(record, headers=kept if value is None else [*kept, (name, value)])

    return change


def _part(step: int, key: Any = ...) -> Callable[[Sending, int], Sending]:
    """Put the record `step` partitions further, with another key if one is given."""

    def change(record: Sending, count: int) -> Sending:
        part = (partition_of(record.key or b"", count) + step) % count
        return replace(record, part=part, key=record.key if key is ... else key)

    return change


_RECORDS = (
    _Case("bytes cut short", "MESSAGE_UNDECODABLE", _value(lambda v: v[: len(v) // 2])),
    _Case("no bytes", "MESSAGE_EMPTY", _value(lambda _: b"")),
    _Case("other magic byte", "MESSAGE_MAGIC", _value(lambda v: b"\x01" + v[1:])),
    _Case("text instead of Avro", "MESSAGE_MAGIC", _value(lambda _: b'{"hello": "world"}')),
    _Case("unknown schema id", "SCHEMA_UNKNOWN", _value(lambda v: _UNKNOWN_ID + v[_SCHEMA_BYTES:])),
    _Case("bytes after the end", "MESSAGE_TRAILING_BYTES", _value(lambda v: v + b"\x00")),
    _Case("null value", "VALUE_MISSING", _value(lambda _: None)),
    _Case("null key", "KEY_MISSING", _part(0, None)),
    _Case("message of another topic", "MESSAGE_UNEXPECTED", lambda r, _: replace(r, value=_order(r))),
    _Case("header ce_id of another command", "HEADER_DISAGREES", _header("ce_id", b"test-0"), "refused"),
    _Case("header ce_source of another school", "HEADER_DISAGREES", _header("ce_source", b"/schools/1"), "refused"),
    _Case("header ce_type of a recall", "HEADER_DISAGREES", _header("ce_type", b"vn.hocba.recall.v1"), "refused"),
    _Case("header missing", "HEADER_MISSING", _header("ce_id", None), "refused"),
    _Case("header not text", "HEADER_MALFORMED", _header("ce_id", b"\xff\xfe"), "refused"),
    _Case("wrong partition", "PARTITION_WRONG", _part(1), "refused"),
    _Case("key of another school", "ENVELOPE_DISAGREES", _part(0, b"01020009"), "refused"),
)


def _order(record: Sending) -> bytes:
    school = (record.key or b"").decode()
    value = {
        "command_id": "test-order", "lock_id": "00" * 32, "school": school, "school_year": "2025-2026",
        "cohort": "completed", "number": 1, "so": "ha-noi", "appended_at_ms": 0,
    }  # fmt: skip
    return encode_message("LockOrder", value)


@pytest.fixture
def school(world: World) -> SyntheticSchool:
    """A primary school of Hà Nội."""
    return world.school("ha-noi")


def _good(world: World, school: SyntheticSchool) -> Sending:
    return world.submission(school, [world.signed(world.pupil(school))], COMPLETED)


def _answered_and_on(world: World, school: SyntheticSchool, record: Sending) -> Answer:
    """Send the bad record and a good one behind it in the same partition; the good one must be accepted."""
    good = _good(world, school)
    if record.part is None:
        record = replace(record, part=partition_of(good.key or b"", 8))
    if record.part != partition_of(good.key or b"", 8):
        bad, after = world.ask(record, good)
    else:
        places = world.send(record, good)
        assert places[0].part == places[1].part
        bad, after = (world.answer(place) for place in places)
    assert after.outcome == "accepted"
    return bad


@pytest.mark.parametrize("case", _RECORDS, ids=lambda case: case.name)
def test_broken_record_is_answered_with_its_code(world: World, school: SyntheticSchool, case: _Case) -> None:
    """What does not decode is quarantined byte for byte, what disagrees with itself is refused; the next one goes on."""
    answer = _answered_and_on(world, school, case.change(_good(world, school), 8))
    assert answer.outcome == case.outcome
    assert case.code in answer.every_code


def test_quarantine_topic_holds_the_record_byte_for_byte(world: World, school: SyntheticSchool) -> None:
    """The dead letter has the original key, value and headers, and says why and from where."""
    good = _good(world, school)
    bad = replace(good, value=(good.value or b"")[:-3])
    (place,) = world.send(bad)
    assert world.answer(place).codes == {"MESSAGE_UNDECODABLE"}
    at = (place.topic.encode(), str(place.part).encode(), str(place.offset).encode())

    def ours(record: Any) -> bool:
        told = dict(record.headers)
        return at == tuple(told.get(f"hub.error.{n}") for n in ("topic", "partition", "offset"))

    found = world.tail(quarantine("so-ha-noi")).until("the dead letter", ours)
    assert (found.key, found.value) == (bad.key, bad.value)
    assert list(found.headers)[: len(bad.headers)] == list(bad.headers)
    assert dict(found.headers)["hub.error.code"] == b"MESSAGE_UNDECODABLE"
    assert dict(found.headers)["hub.error.stage"] == b"validate"


def test_refused_record_may_be_sent_again_rightly(world: World, school: SyntheticSchool) -> None:
    """A command that was refused for its partition or headers has not used up its id."""
    good = _good(world, school)
    wrong, right = world.ask(_part(1)(good, 8), good)
    assert (wrong.outcome, right.outcome) == ("refused", "accepted")


def _oversized(world: World, school: SyntheticSchool) -> Sending:
    """A submission above the size budget: one transcript three hundred times."""
    return world.submission(school, [world.signed(world.pupil(school))] * 300, COMPLETED)


def test_oversized_submission_is_refused_before_it_is_sent(world: World, school: SyntheticSchool) -> None:
    """The client says so with a code and sends nothing."""

    async def send() -> None:
        sender = Sender(world.hub.bootstrap)
        try:
            await sender.send([_oversized(world, school)])
        finally:
            await sender.close()

    with pytest.raises(Refused) as refused:
        asyncio.run(send())
    assert refused.value.code == "SUBMISSION_TOO_LARGE"


def test_oversized_submission_of_a_foreign_producer_is_refused_by_the_broker(
    world: World, school: SyntheticSchool
) -> None:
    """Who does not keep our limit meets the topic's; the school's next command is answered."""
    noise = random.Random(1).randbytes(MESSAGE_BYTES_MAX + 1)  # no codec makes it smaller
    record = replace(_good(world, school), value=noise)
    assert world.refused_by_broker(record) == "MSG_SIZE_TOO_LARGE"
    assert world.ask(_good(world, school))[0].outcome == "accepted"


# -- one document


def _mark(text: str) -> Callable[[dict[str, Any]], None]:
    """Write `text` as the first score."""

    def edit(value: dict[str, Any]) -> None:
        row = next(r for r in value["subjects"] if "score" in r or r["kind"] == "score")
        row["score" if row["kind"] == "level" else "year"] = text

    return edit


def _remarks(text: str) -> Callable[[dict[str, Any]], None]:
    return lambda value: value.update(remarks=text)


def _unknown_field(value: dict[str, Any]) -> None:
    value["note"] = "x"


def _deep_unknown_field(value: dict[str, Any]) -> None:
    value["student"]["father"] = "x"


def _null(value: dict[str, Any]) -> None:
    value["remarks"] = None


_DOCUMENTS = (
    ("mark 11", "MARK_OUT_OF_RANGE", _mark("11")),
    ("mark 11.0", "MARK_OUT_OF_RANGE", _mark("11.0")),
    ("mark -1", "MARK_OUT_OF_RANGE", _mark("-1")),
    ("mark 8.25", "MARK_TOO_PRECISE", _mark("8.25")),
    ("mark 10,0", "MARK_DECIMAL_COMMA", _mark("10,0")),
    ("unknown field", "FIELD_UNKNOWN", _unknown_field),
    ("unknown field of the pupil", "FIELD_UNKNOWN", _deep_unknown_field),
    ("null", "NULL_VALUE", _null),
    ("right-to-left override", "TEXT_FORBIDDEN_CHARACTER", _remarks("Ngoan \u202e giỏi")),
    ("isolate", "TEXT_FORBIDDEN_CHARACTER", _remarks("Ngoan \u2066 giỏi")),
    ("zero width space", "TEXT_FORBIDDEN_CHARACTER", _remarks("Ngoan\u200b giỏi")),
    ("zero width joiner", "TEXT_FORBIDDEN_CHARACTER", _remarks("Ngoan\u200d giỏi")),
    ("byte order mark", "TEXT_FORBIDDEN_CHARACTER", _remarks("\ufeffNgoan")),
)


@pytest.mark.parametrize(("code", "edit"), [row[1:] for row in _DOCUMENTS], ids=[row[0] for row in _DOCUMENTS])
def test_faulty_document_is_refused_and_its_neighbour_accepted(
    world: World, code: str, edit: Callable[[dict[str, Any]], None]
) -> None:
    """One bad transcript is refused by its code, with the receipt's hash of it; the good one beside it stands."""
    school = world.school("ha-noi")
    base = _with_scores(world, school) if code.startswith("MARK") else world.pupil(school)
    where = world.school("ha-noi", 1) if base.school.code != school.code else school
    bad, good = world.edited(base, edit), world.signed(world.pupil(where))
    answer = _answered_and_on(world, where, world.submission(where, [bad, good], COMPLETED))
    assert answer.outcome == "partly_accepted"
    assert answer.documents[bad.sha256][0] == "refused"
    assert code in answer.documents[bad.sha256][1]
    assert answer.documents[good.sha256][0] == "accepted"
    assert world.states("ha-noi", [bad.sha256, good.sha256]) == {good.sha256: "open"}


def _with_scores(world: World, school: SyntheticSchool) -> Transcript:
    """A pupil whose document has scores: of a lower secondary school when the primary class is too young."""
    made = world.pupil(school)
    scored = any(s.kind == "score" or isinstance(s.score, str) for s in made.subjects)
    return made if scored else world.pupil(world.school(school.so, 1))


def test_document_of_a_future_year_is_refused(world: World, school: SyntheticSchool) -> None:
    """A school year that has not begun refuses, even when command and document agree on it."""
    document = world.edited(world.pupil(school), lambda value: value.update(school_year="2039-2040"))
    record = world.submission(school, [document], COMPLETED, school_year="2039-2040")
    answer = _answered_and_on(world, school, record)
    assert answer.documents[document.sha256][0] == "refused"
    assert "SCHOOL_YEAR_FUTURE" in answer.documents[document.sha256][1]


def test_document_of_another_year_than_the_command_is_refused(world: World, school: SyntheticSchool) -> None:
    """The signed command says which year it is about."""
    document = world.signed(world.pupil(school))
    record = world.submission(school, [document], COMPLETED, school_year="2024-2025")
    answer = _answered_and_on(world, school, record)
    assert answer.documents[document.sha256] == ("refused", {"DOCUMENT_OTHER_YEAR"})


def test_pupil_twice_in_one_submission_is_refused_twice(world: World, school: SyntheticSchool) -> None:
    """Which of the two is meant is not ours to say; the third pupil stands."""
    first = world.pupil(school)
    twice = [world.signed(first), world.signed(msgspec.structs.replace(first, remarks="Một bản khác."))]
    other = world.signed(world.pupil(school))
    answer = _answered_and_on(world, school, world.submission(school, [*twice, other], COMPLETED))
    assert [answer.documents[d.sha256] for d in twice] == [("refused", {"PUPIL_TWICE_IN_SUBMISSION"})] * 2
    assert answer.documents[other.sha256][0] == "accepted"


# -- a whole command


def test_school_that_writes_for_another_is_refused(world: World, school: SyntheticSchool) -> None:
    """Neither another school's principal nor its documents get through under a school's name."""
    other = world.school("ha-noi", 4)
    stranger = Signer(f"HT-{other.code}-001", "principal")
    mine, theirs = world.signed(world.pupil(school)), world.signed(world.pupil(other))
    by_stranger = _answered_and_on(
        world, school, world.submission(school, [mine], COMPLETED, issuer=stranger)
    )
    assert by_stranger.outcome == "refused"
    assert "SIGNER_SCHOOL_WRONG" in by_stranger.codes
    carried = _answered_and_on(world, school, world.submission(school, [theirs], COMPLETED))
    assert carried.documents[theirs.sha256] == ("refused", {"DOCUMENT_OTHER_SCHOOL"})
    signed_abroad = world.signed(world.pupil(school), other)
    refused = _answered_and_on(world, school, world.submission(school, [signed_abroad], COMPLETED))
    assert "SIGNER_SCHOOL_WRONG" in refused.documents[signed_abroad.sha256][1]
    assert world.states("ha-noi", [d.sha256 for d in (mine, theirs, signed_abroad)]) == {}


def test_school_that_nobody_registered_is_refused(world: World) -> None:
    """A school of another Sở is unknown here, however well it signs."""
    abroad = world.school("nghe-an")
    record = world.submission(abroad, [world.signed(world.pupil(abroad))], COMPLETED)
    (place,) = world.send(replace(record, topic="hocba.so-ha-noi.command.v1"))
    answer = world.answer(place)
    assert answer.outcome == "refused"
    assert "SCHOOL_UNKNOWN" in answer.codes


def test_command_with_an_unknown_field_is_refused(world: World, school: SyntheticSchool) -> None:
    """A statement has a closed key set, and each of its transcripts counts as refused."""
    document = world.signed(world.pupil(school))
    statement = _statement(world, school, [document], world.command_id())
    payload = encode(statement).replace(b'"command_id"', b'"comment":"x","command_id"', 1)
    value = {
        "command_id": statement.command_id, "school": school.code, "statement": payload, "signature": "a..b",
        "encryption": None, "documents": [{"document": document.document, "signatures": list(document.signatures)}],
    }  # fmt: skip
    headers = headers_of("Submission", statement.command_id, f"/schools/{school.code}")
    record = Sending(f"hocba.so-{school.so}.command.v1", school.code.encode(), encode_message("Submission", value), headers)
    answer = _answered_and_on(world, school, record)
    assert answer.outcome == "refused"
    assert answer.codes == {"STATEMENT_INVALID"}
    assert answer.documents[document.sha256][0] == "refused"


def _statement(world: World, school: SyntheticSchool, documents: list[SignedDocument], command_id: str) -> Submission:
    return Submission(
        command_id=command_id, documents=tuple(d.sha256 for d in documents), issued_at=instant_text(world.at),
        mode="each", round=COMPLETED, school=school.code, school_year=world.population.school_year,
        type="vn.hocba.submission/1",
    )  # fmt: skip


def test_same_command_again_gets_the_same_receipt(world: World, school: SyntheticSchool) -> None:
    """A repetition changes nothing and is answered with the same bytes."""
    record = _good(world, school)
    first, again = world.ask(record, record)
    assert again.message == first.message
    (count,) = world.database("ha-noi").execute(
        "SELECT count(*) FROM inbox WHERE command_id = %s", (first.message["command_id"],)
    ).fetchone() or (0,)  # fmt: skip
    assert count == 1


def test_same_id_with_another_statement_is_refused(world: World, school: SyntheticSchool) -> None:
    """An id stands for one statement of its school for ever, and for another school's it stays free."""
    command_id, other = world.command_id(), world.school("ha-noi", 4)
    documents = [world.signed(world.pupil(s)) for s in (school, school, other)]
    records = [
        world.submission(s, [d], COMPLETED, command_id=command_id)
        for s, d in zip((school, school, other), documents, strict=True)
    ]
    first, second, elsewhere = world.ask(*records)
    assert (first.outcome, elsewhere.outcome) == ("accepted", "accepted")
    assert (second.outcome, second.codes) == ("refused", {"COMMAND_ID_REUSED"})
    assert second.documents[documents[1].sha256][0] == "refused"


def test_pupil_claimed_by_two_schools_is_held_until_one_recalls(world: World, school: SyntheticSchool) -> None:
    """Both documents are kept, neither can be locked; a recall frees the other one, which then locks."""
    other = world.school("ha-noi", 4)
    mine = world.leaver(school)
    theirs = msgspec.structs.replace(world.leaver(other), student=mine.student)
    first, second = world.signed(mine), world.signed(theirs)
    here, there = world.round_of(), world.round_of()
    (accepted,) = world.ask(world.submission(school, [first], here))
    (claimed,) = world.ask(world.submission(other, [second], there))
    assert accepted.states[first.sha256] == "open"
    assert claimed.documents[second.sha256] == ("accepted", {"PUPIL_CLAIMED_TWICE"})
    assert claimed.states[second.sha256] == "held"
    assert world.states("ha-noi", [first.sha256, second.sha256]) == {first.sha256: "held", second.sha256: "held"}
    (empty,) = world.ask(world.lock(school, [first.sha256], here))
    assert empty.codes == {"LOCK_EMPTY"}
    (recalled,) = world.ask(world.recall(other, second.sha256, there))
    assert recalled.outcome == "accepted"
    assert world.states("ha-noi", [first.sha256, second.sha256]) == {first.sha256: "open", second.sha256: "recalled"}
    (locked,) = world.ask(world.lock(school, [first.sha256], here))
    assert locked.outcome == "accepted"


def test_document_that_does_not_name_what_it_replaces_is_refused(world: World, school: SyntheticSchool) -> None:
    """A changed document names the current one; the refusal says which that is."""
    made = world.hand_in(school)
    changed = msgspec.structs.replace(made.transcripts[0], remarks="Đã sửa.")
    unnamed = world.signed(changed)
    (refused,) = world.ask(world.submission(school, [unnamed], made.name))
    assert refused.documents[unnamed.sha256] == ("refused", {"SUPERSEDES_MISSING"})
    assert refused.statement is not None
    (found,) = refused.statement.documents[0].findings or ()
    assert made.documents[0].sha256 in found["next_en"]
    named = world.signed(
        msgspec.structs.replace(changed, supersedes=made.documents[0].sha256, reason="Sửa nhận xét")
    )
    (accepted,) = world.ask(world.submission(school, [named], made.name))
    assert accepted.documents[named.sha256][0] == "accepted"
    assert world.states("ha-noi", [made.documents[0].sha256]) == {made.documents[0].sha256: "replaced"}


def test_lock_of_an_unknown_round_is_refused(world: World, school: SyntheticSchool) -> None:
    """Nothing was ever sent for it."""
    answer = _answered_and_on(world, school, world.lock(school, ["00" * 32], world.round_of()))
    assert (answer.outcome, answer.codes) == ("refused", {"ROUND_UNKNOWN"})


def test_lock_of_an_empty_round_is_refused(world: World, school: SyntheticSchool) -> None:
    """Everything in it was recalled."""
    made = world.hand_in(school)
    (recalled,) = world.ask(world.recall(school, made.documents[0].sha256, made.name))
    assert recalled.outcome == "accepted"
    answer = _answered_and_on(world, school, world.lock(school, [], made.name))
    assert (answer.outcome, answer.codes) == ("refused", {"LOCK_EMPTY"})


def test_lock_of_a_locked_round_is_refused(world: World, school: SyntheticSchool) -> None:
    """The refusal says who closed it and since when."""
    made = world.lock_in(school)
    answer = _answered_and_on(world, school, world.lock(school, [made.documents[0].sha256], made.name))
    assert (answer.outcome, answer.codes) == ("refused", {"ROUND_CLOSED"})
    assert answer.statement is not None
    assert f"principal {school.code}" in answer.statement.findings[0]["en"]


def test_lock_whose_root_differs_is_refused_with_the_list(world: World, school: SyntheticSchool) -> None:
    """The principal means another set: the receipt lists what Sở accepted, and the round stays open."""
    made = world.hand_in(school, 2)
    hashes = sorted(d.sha256 for d in made.documents)
    for meant in (hashes[:1], [*hashes, "11" * 32], [hashes[0], "22" * 32]):
        answer = _answered_and_on(world, school, world.lock(school, meant, made.name))
        assert (answer.outcome, answer.codes) == ("refused", {"LOCK_SET_DIFFERS"})
        assert answer.statement is not None
        assert answer.statement.findings[0]["facts"]["documents"].split() == hashes
    (accepted,) = world.ask(world.lock(school, hashes, made.name))
    assert accepted.outcome == "accepted"


def test_recall_of_an_unknown_document_is_refused(world: World, school: SyntheticSchool) -> None:
    """Neither a hash that nobody sent nor one of another school can be recalled."""
    other = world.hand_in(world.school("ha-noi", 4))
    for digest in ("33" * 32, other.documents[0].sha256):
        answer = _answered_and_on(world, school, world.recall(school, digest, world.round_of()))
        assert (answer.outcome, answer.codes) == ("refused", {"DOCUMENT_UNKNOWN"})
    assert world.states("ha-noi", [other.documents[0].sha256]) == {other.documents[0].sha256: "open"}


def test_recall_twice_is_refused_and_the_document_may_come_again(world: World, school: SyntheticSchool) -> None:
    """A recalled document is not current; sent again it stands as a new version."""
    made = world.hand_in(school)
    digest = made.documents[0].sha256
    first, second = world.ask(world.recall(school, digest, made.name), world.recall(school, digest, made.name))
    assert (first.outcome, second.codes) == ("accepted", {"DOCUMENT_NOT_CURRENT"})
    (again,) = world.ask(world.submission(school, made.documents, made.name))
    assert (again.outcome, again.states[digest]) == ("accepted", "open")


def test_closed_school_is_refused(world: World) -> None:
    """After the day on which the register closes a school, its commands are answered with that day."""
    school = world.school("nghe-an", 2)
    grades = school.level.grades
    entry = RegisterEntry(
        entry_id=school.code,
        issued_at=instant_text(world.at),
        kind="school",
        payload={
            "closed_on": "2026-01-01", "code": school.code, "grades": [grades[0], grades[-1]], "name": school.name,
            "province": school.province(world.population.school_year), "so": school.so,
        },
        so=school.so,
        type="vn.hocba.register-entry/1",
        valid_from="2026-01-01T00:00:00Z",
    )  # fmt: skip
    (place,) = world.send(world.register(entry))
    world.until_done(school.so, "register", place)
    (answer,) = world.ask(_good(world, school))
    assert (answer.outcome, answer.codes) == ("refused", {"SCHOOL_CLOSED"})
    assert answer.statement is not None
    assert "2026-01-01" in answer.statement.findings[0]["en"]
    neighbour = world.school("nghe-an")
    assert world.ask(_good(world, neighbour))[0].outcome == "accepted"


def test_register_entry_that_no_registrar_signed_is_quarantined(world: World, school: SyntheticSchool) -> None:
    """A principal cannot make herself a registrar; the register's partition moves on."""
    entry = RegisterEntry(
        entry_id="HT-forged.principal", issued_at=instant_text(world.at), kind="official",
        payload={"certificate_sha256": "00" * 32, "person": "HT-forged", "role": "principal", "school": school.code},
        so="ha-noi", type="vn.hocba.register-entry/1", valid_from="2026-01-01T00:00:00Z",
    )  # fmt: skip
    good = world.register(entry)
    bad = replace(good, value=(good.value or b"").replace(b"HT-forged", b"HT-f0rged"), key=good.key)
    forged = replace(bad, key=(good.key or b"").replace(b"HT-forged", b"HT-f0rged"))
    (place,) = world.send(forged)
    for owner in ("ha-noi", "bo"):
        world.until_done(owner, "register", place)
        assert world.quarantine_code(owner, "register", place) == "REGISTRAR_UNKNOWN"
