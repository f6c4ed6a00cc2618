"""The client's journal: what was sent, written and synced before each send and after each acknowledgement.

It is the one witness of a run that owes nothing to the hub: the balance is drawn against it.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

__all__ = ["Journal"]

_PIECE_BYTES = 65_536


class Journal:
    """An append-only JSON-lines file. One sync a batch, not a line. Several processes may write in turn.

    A line that a kill cut off was never relied upon: whoever writes next takes the rest of it away first, because a
    line written behind it would be lost with it.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b", buffering=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Append lines and return when the disk has them."""
        data = "".join(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n" for line in lines).encode()
        with _alone(self._file):
            _cut_torn_line(self._file)
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())


@contextmanager
def _alone(file: BinaryIO) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _cut_torn_line(file: BinaryIO) -> None:
    """Take away what stands behind the last line end."""
    size = end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - _PIECE_BYTES)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end != size:
        file.truncate(end)
