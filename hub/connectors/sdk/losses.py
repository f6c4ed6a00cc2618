"""The loss report: what a mapping dropped, defaulted, widened or guessed, beside what its manifest declares."""

import hashlib
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

__all__ = ["Kind", "Loss", "LossReport"]

Kind = Literal["dropped", "defaulted", "widened", "guessed"]
Direction = Literal["in", "out"]


class Loss(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of loss at one path: of the system ("hoc_sinh.so_dien_thoai") inwards, of the document outwards."""

    kind: Kind
    path: str
    direction: Direction = "in"
    reason: str = ""


class LossReport:
    """Counts of losses by kind, direction and path, each with the first record that had it. It holds no value."""

    def __init__(self) -> None:
        self._found: dict[tuple[Kind, Direction, str], tuple[int, str]] = {}

    def add(self, losses: Iterable[Loss], key: str) -> None:
        """Count the losses of one record; of its key only twelve digits of a hash are kept."""
        for loss in losses:
            place = (loss.kind, loss.direction, loss.path)
            count, first = self._found.get(place, (0, hashlib.sha256(key.encode()).hexdigest()[:12]))
            self._found[place] = (count + 1, first)

    def undeclared(self, declared: Iterable[Loss]) -> list[Loss]:
        """Return what happened and no manifest said: each is a fault of the mapping, or a change of the system."""
        known = {(loss.kind, loss.direction, loss.path) for loss in declared}
        return [Loss(kind, path, direction) for kind, direction, path in sorted(self._found.keys() - known)]

    def shown(self) -> list[dict[str, Any]]:
        """Return a row for each, ready for JSON."""
        return [
            {"kind": kind, "direction": direction, "path": path, "count": count, "first": first}
            for (kind, direction, path), (count, first) in sorted(self._found.items())
        ]
