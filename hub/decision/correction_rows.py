"""A correction as the database has it: one row for each pupil of a request, and the steps that were taken."""

from dataclasses import dataclass
from datetime import datetime

from hub.decision.keys import RecordKey, RoundKey

__all__ = ["CORRECTION", "CORRECTION_OPEN_STATES", "CorrectionRow", "Step"]

CORRECTION = "correction"  # the cohort of the rounds in which locked transcripts are corrected
CORRECTION_OPEN_STATES = frozenset({"requested", "confirmed", "submitted", "approved", "resubmitted"})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a correction: who made it, by which office and certificate, in which command, and why."""

    message_sha256: bytes
    event: str
    role: str
    person: str | None
    certificate_sha256: bytes
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """One pupil of a request for correction. `school` acts; the record names the issuing school. Steps oldest first."""

    school: str
    correction_id: str
    n: int
    record: RecordKey
    base_sha256: bytes
    fields: tuple[str, ...]
    state: str
    request_message: bytes
    request_sha256: bytes  # of the statement of the request: what every later step agrees to
    requested_at: datetime
    round_number: int | None = None
    closes_at: datetime | None = None
    steps: tuple[Step, ...] = ()

    @property
    def key(self) -> tuple[str, str, int]:
        """Its row."""
        return self.school, self.correction_id, self.n

    @property
    def round(self) -> RoundKey | None:
        """Its round: of the issuing school; None until it is approved."""
        number = self.round_number
        return None if number is None else RoundKey(self.record.school, self.record.school_year, CORRECTION, number)

    @property
    def since(self) -> datetime:
        """When it came into its state."""
        return self.steps[-1].at if self.steps else self.requested_at
