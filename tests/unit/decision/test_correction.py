"""Every step of a correction, and every step that it may not take."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from hub.decision import Judged, Known, Outcome, Prepared, RoundKey, decide
from hub.trust import LOCK_POLICY_DEFAULT
from tests.unit.decision.builders import (
    AT,
    OTHER_SCHOOL,
    SCHOOL,
    SO,
    YEAR,
    a_lock_request,
    a_submission,
    answers_of,
    codes_of,
    sha,
)
from tests.unit.decision.correction_builders import (
    CLOSES_AT,
    COLLEAGUE,
    LEAD,
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

KEY = RoundKey(SCHOOL, YEAR, "completed", 1)


class Office:
    """A Sở with locked transcripts of two pupils, to which one command after another is given."""

    def __init__(self) -> None:
        self.database = CorrectionDatabase()
        self.bases = [a_version("id:1"), a_version("id:2")]
        self.say(a_submission(*self.bases))
        self.say(a_lock_request([b.document_sha256 for b in self.bases], signatory=PRINCIPAL))
        self.database.lock(KEY)

    def say(self, command: Prepared) -> Outcome:
        """Decide one command and write what became of it."""
        known: Known = self.database.load([command])
        outcome, _ = decide(command, known, SO)
        self.database.apply(outcome)
        return outcome

    def request(self, *bases: Judged, **changes: Any) -> Prepared:
        """Ask to correct these, or the first pupil; it must stand."""
        made = a_request([b.document_sha256 for b in bases or self.bases[:1]], **changes)
        assert self.say(made).outcome == "accepted"
        return made

    def opened(self, *bases: Judged) -> Prepared:
        """Go to an open window."""
        made = self.request(*bases)
        for step in (a_confirmation(made), an_unlock_request(made), a_decision(made)):
            assert self.say(step).outcome == "accepted"
        return made

    def states(self) -> list[str]:
        """The states of all corrections, in order."""
        return [row.state for _, row in sorted(self.database.corrections.items())]


@pytest.fixture
def office() -> Office:
    return Office()


def test_request_opens_one_correction_a_pupil(office: Office) -> None:
    """Each item is a row of its own, from the locked version, with who asked as its first step."""
    office.request(*office.bases)
    rows = sorted(office.database.corrections.values(), key=lambda row: row.n)
    assert [(r.n, r.state, r.base_sha256) for r in rows] == [
        (n, "requested", base.document_sha256) for n, base in enumerate(office.bases)
    ]
    assert {(s.event, s.role, s.person, s.reason) for r in rows for s in r.steps} == {
        ("request", "homeroom_teacher", "GV-1", "Nhập nhầm")
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bases": [sha("nothing")]}, "CORRECTION_BASE_UNKNOWN"),
        ({"school": OTHER_SCHOOL}, "CORRECTION_BASE_UNKNOWN"),
        ({"school_year": "2024-2025"}, "CORRECTION_OTHER_YEAR"),
        ({"fields": ["$.remark"]}, "CORRECTION_FIELD_UNKNOWN"),
        ({"fields": ["$.student.personal_id"]}, "CORRECTION_FIELD_FIXED"),
    ],
)
def test_request_that_starts_from_the_wrong_place_is_refused(office: Office, change: dict[str, Any], code: str) -> None:
    """Unknown base, another school's, another year, a field that no transcript has or that names the record."""
    outcome = office.say(a_request(change.pop("bases", [office.bases[0].document_sha256]), **change))
    assert (outcome.outcome, codes_of(outcome)) == ("refused", [code])
    assert office.states() == []


def test_request_tells_everything_at_once(office: Office) -> None:
    """Two pupils, three faults: the teacher hears of all of them, each with its item."""
    bases = [office.bases[0].document_sha256, sha("nothing"), office.bases[0].document_sha256]
    outcome = office.say(a_request(bases, fields=["$.remarks", "$.nothing"]))
    assert {(f.code, f.path) for f in outcome.findings} == {
        ("CORRECTION_FIELD_UNKNOWN", "$.items[0].fields"), ("CORRECTION_FIELD_UNKNOWN", "$.items[1].fields"),
        ("CORRECTION_FIELD_UNKNOWN", "$.items[2].fields"), ("CORRECTION_BASE_UNKNOWN", "$.items[1]"),
        ("CORRECTION_PUPIL_TWICE", "$.items[2]"),
    }  # fmt: skip


