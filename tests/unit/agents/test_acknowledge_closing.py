"""Bộ's word that a log has ended: kept only when Bộ sealed it, about our own final head, under its cosignature."""

from typing import Any

import pytest
from msgspec.structs import replace as with_fields

from hub.agents.acknowledge import acknowledge_stage
from hub.agents.ingest_answers import closing_answer
from hub.agents.snapshots import Snapshots
from hub.agents.stage import OutOfTurn, Record
from hub.decision.ingest import Head
from hub.domain.statements import ClosingStatement, encode
from hub.errors import Refused
from hub.recovery import differences
from hub.schemas import decode
from hub.schemas import encode as encode_message
from hub.signing import COSIGNER, Keyring, NoteKeySigner, log_origin
from hub.store.queries import queries_of
from hub.trust import Checkpoint, cosign, sign
from tests.unit.agents.test_acknowledge import Bo, bo
from tests.unit.agents.world import AT, SO, Answer, FakeConnection
from tests.unit.decision.builders import sha
from tests.unit.trust.trust_world import World

__all__ = ["bo"]  # the fixture

_SQL, _COMMON = queries_of("so"), queries_of("common")
_WITNESS = NoteKeySigner(COSIGNER, bytes([7]) * 32)
_AT_S, _ROOT = int(AT.timestamp()), sha("end")
SAID = ClosingStatement(
    at="2026-06-20T03:00:00.000Z", root=_ROOT.hex(), so=SO, successor="nghe-an", tree_size=6,
    type="vn.hocba.closing-receipt/1",
)  # fmt: skip


@pytest.fixture(scope="module")
def stage(world: World) -> Any:
    return acknowledge_stage(SO, world.issued["so"].signer, Snapshots())


def a_record(bo: Bo, said: ClosingStatement = SAID, head: Checkpoint | None = None, **changes: Any) -> Record:
    payload = encode(said)
    signer = changes.pop("signer", bo.seal.signer)
    signature = sign(signer, payload, role="bo_seal", scope={"owner": "bo"}, typ=said.type, iat=_AT_S)
    cosigned = head or Checkpoint(log_origin(SO), said.tree_size, bytes.fromhex(said.root), said.successor)
    value = {
        "receipt_id": "0" * 32, "so": said.so, "lock_id": "", "statement": payload, "signature": signature,
        "cosignature": cosign(cosigned, _WITNESS, _AT_S),
    }  # fmt: skip
    body = encode_message("IngestReceipt", value | changes)
    return Record("hocba.bo.receipt.v1", 0, 0, SO.encode(), body, (), AT, True)


def a_database(*, closed: bool = True) -> FakeConnection:
    rows = [(6, _ROOT, "nghe-an", b"text", "a..b", AT, b"")] if closed else []
    return FakeConnection(lambda sql, _: Answer(rows if sql == _SQL["closing"] else []))


def code_of(stage: Any, bo: Bo, record: Record, database: FakeConnection | None = None) -> str:
    try:
        item = stage.prepare(record, bo.world.snapshot())
        stage.decide(item, stage.load(database or a_database(), [item]))
    except Refused as refused:
        return refused.code
    return ""


def test_word_of_bo_is_kept_with_seal_and_cosignature(stage: Any, bo: Bo) -> None:
    """No school is told: it is about the whole log."""
    database, record = a_database(), a_record(bo)
    item = stage.prepare(record, bo.world.snapshot())
    effect, _ = stage.decide(item, stage.load(database, [item]))
    assert stage.write(database, [effect]) == [[]]
    value = decode(record.value, ("IngestReceipt",)).value
    kept = (value["statement"], value["signature"], value["cosignature"])
    assert (_SQL["add_closing_receipt"], kept) in database.calls


@pytest.mark.parametrize(
    "said", [{"root": sha("other").hex()}, {"tree_size": 5}, {"successor": "hai-phong"}], ids=["root", "size", "who"]
)
def test_word_about_another_end_is_refused(stage: Any, bo: Bo, said: dict[str, Any]) -> None:
    """Whoever sealed it; and so is one about a log that goes on."""
    assert code_of(stage, bo, a_record(bo, with_fields(SAID, **said))) == "INGEST_RECEIPT_DIFFERS"
    assert code_of(stage, bo, a_record(bo), a_database(closed=False)) == "INGEST_RECEIPT_DIFFERS"


def test_word_without_the_cosignature_of_the_final_head_is_refused(stage: Any, bo: Bo) -> None:
    """A cosignature over the same tree while it was open is another one."""
    still_open = Checkpoint(log_origin(SO), 6, _ROOT)
    assert code_of(stage, bo, a_record(bo, head=still_open)) == "INGEST_RECEIPT_NOT_COSIGNED"


def test_word_that_bo_did_not_seal_or_about_another_so_is_refused(stage: Any, bo: Bo, world: World) -> None:
    """Under whatever envelope."""
    assert code_of(stage, bo, a_record(bo, signer=world.issued["so"].signer)) == "INGEST_RECEIPT_UNSIGNED"
    assert code_of(stage, bo, a_record(bo, with_fields(SAID, so="hai-phong"))) == "ENVELOPE_DISAGREES"
    assert code_of(stage, bo, a_record(bo, lock_id="ab" * 32)) == "STATEMENT_INVALID"


def test_word_waits_in_a_replay_until_the_end_stands_again(stage: Any, bo: Bo) -> None:
    """As every answer waits for what it answers."""
    rows = {_COMMON["unmet_exists"]: (True, True), _COMMON["unmet"]: (b"head", AT, 0, 4, 0)}
    database = FakeConnection(lambda asked, _: Answer([rows[asked]] if asked in rows else []))
    with pytest.raises(OutOfTurn):
        stage.load(database, [stage.prepare(a_record(bo), bo.world.snapshot())])


def test_bo_says_the_same_of_the_same_head_again(bo: Bo, stage: Any) -> None:
    """Under one id, whatever its seal draws; and it is what a Sở takes."""
    head = Head(SO, 6, _ROOT, b"text", "a..b", _AT_S, lambda *_: True, successor="nghe-an")
    cosignature = cosign(Checkpoint(log_origin(SO), 6, _ROOT, "nghe-an"), _WITNESS, _AT_S)
    keyring = Keyring(bo.seal.signer, _WITNESS, bytes(32), {})
    first, second = (closing_answer(head, keyring, cosignature) for _ in range(2))
    assert (first.message_id, first.key) == (second.message_id, SO.encode())
    assert differences("IngestReceipt", first.value or b"", second.value or b"") == []
    record = Record("hocba.bo.receipt.v1", 0, 0, SO.encode(), first.value, (), AT, True)
    assert code_of(stage, bo, record) == ""
