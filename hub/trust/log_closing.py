"""Đóng nhật ký: a Sở's log ends at a date and is followed by that of another Sở (ADR 0031).

A register entry of kind "log_closing", signed by the Sở's registrar; its id is the Sở's slug, so that there is one.
Until it is in force a newer version may put it off or name another successor. From then on nothing changes it: the
final head may be out. It has no end. Legal source: Nghị quyết 202/2025/QH15 for which Sở ends [secondary].
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from hub.domain.organisations import department
from hub.domain.statements.base import Slug
from hub.errors import Refused
from hub.trust.entry import Entry

__all__ = ["LogClosing", "check_closing_stands", "check_log_closing", "log_closing_of"]


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    decision: Annotated[str, Meta(min_length=1, max_length=200)]
    so: Slug
    successor: Slug


@dataclass(frozen=True, slots=True)
class LogClosing:
    """Whose log closes at `since`, which Sở follows (slugs), and the number of the decision on paper."""

    so: str
    successor: str
    decision: str
    since: datetime

    def facts(self) -> dict[str, str]:
        """Return what somebody is told who comes too late."""
        return {"successor": self.successor, "decision": self.decision}


def log_closing_of(entry: Entry) -> LogClosing:
    """Read an entry. Raises msgspec.ValidationError."""
    said = msgspec.convert(dict(entry.payload), _Payload)
    return LogClosing(said.so, said.successor, said.decision, entry.valid_from)


def check_log_closing(entry: Entry) -> None:
    """Refuse a closing that cannot be. Raises msgspec.ValidationError, Refused LOG_CLOSING_WRONG with the reason."""
    closing = log_closing_of(entry)
    if closing.so != entry.entry_id:
        raise Refused("LOG_CLOSING_WRONG", {"reason": "entry_id"})
    if closing.successor == closing.so:
        raise Refused("LOG_CLOSING_WRONG", {"reason": "successor = so"})
    if entry.valid_to is not None:
        raise Refused("LOG_CLOSING_WRONG", {"reason": "valid_to"})
    _known(closing.so)
    _known(closing.successor)


def check_closing_stands(new: LogClosing, standing: LogClosing | None, at: datetime) -> None:
    """Refuse another closing that came at `at`, when the one that stands was in force. Raises LOG_CLOSING_FINAL."""
    if standing is None or at < standing.since:
        return
    if (new.so, new.successor, new.since) != (standing.so, standing.successor, standing.since):
        raise Refused("LOG_CLOSING_FINAL", {"successor": standing.successor, "since": standing.since.isoformat()})


def _known(so: str) -> None:
    try:
        department(so)
    except Refused:
        raise Refused("LOG_CLOSING_WRONG", {"reason": so}) from None
