"""What happens to a played database while it is followed: faults on request, each some seconds after that began."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, LiteralString, Protocol

import psycopg

from hub.connectors.simulating import Faults
from hub.connectors.simulating.postgres_server import PostgresServer

__all__ = ["Played", "trouble"]

_SOON_S: Final = 10.0
_MANY, _RESTARTS = 5, 3
_LOOKS_MAX, _LOOK_S = 120, 0.5
_END_CONNECTIONS: LiteralString = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ANY (%(roles)s)"
)
_CLASS: LiteralString = "UPDATE hoc_ba.ho_so SET lop = lop || %(mark)s WHERE ma_ho_so = %(key)s"
_WINDOWS: LiteralString = (
    "INSERT INTO hoc_ba.dot_nhap_diem (nam_hoc, hoc_ky, dang_mo) "
    "SELECT DISTINCT nam_hoc, CASE ky WHEN 'HK1' THEN 1 ELSE 2 END, true FROM hoc_ba.ho_so ON CONFLICT DO NOTHING"
)
_ASK: LiteralString = (
    "INSERT INTO hoc_ba.yeu_cau_mo_khoa (ma_ho_so, ly_do, nguoi_yeu_cau) VALUES (%(key)s, 'Nhập sai điểm.', 'gv01')"
)


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
        await _run(system, _END_CONNECTIONS, roles=["hub_doc", "hub_xem_doc", "hub_ghi"])


async def _followed(system: Played) -> None:
    """Wait until somebody follows: a slot cannot be made while an older transaction is open."""
    for _ in range(_LOOKS_MAX):
        if await _run(system, "SELECT 1 FROM pg_replication_slots WHERE confirmed_flush_lsn IS NOT NULL"):
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
    await _run(system, "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active_pid IS NOT NULL")
    await _run(system, "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots")


async def _late_commit(system: Played) -> None:
    await _followed(system)
    with suppress(psycopg.OperationalError):  # a server that is killed rolls it back
        await _one_late_commit(system)


async def _one_late_commit(system: Played) -> None:
    async with await psycopg.AsyncConnection.connect(system.address) as late:
        await late.execute(_CLASS, {"mark": "L", "key": system.keys[0]})
        await _run(system, _CLASS, mark="E", key=system.keys[-1])
        await asyncio.sleep(_SOON_S)


async def _key_changed(system: Played) -> None:
    await _followed(system)
    await asyncio.sleep(_SOON_S)
    await _run(
        system, "UPDATE hoc_ba.ho_so SET ma_ho_so = ma_ho_so || '-2' WHERE ma_ho_so = %(key)s", key=system.keys[1]
    )


async def _record_deleted(system: Played) -> None:
    await _followed(system)
    await asyncio.sleep(_SOON_S)
    await _run(system, "DELETE FROM hoc_ba.ho_so WHERE ma_ho_so = %(key)s", key=system.keys[2])


async def _window_open(system: Played) -> None:
    await _run(system, _WINDOWS)
    await asyncio.sleep(_SOON_S)
    await _run(system, "UPDATE hoc_ba.dot_nhap_diem SET dang_mo = false")


async def _unlock_requests(system: Played) -> None:
    for key in system.keys[:_MANY]:
        await _run(system, _ASK, key=key)


_ON_REQUEST: Final[Mapping[str, Callable[[Played], Awaitable[None]]]] = {
    "restarts": _restarts, "slot-lost": _slot_lost, "late-commit": _late_commit, "key-changed": _key_changed,
    "record-deleted": _record_deleted, "window-open": _window_open, "unlock-requests": _unlock_requests,
}  # fmt: skip
