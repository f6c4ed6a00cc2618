"""`hub correction` without servers: what is shown before anything is sent, what is sent, and what is refused before."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli import correction, correction_prepare, correction_report, correction_steps, sending
from hub.cli.exits import exit_code
from hub.client import AskedCorrection, Outbound
from hub.domain import canonical
from hub.domain.statements import UnlockDecision, encode, read
from hub.errors import Refused
from hub.operate import CorrectionReport, edits_by_school
from hub.schemas import decode
from tests.unit.client.builders import sha, signer, transcripts
from tests.unit.client.test_corrections import a_request
from tests.unit.operate.test_correction_edits import a_record, an_edit
from tests.unit.operate.test_corrections import a_row, seen

(PUPIL,) = transcripts(1)
LOCKED, FIELD = sha("locked"), "$.subjects[TOAN].score"
ASKED = AskedCorrection.of(encode(a_request(command_id="correction-1")))


class _Hub:
    """What was asked of the hub and sent to it."""

    def __init__(self) -> None:
        self.sent: list[Outbound] = []
        self.outcome: str | None = None


@pytest.fixture(name="hub", autouse=True)
def no_servers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> _Hub:
    """A hub that needs none: one Sở, one request, one locked transcript."""
    hub = _Hub()

    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[Any]:
        yield SimpleNamespace(slugs=("ha-noi",), data=tmp_path, bootstrap="b", so_url=lambda so: f"url/{so}")

    def send(_hub: Any, _so: str, _school: str, batch: list[Outbound], **_: Any) -> list[Any]:
        hub.sent += batch
        if hub.outcome is None:
            return []
        return [SimpleNamespace(statement=SimpleNamespace(outcome=hub.outcome))]

    for module in (correction, correction_steps, correction_prepare, correction_report):
        monkeypatch.setattr(module, "connected", opened)
    for module in (correction, correction_report):
        monkeypatch.setattr(module, "open_owner", opened)
    monkeypatch.setattr(correction_steps, "send", send)
    monkeypatch.setattr(sending, "show_receipts", lambda *_: False)
    monkeypatch.setattr(correction_steps, "find_request", lambda *_: ASKED)
    monkeypatch.setattr(correction_prepare, "find_request", lambda *_: ASKED)
    monkeypatch.setattr(correction_steps, "named_transcripts", lambda *_: {LOCKED: PUPIL})
    monkeypatch.setattr(correction_steps, "load_key", lambda *_: signer())
    return hub


def typed(*arguments: object, answer: str | None = None) -> Any:
    return CliRunner().invoke(correction.app, [str(a) for a in arguments], input=answer)


OF = ("--so", "ha-noi", "--school", "0101001")
SIGNED = (*OF, "--key", "k.p12")
REQUEST = (
    "request", *SIGNED, "--year", "2025-2026", "--document", LOCKED, "--field", FIELD, "--reason", "Nhập nhầm điểm",
    "--basis", "TT 27/2020", "--evidence", sha("paper"),
)  # fmt: skip
DECISION = ("--number", "12/QĐ", "--reason", "Đúng hồ sơ")
STEPS: dict[str, tuple[str, ...]] = {
    "CorrectionRequest": REQUEST,
    "CorrectionConfirmation": ("confirm", "correction-1", *SIGNED),
    "UnlockRequest": ("submit", "correction-1", *SIGNED),
    "UnlockDecision": ("approve", "correction-1", *SIGNED, *DECISION, "--days", "5"),
    "CorrectionWithdrawal": ("withdraw", "correction-1", *SIGNED, "--reason", "Đã rõ"),
}


@pytest.mark.parametrize("kind", STEPS)
def test_step_is_sent_after_it_was_shown_and_agreed_to(hub: _Hub, kind: str) -> None:
    """Whom and which fields, with what stands there now; then the question; a no sends nothing."""
    refused = typed(*STEPS[kind], answer="n\n")
    assert (refused.exit_code, hub.sent) == (1, [])
    done = typed(*STEPS[kind], answer="y\n")
    assert done.exit_code == 0
    shown = done.output
    for text in (PUPIL.student.name, PUPIL.student.student_code, "TOAN", "Nhập nhầm điểm"):
        assert text in shown
    (outbound,) = hub.sent
    assert decode(outbound.sending.value or b"", (kind,)).value["school"] == "0101001"
    assert outbound.about["kind"] == kind


def test_field_is_shown_with_what_stands_there() -> None:
    """The mark of the locked version."""
    assert f"{FIELD} = '9.0'" in typed(*REQUEST, "--yes").output.replace("\n", "")


@pytest.mark.parametrize("kind", STEPS)
def test_json_names_no_pupil(hub: _Hub, kind: str) -> None:
    """Documents, fields and the school's code of the pupil; the id that later steps need."""
    done = typed(*STEPS[kind], "--yes", "--json")
    shown = json.loads(done.stdout.splitlines()[0])
    assert PUPIL.student.name not in done.stdout
    assert shown["items"][0]["document_sha256"] == LOCKED
    assert shown["command_id"] == hub.sent[0].about["command_id"]
    assert len(shown["request_sha256"]) == 64


