"""Các bước của một đề nghị đính chính: the principal confirms, the school hands it in, Sở decides, a window ends.

Each step moves all pupils of a request together and names the request by its hash, so that nobody agrees to another
text. Who has taken one step takes no other: nobody approves what he asked for, whichever certificate he signs with.
Legal source: the path that Nghệ An describes for its provincial system [secondary].
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import UNSET

from hub.decision.command import Prepared
from hub.decision.correction import shown_at
from hub.decision.correction_rows import CORRECTION, CorrectionRow
from hub.decision.known import Known, RoundKey
from hub.decision.outcome import Outcome
from hub.domain.findings import Finding, finding
from hub.domain.lifecycle import next_state
from hub.domain.statements import (
    CorrectionConfirmation,
    CorrectionWithdrawal,
    UnlockDecision,
    UnlockRequest,
    WindowClosed,
)
from hub.errors import Refused

__all__ = ["decide_confirmation", "decide_unlock", "decide_unlock_request", "decide_window", "decide_withdrawal"]

_Step = CorrectionConfirmation | CorrectionWithdrawal | UnlockDecision | UnlockRequest | WindowClosed


def decide_confirmation(command: Prepared, known: Known, _so: str) -> Outcome:
    """Take the principal's agreement."""
    return _stepped(command, known, "confirm")


def decide_unlock_request(command: Prepared, known: Known, _so: str) -> Outcome:
    """Take the request that the school hands in."""
    return _stepped(command, known, "submit")


def decide_withdrawal(command: Prepared, known: Known, _so: str) -> Outcome:
    """End a request that Sở has not approved: by who asked, or by the principal."""
    return _stepped(command, known, "withdraw")


def decide_unlock(command: Prepared, known: Known, _so: str) -> Outcome:
    """Open the window with the round in which the correction will be handed in, or end the request."""
    statement = command.command
    assert isinstance(statement, UnlockDecision)
    if statement.decision == "reject":
        return _stepped(command, known, "reject")
    rows, found = _found(command, known, "approve")
    closes_at = _instant(statement.closes_at)
    window = _window_objection(command, closes_at)
    if window is not None:
        found.append(window)
    if found or closes_at is None:
        return Outcome(command, "refused", tuple(found))
    key = _next_round(known, rows[0])
    opened = Outcome(command, opens=key)
    return opened.moved(rows, "approve", round_number=key.number, closes_at=closes_at)


def decide_window(command: Prepared, known: Known, _so: str) -> Outcome:
    """Close a window: what was not handed in until now is told, pupil by pupil."""
    statement = command.command
    assert isinstance(statement, WindowClosed)
    every = known.items_of(command.school, statement.correction)
    found = list(_identity(every, statement))
    rows = [row for row in every if row.state == "approved"]
    if not found and not rows:
        found = [_not_allowed(every[0], "expire")]
    if not found and (rows[0].closes_at is None or command.at < rows[0].closes_at):
        facts = {"closes_at": _shown(rows[0].closes_at or command.at)}
        found = [finding("CORRECTION_WINDOW_OPEN", "$.closes_at", facts=facts)]
    elif not found and rows[0].closes_at != _instant(statement.closes_at):
        found = [finding("CORRECTION_WINDOW_DIFFERS", "$.closes_at", facts={"closes_at": _shown(rows[0].closes_at)})]
    if found:
        return Outcome(command, "refused", tuple(found))
    unused = tuple(
        finding("CORRECTION_WINDOW_UNUSED", f"$.items[{row.n}]", facts={"document": row.base_sha256.hex()})
        for row in rows
    )
    return Outcome(command, findings=unused).moved(rows, "expire")


def _stepped(command: Prepared, known: Known, event: str) -> Outcome:
    rows, found = _found(command, known, event)
    if found:
        return Outcome(command, "refused", tuple(found))
    return Outcome(command).moved(rows, event)


