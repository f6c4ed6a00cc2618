"""Bản đính chính: which new version of a locked transcript may come into the round of a correction.

Only for a pupil whose window is open, only in the fields that Sở approved, only over the locked version, with a reason.
The locked version stays in force until the new one is locked. What differs is told by path, never by value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from msgspec import UNSET

from hub.decision.command import Judged, Prepared
from hub.decision.correction_rows import CORRECTION, CorrectionRow
from hub.decision.evidence import weakening
from hub.decision.known import Current, Known, RoundKey
from hub.decision.outcome import Move
from hub.domain.difference import FIXED, covers, differing_paths
from hub.domain.findings import Finding, finding
from hub.domain.lifecycle import next_state

__all__ = ["Corrected", "correct", "reopened"]

_PATHS_MAX = 20  # told in one finding; the count says how many there are


@dataclass(frozen=True, slots=True)
class Corrected:
    """What becomes of one document of a correction: its row and moves, or why not; `same`: it stands already."""

    objections: tuple[Finding, ...] = ()
    same: Current | None = None
    row: Current | None = None
    moves: tuple[Move, ...] = ()
    item: CorrectionRow | None = None


def correct(command: Prepared, document: Judged, known: Known, key: RoundKey) -> Corrected:
    """Judge one document that reads and is signed well against the window of its pupil."""
    record = document.record
    assert record is not None
    standing = known.standing_open(record)
    weaker = weakening(document, standing) or weakening(document, known.locked.get(record))
    if weaker is not None:
        return Corrected((weaker,))
    same = next((row for row in (standing, known.locked.get(record)) if _is_same(row, document)), None)
    if same is not None:
        return Corrected(same=same)
    items = known.items_in(key)
    item = items.get(record)
    if item is None:
        code = "CORRECTION_OTHER_PUPIL" if items else "CORRECTION_NO_WINDOW"
        return Corrected((finding(code, "$.student" if items else "$.round"),))
    found = tuple(_objections(command, document, known, item))
    if found:
        return Corrected(found)
    latest = known.latest[record]
    state = "pending" if document.pending else "open"
    row = Current(
        command.message_sha256, document.n, document.document_sha256, record, key, latest.version + 1, state,
        document.evidence,
    )  # fmt: skip
    moves = (Move(standing, next_state("document", standing.state, "replace")),) if standing is not None else ()
    return Corrected(row=row, moves=moves, item=item)


def reopened(known: Known, row: Current) -> CorrectionRow | None:
    """Return the item whose window a version leaves again when it is recalled; None for one of an ordinary round."""
    return known.items_in(row.round).get(row.record) if row.round.cohort == CORRECTION else None


def _is_same(row: Current | None, document: Judged) -> bool:
    return row is not None and row.document_sha256 == document.document_sha256


def _objections(command: Prepared, document: Judged, known: Known, item: CorrectionRow) -> Iterator[Finding]:
    yield from _window(command.at, item)
    transcript = document.transcript
    assert transcript is not None
    base = {"current": item.base_sha256.hex()}
    if transcript.supersedes is UNSET:
        yield finding("SUPERSEDES_MISSING", "$.supersedes", facts=base)
    elif transcript.supersedes != base["current"]:
        yield finding("CORRECTION_BASE_STALE", "$.supersedes", facts=base)
    if transcript.reason is UNSET:
        yield finding("CORRECTION_REASON_MISSING", "$.reason")
    paths = differing_paths(known.bases[item.record, item.base_sha256], document.document)
    beyond = [path for path in paths if path in FIXED or not covers(item.fields, path)]  # a fixed one by no field above
    if beyond:
        facts = {"count": str(len(beyond)), "fields": " ".join(beyond[:_PATHS_MAX]), "approved": " ".join(item.fields)}
        yield finding("CORRECTION_FIELD_NOT_APPROVED", "$", facts=facts)
    elif not paths:
        yield finding("CORRECTION_NOTHING_CHANGED", "$")


def _window(at: datetime, item: CorrectionRow) -> Iterator[Finding]:
    closes_at = item.closes_at
    if item.state not in ("approved", "resubmitted") or closes_at is None or at >= closes_at:
        shown = "?" if closes_at is None else closes_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        yield finding("CORRECTION_WINDOW_CLOSED", "$.round", facts={"closes_at": shown, "state": item.state})