def test_refused_step_ends_with_1(hub: _Hub) -> None:
    """As every other command whose receipt says no."""
    hub.outcome = "refused"
    assert typed(*STEPS["UnlockRequest"], "--yes", "--wait").exit_code == 1
    hub.outcome = "accepted"
    assert typed(*STEPS["UnlockRequest"], "--yes", "--wait").exit_code == 0


@pytest.mark.parametrize(
    ("option", "closes_at"),
    [("2026-07-10", "2026-07-10T17:00:00Z"), ("2026-07-10T10:00:00+07:00", "2026-07-10T03:00:00Z")],
)
def test_window_closes_at_the_end_of_a_day_or_at_an_instant(hub: _Hub, option: str, closes_at: str) -> None:
    """A civil date of Việt Nam counts to its end."""
    typed("approve", "correction-1", *SIGNED, *DECISION, "--closes-at", option, "--yes")
    assert _decision(hub).closes_at == closes_at


def test_days_count_to_the_end_of_the_last(hub: _Hub) -> None:
    """Nought is until tonight."""
    typed("approve", "correction-1", *SIGNED, *DECISION, "--days", "0", "--yes")
    closes_at = datetime.fromisoformat(str(_decision(hub).closes_at))
    assert closes_at.hour == 17
    assert timedelta(0) < closes_at - datetime.now(UTC) <= timedelta(days=1)


def test_rejection_has_no_window(hub: _Hub) -> None:
    """Number and reason alone."""
    typed("reject", "correction-1", *SIGNED, *DECISION, "--yes")
    decision = _decision(hub)
    assert (decision.decision, decision.number, b"closes_at" in encode(decision)) == ("reject", "12/QĐ", False)


def _decision(hub: _Hub) -> UnlockDecision:
    value = decode(hub.sent[0].sending.value or b"", ("UnlockDecision",)).value
    return read(value["statement"], UnlockDecision)