def test_transcript_that_is_not_locked_needs_no_correction(office: Office) -> None:
    """What is open is recalled or replaced; the refusal tells its state."""
    fresh = a_version("id:3")
    office.say(a_submission(fresh, cohort="supplementary", command_id="submit-0003"))
    outcome = office.say(a_request([fresh.document_sha256]))
    assert [(f.code, f.facts) for f in outcome.findings] == [("CORRECTION_BASE_NOT_LOCKED", {"state": "open"})]


def test_second_open_correction_names_the_first(office: Office) -> None:
    """One open correction a record: the second hears which one, in which state, since when."""
    first = office.request()
    outcome = office.say(a_request([b.document_sha256 for b in office.bases], command_id="request-0002"))
    (found,) = outcome.findings
    assert (found.code, found.path) == ("CORRECTION_ALREADY_OPEN", "$.items[0]")
    assert found.facts == {"correction": first.command_id, "state": "requested", "since": "2026-06-15T03:00:00Z"}


def test_stale_base_is_told_the_current_one(office: Office) -> None:
    """After a correction was locked, the version before it is no base any more."""
    office.opened()
    base = office.bases[0]
    new = a_version("id:1", base.document_sha256, "nhầm", remarks="Mới.")
    office.say(a_resubmission(new))
    office.say(a_relock([new.document_sha256]))
    office.database.lock(RoundKey(SCHOOL, YEAR, "correction", 1))
    outcome = office.say(a_request([base.document_sha256], command_id="request-0002"))
    assert [(f.code, f.facts) for f in outcome.findings] == [
        ("CORRECTION_BASE_STALE", {"current": new.document_sha256.hex()})
    ]
    assert office.say(a_request([new.document_sha256], command_id="request-0003")).outcome == "accepted"


Step = Callable[[Prepared], Prepared]


def _rejection(request: Prepared) -> Prepared:
    return a_decision(request, None)


@pytest.mark.parametrize(
    ("before", "step", "named"),
    [
        ((), an_unlock_request, "submit"),
        ((), a_decision, "approve"),
        ((a_confirmation,), a_decision, "approve"),
        ((a_confirmation,), lambda r: a_confirmation(r, "confirm-0002"), "confirm"),
        ((a_confirmation, an_unlock_request, a_decision), a_withdrawal, "withdraw"),
        ((a_withdrawal,), a_confirmation, "confirm"),
        ((a_confirmation, an_unlock_request, _rejection), lambda r: a_decision(r, CLOSES_AT, "decide-0002"), "approve"),
    ],
)  # fmt: skip
def test_step_out_of_turn_says_state_and_since(office: Office, before: Sequence[Step], step: Step, named: str) -> None:
    """The table of transitions decides; whoever is early or late hears where the correction stands."""
    request = office.request()
    for one in before:
        assert office.say(one(request)).outcome == "accepted"
    state = office.states()
    outcome = office.say(step(request))
    assert [(f.code, f.facts["step"], f.facts["state"]) for f in outcome.findings] == [
        ("CORRECTION_STEP_NOT_ALLOWED", named, state[0])
    ]
    assert outcome.findings[0].facts["since"] == "2026-06-15T03:00:00Z"
    assert office.states() == state


def test_step_of_another_request_is_refused(office: Office) -> None:
    """The id must be known at this school, and the hash that of the very text."""
    request = office.request()
    stranger = a_request([office.bases[1].document_sha256], command_id="request-0009")
    assert codes_of(office.say(a_confirmation(stranger))) == ["CORRECTION_UNKNOWN"]
    outcome = office.say(a_confirmation(request, "confirm-0002", agreed=sha("another text")))
    assert codes_of(outcome) == ["CORRECTION_REQUEST_DIFFERS"]
    assert office.states() == ["requested"]


