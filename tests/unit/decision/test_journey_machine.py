"""Any sequence of commands, in batches of any cut: what must hold after each of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hub.decision import Current, Judged, Outcome, Prepared, RoundKey, decide, set_root
from hub.domain.statements import LockRequest, Submission
from tests.unit.decision.builders import (
    OTHER_SCHOOL,
    SCHOOL,
    SO,
    THIRD_SCHOOL,
    YEAR,
    a_judged,
    a_lock_request,
    a_recall,
    a_submission,
    sha,
)
from tests.unit.decision.model import Database

SCHOOLS = st.sampled_from([SCHOOL, OTHER_SCHOOL, THIRD_SCHOOL])
PUPILS = ("id:1", "id:2", "id:3")
COHORTS = st.sampled_from(["completed", "supplementary"])
DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(PUPILS),
        st.sampled_from(["first", "second"]),
        st.sampled_from(["right", "right", "none", "wrong"]),
        st.booleans() | st.just(False),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda d: d[0],
)
MODES = st.sampled_from(["each", "each", "all_or_nothing"])


class Journey(RuleBasedStateMachine):
    """Commands wait until they are decided as a batch, and one by one on a copy: both must agree."""

    def __init__(self) -> None:
        super().__init__()
        self.database = Database()
        self.waiting: list[Prepared] = []
        self.sent: list[Prepared] = []
        self.closed: dict[RoundKey, dict[tuple[bytes, int], Current]] = {}
        self.asked: dict[RoundKey, str] = {}

    @rule(school=SCHOOLS, cohort=COHORTS, documents=DOCUMENTS, mode=MODES)
    def submit(self, school: str, cohort: str, documents: list[tuple[str, str, str, bool]], mode: str) -> None:
        self._submit(school, cohort, documents, mode)

    def _submit(self, school: str, cohort: str, documents: list[tuple[str, str, str, bool]], mode: str) -> None:
        made = [self._document(school, *d) for d in documents]
        self._send(a_submission(*made, school=school, cohort=cohort, mode=mode, command_id=self._id()))

    @rule(school=SCHOOLS, cohort=COHORTS, choice=st.integers(0, 20))
    def recall(self, school: str, cohort: str, choice: int) -> None:
        own = [d for d in self.database.documents.values() if d.record.school == school]
        named = own[choice % len(own)] if own else None
        digest, round_ = (named.document_sha256, named.round.cohort) if named else (sha("nothing"), cohort)
        self._send(a_recall(digest, school=school, cohort=round_ if choice % 5 else cohort, command_id=self._id()))

    @rule(school=SCHOOLS, cohort=COHORTS, right=st.sampled_from([True, True, True, False]))
    def ask_for_lock(self, school: str, cohort: str, right: bool) -> None:
        key = RoundKey(school, YEAR, cohort, 1)
        hashes = [d.document_sha256 for d in self.database.current() if d.round == key and d.state == "open"]
        named = hashes if right else [*hashes, sha("one more")]
        self._send(a_lock_request(named, school=school, cohort=cohort, command_id=self._id()))

    @rule(choice=st.integers(0, 20), other=st.sampled_from(["same", "signature", "statement", "stranger"]))
    def send_again(self, choice: int, other: str) -> None:
        if not self.sent:
            return
        again = self.sent[choice % len(self.sent)]
        if other == "signature":  # the same statement under another signature
            again = replace(again, message_sha256=sha(f"again {again.message_sha256!r}"), signature="other..signature")
        elif other == "statement":
            again = a_recall(sha(self._id()), school=again.school, command_id=again.command_id)
        elif other == "stranger":
            again = replace(again, message_sha256=sha(f"stranger {again.message_sha256!r}"), authentic=False)
        self.waiting.append(again)

    @rule()
    def decide_batch(self) -> None:
        batch, self.waiting = self.waiting, []
        one_by_one = self.database.copy()
        before = self.database.copy()
        known, outcomes = self.database.load(batch), []
        for command in batch:
            outcome, known = decide(command, known, SO)
            self.database.apply(outcome)
            outcomes.append(outcome)
        alone = [_alone(one_by_one, command) for command in batch]
        assert outcomes == alone
        assert self.database.documents == one_by_one.documents
        self._note_closed(outcomes)
        self._again(batch, outcomes, before)

    @rule(choice=st.integers(0, 5))
    def carry_out_lock(self, choice: int) -> None:
        closing = sorted(k for k, row in self.database.rounds.items() if row.state == "closing")
        if closing:
            key = closing[choice % len(closing)]
            assert set_root(self.database.lock(key)).hex() == self.asked[key]

    @invariant()
    def one_current_version_a_record(self) -> None:
        counted = Counter(d.record for d in self.database.current())
        assert all(count == 1 for count in counted.values())

    @invariant()
    def versions_have_no_gap(self) -> None:
        versions: dict[object, list[int]] = {}
        for d in self.database.documents.values():
            versions.setdefault(d.record, []).append(d.version)
        assert all(sorted(v) == list(range(1, len(v) + 1)) for v in versions.values())

    @invariant()
    def every_transcript_has_one_outcome(self) -> None:
        expected = {(m, d.n) for m, (_, c) in self.database.inbox.items() for d in c.documents}
        assert self.database.documents.keys() | self.database.answers.keys() == expected
        assert not self.database.documents.keys() & self.database.answers.keys()

    @invariant()
    def accepted_transcripts_are_conserved(self) -> None:
        states = Counter(d.state for d in self.database.documents.values())
        assert states.keys() <= {"open", "pending", "held", "recalled", "replaced", "locked"}
        sent = sum(c.transcript_count for _, c in self.database.inbox.values())
        assert sum(states.values()) + len(self.database.answers) == sent

    @invariant()
    def closed_rounds_stay(self) -> None:
        for key, rows in self.closed.items():
            locked = self.database.rounds[key].state == "locked"
            for place, row in rows.items():
                expected = "locked" if locked and row.state == "open" else row.state
                assert self.database.documents[place].state == expected
            assert {p for p, d in self.database.documents.items() if d.round == key} == rows.keys()

    @invariant()
    def pupils_are_held_while_two_schools_claim_them(self) -> None:
        claims: dict[str, list[Current]] = {}
        for d in self.database.current():
            claims.setdefault(d.record.pupil, []).append(d)
        for rows in claims.values():
            movable = [d for d in rows if self.database.rounds[d.round].state == "open" and d.state != "pending"]
            assert all(d.state == ("held" if len(rows) > 1 else "open") for d in movable)

    def _document(self, school: str, pupil: str, text: str, named: str, pending: bool) -> Judged:
        standing = [d for d in self.database.current() if (d.record.school, d.record.pupil) == (school, pupil)]
        right = standing[0].document_sha256 if standing and text not in _text_of(standing[0]) else None
        supersedes = {"right": right, "none": None, "wrong": sha("wrong")}[named]
        return a_judged(pupil, text, school, supersedes=supersedes, pending=pending)

    def _send(self, command: Prepared) -> None:
        self.waiting.append(command)
        self.sent.append(command)

    def _id(self) -> str:
        return f"command-{len(self.sent):05d}"

    def _note_closed(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.closing is not None:
                key = outcome.closing.key
                assert isinstance(outcome.command.command, LockRequest)
                self.closed[key] = {p: d for p, d in self.database.documents.items() if d.round == key}
                self.asked[key] = outcome.command.command.root

    def _again(self, batch: Sequence[Prepared], outcomes: Sequence[Outcome], before: Database) -> None:
        """The same messages once more change nothing and name the message that was answered."""
        known = self.database.load(batch)
        for command in batch:
            outcome, known = decide(command, known, SO)
            assert outcome.repeats in self.database.inbox
            assert (outcome.accepted, outcome.moves, outcome.closing) == ((), (), None)
        new = [o.command.message_sha256 for o in outcomes if o.repeats is None]
        assert self.database.inbox.keys() == before.inbox.keys() | set(new)


_TEXTS: dict[bytes, str] = {}


def _text_of(row: Current) -> str:
    return _TEXTS.get(row.document_sha256, "")


def _alone(database: Database, command: Prepared) -> Outcome:
    outcome, _ = decide(command, database.load([command]), SO)
    database.apply(outcome)
    if isinstance(command.command, Submission):
        _TEXTS.update({d.document_sha256: d.document.decode().split("/")[3] for d in command.documents})
    return outcome


TestJourney = Journey.TestCase
TestJourney.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
