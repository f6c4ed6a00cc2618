"""Đủ hay thiếu khi chốt: whom a lock request leaves out, beside the roster in force at its time.

Only the school's own documents count here, of every round of the year, so that a replay of one partition decides the
same. Whether a missing pupil refuses or is told, and which reasons pass, is the Sở's dated lock policy.
"""

from collections.abc import Mapping

from msgspec import UNSET
from msgspec.structs import replace as with_fields

from hub.catalogue import Severity
from hub.decision.command import Prepared
from hub.decision.known import Known
from hub.domain.completeness import completeness, unexplained
from hub.domain.findings import Finding, finding
from hub.domain.statements import LockRequest

__all__ = ["check_completeness"]


def check_completeness(command: Prepared, known: Known) -> tuple[Finding, ...]:
    """Return what is to be said of the pupils whom a lock request leaves out; counts only, no identifiers."""
    if not command.asks_roster:
        return ()
    policy, roster = command.lock_policy, known.rosters.get(command.message_sha256)
    if roster is None:  # the Sở has not said whom it expects: the school is not turned away for that
        return (finding("LOCK_ROSTER_ABSENT", "$.round"),) if policy.completeness == "refuse" else ()
    key = command.round
    assert key is not None
    found = completeness(key.school, roster, known.reported(key.school, key.school_year))
    open_ = unexplained(found.missing, _reasons(command), policy.reasons)
    told: list[Finding] = []
    if open_.pupils:
        facts = {
            "missing": str(len(open_.pupils)),
            "expected": str(found.expected),
            "explained": str(len(found.missing) - len(open_.pupils)),
        }
        severity = Severity.REFUSE if policy.completeness == "refuse" else Severity.WARN
        told.append(with_fields(finding("LOCK_ROSTER_INCOMPLETE", "$.unreported", facts=facts), severity=severity))
    if open_.needless:
        told.append(finding("LOCK_UNREPORTED_NEEDLESS", "$.unreported", facts={"count": str(len(open_.needless))}))
    return tuple(told)


def _reasons(command: Prepared) -> Mapping[str, str]:
    statement = command.command
    assert isinstance(statement, LockRequest)
    return {} if statement.unreported is UNSET else {said.pupil: said.reason for said in statement.unreported}
