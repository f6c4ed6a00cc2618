"""Chuyển trường tại Bộ: the ordinary way, who may act, and what each step meets when it does not fit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.decision.transfer import decide_transfer
from hub.decision.transfer_outcome import notice_of
from hub.domain.lifecycle import options
from tests.unit.decision.transfer_builders import (
    NEAR,
    NEW,
    OLD,
    OTHER,
    START,
    Saga,
    a_document,
    known_of,
    sha,
    until,
)  # fmt: skip


def test_transfer_goes_from_request_to_the_receivers_signature() -> None:
    """Each step leads to the next state, and only the last one closes."""
    saga = until("closed")
    assert (saga.row.acknowledged_delivery, saga.row.awaited, saga.row.due_at) == (1, None, None)
    assert saga.row.closed_at == saga.at


def test_every_change_is_told_to_both_schools() -> None:
    saga = until("accepted")
    outcome = saga.release("old 1", "old 2")
    assert [told.to for told in outcome.told] == [NEW, OLD]
    notice = notice_of(outcome.told[0], outcome.step, 7)
    assert (notice.state, notice.n, notice.step, notice.outcome, notice.codes) == (
        "released", 7, "TransferRelease", "accepted", (),
    )  # fmt: skip
    assert notice.step_sha256 == outcome.step.statement_sha256
    assert notice.awaited == "dispatch"


def test_notice_names_the_delivery_once_there_is_one() -> None:
    saga = until("released")
    told = saga.dispatch("old 1", "old 2").told[0]
    notice = notice_of(told, saga.steps[-1], 1)
    assert (notice.delivery, notice.count, notice.root) == (1, 2, saga.row.root)
    assert notice.documents == tuple(sorted((sha("old 1"), sha("old 2"))))


def test_same_step_again_changes_nothing_and_tells_nobody() -> None:
    saga = until("accepted")
    before = dict(saga.known.transfers)
    for step in list(saga.steps):
        again = decide_transfer(replace(step, place=99), saga.known)
        assert (again.outcome, again.changed, again.told) == ("repeated", (), ())
        again.add_to(saga.known)
    assert saga.known.transfers == before


def test_step_of_a_transfer_that_nobody_asked_for_is_refused_and_nobody_told() -> None:
    saga, other = until("requested"), known_of()
    outcome = decide_transfer(saga.step("Consent", "bo", by="family", parties=("guardian",)), other)
    assert (outcome.codes, outcome.told, outcome.row) == (("TRANSFER_NOT_ASKED",), (), None)


def test_stranger_is_refused_and_learns_nothing() -> None:
    saga = until("consented")
    outcome = saga.say("Answer", OTHER, decision="accept")
    assert (outcome.codes, outcome.told) == (("TRANSFER_NOT_YOURS",), ())


@pytest.mark.parametrize(
    ("state", "kind", "acting", "fields"),
    [
        ("consented", "Answer", OLD, {"decision": "accept"}),
        ("accepted", "Release", NEW, {"left_on": "2026-09-20", "documents": (), "count": 0, "root": "0" * 64}),
        ("sent", "Acknowledgement", OLD, {"delivery": 1, "count": 2, "root": "0" * 64}),
        ("requested", "Withdrawal", OLD, {}),
        ("accepted", "Decision", NEW, {"by": "department", "decision": "release", "number": "1"}),
        ("sent", "Decision", OLD, {"by": "department", "decision": "resend", "number": "1"}),
        ("requested", "Consent", NEW, {"by": "family", "parties": ("guardian",)}),
        ("requested", "Consent", "bo", {"by": "school", "parties": ("guardian",)}),
    ],
)
def test_step_of_the_other_side_is_refused(state: str, kind: str, acting: object, fields: dict[str, object]) -> None:
    """Who is one of the two schools is told so; the state stays."""
    saga = until(state)
    outcome = saga.say(kind, acting, **fields)  # type: ignore[arg-type]
    assert outcome.codes == ("TRANSFER_NOT_YOURS",)
    assert [told.to for told in outcome.told] == ([] if acting == "bo" else [acting])
    assert saga.row.state == state


def test_successor_of_the_sending_school_releases_in_its_place() -> None:
    """A merger of schools strands no pupil."""
    saga = until("accepted", known_of(a_document("old 1"), successors={OLD: NEAR}))
    saga.sending = NEAR
    assert saga.release("old 1").outcome == "accepted"


def test_step_that_names_another_request_is_refused() -> None:
    saga = until("requested")
    outcome = saga.say("Consent", "bo", by="family", parties=("guardian",), request_sha256=sha("another text"))
    assert outcome.codes == ("TRANSFER_REQUEST_OTHER",)


@pytest.mark.parametrize("state", ["requested", "consented", "accepted", "released", "sent", "closed"])
def test_step_that_the_state_does_not_take_is_refused_with_a_code(state: str) -> None:
    """Of every event that the lifecycle table does not list for a state, nothing is taken."""
    tries = {
        "consent": lambda s: s.consent(),
        "accept": lambda s: s.answer(),
        "refuse": lambda s: s.answer("refuse", reason="Hết chỗ học"),
        "release": lambda s: s.release("old 1", "old 2"),
        "acknowledge": lambda s: s.acknowledge("old 1", "old 2"),
        "withdraw": lambda s: s.say("Withdrawal", NEW),
        "cancel": lambda s: s.ruling("cancel"),
    }
    for event, way in tries.items():
        saga = until(state)
        outcome = way(saga)
        is_allowed = event in options("transfer", state)
        assert (outcome.outcome == "accepted") == is_allowed, (event, outcome.codes)
        assert is_allowed or outcome.codes[0] in ("TRANSITION_NOT_ALLOWED", "TRANSFER_ENDED"), event


def test_request_of_an_unknown_school_is_refused_and_the_asker_told() -> None:
    saga = Saga(known_of(known=frozenset({NEW})))
    outcome = saga.ask()
    assert outcome.codes == ("TRANSFER_SCHOOL_UNKNOWN",)
    assert [(told.to, told.row.state) for told in outcome.told] == [(NEW, "none")]
    assert not saga.known.transfers


def test_closed_school_sends_but_does_not_receive() -> None:
    assert Saga(known_of(closed=frozenset({OLD}))).ask().outcome == "accepted"
    assert Saga(known_of(closed=frozenset({NEW}))).ask().codes == ("TRANSFER_SCHOOL_UNKNOWN",)


@pytest.mark.parametrize(("born", "code"), [
    ("2012-02-30", "TRANSFER_BIRTH_DATE_WRONG"), ("2030-01-01", "TRANSFER_BIRTH_DATE_WRONG"),
    ("2012-05-05", "TRANSFER_BIRTH_DATE_DIFFERS"),
])  # fmt: skip
def test_birth_date_that_is_not_the_pupils_is_refused(born: str, code: str) -> None:
    """It says whose consent is needed, so a school may not choose it."""
    assert Saga(known_of(a_document("old 1")), born=born).ask().codes == (code,)


@pytest.mark.parametrize("known", ["2012", "2012-05", "2012-05-04", ""])
def test_birth_date_agrees_with_what_a_transcript_says_of_it(known: str) -> None:
    assert Saga(known_of(a_document("old 1", birth_date=known))).ask().outcome == "accepted"


def test_same_transfer_is_not_asked_for_twice() -> None:
    saga = until("requested")
    assert saga.ask().codes == ("TRANSFER_ASKED_ALREADY",)


def test_command_id_makes_one_transfer() -> None:
    saga = until("requested")
    assert saga.request is not None
    other = replace(saga.request, statement_sha256=sha("other text"))
    assert decide_transfer(other, saga.known).codes == ("COMMAND_ID_REUSED",)


def test_family_asks_through_bo_alone() -> None:
    assert Saga(known_of()).ask(by="family").outcome == "accepted"
    assert Saga(known_of()).ask(by="family", so=NEW.so).codes == ("TRANSFER_NOT_YOURS",)
    assert Saga(known_of()).ask(so=OTHER.so).codes == ("TRANSFER_NOT_YOURS",)


def test_request_of_another_school_than_the_receiver_is_refused() -> None:
    assert Saga(known_of()).ask(school=OLD.school).codes == ("TRANSFER_RECEIVER_ASKS",)
    assert Saga(known_of(), sending=NEW).ask().codes == ("TRANSFER_SAME_SCHOOL",)


def test_consent_is_whole_with_all_whom_the_age_asks_for() -> None:
    saga = until("requested")
    assert saga.consent("guardian", acting=OLD).outcome == "accepted"
    assert (saga.row.state, saga.row.consents) == ("requested", {"guardian"})
    assert saga.consent("guardian").codes == ("TRANSFER_CONSENT_STANDS",)
    saga.consent("pupil")
    assert saga.row.state == "consented"


@pytest.mark.parametrize(("born", "party"), [("2008-01-01", "pupil"), ("2020-12-01", "guardian")])
def test_adult_and_small_child_need_one_consent(born: str, party: str) -> None:
    saga = Saga(known_of(), born=born)
    saga.ask()
    saga.consent(party)
    assert saga.row.state == "consented"


def test_refusal_needs_its_reason_and_tells_it() -> None:
    saga = until("consented")
    assert saga.answer("refuse").codes == ("TRANSFER_REASON_MISSING",)
    outcome = saga.answer("refuse", reason="Hết chỗ học")
    assert (saga.row.state, {told.reason for told in outcome.told}) == ("refused", {"Hết chỗ học"})


def test_pupil_who_moved_this_year_is_asked_for_at_the_new_school() -> None:
    known = until("closed").known
    late = Saga(known, receiving=OTHER, name="b", at=START + timedelta(days=40))
    assert late.ask().codes == ("TRANSFER_PUPIL_MOVED",)
    on = Saga(known, receiving=OTHER, sending=NEW, name="c", at=START + timedelta(days=40))
    assert on.ask().outcome == "accepted"
    next_year = Saga(known, receiving=OTHER, name="d", school_year="2027-2028", at=START + timedelta(days=400))
    assert next_year.ask().outcome == "accepted"
