"""Stage steps: what comes into the one log of transfers, and what is kept out of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace as with_fields

from hub.agents.snapshots import Snapshots
from hub.agents.stage import Record
from hub.agents.transfer_entry import entry_id, read_entry
from hub.agents.transfer_steps import _Known, steps_stage
from hub.domain.statements import TransferParty, TransferRequest, TransferWithdrawal, encode, read
from hub.errors import Refused
from hub.schemas import decode
from hub.schemas import encode as encode_message
from hub.topics import bo_transfer, transfer
from tests.unit.agents.world import AT, SO, an_agents_world
from tests.unit.trust.trust_world import SCHOOL

WORLD = an_agents_world()
REQUEST = TransferRequest(
    birth_date="2015-03-04", by="school", command_id="request-0001", grade=5, issued_at="2026-06-20T02:59:00Z",
    pupil="id:001217000123", reason="Gia đình chuyển nơi ở", receiving=TransferParty(school=SCHOOL, so=SO),
    school=SCHOOL, school_year="2025-2026", sending=TransferParty(school="400101", so="nghe-an"), so=SO,
    type="vn.hocba.transfer-request/1",
)  # fmt: skip


def signed(said: Any, role: str = "principal", who: str = "principal") -> str:
    return WORLD.sign_as(who, role, payload=encode(said), scope=said.scope, typ=said.type)


def a_record(said: Any = REQUEST, signature: str | None = None, so: str = SO, **changes: Any) -> Record:
    value = {
        "so": so, "command_id": said.command_id, "school": said.school, "kind": type(said).__name__,
        "received_at_ms": int(AT.timestamp() * 1000), "statement": encode(said),
        "signature": signed(said) if signature is None else signature,
    } | changes  # fmt: skip
    return Record(transfer(SO).name, 0, 7, SO.encode(), encode_message("TransferStep", value), (), AT, True)


def prepared(record: Record, *appended: str) -> Any:
    stage = steps_stage([SO], Snapshots())
    return stage.prepare(record, _Known({SO: WORLD.snapshot()}, frozenset(appended)))


def test_step_goes_on_as_it_was_signed_under_the_id_of_its_transfer() -> None:
    """Statement and signature byte for byte, and the time at which the Sở's broker took it."""
    record = a_record()
    entry = prepared(record)
    came, goes = decode(record.value, ("TransferStep",)).value, decode(entry.value, ("TransferEntry",)).value
    assert goes == came
    assert (entry.topic, entry.key) == (bo_transfer().name, REQUEST.about.encode())
    step, _ = read_entry(replace(record, topic=entry.topic, key=entry.key, value=entry.value))
    assert (step.so, step.kind, step.at, step.said) == (SO, "TransferRequest", AT, REQUEST)


@pytest.mark.parametrize(("role", "who"), [("homeroom_teacher", "teacher"), ("principal", "teacher")])
def test_step_of_somebody_who_may_not_take_it_stays_out(role: str, who: str) -> None:
    with pytest.raises(Refused) as refused:
        prepared(a_record(signature=signed(REQUEST, role, who)))
    assert refused.value.code == "TRANSFER_UNSIGNED"


def test_signature_of_another_step_does_not_count() -> None:
    other = with_fields(REQUEST, reason="Lý do khác")
    with pytest.raises(Refused) as refused:
        prepared(a_record(signature=signed(other)))
    assert refused.value.code == "TRANSFER_UNSIGNED"


@pytest.mark.parametrize(
    "changes",
    [
        {"so": "nghe-an"},
        {"school": "010202"},
        {"command_id": "request-0002"},
        {"kind": "Submission"},
        {"kind": "TransferOverdue"},
        {"received_at_ms": int((AT + timedelta(hours=1)).timestamp() * 1000)},
        {"received_at_ms": 2**62},
    ],
    ids=str,
)
def test_envelope_that_disagrees_stays_out(changes: dict[str, Any]) -> None:
    """Another Sở, school or kind, a time that has not come, or one beyond all calendars."""
    with pytest.raises(Refused) as refused:
        prepared(a_record(**changes))
    assert refused.value.code in {"TRANSFER_FOREIGN", "STATEMENT_INVALID"}


def test_step_that_stands_in_the_log_already_is_not_judged_again() -> None:
    """In a replay the register may know more; what was appended was judged then."""
    withdrawal = TransferWithdrawal(
        by="school", command_id="withdraw-0001", issued_at="2026-06-20T02:59:00Z", reason="Ở lại",
        request_sha256="ab" * 32, school=SCHOOL, so=SO, transfer=REQUEST.about, type="vn.hocba.transfer-withdrawal/1",
    )  # fmt: skip
    record = a_record(withdrawal, signature=signed(withdrawal, "homeroom_teacher", "teacher"))
    with pytest.raises(Refused):
        prepared(record)

    entry = prepared(record, entry_id(SO, encode(withdrawal)))
    assert read(decode(entry.value, ("TransferEntry",)).value["statement"], TransferWithdrawal) == withdrawal


def test_entry_under_the_key_of_another_transfer_is_refused() -> None:
    """The key decides who waits when one transfer is parked."""
    record = a_record()
    entry = prepared(record)
    with pytest.raises(Refused) as refused:
        read_entry(replace(record, topic=entry.topic, key=b"ab" * 32, value=entry.value))
    assert refused.value.code == "TRANSFER_FOREIGN"
