"""Records and documents at Sở that cannot stand: a receipt or a quarantine entry, and the partition goes on."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest

from hub.domain.transcript import Transcript
from hub.errors import Refused
from hub.kafka.partition import partition_of
from hub.kafka.producer import Sender, Sending
from hub.local.population import SyntheticSchool
from hub.schemas import encode as encode_message
from hub.topics import MESSAGE_BYTES_MAX, quarantine
from tests.journey.world import COMPLETED, World

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


@pytest.mark.parametrize("case", _RECORDS, ids=lambda case: case.name)
def test_broken_record_is_answered_with_its_code(world: World, school: SyntheticSchool, case: _Case) -> None:
    """What does not decode is quarantined byte for byte, what disagrees with itself is refused; the next goes on."""
    answer = world.answered_and_on(school, case.change(world.good(school), 8))
    assert answer.outcome == case.outcome
    assert case.code in answer.every_code


def test_quarantine_topic_holds_the_record_byte_for_byte(world: World, school: SyntheticSchool) -> None:
    """The dead letter has the original key, value and headers, and says why and from where."""
    good = world.good(school)
    bad = replace(good, value=(good.value or b"")[:-3])
    (place,) = world.send(bad)
    assert world.answer(place).codes == {"MESSAGE_UNDECODABLE"}
    at = (place.topic.encode(), str(place.part).encode(), str(place.offset).encode())

    def ours(record: Any) -> bool:
        told = dict(record.headers)
        return at == tuple(told.get(f"__connect.errors.{n}") for n in ("topic", "partition", "offset"))

    found = world.tail(quarantine("so-ha-noi")).until("the dead letter", ours)
    assert (found.key, found.value) == (bad.key, bad.value)
    assert list(found.headers)[: len(bad.headers)] == list(bad.headers)
    assert dict(found.headers)["hub.error.code"] == b"MESSAGE_UNDECODABLE"
    assert dict(found.headers)["__connect.errors.stage"] == b"validate"


def test_refused_record_may_be_sent_again_rightly(world: World, school: SyntheticSchool) -> None:
    """A command that was refused for its partition or headers has not used up its id."""
    good = world.good(school)
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
    record = replace(world.good(school), value=noise)
    assert world.refused_by_broker(record) == "MSG_SIZE_TOO_LARGE"
    assert world.ask(world.good(school))[0].outcome == "accepted"


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
    answer = world.answered_and_on(where, world.submission(where, [bad, good], COMPLETED))
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
    answer = world.answered_and_on(school, record)
    assert answer.documents[document.sha256][0] == "refused"
    assert "SCHOOL_YEAR_FUTURE" in answer.documents[document.sha256][1]


def test_document_of_another_year_than_the_command_is_refused(world: World, school: SyntheticSchool) -> None:
    """The signed command says which year it is about."""
    document = world.signed(world.pupil(school))
    record = world.submission(school, [document], COMPLETED, school_year="2024-2025")
    answer = world.answered_and_on(school, record)
    assert answer.documents[document.sha256] == ("refused", {"DOCUMENT_OTHER_YEAR"})


def test_pupil_twice_in_one_submission_is_refused_twice(world: World, school: SyntheticSchool) -> None:
    """Which of the two is meant is not ours to say; the third pupil stands."""
    first = world.pupil(school)
    twice = [world.signed(first), world.signed(msgspec.structs.replace(first, remarks="Một bản khác."))]
    other = world.signed(world.pupil(school))
    answer = world.answered_and_on(school, world.submission(school, [*twice, other], COMPLETED))
    assert [answer.documents[d.sha256] for d in twice] == [("refused", {"PUPIL_TWICE_IN_SUBMISSION"})] * 2
    assert answer.documents[other.sha256][0] == "accepted"
