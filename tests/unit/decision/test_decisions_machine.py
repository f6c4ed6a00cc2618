"""Any sequence of commands with rulings and links among them: who is held, who goes on, and that a replay agrees."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from hub.decision import Current, Known, Outcome, Prepared, Ruling
from hub.decision.rulings import latest
from hub.domain.linking import Links
from hub.domain.statements import ConflictDecision, IdentityCorrection
from tests.unit.decision.builders import OTHER_SCHOOL, SCHOOL, THIRD_SCHOOL, YEAR
from tests.unit.decision.decision_builders import FORMER, PRESENT, THIRD, a_link, a_ruling
from tests.unit.decision.model import Database
from tests.unit.decision.test_journey_machine import COHORTS, MODES, SCHOOLS, Journey

PUPILS = (FORMER, PRESENT, THIRD)
_PAIRS = st.permutations([SCHOOL, OTHER_SCHOOL, THIRD_SCHOOL])
_PUPILS = st.sampled_from(PUPILS)
_DOCUMENTS = st.lists(
    st.tuples(_PUPILS, st.sampled_from(["first", "second"]), st.sampled_from(["right", "none"]), st.just(False)),
    min_size=1, max_size=2, unique_by=lambda d: d[0],
)  # fmt: skip


@dataclass
class Decided(Database):
    """The model with the Sở's decisions, loaded whole."""

    rulings: dict[str, list[Ruling]] = field(default_factory=dict)
    links: Links = field(default_factory=Links)

    def load(self, commands: Sequence[Prepared]) -> Known:
        known = super().load(commands)
        known.rounds |= {d.round: self.rounds[d.round] for d in self.documents.values()}
        known.add(self.documents.values())
        known.links = self.links
        known.rulings = {(pupil, YEAR, "year"): list(said) for pupil, said in self.rulings.items()}
        return known

    def apply(self, outcome: Outcome) -> None:
        super().apply(outcome)
        said = outcome.command.command
        if outcome.ruling is not None:
            assert isinstance(said, ConflictDecision)
            self.rulings.setdefault(said.pupil, []).append(outcome.ruling)
        if outcome.linking is not None:
            assert isinstance(said, IdentityCorrection)
            self.links = self.links.changed(outcome.linking.former, outcome.linking.present, outcome.linking.decided)
        for one in outcome.follow_ups:
            place = (one.document.message_sha256, one.document.n)
            assert self.documents[place].state == one.state, "the receipt says what became of the transcript"

    def copy(self) -> "Decided":
        return deepcopy(self)


class Decisions(Journey):
    """The journey of other tests, with a Sở that decides in between."""

    def __init__(self) -> None:
        super().__init__()
        self.database: Decided = Decided()

    @rule(school=SCHOOLS, cohort=COHORTS, documents=_DOCUMENTS, mode=MODES)
    def submit(self, school: str, cohort: str, documents: list[tuple[str, str, str, bool]], mode: str) -> None:
        self._submit(school, cohort, documents, mode)

    @rule(pupil=_PUPILS, schools=_PAIRS)
    def decide_conflict(self, pupil: str, schools: list[str]) -> None:
        self._send(a_ruling(pupil, schools[0], schools[1], command_id=self._id()))

    @rule(pair=st.permutations(PUPILS), action=st.sampled_from(["correct", "merge", "separate"]), school=SCHOOLS)
    def link(self, pair: list[str], action: str, school: str) -> None:
        self._send(a_link(pair[0], pair[1], action, command_id=self._id(), school=school))

    @invariant()
    def accepted_transcripts_are_conserved(self) -> None:
        sent = sum(c.transcript_count for _, c in self.database.inbox.values())
        assert len(self.database.documents) + len(self.database.answers) == sent

    @invariant()
    def closed_rounds_stay(self) -> None:
        for key, rows in self.closed.items():
            locked = self.database.rounds[key].state == "locked"
            for place, row in rows.items():
                expected = {"locked"} if locked and row.state == "open" else {row.state}
                expected |= {"refused"} if row.state == "held" else set()
                assert self.database.documents[place].state in expected

    @invariant()
    def pupils_are_held_while_two_schools_claim_them(self) -> None:
        for row in self._movable():
            assert row.state == ("held" if self._rivals(row) else "open")

    def _movable(self) -> Iterable[Current]:
        rows = self.database.current()
        return [d for d in rows if self.database.rounds[d.round].state == "open" and d.state != "pending"]

    def _rivals(self, row: Current) -> list[Current]:
        named = self.database.links.same_person(row.record.pupil)
        over = {r.not_of for r in self._ruled(row) if r.school == row.record.school}
        others = [d for d in self.database.current() if d.record.pupil in named and d.record.school not in over]
        return [d for d in others if d.record.school != row.record.school]

    def _ruled(self, row: Current) -> list[Ruling]:
        named = self.database.links.same_person(row.record.pupil)
        return list(latest(r for pupil in sorted(named) for r in self.database.rulings.get(pupil, ())).values())


TestDecisions = Decisions.TestCase
TestDecisions.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_ruling_is_about_every_identifier_that_a_school_reported_the_person_under() -> None:
    """Two identifiers at each school, linked later: one ruling refuses both of the one and frees both of the other."""
    state, (first, second, third) = Decisions(), PUPILS
    for school, pupils in ((OTHER_SCHOOL, (first, second)), (SCHOOL, (first, third))):
        documents = [(pupil, "first", "right", False) for pupil in pupils]
        state.submit(school=school, cohort="completed", documents=documents, mode="each")
    state.link(pair=[first, second, third], action="correct", school=SCHOOL)
    state.link(pair=[second, third, first], action="correct", school=SCHOOL)
    state.decide_batch()
    assert [row.state for row in state.database.current()] == ["held"] * 4
    state.decide_conflict(pupil=first, schools=[SCHOOL, OTHER_SCHOOL, THIRD_SCHOOL])
    state.decide_batch()
    assert [(row.record.school, row.state) for row in state.database.current()] == [(SCHOOL, "open")] * 2
