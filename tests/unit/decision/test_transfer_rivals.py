"""Hai trường cùng đề nghị: contested transfers, the Sở's decision, referrals of the earlier procedure, what is owed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hub.decision.transfer_due import dispatch_due, is_due
from hub.domain.statements import TransferParty
from tests.unit.decision.transfer_builders import NEAR, NEW, OLD, OTHER, PUPIL, START, Saga, a_document, sha, until

BEFORE = datetime(2026, 5, 9, 16, 59, tzinfo=UTC) - timedelta(minutes=1)  # 23:58 of the last day in Vietnam


def _second(first: Saga, receiving: TransferParty = OTHER, **kw: object) -> Saga:
    saga = Saga(first.known, receiving=receiving, name="b", at=first.at, **kw)  # type: ignore[arg-type]
    outcome = saga.ask()
    assert outcome.outcome == "accepted", outcome.codes
    return saga


def test_second_request_waits_and_holds_the_first_one_up() -> None:
    """Both schools of the first one are told that there is another, not which."""
    first = until("consented")
    second = _second(first)
    assert (second.row.state, second.row.awaited, first.row.state) == ("contested", "decision", "consented")
    assert first.answer().codes == ("TRANSFER_CONTESTED",)
    assert second.consent().codes == ("TRANSFER_CONTESTED",)


def test_schools_of_the_first_request_hear_of_the_second() -> None:
    first = until("consented")
    second = Saga(first.known, receiving=OTHER, name="b", at=first.at)
    told = [(one.to, one.codes) for one in second.ask().told]
    contested = ("TRANSFER_CONTESTED",)
    assert told == [(OTHER, ()), (OLD, ()), (NEW, contested), (OLD, contested)]


def test_second_request_holds_up_the_release_too() -> None:
    first = until("accepted")
    _second(first)
    assert first.release("old 1", "old 2").codes == ("TRANSFER_CONTESTED",)
    assert first.ruling("release").codes == ("TRANSFER_CONTESTED",)


def test_identifier_that_is_linked_names_the_same_person() -> None:
    first = until("consented")
    first.known.persons = {"school:48000701:77": PUPIL}
    assert _second(first, pupil="school:48000701:77").row.state == "contested"


def test_two_open_transfers_that_a_link_brings_together_hold_each_other_up() -> None:
    """Each began as one of another person."""
    first = until("consented")
    second = _second(first, pupil="school:48000701:77")
    assert second.row.state == "requested"
    first.known.persons = {"school:48000701:77": PUPIL}
    assert first.answer().codes == ("TRANSFER_CONTESTED",)


@pytest.mark.parametrize("prefers_first", [True, False])
def test_department_of_the_sending_school_prefers_one_and_ends_the_other(prefers_first: bool) -> None:
    first = until("consented")
    second = _second(first)
    assert second.ruling("prefer", OTHER).codes == ("TRANSFER_NOT_YOURS",)
    chosen, ended = (first, second) if prefers_first else (second, first)
    outcome = chosen.ruling("prefer")
    assert [row.state for row in outcome.changed] == ["consented" if prefers_first else "requested", "cancelled"]
    assert len(outcome.told) == 4
    assert (ended.row.state, ended.row.is_open, chosen.row.since) == ("cancelled", False, chosen.at)


def test_preferred_transfer_goes_on() -> None:
    first = until("consented")
    _second(first)
    first.ruling("prefer")
    assert first.answer().outcome == "accepted"


def test_nothing_is_preferred_to_nothing() -> None:
    assert until("consented").ruling("prefer").codes == ("TRANSFER_UNCONTESTED",)


def test_department_does_not_end_a_transfer_out_of_another_province() -> None:
    first = until("consented")
    second = _second(first, receiving=NEAR, sending=OTHER)
    assert second.ruling("prefer").codes == ("TRANSFER_RIVAL_ELSEWHERE",)
    assert first.ruling("cancel").outcome == "accepted"
    assert second.row.state == "requested"


@pytest.mark.parametrize("end", [
    lambda saga: saga.say("Withdrawal", NEW), lambda saga: saga.ruling("cancel", NEW),
    lambda saga: saga.answer("refuse", reason="Hết chỗ học"),
])  # fmt: skip
def test_contested_request_goes_on_when_the_first_one_ends(end: object) -> None:
    first = until("consented")
    second = _second(first)
    outcome = end(first)  # type: ignore[operator]
    assert [row.state for row in outcome.changed][1:] == ["requested"]
    assert second.row.awaited == "consent"


def test_schools_of_the_first_request_hear_that_its_rival_has_ended() -> None:
    first = until("consented")
    second = _second(first)
    told = [(one.to, one.row.state, one.codes) for one in second.say("Withdrawal", OTHER).told]
    ended = ("TRANSFER_RIVAL_ENDED",)
    assert told[2:] == [(NEW, "consented", ended), (OLD, "consented", ended)]
    assert first.answer().outcome == "accepted"


def test_nobody_hears_of_an_end_while_two_are_left() -> None:
    first = until("consented")
    _second(first)
    third = Saga(first.known, receiving=NEAR, name="c", at=first.at)
    third.ask()
    assert [one.to for one in third.say("Withdrawal", NEAR).told] == [NEAR, OLD]


def test_two_contested_requests_wait_on_when_the_first_one_ends() -> None:
    first = until("consented")
    second = _second(first)
    third = Saga(first.known, receiving=NEAR, name="c", at=first.at)
    third.ask()
    first.say("Withdrawal", NEW)
    assert (second.row.state, third.row.state) == ("contested", "contested")
    assert third.ruling("prefer").outcome == "accepted"
    assert (second.row.state, third.row.state) == ("cancelled", "requested")


def test_contested_request_meets_a_pupil_who_moved_meanwhile() -> None:
    """The first one was sent already, and is signed for; the other school then asks the new one."""
    first = until("sent")
    second = _second(first)
    first.acknowledge("old 1", "old 2")
    assert second.row.state == "requested"
    second.consent()
    assert second.answer().codes == ("TRANSFER_PUPIL_MOVED",)


def test_earlier_procedure_asks_both_departments_first() -> None:
    saga = until("consented", at=BEFORE)
    assert (saga.row.procedure, saga.row.awaited) == ("QD51-2002", "referral")
    assert saga.answer().codes == ("TRANSFER_REFERRAL_MISSING",)
    assert saga.say("Referral", OLD).outcome == "accepted"
    assert saga.say("Referral", OLD).codes == ("TRANSFER_REFERRAL_STANDS",)
    assert saga.row.state == "consented"
    assert saga.say("Referral", NEW).outcome == "accepted"
    assert (saga.row.state, saga.row.due_at) == ("referred", None)
    assert saga.answer().outcome == "accepted"


def test_request_of_the_last_day_keeps_the_earlier_procedure() -> None:
    """One of the next minute has the present one."""
    last, next_ = (
        Saga(until("requested").known, pupil="id:001200000002", name="z", at=BEFORE),
        until("consented", at=BEFORE + timedelta(minutes=1)),
    )
    last.ask()
    assert (last.row.procedure, next_.row.procedure) == ("QD51-2002", "TT15-2026")
    assert next_.say("Referral", OLD).codes == ("TRANSFER_REFERRAL_NEEDLESS",)


def test_move_inside_a_province_needs_no_referral() -> None:
    saga = until("consented", at=BEFORE, receiving=NEAR)
    assert (saga.row.awaited, saga.row.due_at) == ("answer", None)
    assert saga.answer().outcome == "accepted"


@pytest.mark.parametrize(("receiving", "since", "last"), [
    (NEAR, "2027-02-01T09:00", "2027-02-15"), (NEW, "2027-02-01T09:00", "2027-02-18"),
])  # fmt: skip
def test_unanswered_request_runs_out_on_the_right_day_across_tet(receiving: object, since: str, last: str) -> None:
    """Five days inside a province, eight between two; holidays and week ends are not counted."""
    at = datetime.fromisoformat(f"{since}+07:00").astimezone(UTC)
    saga = until("consented", at=at, receiving=receiving)
    midnight = datetime.fromisoformat(f"{last}T00:00+07:00").astimezone(UTC) + timedelta(days=1)
    assert saga.row.due_at == midnight
    assert not is_due(saga.row, midnight - timedelta(seconds=1))
    assert is_due(saga.row, midnight)


def test_day_off_of_the_awaited_sides_department_counts() -> None:
    saga = until("consented")
    saga.known.registers.off = {OLD.so: {date(2026, 9, 15)}}  # type: ignore[attr-defined]
    saga.answer()
    assert saga.row.due_at == datetime(2026, 9, 18, 17, tzinfo=UTC)  # to the end of Friday instead of Thursday


def test_history_is_owed_when_bo_has_all_that_was_released() -> None:
    saga = until("accepted")
    saga.release("old 1", "old 2", "late")
    assert dispatch_due(saga.row, saga.known) is None
    saga.known.documents = {**saga.known.documents, sha("late"): a_document("late")}
    due = dispatch_due(saga.row, saga.known)
    assert due is not None
    wanted = tuple(sorted(map(sha, ("old 1", "old 2", "late"))))
    assert (due.cause, due.delivery, due.documents) == ("release", 1, wanted)


def test_history_holds_documents_of_all_schools_in_their_current_versions() -> None:
    saga = until("released")
    more = [a_document("older", "04000001"), a_document("replaced", "04000001", current=False)]
    saga.known.documents = {**saga.known.documents, **{one.sha256: one for one in more}}
    due = dispatch_due(saga.row, saga.known)
    assert due is not None
    assert set(due.documents) == {sha("old 1"), sha("old 2"), sha("older")}


def test_correction_by_the_old_school_is_owed_and_a_transcript_of_the_new_one_is_not() -> None:
    saga = until("closed")
    own = a_document("own", NEW.school, locked_at=START + timedelta(days=90))
    saga.known.documents = {**saga.known.documents, own.sha256: own}
    assert dispatch_due(saga.row, saga.known) is None
    old = saga.known.documents[sha("old 2")]
    corrected = {sha("old 2"): replace(old, is_current=False), sha("old 3"): a_document("old 3")}
    saga.known.documents = {**saga.known.documents, **corrected}
    due = dispatch_due(saga.row, saga.known)
    assert due is not None
    assert (due.cause, due.delivery, set(due.documents)) == ("correction", 2, {sha("old 1"), sha("old 3")})


def test_correction_goes_to_the_school_where_the_pupil_is_now() -> None:
    first = until("closed")
    second = Saga(first.known, receiving=OTHER, sending=NEW, name="b", at=START + timedelta(days=90))
    second.ask(), second.consent(), second.answer(), second.release()
    second.dispatch("old 1", "old 2"), second.acknowledge("old 1", "old 2")
    assert second.row.state == "closed"
    first.known.documents = {**first.known.documents, sha("old 3"): a_document("old 3")}
    assert dispatch_due(first.row, first.known) is None
    assert dispatch_due(second.row, second.known) is not None
    first.at = second.at
    assert first.dispatch("old 1", "old 2", "old 3", cause="correction", delivery=2).codes == ("TRANSFER_PUPIL_MOVED",)