@pytest.mark.parametrize(
    ("steps", "step"),
    [
        ((), lambda r: a_confirmation(r, signatory=a_person("principal", "GV-1", "another certificate"))),
        ((), lambda r: a_confirmation(r, signatory=a_person("principal", "HT-9", "GV-1"))),
        ((a_confirmation,), lambda r: an_unlock_request(r, signatory=a_person("school_seal", "HT-1", "a seal"))),
        ((a_confirmation, an_unlock_request), lambda r: a_decision(r, signatory=a_person("so_officer", "GV-1", "new"))),
        (
            (a_confirmation, an_unlock_request),
            lambda r: a_decision(r, None, signatory=a_person("so_lead", "HT-1", "new")),
        ),
    ],
    ids=[
        "same person confirms",
        "same certificate confirms",
        "principal seals",
        "teacher approves",
        "principal rejects",
    ],
)
def test_nobody_takes_two_steps_of_one_correction(office: Office, steps: Sequence[Step], step: Step) -> None:
    """Different persons by staff id and by certificate: nobody approves his own request in another office."""
    request = office.request()
    for one in steps:
        assert office.say(one(request)).outcome == "accepted"
    state = office.states()
    assert codes_of(office.say(step(request))) == ["CORRECTION_SAME_PERSON"]
    assert office.states() == state


@pytest.mark.parametrize(
    ("closes_at", "code"),
    [
        ("", "CORRECTION_WINDOW_MISSING"),
        ("2026-02-31T00:00:00Z", "CORRECTION_WINDOW_MISSING"),
        (AT, "CORRECTION_WINDOW_PAST"),
        (AT + timedelta(days=30, seconds=1), "CORRECTION_WINDOW_TOO_LONG"),
    ],
)
def test_window_needs_an_end_that_is_near(office: Office, closes_at: Any, code: str) -> None:
    """No end, none that a clock has, one that is over, one too far: none of them opens a window."""
    request = office.request()
    office.say(a_confirmation(request))
    office.say(an_unlock_request(request))
    assert codes_of(office.say(a_decision(request, closes_at))) == [code]
    assert office.states() == ["submitted"]


def test_longest_window_is_the_policy_of_the_so(office: Office) -> None:
    """The number of days is dated data of the Sở, thirty where it says nothing."""
    request = office.request()
    office.say(a_confirmation(request))
    office.say(an_unlock_request(request))
    short = LOCK_POLICY_DEFAULT.__class__("warn", frozenset(), correction_days_max=3)
    outcome = office.say(a_decision(request, AT + timedelta(days=4), lock_policy=short))
    assert [f.facts["days_max"] for f in outcome.findings] == ["3"]
    assert office.say(a_decision(request, AT + timedelta(days=30), "decide-0002")).outcome == "accepted"


def test_approval_gives_one_round_and_window_to_all_pupils(office: Office) -> None:
    """The first round of the school and year has number 1, the next correction number 2."""
    office.opened(*office.bases)
    rows = office.database.corrections.values()
    assert {(r.state, r.round_number, r.closes_at) for r in rows} == {("approved", 1, CLOSES_AT)}
    assert office.database.rounds[RoundKey(SCHOOL, YEAR, "correction", 1)].state == "open"


@pytest.mark.parametrize(
    ("signatory", "codes"),
    [(TEACHER, []), (PRINCIPAL, []), (COLLEAGUE, ["CORRECTION_WITHDRAWAL_BY_OTHER"])],
)
def test_request_is_withdrawn_by_who_asked_or_by_the_principal(
    office: Office, signatory: Any, codes: list[str]
) -> None:
    """Another teacher takes nobody's request back; the principal may, also after she has confirmed it."""
    request = office.request()
    office.say(a_confirmation(request))
    outcome = office.say(a_withdrawal(request, signatory=signatory))
    assert codes_of(outcome) == codes
    assert office.states() == ["confirmed" if codes else "withdrawn"]


