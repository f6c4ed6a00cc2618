"""What the Sở decided about pupils: loaded before everything that it concerns, written with the decision itself."""

from collections.abc import Iterable, Sequence

from hub.decision import Known, Outcome, Prepared, Ruling
from hub.domain.decided import Decided
from hub.domain.linking import Links
from hub.domain.statements import ConflictDecision, IdentityCorrection
from hub.store.connection import Connection
from hub.store.queries import queries_of

__all__ = ["command_id_of", "hold_identities", "load_links", "load_persons", "load_rulings", "write_decision"]

_SQL = queries_of("so")
_Pupils = set[tuple[str, str]]
"""Pupil and school year."""


def hold_identities(connection: Connection, commands: Iterable[Prepared] = ()) -> None:
    """Keep links as they are to the end of the transaction, or wait for all others when a link is to be made.

    The first lock of all: whoever makes a link holds no other one yet.
    """
    changing = any(isinstance(c.command, IdentityCorrection) for c in commands)
    connection.execute(_SQL["identities_change" if changing else "identities_stay"])


def load_links(connection: Connection, pupils: Iterable[str]) -> Links:
    """Read the links among these identifiers and all that belong to the same persons."""
    wanted = sorted(set(pupils))
    rows = connection.execute(_SQL["links_of"], (wanted,)).fetchall() if wanted else ()
    standing = {former: present for former, present, *_ in rows if present is not None}
    return Links(standing, {former: Decided(*decided) for former, _, *decided in rows})


def load_persons(connection: Connection, known: Known, pupils: _Pupils, commands: Sequence[Prepared]) -> _Pupils:
    """Read the links; return these pupils, and those of decisions, under every identifier of their persons."""
    said = [c.command for c in commands]
    rulings = {(s.pupil, s.school_year) for s in said if isinstance(s, ConflictDecision)}
    linked = {one for s in said if isinstance(s, IdentityCorrection) for one in (s.former, s.present)}
    known.links = load_links(connection, linked | {pupil for pupil, _ in pupils | rulings})
    found = {(one, year) for pupil, year in pupils | rulings for one in known.links.same_person(pupil)}
    if linked:
        named = sorted({one for pupil in linked for one in known.links.same_person(pupil)})
        found |= set(connection.execute(_SQL["years_of_persons"], (named,)).fetchall())
        _heard_of(connection, known, commands)
    return found


def _heard_of(connection: Connection, known: Known, commands: Sequence[Prepared]) -> None:
    for c in commands:
        if isinstance(c.command, IdentityCorrection):
            named = {"pupil": c.command.former, "version": c.register_version}
            row = connection.execute(_SQL["heard_of"], named).fetchone()
            if row is not None and row[0]:
                known.heard_of.add(c.command.former)


def load_rulings(connection: Connection, known: Known, pupils: Sequence[tuple[str, str]]) -> None:
    """Read what was ruled between schools about these pupils."""
    columns = ([pupil for pupil, _ in pupils], [year for _, year in pupils])
    for pupil, year, period, school, not_of, *decided in connection.execute(_SQL["rulings_of"], columns):
        known.rulings.setdefault((pupil, year, period), []).append(Ruling(school, not_of, Decided(*decided)))


def write_decision(connection: Connection, outcome: Outcome) -> None:
    """Write a ruling or a link with what it made of documents; nothing for any other command."""
    command, said, by = outcome.command, outcome.command.command, outcome.command.signatory
    if outcome.ruling is None and outcome.linking is None:
        return
    assert by is not None
    signed = (command.message_sha256, by.role, by.person, by.certificate_sha256, command.at)
    if isinstance(said, ConflictDecision):
        _ruling(connection, said, signed)
    elif isinstance(said, IdentityCorrection):
        _link(connection, said, signed)
    rows = [(command.message_sha256, f.document.message_sha256, f.document.n, f.state) for f in outcome.follow_ups]
    if rows:
        connection.cursor().executemany(_SQL["add_decided_document"], rows)


def _ruling(connection: Connection, said: ConflictDecision, signed: tuple[object, ...]) -> None:
    about = (said.pupil, said.school_year, said.period, said.school, said.not_of, said.number, said.reason)
    connection.execute(_SQL["add_ruling"], (signed[0], *about, *signed[1:]))


def _link(connection: Connection, said: IdentityCorrection, signed: tuple[object, ...]) -> None:
    about = (said.action, said.former, said.present, bytes.fromhex(said.evidence_sha256), said.number, said.reason)
    connection.execute(_SQL["add_link"], (signed[0], *about, *signed[1:]))


def command_id_of(connection: Connection, message_sha256: bytes) -> str:
    """Return the id of the command that brought a transcript."""
    row = connection.execute(_SQL["command_id_of"], (message_sha256,)).fetchone()
    assert row is not None
    return str(row[0])
