"""What Bộ sees of a locked year that takes its first semester from another school, and whom it tells."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as with_fields

from hub.decision.transfer_basis import basis_flags
from hub.decision.transfer_outcome import TransferOutcome, notice_of
from hub.domain.transcript import Basis, Transcript
from tests.unit.decision.transfer_builders import NEW, OLD, Saga, sha, until
from tests.unit.domain.builders import a_school, a_transcript, with_row

BASIS = Basis(document_sha256=sha("semester 1"), period="semester_1", school=OLD.school)
YEAR = a_transcript(7, basis=(BASIS,))
SEMESTER = a_transcript(7, "semester_1", school=a_school(code=OLD.school))
OTHER_MARKS = with_fields(SEMESTER, subjects=with_row(SEMESTER.subjects, "TOAN", semester_1="2.0"))


def flags(semester: Transcript = SEMESTER, *, same_person: bool = True, is_current: bool = True) -> tuple[str, ...]:
    return basis_flags(YEAR, BASIS, semester, same_person=same_person, is_current=is_current)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ()),
        ({"school": a_school(code=NEW.school)}, ("BASIS_OTHER_SCHOOL",)),
        ({"school_year": "2024-2025"}, ("BASIS_OTHER_YEAR",)),
        ({"period": "year"}, ("BASIS_OTHER_PERIOD",)),
        ({"subjects": OTHER_MARKS.subjects}, ("BASIS_MARKS_DIFFER",)),
    ],
)
def test_document_is_compared_with_what_the_year_says_of_it(changes: dict[str, Any], expected: tuple[str, ...]) -> None:
    """Bộ has the contents of both, whatever provinces they are of."""
    assert flags(with_fields(SEMESTER, **changes)) == expected


def test_nothing_is_compared_with_another_pupils_document() -> None:
    """Not even whether its marks are the same: that would tell of the other pupil."""
    assert flags(OTHER_MARKS, same_person=False, is_current=False) == ("BASIS_OTHER_PUPIL",)


@given(issued=st.sampled_from(["8.0", "2.0"]), is_current=st.booleans())
def test_correction_is_told_beside_what_the_named_version_says(issued: str, is_current: bool) -> None:
    """The marks are those of the version that the year names; that it was corrected is another matter."""
    semester = with_fields(SEMESTER, subjects=with_row(SEMESTER.subjects, "TOAN", semester_1=issued))
    found = flags(semester, is_current=is_current)
    assert ("BASIS_MARKS_DIFFER" in found) is (issued != "8.0")
    assert ("BASIS_CORRECTED" in found) is not is_current


def a_flag(saga: Saga, acting: Any = "bo") -> TransferOutcome:
    return saga.say("Flag", acting, by="bo", basis=sha("semester 1"), codes=("BASIS_CORRECTED",), document=sha("year"))


@pytest.mark.parametrize("state", ["sent", "closed"])
def test_receiving_school_alone_is_told_and_nothing_changes(state: str) -> None:
    """The former school has no part in the year of the new one."""
    saga = until(state)
    before = saga.row
    outcome = a_flag(saga)
    assert (outcome.outcome, outcome.changed, saga.row) == ("accepted", (), before)
    (told,) = outcome.told
    said = notice_of(told, outcome.step, 9)
    assert (said.to, said.state, said.outcome) == (NEW, state, "accepted")
    assert (said.codes, said.flagged) == (("BASIS_CORRECTED",), sha("year"))


def test_flag_before_a_delivery_is_refused() -> None:
    """Nothing can rest on what was not sent."""
    saga = until("released")
    assert a_flag(saga).outcome == "refused"


def test_flag_is_bos_alone() -> None:
    """A school or a Sở cannot flag."""
    assert a_flag(until("closed"), OLD).codes == ("TRANSFER_NOT_YOURS",)