@pytest.mark.parametrize(
    ("version", "code"),
    [
        (lambda base: a_version("id:1", base, "nhầm", remarks="Mới.", class_="9Z"), "CORRECTION_FIELD_NOT_APPROVED"),
        (lambda base: a_version("id:1", base, "nhầm"), "CORRECTION_NOTHING_CHANGED"),
        (lambda base: a_version("id:1", base, None, remarks="Mới."), "CORRECTION_REASON_MISSING"),
        (lambda base: a_version("id:1", None, "nhầm", remarks="Mới."), "SUPERSEDES_MISSING"),
        (lambda base: a_version("id:1", sha("other"), "nhầm", remarks="Mới."), "CORRECTION_BASE_STALE"),
        (lambda base: a_version("id:2", base, "nhầm", remarks="Mới."), "CORRECTION_OTHER_PUPIL"),
    ],
)
def test_version_outside_its_window_is_refused(office: Office, version: Callable[[bytes], Judged], code: str) -> None:
    """Only that pupil, only those fields, over the locked version, with a reason."""
    office.opened()
    outcome = office.say(a_resubmission(version(office.bases[0].document_sha256)))
    assert (answers_of(outcome), codes_of(outcome, 0)) == ([("refused", None)], [code])
    assert office.states() == ["approved"]


def test_field_above_covers_no_fixed_one(office: Office) -> None:
    """Which record it is stays fixed, whatever part of the document was approved."""
    request = office.request(fields=("$.student", "$.remarks"))
    for step in (a_confirmation(request), an_unlock_request(request), a_decision(request)):
        assert office.say(step).outcome == "accepted"
    base = office.bases[0]
    good = a_version("id:1", base.document_sha256, "nhầm", remarks="Mới.")
    other = a_version("id:1", base.document_sha256, "nhầm", remarks="Mới.", student={"passport": "C1234567"})
    outcome = office.say(a_resubmission(other))
    (found,) = outcome.answers[0].findings
    assert (found.code, found.facts["fields"]) == ("CORRECTION_FIELD_NOT_APPROVED", "$.student.passport")
    assert answers_of(office.say(a_resubmission(good, command_id="again-0002"))) == [("accepted", "open")]


def test_refused_version_shows_paths_and_no_values(office: Office) -> None:
    """The school sees which fields differ and which were approved; marks and texts stay out of the finding."""
    office.opened()
    bad = a_version("id:1", office.bases[0].document_sha256, "nhầm", remarks="Lộ.", class_="9Z")
    (found,) = office.say(a_resubmission(bad)).answers[0].findings
    assert found.facts == {"count": "1", "fields": "$.class", "approved": "$.remarks"}
    assert found.value is None


def test_version_before_any_window_or_after_it_is_refused(office: Office) -> None:
    """No round, and the instant at which the window closes: neither takes anything."""
    good = a_version("id:1", office.bases[0].document_sha256, "nhầm", remarks="Mới.")
    assert codes_of(office.say(a_resubmission(good)), 0) == ["CORRECTION_NO_WINDOW"]
    office.opened()
    late = office.say(a_resubmission(good, command_id="again-0002", at=CLOSES_AT))
    assert codes_of(late, 0) == ["CORRECTION_WINDOW_CLOSED"]
    in_time = office.say(a_resubmission(good, command_id="again-0003", at=CLOSES_AT - timedelta(milliseconds=1)))
    assert answers_of(in_time) == [("accepted", "open")]


