"""What happens to a played database while it is followed: faults on request, each some seconds after that began."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, LiteralString, Protocol

import psycopg

from hub.connectors.nghe_an.statements import PLAYED
from hub.connectors.simulating import Faults
from hub.connectors.simulating.postgres_server import PostgresServer

__all__ = ["Played", "trouble"]

_SOON_S: Final = 10.0
_MANY, _RESTARTS = 5, 3
_LOOKS_MAX, _LOOK_S = 120, 0.5


class Played(Protocol):
    """What is troubled."""

    keys: tuple[str, ...]
    server: PostgresServer

    @property
    def address(self) -> str:
        """Return the administrator's address of the database."""

    async def run(self, statement: LiteralString, **values: Any) -> list[tuple[Any, ...]]:
        """Run a statement as the administrator."""


def trouble(system: Played, faults: Faults) -> asyncio.Task[None] | None:
    """Begin what was asked for, if anything was; whoever stops the system cancels it."""
    wanted = [_ON_REQUEST[name](system) for name in sorted(faults.database)]
    if faults.errors is not None:
        wanted.append(_connections_end(system, faults.errors))
    return asyncio.create_task(_together(wanted)) if wanted else None


async def _run(system: Played, statement: LiteralString, **values: Any) -> list[tuple[Any, ...]]:
    """Run a statement, again when the server is just being killed."""
    for _ in range(_LOOKS_MAX):
        with suppress(psycopg.OperationalError):
            return await system.run(statement, **values)
        await asyncio.sleep(_LOOK_S)
    return await system.run(statement, **values)


async def _together(wanted: list[Awaitable[None]]) -> None:
    await asyncio.gather(*wanted)


async def _connections_end(system: Played, every: int) -> None:
    while True:
        await asyncio.sleep(0.02 * every)
        await _run(system, PLAYED["end_connections"], roles=["hub_doc", "hub_xem_doc", "hub_ghi"])


async def _followed(system: Played) -> None:
    """Wait until somebody follows: a slot cannot be made while an older transaction is open."""
    for _ in range(_LOOKS_MAX):
        if await _run(system, PLAYED["followed"]):
            break
        await asyncio.sleep(_LOOK_S)
    await asyncio.sleep(_LOOK_S)


async def _restarts(system: Played) -> None:
    await _followed(system)
    for _ in range(_RESTARTS):
        await asyncio.sleep(_SOON_S)
        await system.server.again("kill")


async def _slot_lost(system: Played) -> None:
    await _followed(system)
    await asyncio.sleep(_SOON_S)
    await _run(system, PLAYED["end_followers"])
    await _run(system, PLAYED["drop_slots"])


async def _late_commit(system: Played) -> None:
    await _followed(system)
    with suppress(psycopg.OperationalError):  # a server that is killed rolls it back
        await _one_late_commit(system)


async def _one_late_commit(system: Played) -> None:
    async with await psycopg.AsyncConnection.connect(system.address) as late:
        await late.execute(PLAYED["mark_class"], {"mark": "L", "key": system.keys[0]})
        await _run(system, PLAYED["mark_class"], mark="E", key=system.keys[-1])
        await asyncio.sleep(_SOON_S)


async def _key_changed(system: Played) -> None:
    await _followed(system)
    await asyncio.sleep(_SOON_S)
    await _run(system, PLAYED["change_key"], key=system.keys[1])


async def _record_deleted(system: Played) -> None:
    await _followed(system)
    await asyncio.sleep(_SOON_S)
    await _run(system, PLAYED["delete_record"], key=system.keys[2])


async def _window_open(system: Played) -> None:
    await _run(system, PLAYED["open_windows"])
    await asyncio.sleep(_SOON_S)
    await _run(system, PLAYED["close_windows"])


async def _unlock_requests(system: Played) -> None:
    for key in system.keys[:_MANY]:
        await _run(system, PLAYED["ask_unlock"], key=key)


_ON_REQUEST: Final[Mapping[str, Callable[[Played], Awaitable[None]]]] = {
    "restarts": _restarts, "slot-lost": _slot_lost, "late-commit": _late_commit, "key-changed": _key_changed,
    "record-deleted": _record_deleted, "window-open": _window_open, "unlock-requests": _unlock_requests,
}  # fmt: skip
