"""Sở chốt thay: the Sở locks rounds of its schools itself, by one act, only as far as its own dated policy says.

What the act asks of a school is decided like that school's own lock request: the same set, roster, revocation. Above
the policy's number of schools two persons sign: until they have, nobody has spoken for the Sở, and the act's id is not
used up. Legal source: none that was available; the policy is the Sở's decision.
"""

from hub.decision.command import Act, Prepared
from hub.decision.known import Known
from hub.decision.lock_request import decide_lock_request
from hub.decision.outcome import Outcome
from hub.domain.findings import Finding, finding
from hub.trust.lock_policy import LockPolicy

__all__ = ["decide_so_lock", "second_person_fault"]


def decide_so_lock(command: Prepared, known: Known, so: str) -> Outcome:
    """Close the round of one school of the act, when the Sở may, and when the school's own request would."""
    assert command.act is not None
    cohort = command.act.statement.round.cohort
    if cohort not in command.lock_policy.so_cohorts:
        found = finding("LOCK_NOT_BY_SO", "$.round.cohort", facts={"cohort": cohort})
        return Outcome(command, "refused", (found,))
    return decide_lock_request(command, known, so)


def second_person_fault(act: Act, policy: LockPolicy) -> Finding | None:
    """Return what an act over more schools than the policy lets one person lock lacks: another person's signature."""
    schools = len(act.statement.locks)
    if schools <= policy.second_person_above:
        return None
    if act.second is None:
        facts = {"schools": str(schools), "above": str(policy.second_person_above)}
        return finding("LOCK_SECOND_PERSON_MISSING", "$.second_signature", facts=facts)
    same = act.first.certificate_sha256 == act.second.certificate_sha256 or act.first.person == act.second.person
    return finding("LOCK_SECOND_PERSON_SAME", "$.second_signature") if same else None
