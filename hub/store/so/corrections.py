"""Load corrections beside what a batch is about, and write what became of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from hub.decision import Known, Outcome, Prepared, RecordKey
from hub.decision.correction_rows import CORRECTION, CorrectionRow, Step
from hub.domain.lifecycle import next_state
from hub.domain.statements import (
    CorrectionConfirmation,
    CorrectionRequest,
    CorrectionWithdrawal,
    Recall,
    Submission,
    UnlockDecision,
    UnlockRequest,
    WindowClosed,
)
from hub.store.connection import Connection
from hub.store.queries import queries_of

__all__ = [
    "hashes_of_corrections", "is_corrected", "load_bases", "load_corrections", "pupils_of_steps", "reopen",
    "write_corrections", "write_steps", "years_of",
]  # fmt: skip

_SQL = queries_of("so")
_STEPS = (CorrectionConfirmation, CorrectionWithdrawal, UnlockDecision, UnlockRequest, WindowClosed)
Year = tuple[str, str]
"""A school and a school year."""


def years_of(connection: Connection, commands: Iterable[Prepared]) -> set[Year]:
    """Return whose corrections and rounds a batch touches: the acting schools' and those of schools they succeed."""
    touching = [c for c in commands if _touches(c)]
    if not touching:
        return set()
    years = {(c.school, str(getattr(c.command, "school_year", ""))) for c in touching}
    asked = [c.command for c in touching if isinstance(c.command, CorrectionRequest)]
    years |= {(s.issuer, s.school_year) for s in asked if isinstance(s.issuer, str)}
    schools = sorted({c.school for c in touching})
    return years | {(issuer, year) for issuer, year in connection.execute(_SQL["correction_issuers"], (schools,))}


def hashes_of_corrections(commands: Iterable[Prepared], years: set[Year]) -> list[tuple[str, bytes]]:
    """Return (issuing school, document hash) of what requests start from, and of what is recalled from a correction."""
    found = set()
    for c in commands:
        if isinstance(c.command, CorrectionRequest):
            issuer = c.command.issuer if isinstance(c.command.issuer, str) else c.school
            found |= {(issuer, bytes.fromhex(item.document_sha256)) for item in c.command.items}
        elif isinstance(c.command, Recall) and _touches(c):
            found |= {(school, bytes.fromhex(c.command.document_sha256)) for school, _ in years}
    return sorted(found)


def pupils_of_steps(connection: Connection, commands: Iterable[Prepared]) -> set[tuple[str, str]]:
    """Return (pupil, school year) of the corrections that steps of a batch name."""
    named = sorted({(c.school, c.command.correction) for c in commands if isinstance(c.command, _STEPS)})
    if not named:
        return set()
    return set(connection.execute(_SQL["pupils_of_corrections"], _columns(named)).fetchall())


def load_corrections(connection: Connection, known: Known, years: set[Year]) -> None:
    """Read the corrections of these schools and years with their steps. Call under the locks of rounds and claims."""
    if not years:
        return
    schools, of = _columns(sorted(years))
    named = {"schools": schools, "years": of}
    steps: dict[tuple[str, str, int], list[Step]] = {}
    for school, correction_id, n, *step in connection.execute(_SQL["known_correction_steps"], named):
        steps.setdefault((school, correction_id, n), []).append(Step(*step))
    for row in connection.execute(_SQL["known_corrections"], named):
        school, correction_id, n, issuer, pupil, year, period, base, fields, state, message, request, at, *window = row
        key, record = (school, correction_id, n), RecordKey(issuer, pupil, year, period)
        number, closes_at = window
        known.corrections[key] = CorrectionRow(
            *key, record, base, tuple(fields), state, message, request, at, number, closes_at,
            tuple(steps.get(key, ())),
        )  # fmt: skip


def load_bases(connection: Connection, known: Known, commands: Sequence[Prepared]) -> None:
    """Read the bytes of what submissions into rounds of corrections start from; they may be asked for in one batch."""
    if not any(isinstance(c.command, Submission) and _touches(c) for c in commands):
        return
    wanted = {(row.record.school, row.base_sha256) for row in known.corrections.values()}
    wanted |= set(hashes_of_corrections((c for c in commands if isinstance(c.command, CorrectionRequest)), set()))
    for school, pupil, year, period, digest, data in connection.execute(
        _SQL["base_documents"], _columns(sorted(wanted))
    ):
        known.bases[RecordKey(school, pupil, year, period), digest] = data


def write_corrections(connection: Connection, outcome: Outcome) -> None:
    """Write the rows and steps of one outcome; a row whose last step is its request is new."""
    key = outcome.opens
    if key is not None:
        connection.execute(_SQL["open_rounds"], tuple([part] for part in key))
    cursor = connection.cursor()
    new = [row for row in outcome.corrections if len(row.steps) == 1]
    if new:
        cursor.executemany(_SQL["add_correction"], [_added(row) for row in new])
    moved = [row for row in outcome.corrections if len(row.steps) > 1]
    if moved:
        cursor.executemany(
            _SQL["move_correction"], [(row.state, row.round_number, row.closes_at, *row.key) for row in moved]
        )
    if outcome.corrections:
        write_steps(connection, [(row.key, row.steps[-1]) for row in outcome.corrections])


def write_steps(connection: Connection, steps: Iterable[tuple[tuple[str, str, int], Step]]) -> None:
    """Write steps, each with the row that it moved."""
    rows = [
        {
            "school": school, "correction": correction_id, "n": n, "message": s.message_sha256, "event": s.event,
            "role": s.role, "person": s.person, "certificate": s.certificate_sha256, "at": s.at, "reason": s.reason,
        }
        for (school, correction_id, n), s in steps
    ]  # fmt: skip
    connection.cursor().executemany(_SQL["add_correction_step"], rows)


def is_corrected(connection: Connection, message_sha256: bytes, n: int) -> bool:
    """Tell whether a stored document came into the round of a correction."""
    row = connection.execute(_SQL["is_corrected"], (message_sha256, n)).fetchone()
    return row is not None and bool(row[0])


def reopen(connection: Connection, message_sha256: bytes, n: int, certificate_sha256: bytes, at: datetime) -> None:
    """Open the window again that a refused document had come through; the seal of the Sở makes this step."""
    row = connection.execute(_SQL["correction_of_document"], (message_sha256, n)).fetchone()
    if row is not None:
        state = next_state("correction", "resubmitted", "reopen")
        connection.execute(_SQL["set_correction_state"], (state, *row))
        step = Step(message_sha256, "reopen", "so_seal", None, certificate_sha256, at)
        write_steps(connection, [((row[0], row[1], row[2]), step)])


def _added(row: CorrectionRow) -> tuple[object, ...]:
    return (
        *row.key, row.record.school, row.record.pupil, row.record.school_year, row.record.period, row.base_sha256,
        list(row.fields), row.state, row.request_message, row.requested_at,
    )  # fmt: skip


def _touches(command: Prepared) -> bool:
    """Tell whether a command is about a correction: one of its steps, or a command of its round."""
    said = command.command
    named = command.round
    return isinstance(said, (CorrectionRequest, *_STEPS)) or (named is not None and named.cohort == CORRECTION)


def _columns(rows: Sequence[Sequence[object]]) -> tuple[list[object], list[object]]:
    return [row[0] for row in rows], [row[1] for row in rows]
