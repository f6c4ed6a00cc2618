"""Load what a batch of commands is about, under locks taken in one sorted order: rounds, then pupils' claims."""

from collections.abc import Iterable, Sequence
from typing import Any

from hub.decision import Current, Known, Prepared, RecordKey, RoundKey, RoundRow, Seen
from hub.decision.correction_rows import CORRECTION
from hub.domain.statements import LockRequest, Recall, Submission, UnlockDecision
from hub.store.connection import Connection
from hub.store.queries import queries_of
from hub.store.so.basis import load_basis
from hub.store.so.corrections import (
    hashes_of_corrections,
    load_bases,
    load_corrections,
    pupils_of_steps,
    years_of,
)
from hub.store.so.decisions import hold_identities, load_persons, load_rulings
from hub.store.so.rosters import roster_of
from hub.store.so.slips import load_slips

__all__ = ["load_known"]

_SQL = queries_of("so")


def load_known(connection: Connection, commands: Sequence[Prepared]) -> Known:
    """Take the locks, then read. Call inside the transaction, after the position."""
    alive = [c for c in commands if c.stands]
    known = Known()
    hold_identities(connection, alive)
    corrected = years_of(connection, alive)
    _rounds(connection, known, alive, corrected)
    pupils = _claims(connection, known, alive, corrected)
    load_corrections(connection, known, corrected)
    load_bases(connection, known, alive)
    known.add(_documents(connection.execute(_SQL["known_of_pupils"], _columns(pupils, 2))))
    asked = {c.round for c in alive if isinstance(c.command, LockRequest) and c.round is not None}
    locks = sorted({known.round_of(key) for key in asked})
    known.add(_documents(connection.execute(_SQL["known_of_rounds"], _columns(locks, 4))))
    for message, n, signatures in connection.execute(_SQL["signatures_of_rounds"], _columns(locks, 4)):
        known.signatures[message, n] = signatures
    _rosters(connection, known, alive)
    _rivals(connection, known)
    load_slips(connection, known, alive)
    load_basis(connection, known, alive)
    _commands(connection, known, commands)
    return known


def _rosters(connection: Connection, known: Known, commands: Sequence[Prepared]) -> None:
    """Read whom the schools of lock requests should report, each in the register that its command is judged on."""
    for command in commands:
        key = command.round
        if not isinstance(command.command, LockRequest) or key is None or not command.asks_roster:
            continue
        roster = roster_of(connection, key.school, key.school_year, command.at, command.register_version)
        if roster is not None:
            known.rosters[command.message_sha256] = roster
    years = sorted({(c.school, c.round.school_year) for c in commands if c.message_sha256 in known.rosters and c.round})
    known.add(_documents(connection.execute(_SQL["known_of_school_years"], _columns(years, 2))))


def _rivals(connection: Connection, known: Known) -> None:
    """Hold the rounds of other schools that claim the same pupils: what is closing there may not move any more.

    They are known only now, so this lock comes out of order; a deadlock is retried like any other.
    """
    held = {(key.school, key.school_year) for key in known.rounds}
    years = sorted({(key.school, key.school_year) for key in known.by_round} - held)
    if years:
        _take_rounds(connection, known, "rounds_for_share", years)


def _rounds(
    connection: Connection, known: Known, commands: Sequence[Prepared], corrected: set[tuple[str, str]]
) -> None:
    named = {c.round for c in commands if isinstance(c.command, Submission) and c.round is not None}
    opened = sorted(key for key in named if key.cohort != CORRECTION)  # a correction's round comes with its approval
    connection.execute(_SQL["open_rounds"], _columns(opened, 4))
    years = sorted(corrected | {(c.round.school, c.round.school_year) for c in commands if c.round is not None})
    alone = any(isinstance(c.command, LockRequest) or _opens(c) for c in commands)
    _take_rounds(connection, known, "rounds_for_update" if alone else "rounds_for_share", years)


def _opens(command: Prepared) -> bool:
    """Tell whether a command gives a round its number: two approvals in two partitions must not give the same one."""
    return isinstance(command.command, UnlockDecision) and command.command.decision == "approve"


def _take_rounds(connection: Connection, known: Known, query: str, years: Sequence[tuple[str, str]]) -> None:
    rows = connection.execute(_SQL[query], _columns(years, 2))
    for school, year, cohort, number, state, closing_at, closed_by in rows:
        key = RoundKey(school, year, cohort, number)
        known.rounds[key] = RoundRow(key, state, closing_at, closed_by)


def _claims(
    connection: Connection, known: Known, commands: Sequence[Prepared], corrected: set[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Lock the claim rows of every pupil concerned, under all identifiers of the person, and return them."""
    pupils = {(d.record.pupil, d.record.school_year) for c in commands for d in c.documents if d.record is not None}
    hashes = [(c.school, bytes.fromhex(c.command.document_sha256)) for c in commands if isinstance(c.command, Recall)]
    hashes += hashes_of_corrections(commands, corrected)
    if hashes:
        pupils |= set(connection.execute(_SQL["pupils_of_hashes"], _columns(hashes, 2)).fetchall())
    pupils |= pupils_of_steps(connection, commands)
    ordered = sorted(load_persons(connection, known, pupils, commands))
    connection.execute(_SQL["claims"], _columns(ordered, 2))
    load_rulings(connection, known, ordered)
    return ordered


def _commands(connection: Connection, known: Known, commands: Sequence[Prepared]) -> None:
    hashes = [c.message_sha256 for c in commands]
    schools, ids = _columns([(c.school, c.command_id) for c in commands], 2)
    for school, command_id, message, statement, holds_id in connection.execute(
        _SQL["known_commands"], (hashes, schools, ids)
    ):
        seen = Seen(message, statement, holds_id)
        known.messages[message] = seen
        if holds_id:
            known.commands[school, command_id] = seen


def _documents(rows: Iterable[Sequence[Any]]) -> Iterable[Current]:
    for message, n, digest, school, pupil, year, period, cohort, number, version, state, evidence in rows:
        record, place = RecordKey(school, pupil, year, period), RoundKey(school, year, cohort, number)
        yield Current(message, n, digest, record, place, version, state, evidence)


def _columns(rows: Sequence[Sequence[Any]], width: int) -> tuple[list[Any], ...]:
    """Turn rows into columns for unnest(); no rows give empty columns."""
    return tuple([row[i] for row in rows] for i in range(width))
