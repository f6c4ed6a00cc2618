"""Whose turn it is in a replay: which decisions must not come before others, as far as what was told shows it.

Two *plain* answers (a class or a request to lock it was taken as it came, and no document is held) may come in any
order: schools that both were told so claim no pupil together, unless something between them let him go, and whatever
does that is not plain. Every other answer keeps its place among all. A school's partition has the turn of the earliest
answer that is still to come in it, so that whoever let a record wait for a person does not hold everybody up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from hub.recovery.replay import is_replaying
from hub.schemas import decode
from hub.store import Connection
from hub.store.queries import queries_of

__all__ = ["Told", "Turns", "is_plain", "out_of_turn"]

_SQL = queries_of("common")
_PLAIN = frozenset({"Submission", "LockRequest"})
_LOOKED_AT = "Recheck"  # decided by no record of the log: it stands in no partition's way but in everybody's
_BEHIND_ALL = 2**63


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that was sent and is not decided again yet: its place among all, and the partition of its record.

    `part` is None for one that follows from no record.
    """

    receipt_id: str
    place: int
    part: int | None
    plain: bool


class Turns:
    """The answers of one topic that a replay must meet; nothing is read where no replay is open."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._told: Sequence[Told] | None = None  # what was read once holds until the worker ends

    def first_out(self, connection: Connection, part: int, receipt_ids: Sequence[str]) -> int | None:
        """Return which of the next records of a partition, by the ids of their answers, must wait; None for none."""
        if not is_replaying(connection):
            return None
        if self._told is None:
            rows = connection.execute(_SQL["unmet_answers"], (self._topic,))
            self._told = [_told(place, *row) for place, row in enumerate(rows)]
        alive = {row[0] for row in connection.execute(_SQL["unmet_answer_ids"], (self._topic,))}
        return out_of_turn([told for told in self._told if told.receipt_id in alive], part, receipt_ids)


def out_of_turn(waiting: Sequence[Told], part: int, receipt_ids: Iterable[str]) -> int | None:
    """Return the first of `receipt_ids` (of the next records of `part`) that must wait. Pure.

    One of which nothing was told is new: it comes behind all, but for what stands behind it in its own partition.
    """
    by_id = {told.receipt_id: told for told in waiting}
    own = [told.place for told in waiting if told.part == part]  # in order
    foreign = [told for told in waiting if told.part != part]
    done = set[int]()
    for n, receipt_id in enumerate(receipt_ids):
        known = by_id.get(receipt_id)
        turn = next((place for place in own if place not in done), _BEHIND_ALL)
        turn = turn if known is None else min(turn, known.place)
        plain = known is not None and known.plain
        if any(told.place < turn and not (plain and told.plain) for told in foreign):
            return n
        if known is not None:
            done.add(known.place)
    return None


def is_plain(said: dict[str, Any]) -> bool:
    """Tell whether a receipt's statement says that everything was taken, and that no document is held."""
    states = {document.get("state") for document in said.get("documents", ())}
    return said.get("kind") in _PLAIN and said.get("outcome") == "accepted" and "held" not in states


def _told(place: int, receipt_id: str, part: int, message: bytes) -> Told:
    said = msgspec.json.decode(decode(message, ("Receipt",)).value["statement"])
    return Told(receipt_id, place, None if said.get("kind") == _LOOKED_AT else part, is_plain(said))
