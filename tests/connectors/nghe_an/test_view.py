"""A read-only view in place of replication: nothing that is committed late is passed over, on a standby neither."""

import asyncio
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from hub.connectors.nghe_an.statements import SQL
from hub.local.postgres import Postgres
from tests.connectors.nghe_an.standby import Standby
from tests.connectors.nghe_an.systems import Reader, playing

CLASS = "UPDATE hoc_ba.ho_so SET lop = %(lop)s WHERE ma_ho_so = %(key)s"


def test_a_late_commit_below_the_newest_number_is_not_passed_over():
    """The watermark is the oldest transaction that still runs, not the newest that is over."""

    async def run():
        async with playing(view=True) as system:
            reader = Reader(system.settings)
            assert set((await reader.all(limit=5)).keys) == set(system.keys)
            async with await psycopg.AsyncConnection.connect(system.address) as late:
                await late.execute(CLASS, {"lop": "9L", "key": system.keys[0]})
                await system.run(CLASS, lop="9E", key=system.keys[1])
                assert system.keys[1] in (await reader.all()).keys
                assert system.keys[0] not in reader.keys
            assert system.keys[0] in (await reader.all()).keys
            assert (await reader.all()).keys == []

    asyncio.run(run())


@pytest.mark.parametrize(
    ("xid", "following", "whole"),
    [
        (757, 760, 757), (2, 760, 0), (1, 2**33, 0), (4_294_967_290, 2**32 + 100, 4_294_967_290),
        (50, 2**32 + 100, 2**32 + 50),

        (150, 2**32 + 100, 150), (2**32 - 1, 3 * 2**32 + 3, 3 * 2**32 - 1), (4, 3 * 2**32 + 5, 3 * 2**32 + 4),
    ],
)  # fmt: skip
def test_a_number_of_32_bits_is_the_newest_that_it_can_be(xid, following, whole):
    """Behind 2³² transactions a row is read once too often at most, and never too seldom."""

    async def run():
        async with await psycopg.AsyncConnection.connect(ADDRESS[0]) as connection:
            cursor = await connection.execute(SQL["whole_xid"], {"xid": xid, "next": following})
            assert await cursor.fetchone() == (whole,)

    asyncio.run(run())


ADDRESS = []


@pytest.fixture(autouse=True, scope="module")
def _server():
    with tempfile.TemporaryDirectory(prefix="hub-nghe-an-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder) / "postgres", settings={"fsync": "off", "shared_buffers": "16MB"})
        server.start()
        server.wait_until_ready()
        ADDRESS[:] = [f"postgresql://hub:{server.passwords.of('hub')}@127.0.0.1:{server.port}/postgres"]
        yield
        server.stop()


def test_a_standby_is_followed_by_its_snapshot():
    """It knows no list of running transactions; the oldest one is enough. A slot is not for it."""

    async def run():
        async with playing(view=True) as system:
            with tempfile.TemporaryDirectory(prefix="hub-standby-", ignore_cleanup_errors=True) as folder:
                standby = Standby(Path(folder) / "postgres", system.server.address)
                await asyncio.to_thread(standby.start)
                try:
                    await asyncio.to_thread(standby.wait_until_ready, 60.0)
                    await followed(system, standby.port)
                finally:
                    await asyncio.to_thread(standby.stop)

    asyncio.run(run())


async def followed(system, port):
    """Read of the standby what changes on the primary."""
    there = system.settings["database"]
    primary = f":{system.server.port}/"
    passwords = Path(there["password_file"])
    passwords.write_text(passwords.read_text() + passwords.read_text().replace(f":{system.server.port}:", f":{port}:"))
    reader = Reader({"database": {**there, "url": there["url"].replace(primary, f":{port}/")}})
    assert set((await reader.all()).keys) == set(system.keys)
    async with await psycopg.AsyncConnection.connect(system.address) as late:
        await late.execute(CLASS, {"lop": "9L", "key": system.keys[0]})
        await system.run(CLASS, lop="9E", key=system.keys[1])
        await seen(reader, system.keys[1])
        assert system.keys[0] not in reader.keys
    await seen(reader, system.keys[0])


async def seen(reader, key):
    """Read until a key comes: a standby is a moment behind."""
    ends = time.monotonic() + 30
    while key not in (await reader.all()).keys:
        assert time.monotonic() < ends
        await asyncio.sleep(0.1)
