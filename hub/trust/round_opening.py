"""Mở thêm đợt: the Sở opens a further round of a school, for pupils who were never reported.

A dated register entry of kind "round_opening", signed by a registrar; its id names the round, so that a newer version
of it can end it. Legal source: none that was available; the decision's number stands in the entry.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hub.domain.transcript import Code, SchoolYear
from hub.trust.entry import Entry

__all__ = ["OpenedRound", "check_round_opening", "opened_round_of", "round_opening_id"]

OpenedRound = tuple[str, str, str, int]
"""School, school year, cohort, number."""


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cohort: Literal["completed", "supplementary"]  # of pupils who leave, every one has a round of its own
    decision: Annotated[str, Meta(min_length=1, max_length=200)]
    number: Annotated[int, Meta(ge=2, le=9999)]
    reason: Annotated[str, Meta(min_length=3, max_length=500)]
    school: Code
    school_year: SchoolYear


def opened_round_of(payload: Mapping[str, Any]) -> OpenedRound:
    """Return which round an entry opens. Raises msgspec.ValidationError."""
    found = msgspec.convert(dict(payload), _Payload)
    return found.school, found.school_year, found.cohort, found.number


def round_opening_id(school: str, school_year: str, cohort: str, number: int) -> str:
    """Return the id that the entry must have."""
    return f"{school}.{school_year}.{cohort}.{number}"


def check_round_opening(entry: Entry) -> None:
    """Refuse an entry whose id names another round. Raises msgspec.ValidationError, ValueError."""
    if entry.entry_id != round_opening_id(*opened_round_of(entry.payload)):
        raise ValueError("id of another round")
