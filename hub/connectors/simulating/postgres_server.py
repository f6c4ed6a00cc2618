"""A real PostgreSQL server behind a played system, in a process of its own that ends when this one does."""

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Literal

from hub.errors import Unavailable

__all__ = ["PostgresServer"]

_MODULE: Final = "hub.local.played_postgres"
_ANSWER_S: Final = 180.0  # a first start makes the data folder
_STOP_S: Final = 40.0
_TOLD: Final = "server.json"


class PostgresServer:
    """One server on loopback; its data stay in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._child: asyncio.subprocess.Process | None = None

    @property
    def port(self) -> int:
        """Return its port; 0 before the first start."""
        return int(self._told()["port"])

    @property
    def address(self) -> str:
        """Return the administrator's address, without a database; "" before the first start, by whomever that was."""
        told = self._told()
        return f"postgresql://hub:{told['password']}@127.0.0.1:{told['port']}" if told["port"] else ""

    async def start(self) -> None:
        """Start it. Raises Unavailable SERVER_NOT_READY."""
        if self._child is not None:
            return
        self._child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", _MODULE, str(self._folder),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        await self._answered()

    async def again(self, how: Literal["restart", "kill"] = "restart") -> None:
        """Stop it, or kill it as a power cut would, and start it on the same data."""
        assert self._child is not None
        assert self._child.stdin is not None
        self._child.stdin.write(f"{how}\n".encode())
        await self._child.stdin.drain()
        await self._answered()

    async def stop(self) -> None:
        """End it."""
        child, self._child = self._child, None
        if child is None:
            return
        assert child.stdin is not None
        child.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_S):
                await child.wait()
                return
        child.kill()
        await child.wait()

    async def _answered(self) -> None:
        assert self._child is not None
        assert self._child.stdout is not None
        try:
            async with asyncio.timeout(_ANSWER_S):
                line = await self._child.stdout.readline()
                json.loads(line)
        except (TimeoutError, ValueError):
            await self.stop()
            facts = {"server": "postgres", "timeout_s": f"{_ANSWER_S:g}", "log": str(self._folder)}
            raise Unavailable("SERVER_NOT_READY", facts) from None
        self._file.touch(mode=0o600)
        self._file.write_bytes(line)

    @property
    def _file(self) -> Path:
        return self._folder / _TOLD

    def _told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"port": 0}
        return json.loads(self._file.read_bytes()) if self._file.exists() else told