def test_open_version_hides_nothing_of_the_locked_one(office: Office) -> None:
    """Replaced, recalled or open: outside its round the record is locked, and its school is told so."""
    office.opened()
    base = office.bases[0].document_sha256
    one, two = (a_version("id:1", base, "nhầm", remarks=text) for text in ("Một.", "Hai."))
    outside = a_version("id:1", base, "nhầm", remarks="Ngoài.")

    def refused(n: int) -> bool:
        outcome = office.say(a_submission(outside, cohort="supplementary", command_id=f"outside-{n}"))
        return codes_of(outcome, 0) == ["RECORD_LOCKED"]

    office.say(a_resubmission(one))
    assert refused(1)
    assert answers_of(office.say(a_resubmission(two, command_id="again-0002"))) == [("accepted", "open")]
    assert office.states() == ["resubmitted"]
    assert office.say(a_recall_of(two.document_sha256)).outcome == "accepted"
    assert (office.states(), refused(2)) == (["approved"], True)
    states = sorted((d.version, d.state) for d in office.database.documents.values() if d.record.pupil == "id:1")
    assert states == [(1, "locked"), (2, "replaced"), (3, "recalled")]
    same = office.say(a_resubmission(office.bases[0], command_id="again-0003"))
    assert answers_of(same) == [("unchanged", "locked")]


def test_correction_claims_nobody_anew(office: Office) -> None:
    """A pupil whom another school reports too is not held again: the locked version claims him, not its correction."""
    rival = a_version("id:1", remarks="Trường khác.")
    rival = rival.__class__(
        0, b"rival", sha("rival"), b"", ("a..b",), rival.transcript, rival.record._replace(school=OTHER_SCHOOL), ()
    )  # type: ignore[union-attr]
    assert answers_of(office.say(a_submission(rival, school=OTHER_SCHOOL))) == [("accepted", "held")]
    office.opened()
    good = a_version("id:1", office.bases[0].document_sha256, "nhầm", remarks="Mới.")
    assert answers_of(office.say(a_resubmission(good))) == [("accepted", "open")]
    recalled = office.say(a_recall_of(good.document_sha256))
    assert [m.document.record.school for m in recalled.moves] == [SCHOOL], "the other claimant is not freed"


def test_lock_of_a_round_tells_whose_window_is_spent(office: Office) -> None:
    """The round closes with what came; who came to nothing is told, and the roster is not asked for."""
    office.opened(*office.bases)
    good = a_version("id:1", office.bases[0].document_sha256, "nhầm", remarks="Mới.")
    office.say(a_resubmission(good))
    outcome = office.say(a_relock([good.document_sha256]))
    assert (outcome.outcome, [f.facts for f in outcome.findings]) == ("accepted", [{"count": "1"}])
    office.database.lock(RoundKey(SCHOOL, YEAR, "correction", 1))
    assert office.states() == ["relocked", "approved"]
    late = a_version("id:2", office.bases[1].document_sha256, "nhầm", remarks="Mới.")
    assert codes_of(office.say(a_resubmission(late, command_id="again-0002")), 0) == ["ROUND_CLOSED"]


def test_window_closes_at_its_time_and_tells_what_was_not_used(office: Office) -> None:
    """Not a moment earlier; who has handed in keeps what he has; nobody is told twice."""
    request = office.opened(*office.bases)
    early = office.say(a_closing(request, command_id="window-0001", at=CLOSES_AT - timedelta(milliseconds=1)))
    assert codes_of(early) == ["CORRECTION_WINDOW_OPEN"]
    good = a_version("id:1", office.bases[0].document_sha256, "nhầm", remarks="Mới.")
    office.say(a_resubmission(good))
    differs = office.say(a_closing(request, CLOSES_AT - timedelta(days=1), "window-0002", at=CLOSES_AT))
    assert codes_of(differs) == ["CORRECTION_WINDOW_DIFFERS"]
    closed = office.say(a_closing(request, command_id="window-0003", at=CLOSES_AT))
    assert [(f.code, f.path) for f in closed.findings] == [("CORRECTION_WINDOW_UNUSED", "$.items[1]")]
    assert office.states() == ["resubmitted", "expired"]
    again = office.say(a_closing(request, command_id="window-0004", at=CLOSES_AT))
    assert codes_of(again) == ["CORRECTION_STEP_NOT_ALLOWED"]


