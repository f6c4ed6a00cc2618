"""Đóng nhật ký: how far the end of a Sở's log is, what must be finished first, and what would never be locked."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from hub.domain.statements import ClosingStatement, read
from hub.store import Connection, unavailable
from hub.store.queries import queries_of

__all__ = ["ClosingState", "LogEnd", "closing_state", "log_end"]

_SQL = queries_of("so")
_State = Literal["open", "announced", "finishing", "closed", "cosigned"]


@dataclass(frozen=True, slots=True)
class LogEnd:
    """The final head of a log; `cosigned_at`: when Bộ had it (None: Bộ has not answered yet)."""

    so: str
    successor: str
    tree_size: int
    made_at: datetime
    cosigned_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClosingState:
    """open; announced for `since`; finishing: due, and something is left; closed: final head out; cosigned: Bộ has it.

    `finishing` is what is finished before the end: rounds on their way to a lock, locks without a place in the log,
    records of schools set aside. `left_open` is what would never be locked: documents, and corrections.
    """

    so: str
    state: _State
    successor: str | None
    decision: str | None
    since: datetime | None
    tree_size: int | None
    cosigned_at: datetime | None
    finishing: dict[str, int]
    left_open: dict[str, int]

    def shown(self) -> dict[str, Any]:
        """Return the state as one JSON object."""
        times = {name: None if (at := getattr(self, name)) is None else at.isoformat() for name in _TIMES}
        return asdict(self) | times


_TIMES = ("since", "cosigned_at")


def closing_state(connection: Connection, so: str) -> ClosingState:
    """Return how far the end of this Sở's log is. Raises Unavailable."""
    with unavailable():
        said = connection.execute(_SQL["closing_said"], (so,)).fetchone()
        rounds, locks, aside = connection.execute(_SQL["closing_waits"]).fetchone() or (0, 0, 0)
        documents, corrections = connection.execute(_SQL["closing_leaves"]).fetchone() or (0, 0)
    end = log_end(connection, so)
    successor, decision, since, is_due = said or (None, None, None, False)
    return ClosingState(
        so, _state(end, since, bool(is_due)), successor, decision, since, None if end is None else end.tree_size,
        None if end is None else end.cosigned_at, {"rounds": rounds, "locks": locks, "aside": aside},
        {"documents": documents, "corrections": corrections},
    )  # fmt: skip


def log_end(connection: Connection, so: str) -> LogEnd | None:
    """Return the end of the log, or None while it goes on. Raises Unavailable."""
    with unavailable():
        row = connection.execute(_SQL["closing"]).fetchone()
        receipt = connection.execute(_SQL["closing_receipt"]).fetchone()
    if row is None:
        return None
    size, _, successor, _, _, made_at, _ = row
    cosigned_at = None if receipt is None else datetime.fromisoformat(read(receipt[0], ClosingStatement).at)
    return LogEnd(so, successor, size, made_at, cosigned_at)


def _state(end: LogEnd | None, since: datetime | None, is_due: bool) -> _State:
    if end is not None:
        return "closed" if end.cosigned_at is None else "cosigned"
    if since is None:
        return "open"
    return "finishing" if is_due else "announced"
