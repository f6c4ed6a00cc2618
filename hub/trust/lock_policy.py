"""Chính sách chốt của Sở: whether a round may be locked while pupils of the roster are missing, and why one may be;
and whether the Sở may lock rounds of its schools itself.

A dated register entry of kind "lock_policy", signed by a registrar; the newest one in force counts. Without one a
missing pupil is told and never refused, since a mistake of ours must not turn a school away on the last day, and the
Sở locks nothing itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

__all__ = ["LOCK_POLICY_DEFAULT", "LockPolicy"]

Reason = Literal["left", "moved", "supplementary"]
_SoCohort = Literal["completed", "supplementary", "transfer"]  # a correction is the school's alone
_REASONS: tuple[Reason, ...] = ("left", "moved", "supplementary")
_CORRECTION_DAYS_MAX = 30  # a window that nobody watches any more must not stand open until the next school year


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    completeness: Literal["ignore", "warn", "refuse"]
    decision: Annotated[str, Meta(min_length=1, max_length=200)]
    reasons: tuple[Reason, ...] = _REASONS
    correction_days_max: Annotated[int, Meta(ge=1, le=366)] = _CORRECTION_DAYS_MAX
    second_person_above: Annotated[int, Meta(ge=0, le=2000)] = 1
    so_cohorts: Annotated[tuple[_SoCohort, ...], Meta(min_length=1)] = ("completed", "supplementary")
    so_may_lock: bool = False


@dataclass(frozen=True, slots=True)
class LockPolicy:
    """`completeness`: ignore, warn or refuse; `reasons`: why a pupil of the roster may go unreported.

    `so_cohorts`: the rounds that the Sở may lock itself, none unless it says so. An act over more schools than
    `second_person_above` needs a second person. A window for a correction is open for `correction_days_max` at most.
    """

    completeness: str
    reasons: frozenset[str]
    decision: str | None = None
    so_cohorts: frozenset[str] = frozenset()
    second_person_above: int = 1
    correction_days_max: int = _CORRECTION_DAYS_MAX

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "LockPolicy":
        """Read the payload of an entry. Raises msgspec.ValidationError."""
        found = msgspec.convert(dict(payload), _Payload)
        return cls(
            completeness=found.completeness,
            reasons=frozenset(found.reasons),
            decision=found.decision,
            so_cohorts=frozenset(found.so_cohorts) if found.so_may_lock else frozenset(),
            second_person_above=found.second_person_above,
            correction_days_max=found.correction_days_max,
        )


LOCK_POLICY_DEFAULT = LockPolicy("warn", frozenset(_REASONS))
