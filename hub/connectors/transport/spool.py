"""The spool: private copies of files that are being read, one at a time."""

import hashlib
import shutil
from pathlib import Path

from hub.errors import Unavailable

__all__ = ["Spool"]


class Spool:
    """Gives a copy its place below a private folder; whatever an earlier run left there goes with the first one.

    Nothing is made before the first copy: a store that only writes leaves the spool of one that reads alone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fresh = False
        self._last: Path | None = None

    def place(self, name: str) -> Path:
        """Return where the copy of a file goes, under its own last name; the copy before it is removed."""
        self.clear()
        if not self._fresh:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._fresh = True
        self._last = self._folder / hashlib.sha256(name.encode()).hexdigest()[:16]
        self._last.mkdir(mode=0o700, parents=True)
        return self._last / name.rpartition("/")[2]

    def keep(self, name: str, data: bytes) -> Path:
        """Return a copy with these bytes. Raises Unavailable CONNECTOR_STATE_UNAVAILABLE: it is our own disk."""
        try:
            copy = self.place(name)
            copy.write_bytes(data)
        except OSError as error:
            raise Unavailable("CONNECTOR_STATE_UNAVAILABLE", {"reason": type(error).__name__}) from None
        return copy

    def clear(self) -> None:
        """Remove the last copy."""
        if self._last is not None:
            shutil.rmtree(self._last, ignore_errors=True)
            self._last = None