def test_version_that_is_recalled_after_the_window_closed_leaves_it_to_be_closed_again(office: Office) -> None:
    """Reopened after its window closed: a second closing ends it, and another request may come."""
    request = office.opened(*office.bases)
    good = a_version("id:1", office.bases[0].document_sha256, "nhầm", remarks="Mới.")
    office.say(a_resubmission(good))
    assert office.say(a_closing(request, at=CLOSES_AT)).outcome == "accepted"
    late = CLOSES_AT + timedelta(days=1)
    assert office.say(a_recall_of(good.document_sha256, at=late)).outcome == "accepted"
    assert office.states() == ["approved", "expired"]
    assert office.say(a_closing(request, command_id="window-0002", at=late)).outcome == "accepted"
    assert office.states() == ["expired", "expired"]
    office.request(*office.bases, command_id="request-0002")


def test_two_schools_that_act_for_one_never_share_a_round(office: Office) -> None:
    """The closed school's own approval has taken its number, though its round is not seen yet."""
    office.opened(office.bases[0])
    office.database.rounds.pop(RoundKey(SCHOOL, YEAR, "correction", 1))
    request = a_request([office.bases[1].document_sha256], "request-0002", school=OTHER_SCHOOL, issuer=SCHOOL)
    for step in (request, a_confirmation(request, "confirm-0002"), an_unlock_request(request, "unlock-00002")):
        assert office.say(step).outcome == "accepted"
    outcome = office.say(a_decision(request, command_id="decide-0002"))
    assert outcome.opens == RoundKey(SCHOOL, YEAR, "correction", 2)


def test_successor_corrects_for_the_school_that_closed(office: Office) -> None:
    """Record, round and lock keep the issuing school; who acts is the one that succeeds it, with numbers of its own."""
    request = a_request([office.bases[0].document_sha256], school=OTHER_SCHOOL, issuer=SCHOOL)
    for step in (request, a_confirmation(request), an_unlock_request(request), a_decision(request)):
        assert office.say(step).outcome == "accepted"
    good = a_version("id:1", office.bases[0].document_sha256, "nhầm", remarks="Mới.")
    assert answers_of(office.say(a_resubmission(good, school=OTHER_SCHOOL))) == [("accepted", "open")]
    assert office.say(a_recall_of(good.document_sha256, school=OTHER_SCHOOL)).outcome == "accepted"
    office.say(a_resubmission(good, school=OTHER_SCHOOL, command_id="again-0002"))
    outcome = office.say(a_relock([good.document_sha256], school=OTHER_SCHOOL))
    key = RoundKey(SCHOOL, YEAR, "correction", 1)
    assert outcome.closing is not None
    assert (outcome.outcome, outcome.closing.key) == ("accepted", key)
    office.database.lock(key)
    assert office.states() == ["relocked"]


def test_officer_and_lead_may_both_decide(office: Office) -> None:
    """Either office of the Sở; the step says which, and with whose reason."""
    for n, by in enumerate((OFFICER, LEAD)):
        request = office.request(office.bases[n], command_id=f"request-{n:04d}")
        office.say(a_confirmation(request, f"confirm-{n:04d}"))
        office.say(an_unlock_request(request, f"unlock-{n:05d}"))
        outcome = office.say(a_decision(request, command_id=f"decide-{n:04d}", signatory=by))
        assert [(r.steps[-1].role, r.steps[-1].reason, r.round_number) for r in outcome.corrections] == [
            (by.role, "Đủ căn cứ", n + 1)
        ]


def test_every_step_is_signed_by_another(office: Office) -> None:
    """The record of a whole path: who, as what, in which command."""
    request = office.opened()
    (row,) = office.database.corrections.values()
    assert [(s.event, s.role, s.person) for s in row.steps] == [
        (event, by.role, by.person)
        for event, by in (("request", TEACHER), ("confirm", PRINCIPAL), ("submit", SEAL), ("approve", OFFICER))
    ]
    assert row.steps[0].message_sha256 == request.message_sha256