def _found(command: Prepared, known: Known, event: str) -> tuple[list[CorrectionRow], list[Finding]]:
    """Return the pupils of the request that a step is about, and everything that is in the step's way."""
    statement = command.command
    assert isinstance(statement, _Step)
    rows = known.items_of(command.school, statement.correction)
    found = list(_identity(rows, statement))
    if rows:
        found += _state_objections(rows, event)
        found += _person_objections(command, rows[0], event)
    return rows, found


def _identity(rows: Sequence[CorrectionRow], statement: _Step) -> Iterator[Finding]:
    if not rows:
        yield finding("CORRECTION_UNKNOWN", "$.correction", facts={"correction": statement.correction})
        return
    if rows[0].record.school_year != statement.school_year:
        yield finding("CORRECTION_OTHER_YEAR", "$.school_year", facts={"found": rows[0].record.school_year})
    said = getattr(statement, "request_sha256", rows[0].request_sha256.hex())
    if said != rows[0].request_sha256.hex():
        yield finding("CORRECTION_REQUEST_DIFFERS", "$.request_sha256")


def _state_objections(rows: Sequence[CorrectionRow], event: str) -> Iterator[Finding]:
    """Before the window all pupils of a request stand in one state; later each has his own, and takes no such step."""
    for row in rows:
        try:
            next_state("correction", row.state, event)
        except Refused:
            yield _not_allowed(row, event)
            return


def _not_allowed(row: CorrectionRow, event: str) -> Finding:
    facts = {"step": event, "state": row.state, "since": shown_at(row)}
    return finding("CORRECTION_STEP_NOT_ALLOWED", "$.correction", facts=facts)


def _person_objections(command: Prepared, row: CorrectionRow, event: str) -> Iterator[Finding]:
    by = command.signatory
    assert by is not None
    own = [
        step
        for step in row.steps
        if step.certificate_sha256 == by.certificate_sha256 or (by.person is not None and step.person == by.person)
        if event == "withdraw" or step.role != by.role
    ]
    if event == "withdraw":
        if by.role != "principal" and not any(step.event == "request" for step in own):
            yield finding("CORRECTION_WITHDRAWAL_BY_OTHER", "$.signature", facts={"role": by.role})
    elif own:
        yield finding("CORRECTION_SAME_PERSON", "$.signature", facts={"step": own[0].event, "role": own[0].role})


def _window_objection(command: Prepared, closes_at: datetime | None) -> Finding | None:
    if closes_at is None:
        return finding("CORRECTION_WINDOW_MISSING", "$.closes_at")
    if closes_at <= command.at:
        return finding("CORRECTION_WINDOW_PAST", "$.closes_at", facts={"closes_at": _shown(closes_at)})
    days_max = command.lock_policy.correction_days_max
    if closes_at > command.at + timedelta(days=days_max):
        facts = {"closes_at": _shown(closes_at), "days_max": str(days_max)}
        return finding("CORRECTION_WINDOW_TOO_LONG", "$.closes_at", facts=facts)
    return None


def _next_round(known: Known, row: CorrectionRow) -> RoundKey:
    """Return the next round of corrections; its number is free for the school that acts and for the one that issued."""
    year = row.record.school_year
    taken = [
        key.number
        for key in known.rounds
        if (key.school_year, key.cohort) == (year, CORRECTION) and key.school in (row.school, row.record.school)
    ]
    taken += [
        other.round_number
        for other in known.corrections.values()
        if other.round_number is not None and other.record.school_year == year
        if row.school in (other.school, other.record.school) or row.record.school in (other.school, other.record.school)
    ]
    return RoundKey(row.record.school, year, CORRECTION, 1 + max(taken, default=0))


def _instant(text: object) -> datetime | None:
    """Return the time of a statement, aware; None for none, and for one that no clock has."""
    if text is UNSET or not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _shown(at: datetime | None) -> str:
    return "?" if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")
