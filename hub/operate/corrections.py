"""Đính chính: where every correction of a Sở stands, why, since when, by whom, and what may be done about it now.

All answers about a state come from the one transition table (`hub.domain.lifecycle`) and the catalogue. Reads only.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.lifecycle import states
from hub.domain.statements import CorrectionRequest, read
from hub.errors import Refused
from hub.operate.correction_state import CorrectionStep, StateAnswer, answer_of
from hub.store import Connection, unavailable
from hub.store.queries import queries_of

__all__ = [
    "CORRECTION_STATES",
    "CorrectedVersion",
    "CorrectionSeen",
    "PupilCorrection",
    "correction_of",
    "corrections_of",
]

_SQL = queries_of("so")
CORRECTION_STATES = states("correction")


@dataclass(frozen=True, slots=True)
class CorrectedVersion:
    """One version of the record, by hash (hex); `state` and `accepted_at` None for the one that the request names."""

    document_sha256: str
    version: int | None
    log_index: int | None
    state: str | None = None
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PupilCorrection:
    """One pupil of a request. `pupil` and `student_code` are personal; `corrected` None before the document came."""

    n: int
    pupil: str
    student_code: str | None
    period: str
    fields: tuple[str, ...]
    state: str
    base: CorrectedVersion
    corrected: CorrectedVersion | None


@dataclass(frozen=True, slots=True)
class CorrectionSeen:
    """One correction with all its pupils and steps, oldest first. `round_number` and `closes_at` since the approval."""

    school: str
    issuer: str
    correction_id: str
    school_year: str
    requested_at: datetime
    request: CorrectionRequest
    request_sha256: str
    round_number: int | None
    closes_at: datetime | None
    pupils: tuple[PupilCorrection, ...]
    steps: tuple[CorrectionStep, ...]

    @property
    def state(self) -> str:
        """State of the pupil who is least far; after the approval each moves by itself."""
        return min((pupil.state for pupil in self.pupils), key=CORRECTION_STATES.index)

    @property
    def round(self) -> str | None:
        """Name of its round, such as "2025-2026/correction/3"."""
        return None if self.round_number is None else f"{self.school_year}/correction/{self.round_number}"

    def count_by_state(self) -> dict[str, int]:
        """Count the pupils in each state, in the order of the table."""
        count = Counter(pupil.state for pupil in self.pupils)
        return {state: count[state] for state in CORRECTION_STATES if count[state]}

    def time_left_s(self, at: datetime) -> int | None:
        """Return the seconds until the window closes, 0 when it has; None where no window is open."""
        if self.closes_at is None or not any(p.state in ("approved", "resubmitted") for p in self.pupils):
            return None
        return max(0, int((self.closes_at - at).total_seconds()))

    def answer(self, pupil: PupilCorrection, role: str | None, at: datetime) -> StateAnswer:
        """Say why this pupil's correction stands where it stands, and what a holder of `role` may do at `at`."""
        own = [step for step in self.steps if step.n == pupil.n]
        is_over = self.closes_at is not None and at >= self.closes_at
        return answer_of("correction", pupil.state, own, role, is_over=is_over)


def corrections_of(
    connection: Connection, *, school: str | None = None, school_year: str | None = None, correction: str | None = None
) -> list[CorrectionSeen]:
    """Return the corrections of a Sở, oldest first; `school` acts or issued the documents. Raises Unavailable."""
    named = {"school": school, "school_year": school_year, "correction": correction}
    with unavailable():
        rows = connection.execute(_SQL["look_corrections"], named).fetchall()
        by_correction: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for row in rows:
            by_correction[row[0], row[1]].append(row)
        keys = ([school for school, _ in by_correction], [found for _, found in by_correction])
        steps = _steps(connection.execute(_SQL["look_correction_steps"], keys))
    return [_seen(found, steps.get(key, ())) for key, found in by_correction.items()]


def correction_of(connection: Connection, school: str, correction: str) -> CorrectionSeen:
    """Return one correction of a school. Raises Refused CORRECTION_UNKNOWN, Unavailable."""
    for found in corrections_of(connection, school=school, correction=correction):
        return found
    raise Refused("CORRECTION_UNKNOWN", {"correction": correction[:64]})


def _steps(rows: Iterable[Sequence[Any]]) -> dict[tuple[str, str], list[CorrectionStep]]:
    found: dict[tuple[str, str], list[CorrectionStep]] = defaultdict(list)
    for school, correction, n, event, role, person, certificate, at, reason, message in rows:
        step = CorrectionStep(n, event, role, person, bytes(certificate).hex(), at, reason, bytes(message).hex())
        found[school, correction].append(step)
    return found


def _seen(rows: Sequence[Any], steps: Sequence[CorrectionStep]) -> CorrectionSeen:
    school, correction_id, _, issuer, _, school_year, *_ = rows[0]
    round_number, closes_at, requested_at, statement = rows[0][10:14]
    data = bytes(statement)
    return CorrectionSeen(
        school, issuer, correction_id, school_year, requested_at, read(data, CorrectionRequest),
        hashlib.sha256(data).hexdigest(), round_number, closes_at, tuple(_pupil(row) for row in rows), tuple(steps),
    )  # fmt: skip


def _pupil(row: Sequence[Any]) -> PupilCorrection:
    _, _, n, _, pupil, _, period, base_sha256, fields, state, *_ = row
    student_code, version, log_index, new_sha256, new_version, new_state, accepted_at, new_index = row[14:22]
    base = CorrectedVersion(bytes(base_sha256).hex(), version, log_index)
    corrected = None
    if new_sha256 is not None:
        corrected = CorrectedVersion(bytes(new_sha256).hex(), new_version, new_index, new_state, accepted_at)
    return PupilCorrection(n, pupil, student_code, period, tuple(fields), state, base, corrected)
