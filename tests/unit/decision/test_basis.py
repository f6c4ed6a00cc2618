"""A year's transcript on the semester document of a former school: what its Sở can tell, and what it refuses."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as with_fields

from hub.decision import Judged, Known, decide
from hub.decision.basis import BasisGround, Brought, HeldSemester, basis_findings
from hub.domain.findings import finding, refuses
from hub.domain.linking import Links
from hub.domain.transcript import Basis
from tests.unit.decision.builders import SO, YEAR, a_judged, a_submission, answers_of, codes_of
from tests.unit.domain.builders import a_transcript, with_row

NAMED, OTHER, FORMER = "ab" * 32, "cd" * 32, "4001007"
BROUGHT = Brought("id:1", YEAR, FORMER, "closed", frozenset({NAMED}), frozenset({NAMED}))
SEMESTER = a_transcript(7, "semester_1")
HELD = HeldSemester(FORMER, "id:1", YEAR, "semester_1", SEMESTER)


def a_year(**changes: Any) -> Judged:
    basis = (Basis(document_sha256=NAMED, period="semester_1", school=FORMER),)
    return a_judged(transcript=a_transcript(7, basis=basis), **changes)


def codes(
    *brought: Brought, held: HeldSemester | None = None, persons: frozenset[str] = frozenset({"id:1"})
) -> list[str]:
    transcript = a_year().transcript
    assert transcript is not None
    ground = BasisGround(brought, {} if held is None else {NAMED: held})
    return [one.code for one in basis_findings(transcript, persons, ground)]


@pytest.mark.parametrize(
    ("brought", "expected"),
    [
        ([BROUGHT], []),
        ([replace(BROUGHT, state="amended")], []),
        ([], ["BASIS_UNKNOWN"]),
        ([replace(BROUGHT, ever=frozenset({OTHER}))], ["BASIS_NOT_DELIVERED"]),
        ([replace(BROUGHT, ever=frozenset(), state="released")], ["BASIS_NOT_DELIVERED"]),
        ([replace(BROUGHT, state="sent")], ["BASIS_NOT_DELIVERED"]),
        ([replace(BROUGHT, ever=frozenset(), state="released", sending="4001008")], ["BASIS_UNKNOWN"]),
        ([replace(BROUGHT, state="withdrawn")], ["BASIS_UNKNOWN"]),
        ([replace(BROUGHT, pupil="id:2")], ["BASIS_OTHER_PUPIL"]),
        ([replace(BROUGHT, school_year="2024-2025")], ["BASIS_OTHER_YEAR"]),
        ([replace(BROUGHT, sending="4001008")], ["BASIS_SCHOOL_UNSURE"]),
        ([replace(BROUGHT, now=frozenset({OTHER}))], ["BASIS_CORRECTED"]),
        ([replace(BROUGHT, sending="4001008"), BROUGHT], []),
        ([replace(BROUGHT, pupil="id:2"), BROUGHT], []),
        ([replace(BROUGHT, school_year="2024-2025"), BROUGHT], []),
    ],
)  # fmt: skip
def test_what_a_transfer_brought_may_be_rested_on(brought: list[Brought], expected: list[str]) -> None:
    """Of the same person and year, delivered and signed for; of another sending school it is a doubt alone."""
    assert codes(*brought) == expected


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (HELD, []),
        (replace(HELD, pupil="id:2"), ["BASIS_OTHER_PUPIL"]),
        (replace(HELD, school="4001008"), ["BASIS_OTHER_SCHOOL"]),
        (replace(HELD, school_year="2024-2025"), ["BASIS_OTHER_YEAR"]),
        (replace(HELD, period="year"), ["BASIS_OTHER_PERIOD"]),
        (replace(HELD, transcript=with_fields(SEMESTER, subjects=with_row(SEMESTER.subjects, "VAN", semester_1="3.0"))),
         ["BASIS_MARKS_DIFFER"]),
    ],
)  # fmt: skip
def test_document_of_the_same_province_is_compared_itself(held: HeldSemester, expected: list[str]) -> None:
    """Its Sở has its contents: nothing of them is left to be believed."""
    assert codes(BROUGHT, held=held) == expected


def test_another_identifier_of_the_same_person_is_no_other_pupil() -> None:
    """The notice names the one under which the pupil moved."""
    both = frozenset({"id:1", "id:7"})
    assert codes(replace(BROUGHT, pupil="id:7"), persons=both) == []
    assert codes(BROUGHT, held=replace(HELD, pupil="id:7"), persons=both) == []


@given(st.permutations([BROUGHT, replace(BROUGHT, pupil="id:2"), replace(BROUGHT, state="withdrawn"),
                        replace(BROUGHT, state="requested", ever=frozenset())]))  # fmt: skip
def test_order_of_transfers_says_nothing(brought: list[Brought]) -> None:
    assert codes(*brought) == []


STATES = st.sampled_from(["requested", "sent", "closed", "amended", "withdrawn"])
HASHES = st.sampled_from([frozenset[str](), frozenset({NAMED})])
TRANSFERS = st.builds(
    Brought, st.sampled_from(["id:1", "id:2"]), st.sampled_from([YEAR, "2024-2025"]),
    st.sampled_from([FORMER, "4001008"]), STATES, HASHES, HASHES,
)  # fmt: skip


@given(st.lists(TRANSFERS, max_size=4))
def test_no_basis_stands_that_was_not_delivered_of_this_person_and_year(brought: list[Brought]) -> None:
    """Whatever else the Sở has heard; and what was delivered is never refused."""
    found = codes(*brought)
    stands = any(
        (b.pupil, b.school_year) == ("id:1", YEAR) and b.state in ("closed", "amended") and NAMED in b.ever
        for b in brought
    )
    assert refuses(finding(code) for code in found) is not stands


def decided(document: Judged, known: Known, **changes: Any) -> Any:
    return decide(a_submission(document, **changes), known, SO)[0]


def test_submission_is_refused_when_its_basis_is_unknown_and_taken_behind_the_delivery() -> None:
    """Nothing waits: the same transcript may come again when the history is there."""
    outcome = decided(a_year(), Known())
    assert (answers_of(outcome), codes_of(outcome, 0)) == ([("refused", None)], ["BASIS_UNKNOWN"])
    outcome = decided(a_year(), Known(basis=BasisGround([BROUGHT])), command_id="submit-0002")
    assert (answers_of(outcome), codes_of(outcome, 0)) == ([("accepted", "open")], [])


def test_basis_that_was_corrected_is_told_and_kept_with_the_document() -> None:
    """A warning: whether the year changes is the school's to judge."""
    known = Known(basis=BasisGround([replace(BROUGHT, now=frozenset({OTHER}))]))
    outcome = decided(a_year(), known)
    assert (answers_of(outcome), codes_of(outcome, 0)) == ([("accepted", "open")], ["BASIS_CORRECTED"])
    assert [one.code for one in outcome.accepted[0].judged.findings] == ["BASIS_CORRECTED"]


