"""Receipts: the same outcome gives the same bytes, and whatever is answered fits into one message."""

from dataclasses import replace

import pytest

from hub.agents.receipts import Receipts, instant
from hub.decision import Answer, Known, Outcome, RoundKey, decide
from hub.domain.findings import FINDING_COUNT_MAX, Finding, finding
from hub.domain.paths import child
from hub.domain.statements import ReceiptStatement, read
from hub.schemas import decode
from hub.topics import MESSAGE_BYTES_MAX
from hub.trust import ChainCache, Status, verify_statement
from tests.unit.agents.world import AT, SO
from tests.unit.decision.builders import a_judged, a_submission, sha
from tests.unit.trust.trust_world import World

ROOM_BYTES = 2_048  # what the sender keeps for headers, key and frame


@pytest.fixture(scope="module")
def receipts(world: World) -> Receipts:
    return Receipts(SO, world.issued["so"].signer)


def an_outcome(*answers: Answer) -> Outcome:
    outcome, _ = decide(a_submission(a_judged(), at=AT), Known(), SO)
    return replace(outcome, answers=answers) if answers else outcome


def a_refusal(n: int, *findings: Finding) -> Answer:
    return Answer(n, sha(str(n)), "refused", findings)


def statement_of(message: bytes) -> ReceiptStatement:
    return read(decode(message, ("Receipt",)).value["statement"], ReceiptStatement)


def test_receipt_of_the_same_outcome_has_the_same_bytes(receipts: Receipts) -> None:
    """A replay repeats itself and never contradicts."""
    assert receipts.of_outcome(an_outcome()) == receipts.of_outcome(an_outcome())


def test_receipt_of_an_approval_names_the_round_that_it_opened(receipts: Receipts) -> None:
    """A school learns from it where to hand its correction in; every other receipt says nothing of the kind."""
    opened = replace(an_outcome(), opens=RoundKey("0101001", "2025-2026", "correction", 3))
    said = statement_of(receipts.of_outcome(opened)[1])
    assert said.facts == {"correction": "", "round": "2025-2026/correction/3"}
    assert b'"facts"' not in decode(receipts.of_outcome(an_outcome())[1], ("Receipt",)).value["statement"]


def test_receipt_is_signed_by_the_seal_of_so(receipts: Receipts, world: World) -> None:
    """A school can prove with it that it was in time."""
    value = decode(receipts.of_outcome(an_outcome())[1], ("Receipt",)).value
    verdict = verify_statement(
        value["statement"], value["signature"], typ="vn.hocba.receipt/1", scope={"owner": f"so-{SO}"},
        roles={"so_seal"}, snapshot=world.snapshot(), proven_at=AT, cache=ChainCache(),
    )  # fmt: skip
    assert (verdict.status, verdict.findings) == (Status.VALID, ())


def test_receipt_tells_every_transcript_with_outcome_state_and_findings(receipts: Receipts) -> None:
    """In the order of the submission, with texts in both languages."""
    accepted = Answer(0, sha("0"), "accepted", (), "open")
    statement = statement_of(receipts.of_outcome(an_outcome(accepted, a_refusal(1, finding("ALL_OR_NOTHING"))))[1])
    assert (statement.at, statement.kind, statement.so) == ("2026-06-20T03:00:00.000Z", "Submission", SO)
    first, second = statement.documents
    assert (first.document_sha256, first.outcome, first.state) == (sha("0").hex(), "accepted", "open")
    assert second.outcome == "refused"
    (told,) = second.findings or ()  # type: ignore[misc]
    assert told["code"] == "ALL_OR_NOTHING"
    assert {"vi", "en", "next_vi", "next_en", "certainty", "source"} <= told.keys()


def test_receipt_ids_differ_by_what_they_answer_and_how(receipts: Receipts) -> None:
    """A lock has two later answers, Sở's and Bộ's, each with an id of its own."""
    statement = statement_of(receipts.of_outcome(an_outcome())[1])
    ids = {receipts.signed(statement, "a")[0], receipts.signed(statement, "b")[0]}
    for outcome in ("locked", "ingested"):
        fields = {f: getattr(statement, f) for f in statement.__struct_fields__}
        ids.add(receipts.signed(ReceiptStatement(**fields | {"kind": "Lock", "outcome": outcome}), "a")[0])
    assert len(ids) == 4


def test_receipt_of_many_findings_keeps_codes_and_places_without_texts(receipts: Receipts) -> None:
    """The texts stand in the catalogue."""
    found = [finding("FIELD_MISSING", f"$.subjects[{n}]", facts={"field": "x"}) for n in range(FINDING_COUNT_MAX)]
    message = receipts.of_outcome(an_outcome(*(a_refusal(n, *found) for n in range(500))))[1]
    assert len(message) + ROOM_BYTES < MESSAGE_BYTES_MAX
    statement = statement_of(message)
    assert len(statement.documents) == 500
    told = statement.documents[0].findings
    assert isinstance(told, tuple)
    assert (len(told), told[3]) == (10, {"code": "FIELD_MISSING", "path": "$.subjects[3]", "severity": "refuse"})


@pytest.mark.parametrize("letter", ["\\", "é", "k"])
def test_receipt_fits_into_a_message_whatever_the_paths(receipts: Receipts, letter: str) -> None:
    """A hostile key is escaped when it is shown and again when it is written; no code is lost for it."""
    path = "$"
    for _ in range(4):
        path = child(path, letter * 60)
    found = [finding("FIELD_MISSING", path, facts={"field": "x"})] * 12
    message = receipts.of_outcome(an_outcome(*(a_refusal(n, *found) for n in range(500))))[1]
    assert len(message) + ROOM_BYTES < MESSAGE_BYTES_MAX
    assert all(d.findings and d.findings[0]["code"] == "FIELD_MISSING" for d in statement_of(message).documents)


def test_receipt_of_as_many_transcripts_as_a_message_may_list_fits(receipts: Receipts) -> None:
    """A stranger's command may name more than a statement can; each is answered all the same."""
    message = receipts.of_outcome(an_outcome(*(a_refusal(n) for n in range(4_096))))[1]
    assert len(message) + ROOM_BYTES < MESSAGE_BYTES_MAX


def test_receipt_goes_to_the_topic_of_so_under_the_key_of_the_school(receipts: Receipts) -> None:
    """Order per school, like its commands."""
    out = receipts.outgoing("010101", "an-id", value=b"v")
    assert (out.topic, out.key, out.kind, out.source) == (
        "hocba.so-ha-noi.receipt.v1",
        b"010101",
        "Receipt",
        "/so/ha-noi",
    )


def test_instant_is_written_to_the_millisecond() -> None:
    """Cut, not rounded: never later than it was."""
    assert instant(AT.replace(microsecond=123_999)) == "2026-06-20T03:00:00.123Z"
