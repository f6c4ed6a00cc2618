"""What a stage is: four functions around a pure decision. The loop owns everything else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from hub.agents.stage.record import Outgoing, Record
from hub.errors import Refused
from hub.store import Connection
from hub.topics import Topic

__all__ = ["Stage"]

S = TypeVar("S")  # the snapshot that decisions rest on: register, policy
P = TypeVar("P")  # a record decoded, verified and checked
K = TypeVar("K")  # what is known of the schools and pupils concerned
E = TypeVar("E")  # the effect of one decision


@dataclass(frozen=True)
class Stage(Generic[S, P, K, E]):
    """One step of the journey.

    `read` refreshes the snapshot before a batch; `prepare` does all that needs no database (it raises Refused for a
    record that does not decode, which quarantines it); `load` takes the row locks in sorted order and returns what is
    known; `decide` is pure and folded over the batch (Refused quarantines here too); `write` stores the effects and
    returns the messages to send, one sequence for each effect, in order. `out_of_turn` is asked before anything else
    which of the records of a batch, by its number, another partition of a replay must come before.
    """

    name: str
    topics: tuple[Topic, ...]
    read: Callable[[Connection], S]
    prepare: Callable[[Record, S], P]
    load: Callable[[Connection, Sequence[P]], K]
    decide: Callable[[P, K], tuple[E, K]]
    write: Callable[[Connection, Sequence[E]], Sequence[Sequence[Outgoing]]]
    done: Callable[[Sequence[E]], None] = lambda _: None  # counts, after the commit
    mine: Callable[[Record], bool] = lambda _: True  # a shared topic holds records of others: skipped, not done
    refused: Callable[[Connection, Refused], None] = lambda *_: None  # what `decide` refused: more than its quarantine

    out_of_turn: Callable[[Connection, Sequence[Record]], int | None] = lambda *_: None

    def topic(self, name: str) -> Topic:
        """Return the declared topic of that name."""
        return next(topic for topic in self.topics if topic.name == name)
