"""Steps of a correction as commands: each names the request, its hash and nothing personal in the journal."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hub.client import AskedCorrection, Journal, asking, command_sending, commands_in_journal, corrections, one_item
from hub.client.corrections import StepCommand
from hub.client.records import checked
from hub.domain.statements import CorrectionRequest, encode
from hub.errors import Refused, Unavailable
from hub.schemas import decode
from tests.unit.client.builders import ISSUED_AT, ISSUED_S, sha, signer

CLOSES_AT = datetime(2026, 7, 10, 17, tzinfo=UTC)
Made = Callable[[AskedCorrection], StepCommand]
STEPS: dict[str, Made] = {
    "CorrectionConfirmation": lambda asked: corrections.confirm(asked, ISSUED_AT),
    "UnlockRequest": lambda asked: corrections.submit_correction(asked, ISSUED_AT),
    "CorrectionWithdrawal": lambda asked: corrections.withdraw(asked, reason="Đã rõ", at=ISSUED_AT),
    "UnlockDecision": lambda asked: corrections.approve(
        asked, "ha-noi", closes_at=CLOSES_AT, number="12/QĐ", reason="Đúng hồ sơ", at=ISSUED_AT
    ),
}


def a_request(**changes: Any) -> CorrectionRequest:
    """Make a request about one year mark."""
    said: dict[str, Any] = {
        "reason": "Nhập nhầm điểm", "basis": "TT 22/2021", "evidence_sha256": sha("paper"), "at": ISSUED_AT,
    }  # fmt: skip
    items = one_item(sha("locked"), ["$.subjects[TOAN].year"])
    return checked(corrections.request_correction("0101001", "2025-2026", items, **(said | changes)))


def asked(**changes: Any) -> AskedCorrection:
    return AskedCorrection.of(encode(a_request(**changes)))


@pytest.mark.parametrize("kind", STEPS)
def test_step_names_the_request_by_id_and_hash(kind: str) -> None:
    """It is about exactly that text, of that school and year, and stands as Sở will read it."""
    about = asked()
    step = checked(STEPS[kind](about))
    assert type(step).__name__ == kind
    assert (step.correction, step.request_sha256) == (about.statement.command_id, about.statement_sha256)
    assert (step.school, step.school_year) == ("0101001", "2025-2026")
    assert about.statement_sha256 == hashlib.sha256(encode(about.statement)).hexdigest()
    assert step.scope["correction"] == about.statement.command_id


def test_two_requests_of_one_second_have_ids_of_their_own_when_they_ask_for_different_things() -> None:
    """And the same request, made again, keeps its id."""
    ids = [a_request(**change).command_id for change in ({}, {"reason": "Lần nữa"}, {"basis": "TT 27/2020"})]
    assert len({*ids, a_request().command_id}) == 3


def test_decisions_of_the_department_say_whose_they_are() -> None:
    """An approval has its closing time, a rejection none; both have number and reason."""
    yes = STEPS["UnlockDecision"](asked())
    no = corrections.reject(asked(), "ha-noi", number="13/QĐ", reason="Thiếu hồ sơ", at=ISSUED_AT)
    assert (yes.decision, yes.closes_at, yes.scope["owner"]) == ("approve", "2026-07-10T17:00:00Z", "so-ha-noi")  # type: ignore[union-attr]
    assert (no.decision, no.number, no.reason, "closes_at" in encode(no).decode()) == (
        "reject", "13/QĐ", "Thiếu hồ sơ", False,
    )  # fmt: skip


def test_successor_names_the_school_that_issued() -> None:
    """Of its own documents nothing needs to be said."""
    assert asked(issuer="0101009").issuer == "0101009"
    assert asked().issuer == asked(issuer="0101001").issuer == "0101001"
    assert b"issuer" not in encode(a_request(issuer="0101001"))


def test_value_that_no_command_may_hold_is_refused_before_it_is_signed() -> None:
    """The option is named, not the type."""
    with pytest.raises(Refused) as refused:
        a_request(reason="x")
    assert (refused.value.code, refused.value.facts["option"]) == ("OPTION_WRONG", "reason")


@pytest.mark.parametrize("kind", ["CorrectionRequest", *STEPS])
def test_step_is_kept_in_the_journal_without_a_round(tmp_path: Path, kind: str) -> None:
    """Ids and hashes; what is read back is what was sent, and no reason stands there."""
    about = asked()
    step = about.statement if kind == "CorrectionRequest" else STEPS[kind](about)
    sent, path = corrections.sent_correction(step), tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        journal.write([{"step": "acknowledged", **sent.about("ha-noi")}])
    assert list(commands_in_journal(path, "ha-noi", "0101001")) == [sent]
    assert (sent.round, sent.correction) == (None, about.statement.command_id)
    assert sent.statement_sha256 == hashlib.sha256(encode(step)).hexdigest()
    assert "Nhập nhầm" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", STEPS)
def test_step_travels_as_its_own_kind_of_message(kind: str) -> None:
    """Key and headers are the school's; the body holds the statement verbatim."""
    step = STEPS[kind](asked())
    sending = command_sending("ha-noi", step, signer(), "principal", ISSUED_S)
    message = decode(sending.value or b"", (kind,))
    assert (sending.key, message.value["statement"]) == (b"0101001", encode(step))


