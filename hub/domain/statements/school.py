"""What a school commands about a round: hand in, withdraw, lock."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from hub.domain.statements.base import CommandId, Instant, Reason, RoundName, Sha256, Statement
from hub.domain.transcript import Code, SchoolYear

__all__ = ["LockRequest", "Recall", "Submission", "Unreported"]


class _OfRound(Statement, frozen=True, kw_only=True):
    """A command about one round of the school that gives it."""

    command_id: CommandId
    issued_at: Instant
    round: RoundName
    school: Code
    school_year: SchoolYear

    @property
    def scope(self) -> dict[str, str]:
        """What the signature's header must name."""
        return {
            "school": self.school,
            "school_year": self.school_year,
            "round": self.round.text(self.school_year),
        }


class Submission(_OfRound, frozen=True, kw_only=True):
    """Báo cáo: a school hands in transcripts for one round; `documents` are their hashes in message order.

    `sources` are the hashes of the source documents that travel with sealed transcripts, in message order too.
    """

    documents: Annotated[tuple[Sha256, ...], Meta(min_length=1, max_length=500)]
    mode: Literal["each", "all_or_nothing"]
    sources: Annotated[tuple[Sha256, ...], Meta(min_length=1, max_length=500)] | UnsetType = UNSET
    type: Literal["vn.hocba.submission/1"]


class Recall(_OfRound, frozen=True, kw_only=True):
    """Thu hồi: a school withdraws one accepted transcript before the lock, with a reason."""

    document_sha256: Sha256
    reason: Reason
    type: Literal["vn.hocba.recall/1"]


class Unreported(Statement, frozen=True, kw_only=True):
    """Học sinh không báo cáo: a pupil of the roster for whom no document comes, and why; named as the roster does."""

    pupil: Annotated[str, Meta(min_length=4, max_length=120)]
    reason: Literal["left", "moved", "supplementary"]


class LockRequest(_OfRound, frozen=True, kw_only=True):
    """Chốt: the principal asks to lock exactly the set whose count and RFC 9162 root stand here.

    `unreported` lists every pupil of the school's roster of whom it reports nothing by now.
    """

    count: Annotated[int, Meta(ge=0)]
    root: Sha256
    type: Literal["vn.hocba.lock-request/1"]
    unreported: Annotated[tuple[Unreported, ...], Meta(min_length=1, max_length=2000)] | UnsetType = UNSET
