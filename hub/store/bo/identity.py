"""Links between identifiers at Bộ: kept as they were signed, and where transcripts stand because of them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from hub.decision.placement import Linked, Placed, Placement, conflicts_of, settle
from hub.domain.linking import Links
from hub.store.connection import Connection
from hub.store.queries import queries_of

__all__ = ["Place", "hold_links", "settle_lock", "write_link"]

_SQL = queries_of("bo")
Surrogate = Callable[[str], bytes]
Place = tuple[str, bytes, int, int]
"""A transcript that moved: Sở, lock, number in it, and which of its moves this is."""


def hold_links(connection: Connection, *, changing: bool) -> None:
    """Keep links as they are to the end of the transaction, or wait for all others when one is to be taken in."""
    connection.execute(_SQL["links_change" if changing else "links_stay"])


def write_link(connection: Connection, linked: Linked, surrogate: Surrogate) -> list[Place]:
    """Keep a link and move what it moves; nothing when it came before."""
    said, at = linked.said, linked.at
    before = _links(connection, (said.former, said.present))
    row = (linked.statement_sha256, linked.so, said.action, said.former, said.present, linked.statement)
    if connection.execute(_SQL["add_link"], (*row, linked.signature, at, linked.offset)).fetchone() is None:
        return []
    after = _links(connection, (said.former, said.present))
    persons = [
        one for links in (before, after) for named in (said.former, said.present) for one in links.same_person(named)
    ]
    return _settle(connection, persons, after, linked.statement_sha256, at, surrogate)


def settle_lock(connection: Connection, so: str, lock_id: bytes, at_s: int, surrogate: Surrogate) -> list[Place]:
    """Place what a lock just brought, where its pupils have other identifiers; return what moved besides."""
    pupils = [pupil for (pupil,) in connection.execute(_SQL["linked_in_lock"], (so, lock_id))]
    if not pupils:
        return []
    links = _links(connection, pupils)
    persons = [one for pupil in pupils for one in links.same_person(pupil)]
    return _settle(connection, persons, links, lock_id, datetime.fromtimestamp(at_s, UTC), surrogate, new=(so, lock_id))


def _links(connection: Connection, pupils: Sequence[str]) -> Links:
    return Links(connection.execute(_SQL["links_of"], (sorted(set(pupils)),)).fetchall())


def _settle(
    connection: Connection, persons: Iterable[str], links: Links, cause: bytes, at: datetime, surrogate: Surrogate,
    new: tuple[str, bytes] | None = None,
) -> list[Place]:  # fmt: skip
    """Write the moves; what is `new` was not published yet and goes to its place at once."""
    rows = [Placed(*row) for row in connection.execute(_SQL["placed"], (sorted(set(persons)),))]
    for conflict in conflicts_of(rows, links):
        connection.execute(_SQL["open_conflict"], (*conflict, at))
    moves = settle(rows, links)
    named = sorted({move.placed.identifier for move in moves})
    connection.execute(_SQL["add_pupils"], (named, [surrogate(one) for one in named]))
    places = []
    for move in moves:
        first = (move.placed.so, move.placed.lock_id) == new
        place = _write(connection, move, 0 if first else move.placed.step + 1, cause)
        if not first:
            places.append(place)
    return places


def _write(connection: Connection, move: Placement, step: int, cause: bytes) -> Place:
    row = move.placed
    place = (row.so, row.lock_id, row.n, step)
    connection.execute(_SQL["add_placement"], (*place, cause, row.identifier, move.before, move.emptied))
    return place
