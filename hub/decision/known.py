"""What Sở knows of the schools, rounds and pupils that a batch of commands is about.

Loaded under row locks by the store and handed from one decision to the next; each outcome is added to it. Of a record
at most two versions stand: the locked one, and beside it the open one by which it is being corrected.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.decision.basis import BasisGround
from hub.decision.correction_rows import CORRECTION, CORRECTION_OPEN_STATES, CorrectionRow
from hub.decision.keys import RecordKey, RoundKey
from hub.decision.rulings import Ruling, latest
from hub.domain.completeness import Reported
from hub.domain.linking import Links
from hub.trust.origin import Grade

__all__ = [
    "CURRENT_STATES",
    "OPEN_STATES",
    "Current",
    "Known",
    "RecordKey",
    "RoundKey",
    "RoundRow",
    "Seen",
    "SlipGround",
]

OPEN_STATES = frozenset({"open", "pending", "held"})
CURRENT_STATES = OPEN_STATES | {"locked"}


@dataclass(frozen=True, slots=True)
class RoundRow:
    """State of one round, and for a closed one who closed it since when."""

    key: RoundKey
    state: str
    closing_at: datetime | None = None
    closed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """One accepted document as the database has it; `evidence` is the grade of its signatures."""

    message_sha256: bytes
    n: int
    document_sha256: bytes
    record: RecordKey
    round: RoundKey
    version: int
    state: str
    evidence: Grade = "native"


@dataclass(frozen=True, slots=True)
class Seen:
    """An earlier command under the same id, or the same message."""

    message_sha256: bytes
    statement_sha256: bytes
    holds_id: bool


@dataclass(frozen=True, slots=True)
class SlipGround:
    """Whose học bạ a locator finds: who has the newest locked transcript, under which code, and who expects the pupil.

    `codes`: the pupil's newest locked student code by school; `schools`: those on whose roster the pupil stands.
    """

    newest: str | None
    codes: Mapping[str, str]
    schools: frozenset[str] = frozenset()


@dataclass
class Known:
    """Grows by what is loaded and by outcomes (`Outcome.add_to`); every look-up is by key."""

    rounds: dict[RoundKey, RoundRow] = field(default_factory=dict)
    commands: dict[tuple[str, str], Seen] = field(default_factory=dict)
    messages: dict[bytes, Seen] = field(default_factory=dict)
    latest: dict[RecordKey, Current] = field(default_factory=dict)
    locked: dict[RecordKey, Current] = field(default_factory=dict)
    by_pupil: dict[tuple[str, str, str], dict[RecordKey, Current]] = field(default_factory=dict)
    by_hash: dict[tuple[str, bytes], Current] = field(default_factory=dict)
    by_round: dict[RoundKey, dict[RecordKey, Current]] = field(default_factory=dict)
    signatures: dict[tuple[bytes, int], list[str]] = field(default_factory=dict)
    rosters: dict[bytes, tuple[str, ...]] = field(default_factory=dict)  # by lock request: pupils, as often as listed
    corrections: dict[tuple[str, str, int], CorrectionRow] = field(default_factory=dict)
    bases: dict[tuple[RecordKey, bytes], bytes] = field(default_factory=dict)  # bytes of what is being corrected
    links: Links = field(default_factory=Links)  # among the pupils that were loaded
    rulings: dict[tuple[str, str, str], list[Ruling]] = field(default_factory=dict)  # by pupil, year, period
    slips: dict[str, SlipGround] = field(default_factory=dict)  # by locator
    slips_told: dict[bytes, str] = field(default_factory=dict)  # by message: outcome that a replay must give again
    basis: BasisGround = field(default_factory=BasisGround)  # of semesters that documents take from other schools
    heard_of: set[str] = field(default_factory=set)  # identifiers of links to be made that a document or a roster names

    def add(self, documents: Iterable[Current]) -> None:
        """Note documents; of one record the highest version is the latest."""
        for row in documents:
            self.by_round.setdefault(row.round, {})
            known = self.latest.get(row.record)
            if known is None or known.version <= row.version:
                self.latest[row.record] = row
                self.by_pupil.setdefault(_claim(row.record), {})[row.record] = row
                self.by_round[row.round][row.record] = row
            if row.state == "locked":
                self.locked[row.record] = row
            older = self.by_hash.get((row.record.school, row.document_sha256))
            if older is None or older.version <= row.version:
                self.by_hash[row.record.school, row.document_sha256] = row

    def current(self, record: RecordKey) -> Current | None:
        """Return the version of a record that counts: the locked one, also while it is corrected, or the open one."""
        return self.locked.get(record) or self.standing_open(record)

    def standing_open(self, record: RecordKey) -> Current | None:
        """Return the version of a record that is not locked yet, if one stands."""
        row = self.latest.get(record)
        return row if row is not None and row.state in OPEN_STATES else None

    def claims(self, record: RecordKey) -> list[Current]:
        """Return the current documents of other schools for the same person, year and period."""
        return [row for row in self._of_person(record) if row.record.school != record.school]

    def rivals(self, record: RecordKey) -> list[Current]:
        """Return those of them over which the Sở has not ruled for this school: what holds a document out of a lock."""
        for_school = {ruling.not_of for ruling in self._rulings(record).values() if ruling.school == record.school}
        return [row for row in self.claims(record) if row.record.school not in for_school]

    def ruling(self, record: RecordKey, other: str) -> Ruling | None:
        """Return the ruling that counts between the record's school and another, for its person, year and period."""
        return self._rulings(record).get(frozenset((record.school, other)))

    def ruled_against(self, record: RecordKey) -> Ruling | None:
        """Return the newest ruling that says that the record's school claims the pupil wrongly, if one counts."""
        against = [ruling for ruling in self._rulings(record).values() if ruling.not_of == record.school]
        return max(against, key=lambda ruling: ruling.decided, default=None)

    def twin(self, record: RecordKey) -> Current | None:
        """Return what the same school has current for the same person, year and period under another identifier."""
        rows = self._of_person(record)
        return next((row for row in rows if row.record.school == record.school and row.record != record), None)

    def of_person(self, pupil: str) -> list[Current]:
        """Return every current document of a person that was loaded, in a fixed order."""
        named = self.links.same_person(pupil)
        rows = (self.current(record) for record in sorted(self.latest) if record.pupil in named)
        return [row for row in rows if row is not None]

    def _of_person(self, record: RecordKey) -> list[Current]:
        claims = (_claim(record._replace(pupil=one)) for one in sorted(self.links.same_person(record.pupil)))
        rows = (self.current(other) for claim in claims for other in self.by_pupil.get(claim, {}))
        return [row for row in rows if row is not None]

    def _rulings(self, record: RecordKey) -> dict[frozenset[str], Ruling]:
        if not self.rulings:
            return {}
        claims = (_claim(record._replace(pupil=one)) for one in sorted(self.links.same_person(record.pupil)))
        return latest(r for claim in claims for r in self.rulings.get(claim, ()))

    def closed(self, key: RoundKey) -> RoundRow | None:
        """Return the round when nothing in it may change any more; a round not known is open."""
        row = self.rounds.get(key)
        return row if row is not None and row.state != "open" else None

    def in_round(self, key: RoundKey) -> list[Current]:
        """Return the current documents of a round."""
        return [row for row in self.by_round.get(key, {}).values() if row.state in CURRENT_STATES and row.round == key]

    def reported(self, school: str, school_year: str) -> list[Reported]:
        """Return what stands of one school in a year, of those documents that were loaded."""
        stand = (row for row in map(self.current, self.latest) if row is not None)
        return [
            Reported(school, row.record.pupil)
            for row in stand
            if (row.record.school, row.record.school_year) == (school, school_year)
        ]

    def items_of(self, school: str, correction_id: str) -> list[CorrectionRow]:
        """Return the pupils of one request, in its order."""
        found = [row for row in self.corrections.values() if (row.school, row.correction_id) == (school, correction_id)]
        return sorted(found, key=lambda row: row.n)

    def open_correction(self, record: RecordKey) -> CorrectionRow | None:
        """Return the one correction of a record that has not ended."""
        open_ = (row for row in self.corrections.values() if row.state in CORRECTION_OPEN_STATES)
        return next((row for row in open_ if row.record == record), None)

    def items_in(self, key: RoundKey) -> dict[RecordKey, CorrectionRow]:
        """Return the pupils for whom a round of corrections was opened."""
        return {row.record: row for row in self.corrections.values() if row.round == key}

    def round_of(self, key: RoundKey) -> RoundKey:
        """Return the round that a school means: for a correction that a successor makes, it is the issuing school's."""
        if key.cohort != CORRECTION:
            return key
        named = (key.school, key.school_year, key.number)
        rows = (row for row in self.corrections.values() if row.round is not None)
        found = (row.round for row in rows if (row.school, row.record.school_year, row.round_number) == named)
        return next(found, None) or key


def _claim(record: RecordKey) -> tuple[str, str, str]:
    return record.pupil, record.school_year, record.period
