"""Corrections as Sở sees them: rows and steps put together, and what each state answers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.catalogue import CATALOGUE
from hub.client.corrections import request_correction
from hub.domain.lifecycle import MACHINES, Machine, code_of_state, options, roles_of
from hub.domain.statements import CorrectionItem, encode
from hub.errors import Refused
from hub.operate import (
    CORRECTION_STATES,
    CorrectionSeen,
    CorrectionStep,
    answer_of,
    correction_of,
    corrections_of,
    shown_correction,
    shown_summary,
)
from hub.store.queries import queries_of
from tests.unit.agents.world import Answer, FakeConnection

_SQL = queries_of("so")
AT = datetime(2026, 7, 1, 3, tzinfo=UTC)
CLOSES_AT = AT + timedelta(days=2)
PUPIL = "id:001217000123"
STATEMENT = encode(
    request_correction(
        "0101001", "2025-2026",
        [CorrectionItem(document_sha256=digit * 64, fields=("$.subjects[TOAN].year",)) for digit in "ab"],
        reason="Nhập nhầm điểm", basis="TT 22/2021", evidence_sha256="c" * 64, at=AT, command_id="correction-1",
    )
)  # fmt: skip


def a_row(n: int, state: str, *, approved: bool = False, corrected: bool = False, **changes: Any) -> tuple[Any, ...]:
    row: dict[str, Any] = {
        "school": "0101001", "id": "correction-1", "n": n, "issuer": "0101001", "pupil": PUPIL,
        "year": "2025-2026", "period": "year", "base": bytes([n]) * 32, "fields": ["$.subjects[TOAN].year"],
        "state": state, "round": 3 if approved else None, "closes_at": CLOSES_AT if approved else None, "at": AT,
        "statement": STATEMENT, "student_code": f"010000012{n}", "version": 1, "log_index": 5,
    }  # fmt: skip
    new = (b"\x09" * 32, 2, "open", AT + timedelta(days=1), None) if corrected else (None,) * 5
    return (*(row | changes).values(), *new)


def a_step(n: int, event: str, role: str, hours: int, reason: str | None = None) -> tuple[Any, ...]:
    message = event.encode().ljust(32, b"\x00")
    at = AT + timedelta(hours=hours)
    return ("0101001", "correction-1", n, event, role, f"P-{role}", b"\x07" * 32, at, reason, message)


STEPS = [
    a_step(n, *step)
    for step in (("request", "homeroom_teacher", 0, "Nhập nhầm điểm"), ("confirm", "principal", 1),
                 ("submit", "school_seal", 2), ("approve", "so_officer", 3, "Đúng hồ sơ"))
    for n in (0, 1)
]  # fmt: skip


def seen(*rows: tuple[Any, ...], steps: list[tuple[Any, ...]] | None = None) -> CorrectionSeen:
    found = {_SQL["look_corrections"]: list(rows), _SQL["look_correction_steps"]: STEPS if steps is None else steps}
    connection: Any = FakeConnection(lambda sql, _: Answer(found[sql]))
    return correction_of(connection, "0101001", "correction-1")


def test_rows_of_one_request_are_one_correction() -> None:
    """Each column in its place; the request is the signed text itself."""
    found = seen(a_row(0, "approved", approved=True), a_row(1, "resubmitted", approved=True, corrected=True))
    assert (found.correction_id, found.issuer, found.round) == ("correction-1", "0101001", "2025-2026/correction/3")
    assert (found.request.reason, found.closes_at, found.requested_at) == ("Nhập nhầm điểm", CLOSES_AT, AT)
    first, second = found.pupils
    assert (first.n, first.student_code, first.fields) == (0, "0100000120", ("$.subjects[TOAN].year",))
    assert (first.base.document_sha256, first.base.version, first.base.log_index) == ("00" * 32, 1, 5)
    assert first.corrected is None
    assert second.corrected is not None
    assert (second.corrected.version, second.corrected.state) == (2, "open")
    assert [step.event for step in found.steps if step.n == 1] == ["request", "confirm", "submit", "approve"]


def test_correction_stands_where_its_last_pupil_stands() -> None:
    """After the approval pupils move one by one; the counts tell all of it."""
    found = seen(a_row(0, "relocked", approved=True), a_row(1, "approved", approved=True))
    assert (found.state, found.count_by_state()) == ("approved", {"approved": 1, "relocked": 1})


@pytest.mark.parametrize(
    ("state", "hours", "left"),
    [("approved", 0, 48 * 3600), ("resubmitted", 47, 3600), ("approved", 49, 0), ("relocked", 0, None),
     ("expired", 49, None)],
)  # fmt: skip
def test_window_shows_the_time_left_while_it_is_open(state: str, hours: int, left: int | None) -> None:
    """Seconds to its end, never less than none; nothing where no window counts any more."""
    assert seen(a_row(0, state, approved=True)).time_left_s(AT + timedelta(hours=hours)) == left


def test_correction_that_is_not_there_is_refused() -> None:
    """By the code that Sở's own receipt would have."""
    with pytest.raises(Refused) as refused:
        seen()
    assert refused.value.code == "CORRECTION_UNKNOWN"


