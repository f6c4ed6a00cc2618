"""Căn cứ học kì I tại Bộ: what is wrong with a locked year that rests on a semester document of another school.

Bộ has the contents of both. What is not there yet may still come, so of that nothing is said. The year stands as its
school locked it, whatever is found: the school is told, and corrects what is its own.
"""

from hub.decision.transfer_known import KnownTransfers, Transfer, TransferStepIn
from hub.domain.lifecycle import next_state
from hub.domain.semesters import basis_faults
from hub.domain.transcript import Basis, Transcript

__all__ = ["basis_flags", "flagged"]

_DELIVERED = frozenset({"sent", "closed", "amended"})


def basis_flags(
    year: Transcript, basis: Basis, semester: Transcript | None, *, same_person: bool, is_current: bool
) -> tuple[str, ...]:
    """Return the codes of what Bộ sees; `semester` is the document that `basis` names (None: it does not read, which
    the nightly check says), `is_current` whether it is the latest version.
    """
    if not same_person:
        return ("BASIS_OTHER_PUPIL",)
    faults = () if semester is None else basis_faults(year, basis, semester)
    return faults if is_current else (*faults, "BASIS_CORRECTED")


def flagged(step: TransferStepIn, row: Transfer, known: KnownTransfers) -> Transfer:
    """Let the receiving school be told; nothing changes. Raises Refused while nothing was delivered."""
    if row.state not in _DELIVERED:
        next_state("transfer", row.state, "amend")  # raises with the code of the state
    return row