@pytest.mark.parametrize(
    "arguments",
    [
        ("approve", "correction-1", *SIGNED, *DECISION),
        ("approve", "correction-1", *SIGNED, *DECISION, "--days", "1", "--closes-at", "2026-07-10"),
        ("approve", "correction-1", *SIGNED, *DECISION, "--closes-at", "tomorrow"),
        ("approve", "correction-1", *SIGNED, *DECISION, "--closes-at", "2026-07-10T10:00:00"),
        ("approve", "correction-1", *SIGNED, *DECISION, "--closes-at", "9999-12-31"),
        ("approve", "correction-1", *SIGNED, *DECISION, "--closes-at", "9999-12-31T23:30:00-05:00"),
        ("approve", "correction-1", *SIGNED, *DECISION, "--days", "3000000"),
        ("approve", "correction-1", *SIGNED, *DECISION, "--days", "9999999999"),
        ("confirm", "correction-1", *SIGNED, "--year", "2024-2025"),
        (*REQUEST, "--items", __file__),
        tuple(a for a in REQUEST if a not in ("--document", LOCKED)),
        tuple(a for a in REQUEST if a not in ("--field", FIELD)),
        (*REQUEST, "--field", "$.school.code"), (*REQUEST, "--reason", "x"), (*REQUEST, "--evidence", "/absent"),
        ("list", "--state", "maybe"), ("show", "correction-1", *OF, "--role", "pupil"),
        ("report", "--year", "2025"),
    ],
)  # fmt: skip
def test_wrong_use_is_refused_and_sends_nothing(hub: _Hub, arguments: tuple[str, ...]) -> None:
    """Windows, years, items, fields, papers, states and roles that cannot be."""
    told = typed(*arguments, *(() if arguments[0] in ("list", "show", "report") else ("--yes",)))
    assert isinstance(told.exception, Refused)
    assert (exit_code(told.exception), hub.sent) == (2, [])


# -- looking


@pytest.fixture
def one_correction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Sở with one correction whose window is open for a day."""
    closes_at = datetime.now(UTC) + timedelta(days=1)
    found = seen(a_row(0, "approved", round=3, closes_at=closes_at), a_row(1, "relocked", round=3, closes_at=closes_at))
    monkeypatch.setattr(correction, "correction_of", lambda *_: found)
    monkeypatch.setattr(correction, "corrections_of", lambda *_, **__: [found])


@pytest.mark.usefixtures("one_correction")
def test_list_shows_state_window_and_round() -> None:
    """A line each; a state that no pupil has hides it."""
    (line,) = (json.loads(text) for text in typed("list", "--json").stdout.splitlines())
    assert (line["correction"], line["state"], line["round"]) == ("correction-1", "approved", "2025-2026/correction/3")
    assert 0 < line["time_left_s"] <= 24 * 3600
    assert typed("list", "--json", "--state", "rejected").stdout == ""
    assert "correction-1" in typed("list", "--state", "relocked").stdout


@pytest.mark.usefixtures("one_correction")
def test_show_answers_why_since_by_rule_next_and_may() -> None:
    """For each pupil, to the caller; in words and as JSON, without the pupil's identifier."""
    shown = json.loads(typed("show", "correction-1", *OF, "--role", "principal", "--json").stdout)
    first, second = shown["items"]
    assert set(first) >= {"state", "why", "since", "by", "rule", "next_step", "may"}
    assert ("resubmit" in first["may"], second["may"]) == (True, {})
    told = typed("show", "correction-1", *OF)
    assert told.exit_code == 0
    for text in ("vì sao / why", "từ / since", "bởi / by", "căn cứ / rule", "bước sau / next", "được phép / may"):
        assert text in told.stdout
    assert "001217" not in told.stdout + json.dumps(shown)


# -- preparing


@pytest.fixture
def approved(monkeypatch: pytest.MonkeyPatch) -> str:
    """An approved request about the only locked transcript; returns the transcript's hash."""
    document = canonical(PUPIL)
    digest = sha(document.decode())
    asked = AskedCorrection.of(encode(a_request(command_id="correction-1")).replace(LOCKED.encode(), digest.encode()))
    field = b"$.subjects[TOAN].year"
    data = encode(asked.statement).replace(field, FIELD.encode())
    monkeypatch.setattr(correction_prepare, "find_request", lambda *_: AskedCorrection.of(data))
    monkeypatch.setattr(correction_prepare, "locked_documents", lambda *_: {digest: document})
    monkeypatch.setattr(correction_prepare, "round_number_of", lambda *_: 4)
    monkeypatch.setattr(correction_prepare, "severities_of", lambda *_: {})
    return digest


