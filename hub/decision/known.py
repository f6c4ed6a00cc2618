"""What Sở knows of the schools, rounds and pupils that a batch of commands is about.

Loaded under row locks by the store and handed from one decision to the next; each outcome is added to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from hub.domain.completeness import Reported

__all__ = ["CURRENT_STATES", "Current", "Known", "RecordKey", "RoundKey", "RoundRow", "Seen"]

CURRENT_STATES = frozenset({"open", "pending", "held", "locked"})


class RoundKey(NamedTuple):
    """Đợt chốt of one school."""

    school: str
    school_year: str
    cohort: str
    number: int


class RecordKey(NamedTuple):
    """Identity of a record; `pupil` is the identifier that the document carries."""

    school: str
    pupil: str
    school_year: str
    period: str


@dataclass(frozen=True, slots=True)
class RoundRow:
    """State of one round, and for a closed one who closed it since when."""

    key: RoundKey
    state: str
    closing_at: datetime | None = None
    closed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """One accepted document as the database has it."""

    message_sha256: bytes
    n: int
    document_sha256: bytes
    record: RecordKey
    round: RoundKey
    version: int
    state: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An earlier command under the same id, or the same message."""

    message_sha256: bytes
    statement_sha256: bytes
    holds_id: bool


@dataclass
class Known:
    """Grows by what is loaded and by outcomes (`Outcome.add_to`); every look-up is by key."""

    rounds: dict[RoundKey, RoundRow] = field(default_factory=dict)
    commands: dict[tuple[str, str], Seen] = field(default_factory=dict)
    messages: dict[bytes, Seen] = field(default_factory=dict)
    latest: dict[RecordKey, Current] = field(default_factory=dict)
    by_pupil: dict[tuple[str, str, str], dict[RecordKey, Current]] = field(default_factory=dict)
    by_hash: dict[tuple[str, bytes], Current] = field(default_factory=dict)
    by_round: dict[RoundKey, dict[RecordKey, Current]] = field(default_factory=dict)
    signatures: dict[tuple[bytes, int], list[str]] = field(default_factory=dict)
    rosters: dict[bytes, tuple[str, ...]] = field(default_factory=dict)  # by lock request: pupils, as often as listed

    def add(self, documents: Iterable[Current]) -> None:
        """Note documents; of one record the highest version is the latest."""
        for row in documents:
            self.by_round.setdefault(row.round, {})
            known = self.latest.get(row.record)
            if known is None or known.version <= row.version:
                self.latest[row.record] = row
                self.by_pupil.setdefault(_claim(row.record), {})[row.record] = row
                self.by_round[row.round][row.record] = row
            older = self.by_hash.get((row.record.school, row.document_sha256))
            if older is None or older.version <= row.version:
                self.by_hash[row.record.school, row.document_sha256] = row

    def current(self, record: RecordKey) -> Current | None:
        """Return the current version of a record, if one stands."""
        row = self.latest.get(record)
        return row if row is not None and row.state in CURRENT_STATES else None

    def claims(self, record: RecordKey) -> list[Current]:
        """Return the current documents of other schools for the same pupil, year and period."""
        rows = self.by_pupil.get(_claim(record), {}).values()
        return [row for row in rows if row.record.school != record.school and row.state in CURRENT_STATES]

    def closed(self, key: RoundKey) -> RoundRow | None:
        """Return the round when nothing in it may change any more; a round not known is open."""
        row = self.rounds.get(key)
        return row if row is not None and row.state != "open" else None

    def in_round(self, key: RoundKey) -> list[Current]:
        """Return the current documents of a round."""
        return [row for row in self.by_round.get(key, {}).values() if row.state in CURRENT_STATES and row.round == key]

    def reported(self, school: str, school_year: str) -> list[Reported]:
        """Return what stands of one school in a year, of those documents that were loaded."""
        stand = (row for row in self.latest.values() if row.state in CURRENT_STATES)
        return [
            Reported(school, row.record.pupil)
            for row in stand
            if (row.record.school, row.record.school_year) == (school, school_year)
        ]


def _claim(record: RecordKey) -> tuple[str, str, str]:
    return record.pupil, record.school_year, record.period
