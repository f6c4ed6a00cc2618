"""Phiếu tra cứu: what a school says when it gives a pupil's family a new look-up secret."""

from typing import Annotated, Literal

from msgspec import Meta

from hub.domain.statements.base import CommandId, Instant, Sha256, Slug, Statement
from hub.domain.transcript import Code, SchoolYear

__all__ = ["SlipIssue"]

_Locator = Annotated[str, Meta(pattern=r"\A[0-9A-HJKMNP-TV-Z]{10}[0-9A-HJKMNP-TV-Z*~$=U]\Z")]


class SlipIssue(Statement, frozen=True, kw_only=True):
    """Cấp phiếu: the newest slip of a person opens the học bạ, every earlier one has ended.

    `commitment` binds locator and secret (`hub.domain.slip`); the secret itself is nowhere but on the slip. `by` says
    whose person signs: the school's, or the Sở's for it. `school_year` is that of the roster that may name the pupil.
    """

    by: Literal["school", "department"]
    command_id: CommandId
    commitment: Sha256
    issued_at: Instant
    locator: _Locator
    school: Code
    school_year: SchoolYear
    so: Slug
    student_code: Code
    type: Literal["vn.hocba.slip/1"]

    @property
    def scope(self) -> dict[str, str]:
        """What the signature's header must name."""
        whose = {"owner": f"so-{self.so}"} if self.by == "department" else {"school": self.school}
        return whose | {"school_year": self.school_year}
