"""Write outcomes: the command, its accepted transcripts, its answers, its moves, its round."""

from collections.abc import Sequence
from datetime import datetime

from hub.decision import NewDocument, Outcome
from hub.store.connection import Connection
from hub.store.copying import copy_rows
from hub.store.queries import queries_of
from hub.store.so.corrections import write_corrections
from hub.store.so.decisions import write_decision

__all__ = ["receipt_of_message", "write_outcome"]

_SQL = queries_of("so")
_NO_ROUND = (None, None, None)  # school year, cohort, number
_COLUMN_TYPES = [
    "bytea", "int4", "bytea", "bytea", "text", "text", "text", "text", "text", "text", "int4", "int4", "text",
    "text[]", "bool", "timestamptz", "bytea", "text[]", "text", "bytea",
]  # fmt: skip


def write_outcome(connection: Connection, outcome: Outcome, receipt_id: str, receipt: bytes) -> None:
    """Write one decided command that is not a repetition; `receipt` is the message that answers it."""
    c = outcome.command
    connection.execute(
        _SQL["add_command"],
        (c.message_sha256, c.topic, c.part, c.offset, c.school, c.command_id, c.kind, c.statement, c.signature,
         c.statement_sha256, outcome.seen.holds_id, outcome.outcome, outcome.codes(), c.transcript_count,
         c.register_version, c.at, receipt_id, receipt, *(c.round or (None, *_NO_ROUND))[1:],
         None if c.signatory is None else c.signatory.person),
    )  # fmt: skip
    _second_person(connection, outcome)
    _move(connection, outcome)
    write_corrections(connection, outcome)
    _accept(connection, outcome)
    rows = [
        (c.message_sha256, a.n, a.document_sha256, a.outcome, sorted({f.code for f in a.findings}))
        for a in outcome.answers
        if a.outcome != "accepted"
    ]
    if rows:
        connection.cursor().executemany(_SQL["add_answer"], rows)
    write_decision(connection, outcome)
    if outcome.closing is not None:
        row, key = outcome.closing, outcome.closing.key
        connection.execute(_SQL["close_round"], (outcome.lock_id, row.closing_at, row.closed_by, *key))


def _second_person(connection: Connection, outcome: Outcome) -> None:
    act = outcome.command.act
    if act is not None and act.second is not None:
        row = (act.second.role, act.second.person, act.second.certificate_sha256, act.second_signature)
        connection.execute(_SQL["add_second_signature"], (outcome.command.message_sha256, *row))


def _move(connection: Connection, outcome: Outcome) -> None:
    """Moves come first, so that a replaced version makes room for the new one."""
    rows = [(m.state, m.document.message_sha256, m.document.n) for m in outcome.moves]
    if rows:
        connection.cursor().executemany(_SQL["move_document"], rows)


def _accept(connection: Connection, outcome: Outcome) -> None:
    kept = {n.judged.source_sha256 for n in outcome.accepted if n.judged.source_sha256 is not None}
    if kept:
        deposited = [(h, outcome.command.sources[h], outcome.command.message_sha256) for h in sorted(kept)]
        connection.cursor().executemany(_SQL["add_source"], deposited)
    if outcome.accepted:
        rows = (_document_row(new, outcome.command.at) for new in outcome.accepted)
        copy_rows(connection, _SQL["copy_documents"], _COLUMN_TYPES, rows)


def _document_row(new: NewDocument, at: datetime) -> Sequence[object]:
    row, judged = new.current, new.judged
    assert judged.transcript is not None
    return (
        row.message_sha256, row.n, row.document_sha256, judged.envelope_sha256, row.record.school, row.record.pupil,
        judged.transcript.student.student_code, row.record.school_year, row.record.period, row.round.cohort,
        row.round.number, row.version, row.state, sorted({f.code for f in judged.findings}), new.late, at,
        judged.document, list(judged.signatures), judged.evidence, judged.source_sha256,
    )  # fmt: skip


def receipt_of_message(connection: Connection, message_sha256: bytes) -> tuple[str, str, bytes]:
    """Return (school, receipt id, message) of the receipt that answered a command."""
    row: Sequence[str | bytes] | None = connection.execute(_SQL["receipt"], (message_sha256,)).fetchone()
    assert row is not None
    school, receipt_id, receipt = row
    return str(school), str(receipt_id), bytes(receipt if isinstance(receipt, bytes) else b"")
