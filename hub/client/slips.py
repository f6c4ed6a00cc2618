"""Slips as a school or a Sở makes them: the statement from a fresh secret, and which were issued."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from hub.client.commands import SentCommand
from hub.client.records import instant
from hub.domain.locator import check
from hub.domain.slip import commitment_of
from hub.domain.statements import SlipIssue, read
from hub.domain.structure import is_school_year
from hub.errors import Refused
from hub.store import Connection, unavailable
from hub.store.queries import queries_of

__all__ = ["IssuedSlip", "locator_of_student", "sent_slip", "slip_address", "slip_issue", "slips_of"]

_SQL = queries_of("so")


@dataclass(frozen=True, slots=True)
class IssuedSlip:
    """One slip that a school asked for; `counts` while the Sở accepted it and no later one of the locator is there."""

    command_id: str
    locator: str
    student_code: str
    outcome: str
    codes: tuple[str, ...]
    person: str | None
    at: datetime
    counts: bool

    def shown(self) -> dict[str, Any]:
        """Return the slip as one JSON object; there is no secret in it, nobody has it."""
        return {n: getattr(self, n) for n in self.__slots__ if n != "at"} | {"at": self.at.isoformat()}


def slip_issue(
    so: str, school: str, school_year: str, student_code: str, locator: str, secret: str, at: datetime,
    by: Literal["school", "department"] = "school", command_id: str | None = None,
) -> SlipIssue:  # fmt: skip
    """Return the statement that binds a locator and a secret; the secret is not in it.

    Raises Refused LOCATOR_…, SCHOOL_YEAR_NOT_CONSECUTIVE.
    """
    if not is_school_year(school_year):
        raise Refused("SCHOOL_YEAR_NOT_CONSECUTIVE", {"school_year": school_year[:20]})
    commitment = commitment_of(check(locator), secret).hex()
    return SlipIssue(
        by=by, command_id=command_id or f"slip-{commitment[:32]}", commitment=commitment, issued_at=instant(at),
        locator=check(locator), school=school, school_year=school_year, so=so, student_code=student_code,
        type="vn.hocba.slip/1",
    )  # fmt: skip


def slip_address(portal_url: str, locator: str, secret: str) -> str:
    """Return what a slip's QR code says; locator and secret are in the fragment, which browsers do not send."""
    return f"{portal_url.rstrip('/')}/#{locator}.{secret}"


def sent_slip(statement: SlipIssue) -> SentCommand:
    """Return what the journal notes of a slip: no secret."""
    return SentCommand(statement.command_id, "SlipIssue", statement.school, statement.school_year, None)


def locator_of_student(connection: Connection, school: str, student_code: str) -> str:
    """Return the locator of the pupil whom a school knows under a code. Raises Refused SLIP_NO_LOCATOR."""
    with unavailable():
        row = connection.execute(_SQL["locator_of_student"], (school, student_code)).fetchone()
    if row is None:
        raise Refused("SLIP_NO_LOCATOR")
    return str(row[0])


def slips_of(connection: Connection, school: str, student_code: str | None = None) -> list[IssuedSlip]:
    """Return the slips that a school asked for, newest first; of one pupil when a code is given."""
    with unavailable():
        rows = connection.execute(_SQL["look_slips"], (school,)).fetchall()
    return [slip for slip in _read(rows) if student_code in (None, slip.student_code)]


def _read(rows: list[tuple[Any, ...]]) -> Iterator[IssuedSlip]:
    seen: set[str] = set()
    for command_id, data, outcome, codes, person, at in rows:
        try:
            said = read(bytes(data), SlipIssue)
        except Refused:  # refused as a whole, and never a statement
            continue
        counts = outcome == "accepted" and said.locator not in seen
        seen |= {said.locator} if counts else set()
        yield IssuedSlip(command_id, said.locator, said.student_code, outcome, tuple(codes), person, at, counts)
