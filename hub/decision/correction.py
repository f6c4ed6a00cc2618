"""Đề nghị đính chính: which locked transcripts a teacher may ask to correct, and in which fields.

One request is about 1 to 200 pupils of one school and year; all that is wrong with any of them is told at once. It
stands whole or not at all. A school that succeeds a closed one asks for that school's transcripts.
Legal source: the path that Nghệ An describes for its provincial system [secondary].
"""

from collections.abc import Iterator

from msgspec import UNSET

from hub.decision.command import Prepared
from hub.decision.correction_rows import CorrectionRow
from hub.decision.known import Current, Known, RecordKey
from hub.decision.outcome import Outcome, step_of
from hub.domain.difference import FIXED, is_field
from hub.domain.findings import Finding, finding, refuses
from hub.domain.lifecycle import START, next_state
from hub.domain.statements import CorrectionItem, CorrectionRequest

__all__ = ["decide_correction_request", "issuer_of", "shown_at"]


def issuer_of(statement: CorrectionRequest) -> str:
    """Return the school whose transcripts a request is about: the one that asks, unless it succeeds another."""
    return statement.school if statement.issuer is UNSET else statement.issuer


def decide_correction_request(command: Prepared, known: Known, _so: str) -> Outcome:
    """Open one correction for each pupil named, or say everything that is in the way."""
    statement = command.command
    assert isinstance(statement, CorrectionRequest)
    found: list[Finding] = []
    rows: list[CorrectionRow] = []
    seen: set[RecordKey] = set()
    for n, item in enumerate(statement.items):
        base = known.by_hash.get((issuer_of(statement), bytes.fromhex(item.document_sha256)))
        found += _objections(f"$.items[{n}]", item, base, statement, known, seen)
        if base is not None:
            seen.add(base.record)
            rows.append(_opened(command, n, item, base))
    if refuses(found):
        return Outcome(command, "refused", tuple(found))
    return Outcome(command, findings=tuple(found), corrections=tuple(rows))


def _opened(command: Prepared, n: int, item: CorrectionItem, base: Current) -> CorrectionRow:
    return CorrectionRow(
        command.school, command.command_id, n, base.record, base.document_sha256, item.fields,
        next_state("correction", START, "request"), command.message_sha256, command.statement_sha256, command.at,
        steps=(step_of(command, "request", getattr(command.command, "reason", None)),),
    )  # fmt: skip


def _objections(
    path: str, item: CorrectionItem, base: Current | None, statement: CorrectionRequest, known: Known,
    seen: set[RecordKey],
) -> Iterator[Finding]:  # fmt: skip
    yield from _field_objections(path, item)
    if base is None:
        yield finding("CORRECTION_BASE_UNKNOWN", path, facts={"school": issuer_of(statement)})
        return
    if base.record.school_year != statement.school_year:
        yield finding("CORRECTION_OTHER_YEAR", path, facts={"found": base.record.school_year})
    locked = known.locked.get(base.record)
    if locked is None:
        yield finding("CORRECTION_BASE_NOT_LOCKED", path, facts={"state": base.state})
    elif locked.document_sha256 != base.document_sha256:
        yield finding("CORRECTION_BASE_STALE", path, facts={"current": locked.document_sha256.hex()})
    if base.record in seen:
        yield finding("CORRECTION_PUPIL_TWICE", path)
    other = known.open_correction(base.record)
    if other is not None:
        facts = {"correction": other.correction_id, "state": other.state, "since": shown_at(other)}
        yield finding("CORRECTION_ALREADY_OPEN", path, facts=facts)


def _field_objections(path: str, item: CorrectionItem) -> Iterator[Finding]:
    unknown = [field for field in item.fields if not is_field(field)]
    if unknown:
        yield finding("CORRECTION_FIELD_UNKNOWN", f"{path}.fields", facts={"fields": " ".join(unknown)})
    fixed = [field for field in item.fields if field in FIXED]
    if fixed:
        yield finding("CORRECTION_FIELD_FIXED", f"{path}.fields", facts={"fields": " ".join(fixed)})


def shown_at(row: CorrectionRow) -> str:
    """Return since when a correction stands in its state, as a finding tells it."""
    return row.since.strftime("%Y-%m-%dT%H:%M:%SZ")
