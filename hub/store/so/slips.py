"""Whose each locator is that a look-up slip names, and who may issue it."""

from collections.abc import Sequence

from hub.decision import Known, Prepared
from hub.decision.known import SlipGround
from hub.domain.statements import SlipIssue
from hub.store.connection import Connection
from hub.store.queries import queries_of
from hub.store.so.decisions import load_links
from hub.store.so.rosters import roster_of

__all__ = ["load_slips"]

_SQL = queries_of("so")


def load_slips(connection: Connection, known: Known, commands: Sequence[Prepared]) -> None:
    """Read who has the newest locked transcript of each pupil of a slip, and whether the school expects the pupil."""
    for command in commands:
        if isinstance(command.command, SlipIssue):
            ground = _ground(connection, command, command.command)
            if ground is not None:
                known.slips[command.command.locator] = ground


def _ground(connection: Connection, command: Prepared, said: SlipIssue) -> SlipGround | None:
    row = connection.execute(_SQL["pupil_of_slip"], (said.locator,)).fetchone()
    if row is None:
        return None
    person = load_links(connection, [row[0]]).same_person(row[0])
    codes = connection.execute(_SQL["locked_codes"], (sorted(person),)).fetchall()
    roster = roster_of(connection, said.school, said.school_year, command.at, command.register_version) or ()
    expects = frozenset({said.school}) if person & set(roster) else frozenset[str]()
    return SlipGround(codes[0][0] if codes else None, dict(codes), expects)
