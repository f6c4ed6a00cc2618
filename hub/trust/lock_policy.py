"""Chính sách chốt của Sở: whether a round may be locked while pupils of the roster are missing, and why one may be.

A dated register entry of kind "lock_policy", signed by a registrar; the newest one in force counts. Without one a
missing pupil is told and never refused: a mistake of ours must not turn a school away on the last day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

__all__ = ["LOCK_POLICY_DEFAULT", "LockPolicy"]

Reason = Literal["left", "moved", "supplementary"]
_REASONS: tuple[Reason, ...] = ("left", "moved", "supplementary")


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    completeness: Literal["ignore", "warn", "refuse"]
    decision: Annotated[str, Meta(min_length=1, max_length=200)]
    reasons: tuple[Reason, ...] = _REASONS


@dataclass(frozen=True, slots=True)
class LockPolicy:
    """`completeness`: ignore, warn or refuse; `reasons`: why a pupil of the roster may go unreported."""

    completeness: str
    reasons: frozenset[str]
    decision: str | None = None

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "LockPolicy":
        """Read the payload of an entry. Raises msgspec.ValidationError."""
        found = msgspec.convert(dict(payload), _Payload)
        return cls(found.completeness, frozenset(found.reasons), found.decision)


LOCK_POLICY_DEFAULT = LockPolicy("warn", frozenset(_REASONS))
