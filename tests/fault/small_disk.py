"""A disk that is really full, without rights: a small memory file system in a namespace of our own, kept by a holder.

`unshare` makes a user and mount namespace in which a small file system can be mounted; the holder keeps it alive, and
a server enters it with `nsenter` at its start. What is full there is full for nobody else.
"""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.local.process import Order, Server

__all__ = ["SmallDisk"]

_UNSHARE = ("unshare", "--user", "--map-current-user", "--keep-caps", "--mount")
_MOUNT = 'mount -t tmpfs -o size="$1"m tmpfs "$2" && echo mounted && exec sleep 3600'
_TIMEOUT_S = 30


class SmallDisk:
    """A small file system at `place`, seen only by who enters; all of it belongs to `user` (None: ourselves)."""

    def __init__(self, place: Path, mib: int, user: tuple[int, int] | None = None) -> None:
        if shutil.which("unshare") is None or shutil.which("nsenter") is None:
            pytest.skip("no unshare here: a full disk cannot be made")
        self.place, self._user = place, user
        place.mkdir(exist_ok=True)
        place.chmod(0o777)
        self._holder = subprocess.Popen(
            [*_UNSHARE, "sh", "-c", _MOUNT, "sh", str(mib), str(place)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **self._as_user(),
        )  # fmt: skip
        assert self._holder.stdout is not None
        with self._holder.stdout as first_line:
            answer = first_line.readline().strip()
        if answer != "mounted":
            self._holder.wait(_TIMEOUT_S)
            pytest.skip("no unprivileged namespaces here: a full disk cannot be made")

    @property
    def seen_from_outside(self) -> Path:
        """The way to the small disk for those who have not entered."""
        return Path(f"/proc/{self._holder.pid}/root{self.place}")

    def take_in(self, server: Server) -> None:
        """Let the server enter at each of its next starts."""
        plain = server._order

        def inside() -> Order:
            order = plain()
            return replace(order, command=[*self._entering, *order.command])

        server._order = inside  # type: ignore[method-assign]

    def let_out(self, server: Server) -> None:
        """Let it start outside again."""
        del server._order

    def inside(self, *command: str) -> None:
        """Run a command in there. Raises CalledProcessError."""
        subprocess.run(
            [*self._entering, *command], check=True, timeout=_TIMEOUT_S, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **self._as_user(),
        )  # fmt: skip

    def fill(self) -> None:
        """Write until there is no room left at all."""
        filler = str(self.place / "filler")
        self.inside("sh", "-c", f"cat /dev/zero > {filler}; cat /dev/zero >> {filler}; true")

    def free(self) -> None:
        """Give back what was filled."""
        self.inside("rm", "-f", str(self.place / "filler"))

    def close(self) -> None:
        """End the holder; the disk is gone with it once its servers have left."""
        self._holder.kill()
        self._holder.wait(_TIMEOUT_S)

    @property
    def _entering(self) -> Sequence[str]:
        return ("nsenter", "--target", str(self._holder.pid), "--user", "--mount", "--preserve-credentials")

    def _as_user(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user[0], "group": self._user[1], "extra_groups": []}
