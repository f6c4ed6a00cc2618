"""A real PostgreSQL server behind a played system, in a process of its own that ends when this one does."""

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

from hub.errors import Unavailable

__all__ = ["PostgresServer"]

_MODULE: Final = "hub.local.played_postgres"
_ANSWER_S: Final = 180.0  # a first start makes the data folder
_STOP_S: Final = 40.0


class PostgresServer:
    """One server on loopback; its data stay in `folder`. `address` is the administrator's, without a database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._child: asyncio.subprocess.Process | None = None
        self.port = 0
        self.address = ""

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
                told = json.loads(await self._child.stdout.readline())
        except (TimeoutError, ValueError):
            await self.stop()
            facts = {"server": "postgres", "timeout_s": f"{_ANSWER_S:g}", "log": str(self._folder)}
            raise Unavailable("SERVER_NOT_READY", facts) from None
        self.port = told["port"]
        self.address = f"postgresql://hub:{told['password']}@127.0.0.1:{self.port}"
