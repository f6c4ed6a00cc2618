"""The process in which a connector is checked, seen from the command: what it says, how long it may take, its end."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

from hub.connect.check import CHECK_S, CheckOutcome
from hub.errors import Refused

__all__ = ["check_apart"]

_LOAD_S = 120.0  # to import a connector and make it; one that takes longer hangs
_LEAVE_S = 5.0
_LINE_BYTES_MAX = 2**20


async def check_apart(
    task: dict[str, Any], name: str, tell: Callable[[CheckOutcome], None]
) -> tuple[dict[str, str], list[CheckOutcome]]:
    """Let a process of its own load and check the connector. Raises Refused when it cannot be loaded."""
    outcomes: list[CheckOutcome] = []
    async with _child(json.dumps(task)) as lines:
        about = await _line(lines, _LOAD_S)
        if about is None or "about" not in about:
            raise _not_loaded(name, about)
        while (told := await _line(lines, _LOAD_S + CHECK_S)) is not None:
            if "refused" in told:
                raise _not_loaded(name, told)
            outcomes.append(msgspec.convert(told["outcome"], CheckOutcome))
            tell(outcomes[-1])
    return about["about"], outcomes


@asynccontextmanager
async def _child(task: str) -> AsyncIterator[asyncio.StreamReader]:
    """Yield what the child says; with the end of the block it ends, and everything that it started."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.cli.connector_checking", task, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, start_new_session=True, limit=_LINE_BYTES_MAX,
    )  # fmt: skip
    assert child.stdout is not None
    try:
        yield child.stdout
    finally:
        with suppress(ProcessLookupError):
            child.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), _LEAVE_S)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()


async def _line(lines: asyncio.StreamReader, patience_s: float) -> dict[str, Any] | None:
    """Return the next line, or None when there is no more, or none came in time."""
    try:
        line = await asyncio.wait_for(lines.readline(), patience_s)
        found: dict[str, Any] | None = json.loads(line) if line else None
    except (TimeoutError, ValueError):
        return None
    return found


def _not_loaded(name: str, told: dict[str, Any] | None) -> Refused:
    if told is None or "refused" not in told:
        return Refused("MANIFEST_WRONG", {"file": name[:60], "reason": f"not loaded in {_LOAD_S:g} s"})
    return Refused(told["refused"]["code"], told["refused"]["facts"])