# -- finding a request where no database is within reach


def _record(request: CorrectionRequest, school: str = "0101001") -> Any:
    sending = command_sending("ha-noi", request, signer(), "homeroom_teacher", ISSUED_S)
    return SimpleNamespace(key=school.encode(), value=sending.value)


def _topic(monkeypatch: pytest.MonkeyPatch, *records: Any) -> None:
    async def read_range(*_: Any) -> AsyncIterator[Any]:
        for record in records:
            yield record

    monkeypatch.setattr(asking, "read_range", read_range)


def _at_broker(tmp_path: Path, correction: str) -> AskedCorrection:
    path = tmp_path / "journal.jsonl"
    return asyncio.run(asking.request_at_broker("b", path, "ha-noi", "0101001", correction))


def test_request_is_found_at_the_broker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By its id and the school's key; a repetition is the same, what does not decode is passed over."""
    wanted, other = a_request(command_id="correction-1"), a_request(command_id="correction-2")
    noise = SimpleNamespace(key=b"0101001", value=b"\x00noise")
    _topic(monkeypatch, noise, _record(wanted), _record(other), _record(wanted), _record(wanted, "0101009"))
    assert _at_broker(tmp_path, "correction-1").statement == wanted
    with pytest.raises(Refused) as refused:
        _at_broker(tmp_path, "correction-3")
    assert refused.value.code == "CORRECTION_UNKNOWN"


def test_two_texts_under_one_id_need_the_journal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody signs a stranger's text: only the machine that sent the request knows which one is meant."""
    mine, foreign = (a_request(command_id="correction-1", reason=f"Lý do {n}") for n in (1, 2))
    _topic(monkeypatch, _record(foreign), _record(mine))
    with pytest.raises(Refused) as refused:
        _at_broker(tmp_path, "correction-1")
    assert refused.value.code == "CORRECTION_AMBIGUOUS"
    with Journal(tmp_path / "journal.jsonl") as journal:
        journal.write([{"step": "acknowledged", **corrections.sent_correction(mine).about("ha-noi")}])
    assert _at_broker(tmp_path, "correction-1").statement == mine


def test_broker_is_asked_only_where_the_database_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What Sở accepted counts before what merely stands in the topic."""
    wanted = a_request(command_id="correction-1")
    _topic(monkeypatch, _record(wanted))

    def gone(*_: Any) -> Any:
        raise Unavailable("DATABASE_UNAVAILABLE")

    monkeypatch.setattr(asking, "open_connection", gone)
    found = asking.find_request("ha-noi", "url", "b", tmp_path / "j", "0101001", "correction-1")
    assert found.statement == wanted
    assert asking.locked_documents("url", "0101001", [sha("locked")]) == {}
    assert asking.round_number_of("url", "0101001", "correction-1") is None

    def refuses(*_: Any) -> Any:
        raise Refused("CORRECTION_UNKNOWN")

    monkeypatch.setattr(asking, "request_in_database", refuses)
    with pytest.raises(Refused):
        asking.find_request("ha-noi", "url", "b", tmp_path / "j", "0101001", "correction-1")


def test_round_is_read_from_the_receipt_of_the_approval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of this correction; other receipts have no such facts, and without an approval there is no round."""
    facts: list[Any] = [None, {"correction": "correction-2", "round": "2025-2026/correction/1"},
                        {"correction": "correction-1", "round": "2025-2026/correction/12"}]  # fmt: skip

    async def read_receipts(*_: Any) -> AsyncIterator[Any]:
        for said in facts:
            yield SimpleNamespace(statement=SimpleNamespace(facts=said))

    monkeypatch.setattr(asking, "read_receipts", read_receipts)
    found = [asyncio.run(asking.round_number_in_receipts("b", "ha-noi", "0101001", f"correction-{n}")) for n in (1, 3)]
    assert found == [12, None]
