"""Decisions of a Sở about pupils, signed by its lead."""

from typing import Any

from hub.decision import Prepared
from hub.domain.statements import ConflictDecision, IdentityCorrection
from hub.trust.verdict import Signatory
from tests.unit.decision.builders import AT, OTHER_SCHOOL, SCHOOL, SO, YEAR, a_command, sha

LEAD = Signatory("so_lead", "LD-ha-noi-001", sha("lead"), AT)
FORMER, PRESENT, THIRD = "id:000000000001", "id:000000000002", "id:000000000003"


def a_ruling(
    pupil: str = "id:1", school: str = SCHOOL, not_of: str = OTHER_SCHOOL, command_id: str = "ruling-0001",
    **changes: Any,
) -> Prepared:  # fmt: skip
    statement = ConflictDecision(
        command_id=command_id, issued_at="2026-06-15T02:59:00Z", not_of=not_of, number=f"QĐ {command_id}",
        period=changes.pop("period", "year"), pupil=pupil, reason="đã xác minh nơi học", school=school,
        school_year=YEAR, so=SO, type="vn.hocba.conflict-decision/1",
    )  # fmt: skip
    return a_command(statement, signatory=LEAD, **changes)


def a_link(
    former: str = FORMER, present: str = PRESENT, action: str = "correct", command_id: str = "link-0001",
    school: str = SCHOOL, **changes: Any,
) -> Prepared:  # fmt: skip
    statement = IdentityCorrection(
        action=action, command_id=command_id, evidence_sha256=sha("paper").hex(),  # type: ignore[arg-type]
        former=former, issued_at="2026-06-15T02:59:00Z", number=f"QĐ {command_id}", present=present,
        reason="theo giấy khai sinh", school=school, school_year=YEAR, so=SO,
        type="vn.hocba.identity-correction/1",
    )  # fmt: skip
    return a_command(statement, signatory=LEAD, **changes)
