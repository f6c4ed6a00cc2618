"""The client's journal: what was sent, written and synced before each send and after each acknowledgement.

It is the one witness of a run that owes nothing to the hub: the balance is drawn against it.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

__all__ = ["Journal"]


class Journal:
    """An append-only JSON-lines file. One sync a batch, not a line."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Append lines and return when the disk has them."""
        for line in lines:
            self._file.write(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
