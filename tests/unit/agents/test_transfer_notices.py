"""What Bộ tells about transfers, at the Sở: kept once, told on without naming the pupil, and only under Bộ's seal."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace as with_fields

from hub.agents.snapshots import Snapshots
from hub.agents.stage import Outgoing, Record
from hub.agents.transfer_notices import transfer_notices_stage
from hub.domain.statements import ReceiptStatement, TransferNotice, TransferParty, encode, read
from hub.errors import Refused
from hub.schemas import decode
from hub.schemas import encode as encode_message
from hub.store.queries import queries_of
from hub.trust import sign
from tests.unit.agents.world import AT, SO, Answer, FakeConnection
from tests.unit.trust.trust_world import SCHOOL, YEAR_END, YEAR_START, World, a_certificate, an_entry

_SQL = queries_of("so")
_AT_S = int(AT.timestamp())
_TRANSFER, _PUPIL = "ab" * 32, "id:001215000017"
NOTICE = TransferNotice(
    at="2026-06-20T03:00:00Z", awaited="release", birth_date="2015-03-04", due_at="2026-06-24T17:00:00Z", grade=5, n=3,
    outcome="accepted", procedure="TT15-2026", pupil=_PUPIL, receiving=TransferParty(school=SCHOOL, so=SO),
    request_sha256="cd" * 32, school_year="2025-2026", sending=TransferParty(school="400107", so="nghe-an"),
    state="accepted", step="TransferAnswer", step_id="answer-0001", step_sha256="ef" * 32,
    to=TransferParty(school=SCHOOL, so=SO), transfer=_TRANSFER, type="vn.hocba.transfer-notice/1",
)  # fmt: skip
DOCUMENT = {
    "transfer_id": _TRANSFER, "school": SCHOOL, "delivery": 1, "index": 0, "of": 2, "document_sha256": bytes(32),
    "key": bytes([1]) * 32, "sealed": b"closed",
}  # fmt: skip


@dataclass
class Bo:
    """A ministry whose seal is in the register of the Sở."""

    world: World
    seal: Any

    def notice(self, said: TransferNotice = NOTICE, **changes: Any) -> Record:
        payload = encode(said)
        signer, scope = changes.pop("signer", self.seal.signer), changes.pop("scope", said.scope)
        signature = sign(signer, payload, role="bo_seal", scope=scope, typ=said.type, iat=_AT_S)
        value = {
            "notice_id": "0" * 32, "transfer_id": said.transfer, "school": said.to.school, "statement": payload,
            "signature": signature,
        }  # fmt: skip
        return _record("TransferNotice", value | changes)

    def prepare(self, stage: Any, record: Record) -> Any:
        return stage.prepare(record, self.world.snapshot())


def _record(kind: str, value: dict[str, Any]) -> Record:
    key = str(value["school"]).encode()
    return Record(f"hocba.so-{SO}.incoming.v1", 0, 0, key, encode_message(kind, value), (), AT, True)


@pytest.fixture(scope="module")
def bo(world: World) -> Bo:
    seal = world.pki.issue("bo seal", "seal", "ES256", YEAR_START, YEAR_END)
    office = {"certificate_sha256": seal.sha256.hex(), "role": "bo_seal", "person": "DAU-bo"}
    return Bo(world.with_(a_certificate(seal), an_entry("official", "bo", office)), seal)


@pytest.fixture(scope="module")
def stage(world: World) -> Any:
    return transfer_notices_stage(SO, world.issued["so"].signer, Snapshots())


def handled(stage: Any, items: list[Any], database: FakeConnection | None = None) -> list[list[Outgoing]]:
    """Take these items as one batch, and return what is sent for each."""
    connection = database or FakeConnection()
    known, effects = stage.load(connection, items), []
    for item in items:
        effect, known = stage.decide(item, known)
        effects.append(effect)
    sent: list[list[Outgoing]] = stage.write(connection, effects)
    return sent


def the_receipt(sent: list[list[Outgoing]]) -> ReceiptStatement:
    ((receipt,),) = sent
    return read(decode(receipt.value, ("Receipt",)).value["statement"], ReceiptStatement)


def refusal_of(work: Any) -> str:
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.code


def test_notice_is_kept_verbatim_and_told_to_its_school(stage: Any, bo: Bo) -> None:
    """With state and clock, under the id of the transfer."""
    database, record = FakeConnection(), bo.notice()
    said = the_receipt(handled(stage, [bo.prepare(stage, record)], database))
    assert (said.kind, said.outcome, said.school, said.command_id) == ("Transfer", "accepted", SCHOOL, _TRANSFER)
    shown = ("state", "awaited", "due_at", "step_id", "sending")
    assert isinstance(said.facts, dict)
    assert [said.facts[name] for name in shown] == [
        "accepted", "release", "2026-06-24T17:00:00Z", "answer-0001", "nghe-an/400107",
    ]  # fmt: skip
    ((_, row),) = [call for call in database.calls if call[0] == _SQL["add_transfer_notice"]]
    value = decode(record.value, ("TransferNotice",)).value
    assert row[:4] == (bytes.fromhex(_TRANSFER), SCHOOL, 3, "accepted")
    assert row[-3:] == (value["statement"], value["signature"], AT)


def test_receipt_names_no_pupil(stage: Any, bo: Bo) -> None:
    """Whoever reads receipts learns who moves from the notice alone, which the school has."""
    (receipt,), *_ = handled(stage, [bo.prepare(stage, bo.notice())])
    assert _PUPIL.encode() not in (receipt.value or b"")
    assert b"2015-03-04" not in (receipt.value or b"")


def test_refused_step_is_told_with_its_codes(stage: Any, bo: Bo) -> None:
    """In both languages; of a code that this Sở does not know yet, the name."""
    refused = with_fields(NOTICE, outcome="refused", codes=("TRANSFER_CONTESTED", "TRANSFER_OF_TOMORROW"))
    said = the_receipt(handled(stage, [bo.prepare(stage, bo.notice(refused))]))
    assert said.outcome == "refused"
    assert [(found["code"], "vi" in found) for found in said.findings] == [
        ("TRANSFER_CONTESTED", True), ("TRANSFER_OF_TOMORROW", False),
    ]  # fmt: skip


def test_refusal_is_told_in_words_that_name_what_it_is_about(stage: Any, bo: Bo) -> None:
    said = with_fields(
        NOTICE, outcome="refused", codes=("TRANSFER_RELEASE_LACKS",), facts={"count": "1", "documents": "ab" * 32}
    )
    (found,) = the_receipt(handled(stage, [bo.prepare(stage, bo.notice(said))])).findings
    assert ("ab" * 32 in found["vi"], found["facts"]["count"], "{" in found["en"]) == (True, "1", False)


def test_notice_that_comes_again_changes_nothing(stage: Any, bo: Bo) -> None:
    """Neither in the same batch nor in a later one."""
    record = bo.notice()
    first, again = bo.prepare(stage, record), bo.prepare(stage, record)
    sent = handled(stage, [first, again])
    assert [len(messages) for messages in sent] == [1, 0]
    digest = next(iter(stage.decide(first, stage.load(FakeConnection(), []))[1].notices.values()))
    kept = (bytes.fromhex(_TRANSFER), SCHOOL, 3, digest)
    database = FakeConnection(lambda sql, _: Answer([kept] if sql == _SQL["transfer_notices_known"] else []))
    assert handled(stage, [again], database) == [[]]


def test_other_notice_under_the_same_number_is_refused(stage: Any, bo: Bo) -> None:
    """The one that came first is kept."""
    items = [bo.prepare(stage, bo.notice(said)) for said in (NOTICE, with_fields(NOTICE, state="withdrawn"))]
    assert refusal_of(lambda: handled(stage, items)) == "TRANSFER_NOTICE_DIFFERS"


def test_notice_without_bos_seal_is_refused(stage: Any, bo: Bo) -> None:
    """The Sở's own seal is not Bộ's, and a signature names transfer and school."""
    forged = bo.notice(signer=bo.world.issued["so"].signer)
    assert refusal_of(lambda: bo.prepare(stage, forged)) == "TRANSFER_NOTICE_UNSIGNED"
    elsewhere = bo.notice(scope=NOTICE.scope | {"transfer": "00" * 32})
    assert refusal_of(lambda: bo.prepare(stage, elsewhere)) == "TRANSFER_NOTICE_UNSIGNED"


@pytest.mark.parametrize(
    "changes", [{"transfer_id": "00" * 32}, {"school": "999999"}], ids=["another transfer", "another school"]
)
def test_envelope_says_what_the_statement_says(stage: Any, bo: Bo, changes: dict[str, Any]) -> None:
    """Otherwise the message is put aside."""
    assert refusal_of(lambda: bo.prepare(stage, bo.notice(**changes))) == "ENVELOPE_DISAGREES"


def test_notice_for_a_school_of_another_so_is_refused(stage: Any, bo: Bo) -> None:
    """Even with Bộ's seal: it came to the wrong place."""
    foreign = with_fields(NOTICE, to=TransferParty(school=SCHOOL, so="nghe-an"))
    assert refusal_of(lambda: bo.prepare(stage, bo.notice(foreign))) == "ENVELOPE_DISAGREES"