def test_list_asks_by_school_year_and_id() -> None:
    """Whatever is left open is not asked for; steps are read for what was found."""
    asked: list[Any] = []

    def script(sql: str, parameters: Any) -> Answer:
        asked.append(parameters)
        return Answer([a_row(0, "requested")] if sql == _SQL["look_corrections"] else [])

    connection: Any = FakeConnection(script)
    assert len(corrections_of(connection, school_year="2025-2026")) == 1
    assert asked == [
        {"school": None, "school_year": "2025-2026", "correction": None}, (["0101001"], ["correction-1"])
    ]  # fmt: skip


# -- what a state answers


@pytest.mark.parametrize("state", CORRECTION_STATES)
@pytest.mark.parametrize("role", [None, "homeroom_teacher", "principal", "school_seal", "so_officer", "so_seal"])
def test_state_answers_from_the_one_table(state: str, role: str | None) -> None:
    """Why and what next are the catalogue's, what the caller may do the table's."""
    answer = answer_of("correction", state, (), role, is_over=False)
    entry = CATALOGUE[code_of_state("correction", state)]
    assert (answer.why_vi, answer.why_en, answer.next_vi, answer.next_en) == (
        entry.vi, entry.en, entry.next_vi, entry.next_en,
    )  # fmt: skip
    assert tuple(event for event, _ in answer.may) == options("correction", state, role)
    assert all(set(roles) == roles_of("correction", event) for event, roles in answer.may)


@pytest.mark.parametrize("row", list(MACHINES[Machine.CORRECTION]), ids=lambda t: f"{t.state}-{t.event}")
def test_last_step_says_since_when_by_whom_and_by_which_rule(row: Any) -> None:
    """For every step of the table, into whatever state it leads."""
    role = sorted(row.roles)[0]
    step = CorrectionStep(0, row.event, role, "P-1", "0" * 64, AT, "Vì sao", "1" * 64)
    answer = answer_of("correction", row.next_state, [step], None, is_over=False)
    assert (answer.since, answer.by, answer.rule, answer.reason) == (AT, role, row.rule, "Vì sao")


def test_nothing_is_handed_in_after_the_window() -> None:
    """Until the scheduler closes it the state is the same, but the caller may not."""
    before, after = (answer_of("correction", "approved", (), "school_seal", is_over=over) for over in (False, True))
    assert "resubmit" in dict(before.may)
    assert "resubmit" not in dict(after.may)


# -- how it is shown


def test_summary_and_whole_are_json_without_persons() -> None:
    """No identifier of a pupil, unless it is asked for; a temporary code repeats the personal number."""
    found = seen(a_row(0, "approved", approved=True), a_row(1, "approved", approved=True, student_code="TAM-001217"))
    shown = shown_correction("ha-noi", found, "principal", AT)
    text = json.dumps(shown) + json.dumps(shown_summary("ha-noi", found, AT))
    assert "001217" not in text
    assert [item["student_code"] for item in shown["items"]] == ["0100000120", "TAM-…"]
    assert shown["items"][0]["may"] == {"resubmit": sorted(roles_of("correction", "resubmit"))}
    assert (shown["so"], shown["time_left_s"], shown["evidence_sha256"]) == ("ha-noi", 48 * 3600, "c" * 64)
    assert shown_correction("ha-noi", found, None, AT, persons=True)["items"][0]["pupil"] == PUPIL


def test_step_over_several_pupils_is_one_line() -> None:
    """With the numbers of the pupils that it moved."""
    shown = shown_correction(
        "ha-noi", seen(a_row(0, "approved", approved=True), a_row(1, "approved", approved=True)), None, AT
    )
    assert [(step["event"], step["items"]) for step in shown["steps"]] == [
        (event, [0, 1]) for event in ("request", "confirm", "submit", "approve")
    ]
    assert shown["since"] == (AT + timedelta(hours=3)).isoformat()
