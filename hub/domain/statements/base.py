"""What every statement is made of: bounded texts, closed key sets, and the round that it may name."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.domain.transcript import Sha256

__all__ = ["Cohort", "CommandId", "Date", "Instant", "Reason", "RoundName", "Sha256", "Slug", "Statement"]

CommandId = Annotated[str, Meta(min_length=8, max_length=64, pattern=r"\A[0-9A-Za-z._\-]+\Z")]
Slug = Annotated[str, Meta(min_length=2, max_length=30, pattern=r"\A[a-z]+(?:-[a-z]+)*\Z")]
Instant = Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3})?Z\Z")]
Date = Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
Reason = Annotated[str, Meta(min_length=3, max_length=500)]
Cohort = Literal["completed", "supplementary", "transfer", "correction"]


class Statement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Closed key set, absent instead of null."""


class RoundName(Statement, frozen=True, kw_only=True):
    """Đợt chốt: a cohort and its number: 1, unless Sở opened a further one; of a correction, given at its approval."""

    cohort: Cohort
    number: Annotated[int, Meta(ge=1, le=9999)]

    def text(self, school_year: str) -> str:
        """Return the round as a signature's scope names it, such as "2025-2026/completed/1"."""
        return f"{school_year}/{self.cohort}/{self.number}"
