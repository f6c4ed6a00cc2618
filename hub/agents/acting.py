"""Which school a command may speak for: one that stands, and for a closed one its successor, in corrections alone.

And which Sở still takes commands: one whose log is open.
"""

from datetime import datetime

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.statements import (
    Command,
    CorrectionRequest,
    CorrectionWithdrawal,
    Recall,
    SlipIssue,
    SoLock,
    WindowClosed,
)
from hub.trust import Snapshot, succession_facts

__all__ = ["judge_closing", "judge_school", "signing_school", "stands_for"]


def judge_closing(snapshot: Snapshot, command: Command, at: datetime) -> list[Finding]:
    """Return why a command that came at `at` is too late for this Sở: its log is closed, and another Sở follows.

    A window for a correction still ends, and a family still gets a slip: nothing is locked by that. All else would
    need a place in the log.
    """
    closing = snapshot.closing(at)
    if closing is None or isinstance(command, WindowClosed | SlipIssue):
        return []
    return [finding("SO_CLOSED", "$.school", facts=closing.facts())]


def judge_school(snapshot: Snapshot, command: Command, at: datetime) -> list[Finding]:
    """Return what is wrong with the school of a command that came at `at`."""
    school = snapshot.school(command.school, at)
    if school is None:
        return [finding("SCHOOL_UNKNOWN", "$.school")]
    if school.closed_on is not None and school.is_closed(at):
        if _for_a_closed_school(command) or signing_school(snapshot, command, at) is not None:
            return []
        facts = succession_facts(snapshot, school.code, at)
        return [finding("SCHOOL_CLOSED", "$.school", facts={"closed_on": school.closed_on.isoformat()} | facts)]
    if isinstance(command, CorrectionRequest) and command.issuer not in (UNSET, command.school):
        issuer = str(command.issuer)
        if not stands_for(snapshot, issuer, command.school, at):
            return [finding("CORRECTION_ISSUER_WRONG", "$.issuer", facts={"issuer": issuer})]
    return []


def _for_a_closed_school(command: Command) -> bool:
    """Tell whether the Sở itself speaks where nobody of the school is left to."""
    return isinstance(command, WindowClosed) or (isinstance(command, SlipIssue) and command.by == "department")


def signing_school(snapshot: Snapshot, command: Command | SoLock, at: datetime) -> str | None:
    """Return the successor whose people may end what a closed school left open in a correction; None for all else."""
    if isinstance(command, CorrectionWithdrawal) or (
        isinstance(command, Recall) and command.round.cohort == "correction"
    ):
        return snapshot.successor_of_school(command.school, at)
    return None


def stands_for(snapshot: Snapshot, issuer: str, school: str, at: datetime) -> bool:
    """Tell whether `school` is the one that succeeds the closed school `issuer`."""
    return snapshot.successor_of_school(issuer, at) == school