def _prepare(tmp_path: Path, value: dict[str, Any], *more: object) -> Any:
    path = tmp_path / "moi.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return typed("prepare", "correction-1", *OF, "--changes", path, "--out", tmp_path / "lo", *more)


def test_prepare_shows_the_difference_and_writes_the_batch(approved: str, tmp_path: Path) -> None:
    """Old and new value of each field, and what to do next."""
    done = _prepare(tmp_path, {FIELD: "10.0"})
    assert done.exit_code == 0
    assert f'{FIELD}: "9.0" → "10.0"' in done.stdout
    index = json.loads((tmp_path / "lo" / "batch.json").read_text(encoding="utf-8"))
    assert index["documents"][0]["round"] == {"cohort": "correction", "number": 4}


def test_prepare_refuses_another_field_and_writes_no_batch(approved: str, tmp_path: Path) -> None:
    """The finding names the field."""
    done = _prepare(tmp_path, {FIELD: "10.0", "$.remarks": "Chăm."}, "--json")
    row, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert done.exit_code == 1
    assert "CORRECTION_FIELD_NOT_APPROVED" in [f["code"] for f in row["findings"]]
    assert (row["supersedes"], summary["batch"], summary["refused"]) == (approved, None, 1)
    assert not (tmp_path / "lo").exists()


@pytest.mark.usefixtures("approved")
def test_prepare_needs_the_round(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before the approval there is none; where Sở's database is not within reach its receipt says it, or the school."""
    said: list[int | None] = [None, 9]

    async def in_receipts(*_: object) -> int | None:
        return said.pop(0)

    monkeypatch.setattr(correction_prepare, "round_number_of", lambda *_: None)
    monkeypatch.setattr(correction_prepare, "round_number_in_receipts", in_receipts)
    told = _prepare(tmp_path, {FIELD: "10.0"})
    assert isinstance(told.exception, Refused)
    assert (told.exception.code, exit_code(told.exception)) == ("CORRECTION_NOT_APPROVED", 1)
    done = _prepare(tmp_path, {FIELD: "10.0"}, "--json")
    assert json.loads(done.stdout.splitlines()[-1])["round"] == "2025-2026/correction/9"
    named = _prepare(tmp_path, {FIELD: "10.0"}, "--number", "7", "--out", tmp_path / "other")
    assert (named.exit_code, said) == (0, [])


# -- reporting


@pytest.mark.parametrize("options", [[], ["--bo"]])
def test_report_prints_a_line_a_school_and_the_totals(monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    """With the evidence of each figure; the parameter says what counts as the last moments."""
    asked: list[timedelta] = []
    at = datetime(2026, 7, 1, 3, tzinfo=UTC)

    def report(*said: Any) -> Any:
        asked.append(said[-1])
        schools = edits_by_school([a_record("relocked")], [an_edit(), an_edit(school="0101002")])
        made = CorrectionReport("ha-noi", "2025-2026", at, said[-1], not options, tuple(schools))
        return [made] if options else made

    monkeypatch.setattr(correction_report, "correction_report_of_so", report)
    monkeypatch.setattr(correction_report, "correction_report_of_bo", report)
    monkeypatch.setattr(correction_report, "chosen_so", lambda _, so: so)
    done = typed("report", "--year", "2025-2026", "--minutes", "30", "--json", *options)
    first, second, totals = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["school"], second["school"], asked) == ("0101001", "0101002", [timedelta(minutes=30)])
    assert totals["totals"]["crossings"]["8.0"] == {"up": 2, "down": 0}
    assert (totals["totals"]["unused_windows"] is None) is bool(options)
    only = typed("report", "--year", "2025-2026", "--school", "0101002", *options).stdout
    assert "TOAN year 4.9→8.0 (5.0)" in only
    assert "0101001" not in only
