"""Hồ sơ chuyển đi: release, delivery, the receiver's signature, clocks and replays."""

from dataclasses import replace

import msgspec
import pytest

from hub.decision.transfer import decide_transfer
from hub.decision.transfer_known import TransferTold
from hub.decision.transfer_outcome import notice_of
from tests.unit.decision.transfer_builders import NEW, OLD, OTHER, Saga, a_document, known_of, sha, until


def test_release_names_every_locked_document_of_the_school() -> None:
    saga = until("accepted")
    outcome = saga.release("old 1")
    assert outcome.codes == ("TRANSFER_RELEASE_LACKS",)
    assert outcome.findings[0].facts == {"count": "1", "documents": sha("old 2")}
    assert saga.row.state == "accepted"


def test_release_may_name_what_is_on_its_way_to_bo() -> None:
    saga = until("accepted")
    assert saga.release("old 1", "old 2", "semester 1").outcome == "accepted"
    assert saga.dispatch("old 1", "old 2").codes == ("TRANSFER_DISPATCH_WRONG",)
    saga.known.documents = {**saga.known.documents, sha("semester 1"): a_document("semester 1")}
    assert saga.dispatch("old 1", "old 2", "semester 1").outcome == "accepted"


@pytest.mark.parametrize(("extra", "code"), [
    (a_document("x", OTHER.school), "TRANSFER_RELEASE_FOREIGN"),
    (a_document("x", person="id:001200000009"), "TRANSFER_RELEASE_FOREIGN"),
    (a_document("x", current=False), "TRANSFER_RELEASE_STALE"),
])  # fmt: skip
def test_release_names_nothing_else(extra: object, code: str) -> None:
    saga = until("accepted")
    saga.known.documents = {**saga.known.documents, sha("x"): extra}  # type: ignore[dict-item]
    assert saga.release("old 1", "old 2", "x").codes == (code,)


@pytest.mark.parametrize("wrong", [{"root": "0" * 64}, {"count": 1}, {"documents": (sha("b"),) * 2}])
def test_release_with_another_root_is_refused(wrong: dict[str, object]) -> None:
    saga = until("accepted")
    right = saga.step("Release", OLD, left_on="2026-09-20", documents=(sha("b"), sha("b")), count=2, root="1" * 64)
    said = msgspec.structs.replace(right.said, **wrong)
    assert saga.decide(replace(right, said=said)).codes == ("TRANSFER_ROOT_WRONG",)


def test_school_with_no_document_releases_none() -> None:
    """A pupil who came this year has nothing locked yet; the empty history is signed for as well."""
    saga = Saga(known_of())
    saga.ask(), saga.consent(), saga.answer()
    assert saga.release().outcome == "accepted"
    assert saga.dispatch().outcome == "accepted"
    assert saga.acknowledge().outcome == "accepted"
    assert saga.row.state == "closed"


def test_release_may_be_made_anew_before_the_history_is_sent() -> None:
    saga = until("released")
    saga.known.documents = {**saga.known.documents, sha("late"): a_document("late")}
    assert saga.release("old 1", "old 2", "late").outcome == "accepted"
    assert len(saga.row.released or ()) == 3


def test_acknowledgement_of_something_else_closes_nothing() -> None:
    saga = until("sent")
    assert saga.acknowledge("old 1").codes == ("TRANSFER_HELD_DIFFERS",)
    assert saga.acknowledge("old 1", "old 2", delivery=2).codes == ("TRANSFER_DELIVERY_OTHER",)
    assert (saga.row.state, saga.row.acknowledged_delivery) == ("sent", 0)


def test_sending_schools_department_releases_in_its_place() -> None:
    """What Bộ has is what goes; nothing more is waited for."""
    saga = until("accepted")
    assert saga.ruling("release").outcome == "accepted"
    assert (saga.row.state, saga.row.released) == ("released", ())


def test_history_asked_for_again_makes_another_delivery() -> None:
    saga = until("sent")
    assert saga.dispatch("old 1", "old 2", cause="resend", delivery=2).codes == ("TRANSFER_DISPATCH_WRONG",)
    assert saga.ruling("resend", NEW).outcome == "accepted"
    assert saga.dispatch("old 1", "old 2", cause="resend", delivery=2).outcome == "accepted"
    assert (saga.row.resend, saga.row.delivery) == (False, 2)
    assert saga.acknowledge("old 1", "old 2").codes == ("TRANSFER_DELIVERY_OTHER",)


