"""Chuyển trường, máy trạng thái: whatever schools, families, Sở and Bộ's clock do in whatever order, it holds together.

Two persons of three identifiers, four schools; steps come from whoever may and whoever may not, also twice and late.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.decision.transfer import decide_transfer
from hub.decision.transfer_due import dispatch_due, is_due
from hub.decision.transfer_known import Transfer, TransferStepIn
from hub.decision.transfer_outcome import TransferOutcome
from hub.decision.transfer_release import root_of
from hub.domain.civil import civil_date
from hub.domain.consent import missing_consent
from hub.domain.lifecycle import transitions
from hub.domain.statements import TransferAcknowledgement, TransferOverdue
from tests.unit.decision.transfer_builders import (
    KEY,
    NEAR,
    NEW,
    OLD,
    OTHER,
    PUPIL,
    START,
    Saga,
    a_document,
    known_of,
    sha,
)

_SCHOOLS = (NEW, OLD, OTHER, NEAR)
_PUPILS = (PUPIL, "school:48000701:77", "id:001200000002")
_LINKED = {"school:48000701:77": PUPIL}
_EDGES = {(t.state, t.next_state) for t in transitions("transfer")}
_FINAL = ("refused", "withdrawn", "cancelled")
_ACTING = st.sampled_from(_SCHOOLS)
_PICK = st.integers(0, 50)
_NAMES = ("old 1", "old 2", "elsewhere", "late", "corrected")


class Transfers(RuleBasedStateMachine):
    """The rules make steps; `_decide` holds each outcome against what may never be."""

    def __init__(self) -> None:
        super().__init__()
        self.known = known_of(a_document("old 1"), a_document("old 2"), a_document("elsewhere", OTHER.school))
        self.known.persons = _LINKED
        self.sagas: list[Saga] = []
        self.steps: list[TransferStepIn] = []
        self.at = START
        self.made = 0
        self.refused: set[str] = set()

    @rule(pupil=st.sampled_from(_PUPILS), receiving=_ACTING, sending=_ACTING, by=st.sampled_from(("school", "family")))
    def ask(self, pupil: str, receiving: object, sending: object, by: str) -> None:
        saga = Saga(self.known, receiving, sending, pupil, name=f"t{len(self.sagas)}", at=self.at)  # type: ignore[arg-type]
        saga.decide = self._decide  # type: ignore[method-assign]
        if saga.ask(by).outcome == "accepted":
            self.sagas.append(saga)

    @precondition(lambda self: self.sagas)
    @rule(pick=_PICK, acting=st.sampled_from((*_SCHOOLS, "bo")), parties=st.sampled_from(
        (("pupil",), ("guardian",), ("pupil", "guardian"))
    ))  # fmt: skip
    def consent(self, pick: int, acting: object, parties: tuple[str, ...]) -> None:
        self._saga(pick).consent(*parties, acting=acting)  # type: ignore[arg-type]

    @precondition(lambda self: self.sagas)
    @rule(pick=_PICK, kind=st.sampled_from(("accept", "refuse", "withdraw", "refer")))
    def say(self, pick: int, kind: str) -> None:
        saga = self._saga(pick)
        if kind in ("accept", "refuse"):
            saga.answer(kind, **({"reason": "Hết chỗ học"} if kind == "refuse" else {}))
        else:
            saga.say("Withdrawal" if kind == "withdraw" else "Referral", saga.receiving)

    @precondition(lambda self: self.sagas)
    @rule(pick=_PICK, acting=_ACTING, decision=st.sampled_from(("prefer", "cancel", "release", "resend")))
    def decide_as_so(self, pick: int, acting: object, decision: str) -> None:
        self._saga(pick).ruling(decision, acting)  # type: ignore[arg-type]

    @precondition(lambda self: self.sagas)
    @rule(
        pick=_PICK, names=st.lists(st.sampled_from(("old 1", "old 2", "elsewhere", "late", "corrected")), unique=True)
    )
    def release(self, pick: int, names: list[str]) -> None:
        self._saga(pick).release(*names)

    @precondition(lambda self: self.sagas)
    @rule(pick=_PICK)
    def go_on(self, pick: int) -> None:
        """Take the step that the transfer waits for, as it should be taken: so that runs come far."""
        saga = self._saga(pick)
        row = saga.row
        mine = [
            one for one in self.known.documents_of(row.pupil) if one.school == row.sending.school and one.is_current
        ]
        {
            "consent": saga.consent,
            "answer": saga.answer,
            "release": lambda: saga.say(
                "Release", saga.sending, left_on="2026-09-20", **_listed(d.sha256 for d in mine)
            ),
            "dispatch": lambda: self.send(pick),
            "acknowledgement": lambda: self._acknowledge(saga, row.documents, row.delivery),
            "decision": lambda: saga.ruling("prefer"),
        }.get(row.awaited or "", lambda: self.send(pick))()

    @precondition(lambda self: self.sagas)
    @rule(pick=_PICK)
    def send(self, pick: int) -> None:
        """Bộ's clock sends what is owed, when it is owed."""
        saga = self._saga(pick)
        due = dispatch_due(saga.row, self.known)
        if due is not None:
            listed = _listed(due.documents)
            step = saga.say("Dispatch", "bo", by="bo", cause=due.cause, delivery=due.delivery, key=KEY, **listed)
            assert step.outcome == "accepted", step.codes

    @precondition(lambda self: self.sagas)
    @rule(pick=_PICK, delivery=st.integers(1, 3), names=st.sets(st.sampled_from(("old 1", "old 2", "elsewhere"))))
    def acknowledge(self, pick: int, delivery: int, names: set[str]) -> None:
        self._acknowledge(self._saga(pick), tuple(map(sha, names)), delivery)

    @rule(hours=st.integers(1, 24 * 12))
    def wait(self, hours: int) -> None:
        """Time passes; Bộ's clock tells what ran out."""
        self.at += timedelta(hours=hours)
        for saga in self.sagas:
            saga.at = max(saga.at, self.at)
            row = saga.row
            if is_due(row, saga.at):
                assert row.due_at is not None
                said = saga.step(
                    "Overdue", "bo", by="bo", awaited=row.awaited, due_at=row.due_at.strftime("%Y-%m-%dT%H:%M:%SZ")
                )
                assert saga.decide(said).outcome == "accepted"
                assert not is_due(saga.row, saga.at)

    @rule(name=st.sampled_from(("late", "corrected")))
    def lock(self, name: str) -> None:
        """The old school's further transcript, or a correction of one, comes to Bộ."""
        documents = {**self.known.documents, sha(name): a_document(name)}
        if name == "corrected":
            documents[sha("old 2")] = replace(documents[sha("old 2")], is_current=False)
        self.known.documents = documents

    @precondition(lambda self: self.steps)
    @rule(pick=_PICK)
    def say_again(self, pick: int) -> None:
        """A step that was read before is read again: nothing comes of it."""
        before = dict(self.known.transfers)
        again = decide_transfer(self.steps[pick % len(self.steps)], self.known)
        assert (again.outcome, again.changed, again.told) == ("repeated", (), ())
        again.add_to(self.known)
        assert self.known.transfers == before

    @invariant()
    def one_open_transfer_of_a_person_goes_on(self) -> None:
        going = [
            self.known.person(r.pupil) for r in self.known.transfers.values() if r.is_open and r.state != "contested"
        ]
        assert len(going) == len(set(going))

    @invariant()
    def nothing_is_sent_before_consent_acceptance_and_release(self) -> None:
        for row in self.known.transfers.values():
            said = {
                step.kind
                for step in self.steps
                if step.said.about == row.transfer_id and step.statement_sha256 not in self.refused
            }
            if row.delivery:
                assert {"TransferConsent", "TransferAnswer", "TransferDispatch"} <= said
                assert said & {"TransferRelease", "TransferDecision"}
                assert not missing_consent(row.birth_date, civil_date(row.opened_at), sorted(row.consents))  # type: ignore[arg-type]
                assert row.released is not None
                assert (row.count, row.root) == (len(row.documents), root_of(row.documents))

    def _saga(self, pick: int) -> Saga:
        return self.sagas[pick % len(self.sagas)]

    def _acknowledge(self, saga: Saga, documents: tuple[str, ...], delivery: int) -> None:
        listed = {key: value for key, value in _listed(documents).items() if key != "documents"}
        saga.say("Acknowledgement", saga.receiving, delivery=max(1, delivery), **listed)

    def _decide(self, step: TransferStepIn) -> TransferOutcome:
        """Decide; twice the same, by the table, with one notice to each side, and back in time never."""
        before = dict(self.known.transfers)
        outcome = decide_transfer(step, self.known)
        assert decide_transfer(step, self.known) == outcome
        assert self.known.transfers == before
        outcome.add_to(self.known)
        self.steps.append(step)
        if outcome.outcome == "refused":
            self.refused.add(step.statement_sha256)
            assert self.known.transfers == before
            assert outcome.codes
            assert len(outcome.told) <= 1
        for row in outcome.changed:
            self._check_moved(before.get(row.transfer_id), row, step)
            assert [told.to for told in outcome.told if told.row == row] == [row.receiving, row.sending]
        return outcome

    def _check_moved(self, was: Transfer | None, row: Transfer, step: TransferStepIn) -> None:
        state = "" if was is None else was.state
        assert (state, row.state) in _EDGES or state == row.state
        assert state not in _FINAL
        if isinstance(step.said, TransferOverdue):
            assert (state, was and was.documents) == (row.state, row.documents)
        if row.state == "closed" and state != "closed":
            assert isinstance(step.said, TransferAcknowledgement)
            assert step.school == row.receiving.school
            assert (step.said.delivery, step.said.count, step.said.root) == (row.delivery, row.count, row.root)

    def teardown(self) -> None:
        """Fold the same steps once more: the same rows come out, when the same things are known."""
        if self.known.documents.keys() & {sha("late"), sha("corrected")}:
            return  # what came to Bộ in between would be known from the start
        again = replace(self.known, transfers={}, decided=set())
        for step in self.steps:
            decide_transfer(step, again).add_to(again)
        assert again.transfers == self.known.transfers


def _listed(documents: object) -> dict[str, object]:
    ascending = tuple(sorted(documents))  # type: ignore[call-overload]
    return {"documents": ascending, "count": len(ascending), "root": root_of(ascending)}


TestTransfers = Transfers.TestCase
TestTransfers.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