def test_sealed_document_is_counted_and_never_told(stage: Any, bo: Bo) -> None:
    """By its hash and place; what is sealed goes nowhere."""
    database = FakeConnection()
    assert handled(stage, [bo.prepare(stage, _record("TransferDocument", DOCUMENT))], database) == [[]]
    ((_, row),) = [call for call in database.calls if call[0] == _SQL["add_transfer_carried"]]
    assert row == (bytes.fromhex(_TRANSFER), SCHOOL, 1, 0, 2, bytes(32), bytes([1]) * 32, AT)


def test_other_document_at_the_same_place_is_refused(stage: Any, bo: Bo) -> None:
    """Sealed anew it may be, but not another transcript."""
    values = (DOCUMENT, DOCUMENT | {"sealed": b"anew"}, DOCUMENT | {"document_sha256": bytes([9]) * 32})
    items = [bo.prepare(stage, _record("TransferDocument", value)) for value in values]
    assert handled(stage, items[:2]) == [[], []]
    assert refusal_of(lambda: handled(stage, items)) == "TRANSFER_DOCUMENT_DIFFERS"


@pytest.mark.parametrize(
    "changes",
    [{"index": 2}, {"index": -1}, {"delivery": 0}, {"key": b"short"}, {"document_sha256": b""}, {"transfer_id": "x"}],
    ids=str,
)
def test_document_without_a_place_is_refused(stage: Any, bo: Bo, changes: dict[str, Any]) -> None:
    """It could not be counted."""
    record = _record("TransferDocument", DOCUMENT | changes)
    assert refusal_of(lambda: bo.prepare(stage, record)) == "ENVELOPE_DISAGREES"


def test_document_under_another_schools_key_is_refused(stage: Any, bo: Bo) -> None:
    """The partition's key says whose it is."""
    record = replace(_record("TransferDocument", DOCUMENT), key=b"999999")
    assert refusal_of(lambda: bo.prepare(stage, record)) == "ENVELOPE_DISAGREES"


def test_notice_of_a_delivery_keeps_its_hashes(stage: Any, bo: Bo) -> None:
    """By them the Sở knows later which semester's document a school may build on."""
    sent = with_fields(NOTICE, awaited=UNSET, documents=("aa" * 32,), delivery=1, count=1, root="bb" * 32, state="sent")
    database = FakeConnection()
    handled(stage, [bo.prepare(stage, bo.notice(sent))], database)
    ((_, row),) = [call for call in database.calls if call[0] == _SQL["add_transfer_notice"]]
    assert row[15:18] == (1, bytes.fromhex("bb" * 32), [bytes.fromhex("aa" * 32)])
