"""A folder into which a system drops its files, and where it finds our answers beside them."""

import asyncio
import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hub.connectors.simulating.faults import Faults
from hub.connectors.simulating.hostile import hostile_files
from hub.connectors.transport.files import OWN_ANSWERS

__all__ = ["DropFolder"]

_GROWS_S = 8
_PIECES = 8


class DropFolder:
    """Files below `root`. With `half-written` they grow for eight seconds while the system runs.

    A hostile system also lays what hostile.py makes (with `vectors`, those too) beside its files, and a link that
    leads out.
    """

    def __init__(self, root: Path, faults: Faults, vectors: Path | None = None) -> None:
        self._root = root
        self._faults = faults
        self._vectors = vectors
        self._growing: set[asyncio.Task[None]] = set()
        root.mkdir(parents=True, exist_ok=True)

    def drop(self, files: Mapping[str, bytes]) -> None:
        """Lay files by their names below the root; one that is there with these bytes stays as it is.

        Needs a running loop only for the fault `half-written`.
        """
        for name, data in files.items():
            path = self._root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file() and path.read_bytes() == data:
                continue
            if self._faults.half_written:
                task = asyncio.get_running_loop().create_task(self._grow(path, data))
                self._growing.add(task)
                task.add_done_callback(self._growing.discard)
            else:
                self._lay(path, data)

    def drop_hostile(self, folder: str) -> None:
        """Lay the hostile files into a folder below the root, and a link to a file outside."""
        if self._faults.hostile:
            inner = self._root / folder
            inner.mkdir(parents=True, exist_ok=True)
            for name, data in hostile_files(self._vectors).items():
                self._lay(inner / name, data)
            link = inner / "lien-ket.xlsx"
            if not link.is_symlink():
                link.symlink_to("/etc/hostname")

    def answers(self, patterns: Sequence[str] = OWN_ANSWERS) -> Sequence[Mapping[str, Any]]:
        """Return the answers that lie there: kind, id (name below the root), sha256, size; each is one file."""
        found = sorted({path for pattern in patterns for path in self._root.rglob(pattern) if path.is_file()})
        return [self._shown(path) for path in found if not path.name.endswith(".part")]

    async def stop(self) -> None:
        """End growing: what is half written stays so, as with a transfer that broke off."""
        for task in tuple(self._growing):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _shown(self, path: Path) -> dict[str, Any]:
        data = path.read_bytes()
        name = path.relative_to(self._root).as_posix()
        return {"kind": "file", "id": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "offered": 1}

    async def _grow(self, path: Path, data: bytes) -> None:
        size = max(1, -(-len(data) // _PIECES))
        for end in range(size, len(data) + size, size):
            self._lay(path, data[:end])
            await asyncio.sleep(_GROWS_S / _PIECES)

    def _lay(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)
        if self._faults.clock:
            at = time.time() + self._faults.clock
            os.utime(path, (at, at))
