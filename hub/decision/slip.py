"""Cấp phiếu tra cứu: whether a school may give this pupil's family a new look-up secret.

It may when it has the pupil's newest locked transcript, or expects the pupil on its roster. What refuses for any of
these is one code: which school a pupil is at is not told to another.
"""

from hub.decision.command import Prepared
from hub.decision.known import Known, SlipGround
from hub.decision.outcome import Outcome
from hub.domain.findings import Finding, finding
from hub.domain.locator import check
from hub.domain.statements import SlipIssue
from hub.domain.structure import is_school_year
from hub.errors import Refused

__all__ = ["decide_slip"]


def decide_slip(command: Prepared, known: Known, _so: str) -> Outcome:
    """Let the commitment go on to Bộ, or say why not. What was told before a restore is told again."""
    said = command.command
    assert isinstance(said, SlipIssue)
    told = known.slips_told.get(command.message_sha256)
    objection = None if told == "accepted" else _form(said) or _right(said, known, told)
    return Outcome(command, slip=True) if objection is None else Outcome(command, "refused", (objection,))


def _form(said: SlipIssue) -> Finding | None:
    try:
        check(said.locator)
    except Refused as refused:
        return finding(refused.code, "$.locator")
    return None if is_school_year(said.school_year) else finding("SCHOOL_YEAR_NOT_CONSECUTIVE", "$.school_year")


def _right(said: SlipIssue, known: Known, told: str | None) -> Finding | None:
    allowed = told is None and _may(said, known.slips.get(said.locator))
    return None if allowed else finding("SLIP_PUPIL_NOT_YOURS", "$.locator")


def _may(said: SlipIssue, ground: SlipGround | None) -> bool:
    if ground is None or ground.codes.get(said.school, said.student_code) != said.student_code:
        return False
    return ground.newest == said.school or said.school in ground.schools
