"""What a Sở commands about its schools' pupils and rounds."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hub.domain.statements.base import CommandId, Instant, Reason, RoundName, Sha256, Slug, Statement
from hub.domain.statements.school import LockRequest, Unreported
from hub.domain.transcript import Code, SchoolYear
from hub.errors import Refused

__all__ = ["ConflictDecision", "IdentityCorrection", "SoLock", "SoLockItem"]

_Pupil = Annotated[str, Meta(min_length=4, max_length=120)]
_Number = Annotated[str, Meta(min_length=1, max_length=200)]


class _OfDepartment(Statement, frozen=True, kw_only=True):
    """Signed by a person of the Sở. `number` is the decision's document number."""

    command_id: CommandId
    issued_at: Instant
    number: _Number
    reason: Reason
    school_year: SchoolYear
    so: Slug

    @property
    def scope(self) -> dict[str, str]:
        """What the signature's header must name."""
        return {"owner": f"so-{self.so}", "school_year": self.school_year}


class ConflictDecision(_OfDepartment, frozen=True, kw_only=True):
    """Quyết định khi hai trường cùng báo cáo một học sinh: `school` claims the pupil rightly, `not_of` does not."""

    not_of: Code
    period: Literal["year", "semester_1"]
    pupil: _Pupil
    school: Code
    type: Literal["vn.hocba.conflict-decision/1"]


class IdentityCorrection(_OfDepartment, frozen=True, kw_only=True):
    """Đính chính hoặc hợp nhất định danh: `former` and `present` name one person; documents stay as they were signed.

    `correct`: the former identifier was wrong. `merge`: both were in use. `separate`: such a link was a mistake, and
    ends. `evidence_sha256`: hash of the paper.
    """

    action: Literal["correct", "merge", "separate"]
    evidence_sha256: Sha256
    former: _Pupil
    present: _Pupil
    school: Code
    type: Literal["vn.hocba.identity-correction/1"]


class SoLockItem(Statement, frozen=True, kw_only=True):
    """The set that is meant for one school, as in a lock request."""

    count: Annotated[int, Meta(ge=1)]
    root: Sha256
    school: Code
    unreported: Annotated[tuple[Unreported, ...], Meta(min_length=1, max_length=2000)] | UnsetType = UNSET


class SoLock(_OfDepartment, frozen=True, kw_only=True):
    """Sở chốt thay: one act over many schools; each school's command carries it whole."""

    locks: Annotated[tuple[SoLockItem, ...], Meta(min_length=1, max_length=2000)]
    round: RoundName
    type: Literal["vn.hocba.so-lock/1"]

    def command_id_of(self, school: str) -> str:
        """Return the id of the command that carries the act to one of its schools."""
        return f"{self.command_id}.{school}"

    def asked_of(self, school: str) -> LockRequest:
        """Return what the act asks of one school, as the lock request that its principal would have signed.

        Raises Refused LOCK_ACT_SCHOOL_ABSENT, LOCK_ACT_SCHOOL_TWICE, or STATEMENT_INVALID for an id that is no id.
        """
        own = [item for item in self.locks if item.school == school]
        if len(own) != 1:
            raise Refused("LOCK_ACT_SCHOOL_TWICE" if own else "LOCK_ACT_SCHOOL_ABSENT", {"school": school[:35]})
        asked = LockRequest(
            command_id=self.command_id_of(school), count=own[0].count, issued_at=self.issued_at, root=own[0].root,
            round=self.round, school=school, school_year=self.school_year, type="vn.hocba.lock-request/1",
            unreported=own[0].unreported,
        )  # fmt: skip
        try:
            return msgspec.convert(msgspec.to_builtins(asked), LockRequest)
        except msgspec.ValidationError:
            raise Refused("STATEMENT_INVALID", {"reason": "command id"}) from None