def test_correction_after_the_end_awaits_another_signature() -> None:
    saga = until("closed")
    closed_at = saga.row.closed_at
    saga.known.documents = {**saga.known.documents, sha("old 3"): a_document("old 3")}
    assert saga.dispatch("old 1", "old 3", cause="correction", delivery=2).outcome == "accepted"
    assert (saga.row.state, saga.row.awaited) == ("amended", "acknowledgement")
    assert saga.acknowledge("old 1", "old 3", delivery=2).outcome == "accepted"
    assert (saga.row.state, saga.row.acknowledged_delivery, saga.row.closed_at) == ("closed", 2, closed_at)


@pytest.mark.parametrize(("wrong", "what"), [
    ({"delivery": 2}, "delivery"), ({"cause": "correction"}, "cause"), ({"root": "0" * 64}, "root"),
    ({"key": sha("another key")}, "key"),
])  # fmt: skip
def test_dispatch_that_does_not_fit_is_refused(wrong: dict[str, object], what: str) -> None:
    saga = until("released")
    outcome = saga.dispatch("old 1", "old 2", **wrong)  # type: ignore[arg-type]
    assert (outcome.codes, outcome.findings[0].facts, outcome.told) == (
        ("TRANSFER_DISPATCH_WRONG",), {"what": what}, (),
    )  # fmt: skip


def test_another_pupils_document_is_never_sent() -> None:
    saga = until("released")
    foreign = a_document("foreign", person="id:001200000009")
    saga.known.documents = {**saga.known.documents, foreign.sha256: foreign}
    assert saga.dispatch("old 1", "old 2", "foreign").codes == ("TRANSFER_DISPATCH_WRONG",)


def test_school_without_a_key_is_sent_nothing() -> None:
    saga = until("released", known_of(a_document("old 1"), a_document("old 2"), keys={}))
    assert saga.dispatch("old 1", "old 2").codes == ("TRANSFER_DISPATCH_WRONG",)


def test_clock_that_ran_out_refuses_nothing() -> None:
    """It is told to both schools, once, and the state stays."""
    saga = until("consented")
    due = saga.row.due_at
    assert due is not None
    said = {"by": "bo", "awaited": "answer", "due_at": due.strftime("%Y-%m-%dT%H:%M:%SZ")}
    assert saga.say("Overdue", "bo", **said).codes == ("TRANSFER_CLOCK_OTHER",)
    saga.at = due
    outcome = saga.say("Overdue", "bo", **said)
    assert ([told.to for told in outcome.told], saga.row.state) == ([NEW, OLD], "consented")
    assert (saga.row.overdue, saga.row.is_overdue) == (("answer",), True)
    assert saga.say("Overdue", "bo", **said).codes == ("TRANSFER_CLOCK_OTHER",)
    assert saga.answer().outcome == "accepted"
    assert not saga.row.is_overdue


def test_replay_says_again_what_was_said_whatever_is_known_since() -> None:
    """The registers and documents of today do not change what was decided then."""
    first = until("released")
    told = {step.statement_sha256: TransferTold((), "") for step in first.steps}
    told[first.steps[0].statement_sha256] = TransferTold((), "requested")
    known = known_of(a_document("old 9"), known=frozenset())
    known.told = told
    for step in first.steps:
        outcome = decide_transfer(step, known)
        outcome.add_to(known)
        assert outcome.outcome == "accepted", outcome.codes
    assert known.transfers == first.known.transfers


def test_replay_refuses_again_what_was_refused() -> None:
    saga = until("accepted")
    step = saga.step("Release", OLD, left_on="2026-09-20", documents=(), count=0, root="0" * 64)
    saga.known.told = {step.statement_sha256: TransferTold(("TRANSFER_RELEASE_LACKS",), "accepted", {"count": "7"})}
    (told,) = saga.decide(step).told
    assert (told.codes, told.facts) == (("TRANSFER_RELEASE_LACKS",), {"count": "7"})


def test_refusal_tells_the_school_which_documents_it_is_about() -> None:
    saga = until("accepted")
    outcome = saga.release("old 1")
    notice = notice_of(outcome.told[0], saga.steps[-1], 7)
    assert notice.facts == {"count": "1", "documents": sha("old 2")}
