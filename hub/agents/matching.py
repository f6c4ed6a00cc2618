"""Match (đối chiếu trùng): looks for pupils who may be one person, beside the journey and never in its way.

In:  accepted documents in Sở's database that have not been compared yet, command by command.
Out: pairs of pupils in the side list `near_match`, for a person to decide; how many are open, at /metrics.
Invariant: a page and the note that it is done are one transaction, so a pair is found once however often one starts;
no document waits for it, and it changes none. Pairs whose decision is made stay decided.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import structlog

from hub.domain.matching import Person, compare, match_keys
from hub.domain.transcript import Student
from hub.errors import Unavailable
from hub.metrics import NEAR_MATCHES_OPEN
from hub.store import Connection, open_connection, unavailable
from hub.store.queries import queries_of

__all__ = ["match_page", "matching"]

_log = structlog.get_logger()
_SQL = queries_of("so")
_COMMANDS_MAX = 20  # a page: about a thousand documents
_CANDIDATES_MAX = 50  # for each key of a person: a common name brings no flood
_POLL_S = 2.0
_REST = 19  # times as long as a page took: the journey keeps the processor, whatever has piled up


class _Document(msgspec.Struct):
    """The part of a document that is compared."""

    student: Student


_decode = msgspec.json.Decoder(_Document).decode


async def matching(so: str, url: str) -> None:
    """Compare until cancelled, working a twentieth of the time at most; an outage of the database is waited out."""
    while True:
        began, more = time.perf_counter(), False
        try:
            more = await asyncio.to_thread(_look, so, url)
        except Unavailable as error:
            _log.warning("matching_waits", so=so, code=error.code)
        await asyncio.sleep(_REST * (time.perf_counter() - began) if more else _POLL_S)


def _look(so: str, url: str) -> bool:
    """Compare a page; return whether there may be more."""
    with open_connection(url) as connection, unavailable():
        found = match_page(connection)
        row = connection.execute(_SQL["matches_open_count"]).fetchone()
    NEAR_MATCHES_OPEN.labels(so).set(row[0] if row else 0)
    if found:
        _log.info("near_matches_found", so=so, count=found)
    return found is not None


def match_page(connection: Connection) -> int | None:
    """Compare the documents of some commands; return how many pairs were found, of which some may be known.

    None when nothing is left, or another worker is at it.
    """
    with connection.transaction():
        lead = connection.execute(_SQL["match_lead"]).fetchone()
        if lead is None or not lead[0]:
            return None
        commands = [row[0] for row in connection.execute(_SQL["match_unread"], (_COMMANDS_MAX,))]
        if not commands:
            return None
        pairs = _pairs(connection, _new_persons(connection, commands))
        connection.cursor().executemany(_SQL["match_add"], pairs)
        connection.execute(_SQL["match_read"], (commands,))
    return len(pairs)


def _new_persons(connection: Connection, commands: Sequence[bytes]) -> dict[int, Person]:
    """Note who was not known as these documents describe him; return them by number."""
    seen: dict[tuple[str, str, str, str], tuple[Any, ...]] = {}
    for pupil, school, code, document in connection.execute(_SQL["match_documents"], (commands,)):
        s = _decode(document).student
        number = s.personal_id if isinstance(s.personal_id, str) else None
        seen.setdefault((pupil, s.name, s.birth_date, s.gender), (number, school, code))
    rows = [key + rest for key, rest in sorted(seen.items())]
    if not rows:
        return {}
    columns = [list(column) for column in zip(*rows, strict=True)]
    noted = connection.execute(_SQL["match_person"], columns).fetchall()
    persons = {row[0]: Person(row[1], row[5], row[2], row[3], row[4]) for row in noted}
    keys = [(key, number) for number, person in persons.items() for key in sorted(match_keys(person))]
    connection.execute(_SQL["match_key"], ([key for key, _ in keys], [number for _, number in keys]))
    return persons


def _pairs(connection: Connection, persons: Mapping[int, Person]) -> list[tuple[Any, ...]]:
    """Return the rows of pairs that need a person's eye."""
    if not persons:
        return []
    found = []
    for number, other, pupil, name, born, gender, personal_id in connection.execute(
        _SQL["match_candidates"], (_CANDIDATES_MAX, list(persons))
    ):
        person = persons[number]
        if why := compare(person, Person(pupil, personal_id, name, born, gender)):
            (a, one), (b, two) = sorted([(person.pupil, number), (pupil, other)])
            found.append((a, b, one, two, [w.value for w in why]))
    return sorted(found)
