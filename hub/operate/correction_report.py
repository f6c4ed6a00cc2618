"""Báo cáo đính chính: corrections and edits of a school year, at Sở from its tables, at Bộ from its own rows.

Reads only. Bộ learns of a correction by its lock alone: it counts superseding versions, and knows no request or window.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.domain import Cohort, Transcript, deadline_of, read, report_deadline_of
from hub.errors import Corrupt
from hub.operate.correction_edits import (
    CorrectedRecord,
    Crossing,
    Edit,
    SchoolEdits,
    VersionPlace,
    crossings_of,
    edits_by_school,
)
from hub.operate.corrections import CorrectionSeen, corrections_of
from hub.store import Connection, unavailable
from hub.store.queries import queries_of
from hub.trust import Entry, Snapshot

__all__ = ["CorrectionReport", "correction_report_of_bo", "correction_report_of_so"]

_SO, _BO, _COMMON = queries_of("so"), queries_of("bo"), queries_of("common")


@dataclass(frozen=True, slots=True)
class CorrectionReport:
    """The report of one Sở, made by itself or by Bộ at `at`; `within`: what counts as the last moments.

    At Bộ nothing is known of windows: `knows_windows` False.
    """

    so: str
    school_year: str
    at: datetime
    within: timedelta
    knows_windows: bool
    schools: tuple[SchoolEdits, ...]


def correction_report_of_so(
    connection: Connection, so: str, school_year: str, at: datetime, within: timedelta
) -> CorrectionReport:
    """Read what a Sở's own database says of a year. Raises Unavailable, Corrupt RECORD_CHANGED."""
    with unavailable(), connection.transaction():
        connection.execute(_SO["deadline_moment"])
        snapshot = _snapshot(connection, so)
        records = [record for seen in corrections_of(connection, school_year=school_year) for record in _records(seen)]
        rows = connection.execute(_SO["look_changed_versions"], {"school_year": school_year}).fetchall()
    edits = [_edit_of_so(row, school_year, snapshot, at) for row in rows]
    return CorrectionReport(so, school_year, at, within, True, tuple(edits_by_school(records, edits)))


def correction_report_of_bo(
    connection: Connection, slugs: Sequence[str], school_year: str, at: datetime, within: timedelta
) -> list[CorrectionReport]:
    """Read what Bộ's own database says of these Sở, in their order. Raises Unavailable, Corrupt RECORD_CHANGED."""
    with unavailable():
        named = {"school_year": school_year, "slugs": list(slugs)}
        rows = connection.execute(_BO["look_superseding"], named).fetchall()
        ends = {so: tuple(_report_ends(_snapshot(connection, so), school_year, at)) for so in slugs}
    return [_of_bo([row for row in rows if row[0] == so], so, school_year, at, within, ends[so]) for so in slugs]


def _of_bo(
    rows: Iterable[Sequence[Any]], so: str, school_year: str, at: datetime, within: timedelta,
    ends: Sequence[datetime],
) -> CorrectionReport:  # fmt: skip
    edits = [_edit_of_bo(row, school_year, ends) for row in rows]
    records = [CorrectedRecord(e.school, None, e.round, "relocked", e.old, e.new, None) for e in edits]
    return CorrectionReport(so, school_year, at, within, False, tuple(edits_by_school(records, edits)))


def _records(seen: CorrectionSeen) -> Iterator[CorrectedRecord]:
    for pupil in seen.pupils:
        corrected = pupil.corrected
        new = None if corrected is None else VersionPlace(corrected.document_sha256, corrected.log_index)
        old = VersionPlace(pupil.base.document_sha256, pupil.base.log_index)
        yield CorrectedRecord(seen.issuer, seen.correction_id, seen.round, pupil.state, old, new, seen.closes_at)


def _edit_of_so(row: Sequence[Any], school_year: str, snapshot: Snapshot, at: datetime) -> Edit:
    school, cohort, number, _, _, accepted_at, new_sha256, new, new_index = row[:9]
    old_sha256, old, old_index, correction, closes_at = row[9:]
    is_correction = cohort == Cohort.CORRECTION
    return Edit(
        school, "correction" if is_correction else "replacement", correction, f"{school_year}/{cohort}/{number}",
        VersionPlace(bytes(old_sha256).hex(), old_index), VersionPlace(bytes(new_sha256).hex(), new_index), accepted_at,
        closes_at if is_correction else _deadline(snapshot, school_year, cohort, at), _crossings(old, new),
    )  # fmt: skip


def _edit_of_bo(row: Sequence[Any], school_year: str, ends: Sequence[datetime]) -> Edit:
    _, school, number, decided_at, new_sha256, new, new_index, old_sha256, old, old_index = row
    return Edit(
        school, "correction", None, f"{school_year}/{Cohort.CORRECTION}/{number}",
        VersionPlace(bytes(old_sha256).hex(), old_index), VersionPlace(bytes(new_sha256).hex(), new_index), decided_at,
        min((end for end in ends if end > decided_at), default=None), _crossings(old, new),
    )  # fmt: skip


def _crossings(old: bytes, new: bytes) -> tuple[Crossing, ...]:
    return crossings_of(_transcript(old), _transcript(new))


def _transcript(document: bytes) -> Transcript:
    transcript = read(bytes(document)).transcript
    if transcript is None:
        raise Corrupt("RECORD_CHANGED", {"document": "?", "what": "document"})
    return transcript


def _snapshot(connection: Connection, so: str) -> Snapshot:
    return Snapshot.of(Entry(*row) for row in connection.execute(_COMMON["register_entries"], (so,)))


def _deadline(snapshot: Snapshot, school_year: str, cohort: str, at: datetime) -> datetime | None:
    return snapshot.extended_deadline(school_year, cohort, at) or deadline_of(school_year, cohort)


def _report_ends(snapshot: Snapshot, school_year: str, at: datetime) -> Iterator[datetime]:
    """Yield until when Sở reports to Bộ: before 10/7, and before 25/8 for the second group."""
    for cohort in (Cohort.COMPLETED, Cohort.SUPPLEMENTARY):
        end = snapshot.extended_report_deadline(school_year, cohort, at) or report_deadline_of(school_year, cohort)
        if end is not None:
            yield end
