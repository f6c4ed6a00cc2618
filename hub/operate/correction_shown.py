"""Corrections as JSON objects: without names and numbers of persons, unless they are asked for."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from hub.domain.identity import TEMPORARY
from hub.operate.correction_state import CorrectionStep
from hub.operate.corrections import CorrectedVersion, CorrectionSeen, PupilCorrection

__all__ = ["shown_correction", "shown_summary"]


def shown_summary(so: str, seen: CorrectionSeen, at: datetime) -> dict[str, Any]:
    """Return what a list says of one correction: state, pupils, window."""
    return {
        "so": so,
        "school": seen.school,
        "issuer": seen.issuer,
        "correction": seen.correction_id,
        "school_year": seen.school_year,
        "state": seen.state,
        "pupils": seen.count_by_state(),
        "requested_at": seen.requested_at.isoformat(),
        "since": max((step.at for step in seen.steps), default=seen.requested_at).isoformat(),
        "round": seen.round,
        "closes_at": None if seen.closes_at is None else seen.closes_at.isoformat(),
        "time_left_s": seen.time_left_s(at),
    }


def shown_correction(
    so: str, seen: CorrectionSeen, role: str | None, at: datetime, *, persons: bool = False
) -> dict[str, Any]:
    """Return everything about one correction; what a holder of `role` may do now, or everybody."""
    return {
        **shown_summary(so, seen, at),
        "request_sha256": seen.request_sha256,
        "reason": seen.request.reason,
        "basis": seen.request.basis,
        "evidence_sha256": seen.request.evidence_sha256,
        "items": [_pupil(seen, pupil, role, at, persons) for pupil in seen.pupils],
        "steps": [_step(step, numbers) for step, numbers in _together(seen.steps)],
    }


def _pupil(
    seen: CorrectionSeen, pupil: PupilCorrection, role: str | None, at: datetime, persons: bool
) -> dict[str, Any]:
    shown = {
        "n": pupil.n,
        "student_code": _code(pupil.student_code, persons),
        "period": pupil.period,
        "fields": list(pupil.fields),
        **seen.answer(pupil, role, at).shown(),
        "base": _version(pupil.base),
        "corrected": None if pupil.corrected is None else _version(pupil.corrected),
    }
    return {**shown, "pupil": pupil.pupil} if persons else shown


def _code(code: str | None, persons: bool) -> str | None:
    """Hide a temporary code: it repeats the personal number."""
    return f"{TEMPORARY}…" if code is not None and code.startswith(TEMPORARY) and not persons else code


def _version(version: CorrectedVersion) -> dict[str, Any]:
    return {
        "document_sha256": version.document_sha256,
        "version": version.version,
        "log_index": version.log_index,
        "state": version.state,
        "accepted_at": None if version.accepted_at is None else version.accepted_at.isoformat(),
    }


def _together(steps: Iterable[CorrectionStep]) -> list[tuple[CorrectionStep, list[int]]]:
    """Put what one command did to several pupils into one line."""
    found: dict[tuple[str, str], tuple[CorrectionStep, list[int]]] = {}
    for step in steps:
        found.setdefault((step.message_sha256, step.event), (step, []))[1].append(step.n)
    return list(found.values())


def _step(step: CorrectionStep, numbers: list[int]) -> dict[str, Any]:
    return {
        "event": step.event,
        "role": step.role,
        "person": step.person,
        "certificate_sha256": step.certificate_sha256,
        "at": step.at.isoformat(),
        "reason": step.reason,
        "items": numbers,
        "message_sha256": step.message_sha256,
    }
