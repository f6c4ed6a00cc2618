"""The report on corrections as JSON objects: figures by school, and the documents behind every figure."""

from typing import Any

from hub.operate.correction_edits import CorrectedRecord, Edit, SchoolEdits, VersionPlace
from hub.operate.correction_report import CorrectionReport

__all__ = ["shown_school", "shown_totals"]


def shown_school(report: CorrectionReport, school: SchoolEdits) -> dict[str, Any]:
    """Return the figures of one school with their evidence: hashes, ids, places in the log; no pupil, no marks but
    those that crossed a threshold.
    """
    last = school.last(report.within)
    shown: dict[str, Any] = {
        "so": report.so,
        "school": school.school,
        "school_year": report.school_year,
        **_figures(report, [school]),
        "evidence": {
            "corrections": [_record(record) for record in school.records],
            "crossings": [_crossings(edit) for edit in school.edits if edit.crossings],
            "last_edits": [_edit(edit) for edit in last],
        },
    }
    if report.knows_windows:
        shown["evidence"]["unused_windows"] = [_record(record) for record in school.unused(report.at)]
    return shown


def shown_totals(report: CorrectionReport) -> dict[str, Any]:
    """Return the figures of the whole Sở."""
    return {
        "so": report.so,
        "school_year": report.school_year,
        "at": report.at.isoformat(),
        "last_minutes": int(report.within.total_seconds() // 60),
        **_figures(report, report.schools),
    }


def _figures(report: CorrectionReport, schools: list[SchoolEdits] | tuple[SchoolEdits, ...]) -> dict[str, Any]:
    """Count; what nobody can know at Bộ is null."""
    states: dict[str, int] = {}
    crossings: dict[str, dict[str, int]] = {}
    for school in schools:
        for state, count in school.count_by_state().items():
            states[state] = states.get(state, 0) + count
        for (threshold, is_up), count in school.count_crossings().items():
            by_direction = crossings.setdefault(str(threshold), {"up": 0, "down": 0})
            by_direction["up" if is_up else "down"] += count
    unused = sum(len(school.unused(report.at)) for school in schools)
    return {
        "corrections": states,
        "crossings": crossings,
        "last_edits": sum(len(school.last(report.within)) for school in schools),
        "unused_windows": unused if report.knows_windows else None,
    }


def _record(record: CorrectedRecord) -> dict[str, Any]:
    return {
        "correction": record.correction,
        "round": record.round,
        "state": record.state,
        "old": _place(record.old),
        "new": None if record.new is None else _place(record.new),
        "closes_at": None if record.closes_at is None else record.closes_at.isoformat(),
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "kind": edit.kind,
        "correction": edit.correction,
        "round": edit.round,
        "old": _place(edit.old),
        "new": _place(edit.new),
        "at": edit.at.isoformat(),
        "ends_at": None if edit.ends_at is None else edit.ends_at.isoformat(),
    }


def _crossings(edit: Edit) -> dict[str, Any]:
    marks = [
        {
            "subject": c.subject, "field": c.field, "old": str(c.old), "new": str(c.new),
            "threshold": str(c.threshold), "direction": "up" if c.is_up else "down",
        }
        for c in edit.crossings
    ]  # fmt: skip
    return {**_edit(edit), "marks": marks}


def _place(version: VersionPlace) -> dict[str, Any]:
    return {"document_sha256": version.document_sha256, "log_index": version.log_index}
