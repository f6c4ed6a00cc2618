"""Any sequence of commands around locked transcripts and their corrections: what must hold after each of them."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.decision import Judged, Known, Outcome, Prepared, RoundKey, decide
from hub.decision.correction_rows import CORRECTION_OPEN_STATES, CorrectionRow
from hub.domain.difference import covers, differing_paths
from hub.domain.lifecycle import next_state
from hub.trust.verdict import Signatory
from tests.unit.decision.builders import AT, SCHOOL, SO, YEAR, a_lock_request, a_submission, sha
from tests.unit.decision.correction_builders import (
    COLLEAGUE,
    OFFICER,
    PRINCIPAL,
    SEAL,
    TEACHER,
    a_closing,
    a_confirmation,
    a_decision,
    a_person,
    a_recall_of,
    a_relock,
    a_request,
    a_resubmission,
    a_version,
    a_withdrawal,
    an_unlock_request,
)
from tests.unit.decision.correction_model import CorrectionDatabase

PUPILS = ("id:1", "id:2", "id:3")
FIELDS = {"$.remarks": "remarks", "$.class": "class_"}
SOME_FIELDS = st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=2, unique=True)
SOME_PUPILS = st.lists(st.sampled_from(PUPILS), min_size=1, max_size=3, unique=True)
CHOICE = st.integers(0, 30)
TWO_OFFICES = a_person("so_officer", "HT-1", "HT-1 as officer")  # the principal, who works for the Sở too


class Corrections(RuleBasedStateMachine):
    """Commands wait until they are decided as a batch, and one by one on a copy: both must agree. Time only goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.database = CorrectionDatabase()
        self.now = AT
        self.waiting: list[Prepared] = []
        self.requests: list[Prepared] = []
        self.made = 0

    @initialize()
    def lock_everybody(self) -> None:
        bases = [a_version(pupil) for pupil in PUPILS]
        hashes = [base.document_sha256 for base in bases]
        for command in (a_submission(*bases, signatory=PRINCIPAL), a_lock_request(hashes, signatory=PRINCIPAL)):
            _alone(self.database, command)
        self.database.lock(RoundKey(SCHOOL, YEAR, "completed", 1))

    @rule(pupils=SOME_PUPILS, fields=SOME_FIELDS, stale=st.sampled_from([False, False, False, True]))
    def request(self, pupils: list[str], fields: list[str], stale: bool) -> None:
        bases = [self._base(pupil, stale) for pupil in pupils]
        command = a_request(bases, self._id(), fields, at=self.now)
        self.requests.append(command)
        self.waiting.append(command)

    @rule(choice=CHOICE, by=st.sampled_from([PRINCIPAL, PRINCIPAL, a_person("principal", "GV-1", "x")]))
    def confirm(self, choice: int, by: Signatory) -> None:
        self._step(choice, lambda request: a_confirmation(request, self._id(), by, at=self.now))

    @rule(choice=CHOICE)
    def hand_to_so(self, choice: int) -> None:
        self._step(choice, lambda request: an_unlock_request(request, self._id(), SEAL, at=self.now))

    @rule(
        choice=CHOICE,
        days=st.sampled_from([None, -1, 1, 1, 2, 20, 40]),
        by=st.sampled_from([OFFICER, OFFICER, TWO_OFFICES]),
    )
    def decide(self, choice: int, days: int | None, by: Signatory) -> None:
        closes_at = None if days is None else self.now + timedelta(days=days)
        self._step(choice, lambda request: a_decision(request, closes_at, self._id(), by, at=self.now))

    @rule(choice=CHOICE, by=st.sampled_from([TEACHER, COLLEAGUE, PRINCIPAL]))
    def withdraw(self, choice: int, by: Signatory) -> None:
        self._step(choice, lambda request: a_withdrawal(request, self._id(), by, at=self.now))

    @rule(choice=CHOICE, pupils=SOME_PUPILS, times=st.integers(1, 7))
    def go_on(self, choice: int, pupils: list[str], times: int) -> None:
        """Take the next right steps of one correction, so that windows, versions and locks are met often."""
        for _ in range(times):
            self.decide_batch()
            rows = [r for _, r in sorted(self.database.corrections.items()) if r.state in CORRECTION_OPEN_STATES]
            if not rows:
                self.request(pupils, sorted(FIELDS)[: 1 + choice % 2], stale=False)
            else:
                self._next(rows[choice % len(rows)], choice)
        self.decide_batch()

    @rule(
        pupil=st.sampled_from(PUPILS), fields=SOME_FIELDS, number=st.integers(1, 4),
        named=st.sampled_from(["right", "right", "right", "stale", "none"]),
        has_reason=st.sampled_from([True, True, False]), pending=st.booleans(),
    )  # fmt: skip
    def resubmit(self, pupil: str, fields: list[str], number: int, named: str, has_reason: bool, pending: bool) -> None:
        base = {"right": self._base(pupil, False), "stale": self._base(pupil, True), "none": None}[named]
        self._hand_in(pupil, fields, number, base, has_reason, pending)

    @rule(choice=CHOICE)
    def recall(self, choice: int) -> None:
        rows = [d for d in self.database.documents.values() if d.round.cohort == "correction"]
        rows = [d for d in rows if d.state == "open"] or rows
        if rows:
            row = rows[choice % len(rows)]
            self.waiting.append(a_recall_of(row.document_sha256, row.round.number, self._id(), at=self.now))

    @rule(number=st.integers(1, 4), right=st.sampled_from([True, True, True, False]))
    def ask_for_lock(self, number: int, right: bool) -> None:
        key = RoundKey(SCHOOL, YEAR, "correction", number)
        hashes = [d.document_sha256 for d in self.database.documents.values() if d.round == key and d.state == "open"]
        named = hashes if right else [*hashes, sha("one more")]
        self.waiting.append(a_relock(named, number, self._id(), at=self.now))

    @rule()
    def carry_out_locks(self) -> None:
        self.decide_batch()
        for key in sorted(key for key, row in self.database.rounds.items() if row.state == "closing"):
            self.database.lock(key)

    @rule(hours=st.sampled_from([1, 12, 30]))
    def time_goes_on(self, hours: int) -> None:
        self.decide_batch()
        self.now += timedelta(hours=hours)

    @rule(early=st.sampled_from([False, False, True]))
    def close_windows(self, early: bool) -> None:
        """Do what the scheduler does, or what nobody should: announce a window that is open."""
        named = {(row.correction_id, row.closes_at) for row in self.database.corrections.values() if row.closes_at}
        for correction_id, closes_at in sorted(named):
            if closes_at <= self.now or early:
                request = next(r for r in self.requests if r.command_id == correction_id)
                self.waiting.append(a_closing(request, closes_at, self._id(), at=self.now))

    @rule(pupil=st.sampled_from(PUPILS))
    def hand_in_outside(self, pupil: str) -> None:
        """Try to go round the path."""
        version = a_version(pupil, self._base(pupil, False), "nhầm", remarks=f"Ngoài {self.made}.")
        self.waiting.append(a_submission(version, cohort="supplementary", command_id=self._id(), at=self.now))

    @rule()
    def decide_batch(self) -> None:
        batch, self.waiting = self.waiting, []
        one_by_one, known = self.database.copy(), self.database.load(batch)
        outcomes = []
        for command in batch:
            outcome, known = _decided(self.database, command, known)
            outcomes.append(outcome)
        assert outcomes == [_alone(one_by_one, command) for command in batch]
        assert self.database.documents == one_by_one.documents
        assert self.database.corrections == one_by_one.corrections

    @invariant()
    def one_locked_version_a_record_always(self) -> None:
        locked = Counter(d.record.pupil for d in self.database.documents.values() if d.state == "locked")
        assert not self.database.documents or locked == Counter(PUPILS)
        open_ = Counter(d.record for d in self.database.documents.values() if d.state in ("open", "pending", "held"))
        assert all(count == 1 for count in open_.values())

    @invariant()
    def one_open_correction_a_record(self) -> None:
        rows = self.database.corrections.values()
        open_ = Counter(row.record for row in rows if row.state in CORRECTION_OPEN_STATES)
        assert all(count == 1 for count in open_.values())

    @invariant()
    def nothing_changes_outside_the_approved_fields(self) -> None:
        for place, d in self.database.documents.items():
            if d.round.cohort == "correction":
                (row,) = [r for r in self.database.corrections.values() if (r.record, r.round) == (d.record, d.round)]
                base = self.database.bytes_of[self.database.place_of(row.base_sha256)]
                paths = differing_paths(base, self.database.bytes_of[place])
                assert paths
                assert all(covers(row.fields, path) for path in paths)

    @invariant()
    def versions_are_superseded_by_a_relock_alone(self) -> None:
        relocked = {(r.record, r.base_sha256) for r in self.database.corrections.values() if r.state == "relocked"}
        rows = self.database.documents.values()
        assert {(d.record, d.document_sha256) for d in rows if d.state == "superseded"} == relocked
        corrected = [d for d in rows if d.state in ("locked", "superseded") and d.round.cohort == "correction"]
        assert len(corrected) == len(relocked)

    @invariant()
    def windows_are_respected(self) -> None:
        for row in self.database.corrections.values():
            at = {step.event: step.at for step in row.steps}
            if row.closes_at is None:
                assert at.keys() <= {"request", "confirm", "submit", "reject", "withdraw"}
                continue
            assert at["approve"] < row.closes_at <= at["approve"] + timedelta(days=30)
            assert at["approve"] <= at.get("resubmit", row.closes_at) <= row.closes_at
            assert row.state != "expired" or at["expire"] >= row.closes_at

    @invariant()
    def each_step_is_another_persons_and_leads_to_the_state(self) -> None:
        for row in self.database.corrections.values():
            state = ""
            for step in row.steps:
                state = next_state("correction", state, step.event)
            assert state == row.state
            steps = [s for s in row.steps if s.event in ("request", "confirm", "submit", "approve", "reject")]
            assert len({s.person for s in steps}) == len({s.certificate_sha256 for s in steps}) == len(steps)

    def _next(self, row: CorrectionRow, choice: int) -> None:
        request = next(n for n, r in enumerate(self.requests) if r.command_id == row.correction_id)
        if row.state == "requested":
            self.confirm(request, PRINCIPAL)
        elif row.state == "confirmed":
            self.hand_to_so(request)
        elif row.state == "submitted":
            self.decide(request, 1 + choice % 3, OFFICER)
        elif row.state == "approved" and (choice % 5 == 0 or self.database.rounds[self._round(row)].state != "open"):
            self.now = max(self.now, row.closes_at or self.now)
            self.close_windows(early=False)
        elif row.state == "approved":
            self._hand_in(row.record.pupil, list(row.fields), row.round_number or 0, row.base_sha256, True, False)
        elif choice % 7 == 0:
            self.recall(choice)
        else:
            self.ask_for_lock(row.round_number or 0, True)
            self.carry_out_locks()

    def _round(self, row: CorrectionRow) -> RoundKey:
        assert row.round is not None
        return row.round

    def _base(self, pupil: str, stale: bool) -> bytes:
        """Return the hash of the locked version, or of an earlier one (of nothing, while there is none)."""
        rows = [d for d in self.database.documents.values() if d.record.pupil == pupil]
        old = [d.document_sha256 for d in rows if d.state == "superseded"]
        if stale:
            return old[0] if old else sha("nothing")
        return next(d.document_sha256 for d in rows if d.state == "locked")

    def _hand_in(
        self, pupil: str, fields: list[str], number: int, base: bytes | None, has_reason: bool, pending: bool
    ) -> None:
        changed = {FIELDS[field]: f"Bản {self.made}" for field in fields}
        version: Judged = a_version(pupil, base, "nhầm" if has_reason else None, **changed)
        version = version.__class__(
            0, version.document, version.document_sha256, version.envelope_sha256, version.signatures,
            version.transcript, version.record, (), pending,
        )  # fmt: skip
        self.waiting.append(a_resubmission(version, number=number, command_id=self._id(), at=self.now))

    def _step(self, choice: int, made: Callable[[Prepared], Prepared]) -> None:
        if self.requests:
            self.waiting.append(made(self.requests[choice % len(self.requests)]))

    def _id(self) -> str:
        self.made += 1
        return f"command-{self.made:05d}"


def _decided(database: CorrectionDatabase, command: Prepared, known: Known) -> tuple[Outcome, Known]:
    outcome, known = decide(command, known, SO)
    database.apply(outcome)
    return outcome, known


def _alone(database: CorrectionDatabase, command: Prepared) -> Outcome:
    return _decided(database, command, database.load([command]))[0]


TestCorrections = Corrections.TestCase
TestCorrections.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
