"""The model of Sở's database with corrections: it loads what the store loads and refuses what the triggers refuse."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hub.decision import Known, Outcome, Prepared, RecordKey, RoundKey, RoundRow
from hub.decision.correction_rows import CORRECTION_OPEN_STATES, CorrectionRow
from hub.decision.outcome import step_of
from hub.domain.lifecycle import next_state, transitions
from hub.domain.statements import CorrectionRequest, LockRequest, Recall
from tests.unit.decision.correction_builders import is_correction_submission
from tests.unit.decision.model import Database, Place

_ALLOWED = {(t.state, t.next_state) for t in transitions("correction")}


@dataclass
class CorrectionDatabase(Database):
    corrections: dict[tuple[str, str, int], CorrectionRow] = field(default_factory=dict)
    bytes_of: dict[Place, bytes] = field(default_factory=dict)
    asked_by: dict[RoundKey, Prepared] = field(default_factory=dict)

    def load(self, commands: Sequence[Prepared]) -> Known:
        """Do what hub.store.so.load_known does, corrections included."""
        known, alive = super().load(commands), [c for c in commands if c.stands]
        if not any(_touches(c) for c in alive):
            return known
        known.rounds |= self.rounds
        known.corrections = dict(self.corrections)
        hashes = {bytes.fromhex(i.document_sha256) for c in alive for i in getattr(c.command, "items", ())}
        hashes |= {bytes.fromhex(c.command.document_sha256) for c in alive if isinstance(c.command, Recall)}
        named = {(c.school, getattr(c.command, "correction", "")) for c in alive}
        pupils = {d.record.pupil for d in self.documents.values() if d.document_sha256 in hashes}
        pupils |= {row.record.pupil for row in self.corrections.values() if row.key[:2] in named}
        self._add(known, lambda d: d.record.pupil in pupils)
        locks = {known.round_of(c.round) for c in alive if isinstance(c.command, LockRequest) and c.round is not None}
        self._add(known, lambda d: d.round in locks)
        if any(is_correction_submission(c) for c in alive):
            bases = hashes | {row.base_sha256 for row in self.corrections.values()}
            for place, d in self.documents.items():
                if d.document_sha256 in bases:
                    known.bases[d.record, d.document_sha256] = self.bytes_of[place]
        return known

    def apply(self, outcome: Outcome) -> None:
        """Do what hub.store.so.write_outcome does, with the triggers of corrections."""
        if outcome.repeats is None:
            for row in outcome.corrections:
                self._write(row)
            if outcome.opens is not None:
                assert outcome.opens not in self.rounds, "round_pkey"
                self.rounds[outcome.opens] = RoundRow(outcome.opens, "open")
        super().apply(outcome)
        for new in outcome.accepted:
            self.bytes_of[new.current.message_sha256, new.current.n] = new.judged.document
            self._beside_locked(new.current.record, new.current.round, outcome.command)
        if outcome.closing is not None:
            self.asked_by[outcome.closing.key] = outcome.command

    def lock(self, key: RoundKey) -> list[bytes]:
        """Do what the lock stage does; in a round of corrections the versions before are superseded."""
        if key.cohort == "correction":
            for row in [r for r in self.corrections.values() if r.round == key and r.state == "resubmitted"]:
                place = next(
                    p
                    for p, d in self.documents.items()
                    if (d.record, d.document_sha256, d.state) == (row.record, row.base_sha256, "locked")
                )
                self.move(place, "superseded")
                step = step_of(self.asked_by[key], "relock")
                self._write(replace(row, state=next_state("correction", row.state, "relock"), steps=(*row.steps, step)))
        return super().lock(key)

    def place_of(self, digest: bytes) -> Place:
        """Return the newest row of a document."""
        return max((p for p, d in self.documents.items() if d.document_sha256 == digest), key=self._version)

    def _version(self, place: Place) -> int:
        return self.documents[place].version

    def _write(self, row: CorrectionRow) -> None:
        before = self.corrections.get(row.key)
        if before is None:
            assert row.state == "requested", "correction_begins_requested"
        else:
            assert (before.state, row.state) in _ALLOWED, "correction_moves_by_table"
            if before.state != "submitted":
                assert (row.round_number, row.closes_at) == (before.round_number, before.closes_at)
            same = replace(row, state=before.state, round_number=before.round_number, closes_at=before.closes_at)
            assert replace(same, steps=before.steps) == before, "correction_is_final"
        self.corrections[row.key] = row
        open_ = [r.record for r in self.corrections.values() if r.state in CORRECTION_OPEN_STATES]
        assert len(set(open_)) == len(open_), "correction_open"

    def _beside_locked(self, record: RecordKey, key: RoundKey, command: Prepared) -> None:
        locked = [d for d in self.documents.values() if d.record == record and d.state == "locked"]
        if key.cohort != "correction":
            assert not locked, "document_beside_locked"
            return
        rows = [r for r in self.corrections.values() if r.record == record and r.round == key]
        assert [d.document_sha256 for d in locked] == [r.base_sha256 for r in rows], "document_beside_locked"
        assert all(r.closes_at is not None and command.at < r.closes_at for r in rows), "document_beside_locked"


def _touches(command: Prepared) -> bool:
    is_step = isinstance(command.command, CorrectionRequest) or hasattr(command.command, "correction")
    return is_step or (command.round is not None and command.round.cohort == "correction")