def test_basis_of_what_stands_is_not_judged_again() -> None:
    """The same document a second time is unchanged, whatever became of the transfer."""
    known = Known(basis=BasisGround([BROUGHT]))
    decided(a_year(), known)
    known.basis = BasisGround()
    assert decided(a_year(), known, command_id="submit-0002").answers[0].outcome == "unchanged"


def test_replay_says_of_a_basis_what_was_said() -> None:
    """A notice that is read later in a replay than it was then refuses nothing, and one read sooner accepts nothing."""
    command = a_submission(a_year())
    told: dict[tuple[bytes, int], Any] = {(command.message_sha256, 0): ()}
    assert answers_of(decide(command, Known(basis=BasisGround(told=told)), SO)[0]) == [("accepted", "open")]
    told = {(command.message_sha256, 0): (finding("BASIS_UNKNOWN", "$.basis[0].document_sha256"),)}
    assert codes_of(decide(command, Known(basis=BasisGround([BROUGHT], told=told)), SO)[0], 0) == ["BASIS_UNKNOWN"]


def test_linked_person_is_looked_up_among_the_links_of_the_batch() -> None:
    known = Known(basis=BasisGround([replace(BROUGHT, pupil="id:7")]), links=Links([]))
    assert codes_of(decided(a_year(), known), 0) == ["BASIS_OTHER_PUPIL"]
