"""What became of each record of a command topic: handled first, repeated, quarantined, or nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from hub.audit.sources import Row

__all__ = ["Handling", "InboxPlace"]


class InboxPlace(NamedTuple):
    """One inbox row: which record it answers, and where that record stood."""

    message_sha256: bytes
    part: int
    offset: int
    school: str
    command_id: str
    statement_sha256: bytes
    holds_id: bool
    transcript_count: int
    appended_at: datetime


class Handling:
    """Joins the inbox and the quarantine of one Sở with its command topic."""

    def __init__(
        self, topic: str, inbox: Iterable[Row], quarantined: Iterable[Row], stood: Iterable[Any],
        since: datetime | None = None,
    ) -> None:  # fmt: skip
        places = list(quarantined)
        self.topic, self.log_is_new = topic, since is not None
        self.rows = [_in_this_log(InboxPlace(*row), since) for row in inbox]
        self.by_record: dict[bytes, InboxPlace] = {row.message_sha256: row for row in self.rows}
        self.quarantined = {(part, offset) for where, part, offset in places if where == topic}
        self.quarantined_before = {(part, offset) for where, part, offset in places if where.startswith(f"{topic}@")}
        self.stood: dict[tuple[int, int], Any] = {(s.part, s.offset): s for s in stood}
        self.records = {s.fact.record_sha256 for s in self.stood.values()}
        self._statements = {(r.school, r.command_id): r for r in self.rows if r.holds_id}

    def of(self, part: int, offset: int) -> str:
        """Return first, repetition, quarantined, twice (two of these), or "" for a record that nothing tells of."""
        fact = self.stood[part, offset].fact
        row = self.by_record.get(fact.record_sha256)
        found = "quarantined" if (part, offset) in self.quarantined else ""
        if row is not None and row.offset == offset:
            return "twice" if found else "first"
        if row is not None and not found and row.offset < offset:
            return "repetition"  # quarantined here and handled elsewhere: it was sent, or redriven, more than once
        return found or ("repetition" if self._said_before(fact.same, offset, part) else "")

    def _said_before(self, same: tuple[str, str, bytes] | None, offset: int, part: int) -> bool:
        """Tell whether the same statement under the same id was handled from an earlier record."""
        if same is None:
            return False
        row = self._statements.get(same[:2])
        return row is not None and row.statement_sha256 == same[2] and (row.part != part or row.offset < offset)


def _in_this_log(row: InboxPlace, since: datetime | None) -> InboxPlace:
    """A command that came on a log that is gone stands before everything of the new one."""
    return row if since is None or row.appended_at >= since else row._replace(offset=-1)
