"""Căn cứ học kì I tại Bộ: what is wrong with a locked year that rests on a semester document of another school.

Bộ has the contents of both. What is not there yet may still come, so of that nothing is said. The year stands as its
school locked it, whatever is found: the school is told, and corrects what is its own.
"""

from collections.abc import Iterator

from hub.decision.basis import HeldSemester
from hub.decision.transfer_known import KnownTransfers, Transfer, TransferStepIn
from hub.domain.lifecycle import next_state
from hub.domain.semesters import differing_results
from hub.domain.transcript import Basis, Transcript

__all__ = ["basis_flags", "flagged"]

_DELIVERED = frozenset({"sent", "closed", "amended"})


def basis_flags(
    year: Transcript, basis: Basis, held: HeldSemester, *, same_person: bool, is_current: bool
) -> tuple[str, ...]:
    """Return the codes of what Bộ sees; `held` is the document that `basis` names, `is_current` its latest version."""
    return tuple(_seen(year, basis, held, same_person, is_current))


def _seen(year: Transcript, basis: Basis, held: HeldSemester, same_person: bool, is_current: bool) -> Iterator[str]:
    if not same_person:
        yield "BASIS_OTHER_PUPIL"
        return
    if held.school != basis.school:
        yield "BASIS_OTHER_SCHOOL"
    if held.school_year != year.school_year:
        yield "BASIS_OTHER_YEAR"
    elif held.period != "semester_1":
        yield "BASIS_OTHER_PERIOD"
    elif held.transcript is not None and differing_results(year, held.transcript):
        yield "BASIS_MARKS_DIFFER"
    if not is_current:
        yield "BASIS_CORRECTED"


def flagged(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> Transfer:
    """Let the receiving school be told; nothing changes. Raises Refused while nothing was delivered."""
    if row.state not in _DELIVERED:
        next_state("transfer", row.state, "amend")  # raises with the code of the state
    return row
