"""A real SFTP server on loopback: known by its key, and not always well."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh
import msgspec
import pytest

from hub.connectors.sdk import Opened
from hub.connectors.simulating import Faults, SftpServer
from hub.connectors.transport import FileStore, matching, open_store
from hub.errors import Refused, Unavailable
from tests.connectors.transport.systems import WELL, Clock, run


@asynccontextmanager
async def a_store(tmp_path: Path, faults: Faults = WELL, **changed: Any) -> AsyncIterator[tuple[FileStore, SftpServer]]:
    """Serve a folder and give a store of it; `changed` are settings of `sftp`."""
    server = SftpServer(tmp_path / "system", faults)
    settings = dict(await server.start())
    settings["sftp"] = settings["sftp"] | changed
    store = open_store(Opened(settings, tmp_path / "private", Clock()), "read")
    try:
        yield store, server
    finally:
        await store.close()
        await server.stop()


def test_store_lists_reads_and_writes(tmp_path: Path) -> None:
    """What the folder has, with links told; an answer replaces itself, and no part of it stays."""

    async def test() -> None:
        async with a_store(tmp_path) as (store, server):
            inner = server.files / "gui/41020001"
            inner.mkdir(parents=True)
            (inner / "5A.xlsx").write_bytes(b"Lop 5A" * 100_000)
            (inner / "link.xlsx").symlink_to("/etc/hostname")
            listed = await matching(store, "gui/*/*.xlsx")
            assert [(e.name, e.size) for e in listed.entries] == [("gui/41020001/5A.xlsx", 600_000)]
            assert [(f.code, f.facts["reason"]) for f in listed.findings] == [("FILE_NAME_WRONG", "link")]
            assert (await store.read("gui/41020001/5A.xlsx")).read_bytes() == b"Lop 5A" * 100_000
            assert await store.stat("gui/41020001/5A.xlsx") == listed.entries[0]
            for answer in (b"1", b"2"):
                await store.write("gui/41020001/tra/loi.csv", answer)
            assert [p.name for p in (inner / "tra").iterdir()] == ["loi.csv"]
            assert (inner / "tra/loi.csv").read_bytes() == b"2"
            assert await store.stat("gui/none/5A.xlsx") is None
            assert (await store.listing("none")).entries == ()

    run(test)


def test_name_that_is_not_utf_8_is_told_and_the_files_beside_it_are_read(tmp_path: Path) -> None:
    """One old name must not stop a whole folder."""

    async def test() -> None:
        async with a_store(tmp_path) as (store, server):
            inner = server.files / "gui"
            inner.mkdir(parents=True)
            (inner / "5A.csv").write_bytes(b"1")
            (inner / os.fsdecode(b"L\xffp.csv")).write_bytes(b"2")
            (inner / os.fsdecode(b"\xe9")).mkdir()
            listed = await matching(store, "gui/*.csv")
            assert [entry.name for entry in listed.entries] == ["gui/5A.csv"]
            assert [found.code for found in listed.findings] == ["FILE_NAME_WRONG"] * 2
            msgspec.json.encode(listed.findings)
            assert (await store.read("gui/5A.csv")).read_bytes() == b"1"

    run(test)


@pytest.mark.parametrize("left", ["hard link", "link"])
def test_answer_is_written_whatever_lies_where_its_part_goes(tmp_path: Path, left: str) -> None:
    """No other file is written through a second name of it."""

    async def test() -> None:
        async with a_store(tmp_path) as (store, server):
            other, part = server.files / "other.csv", server.files / "a.csv.part"
            other.write_bytes(b"of somebody else")
            if left == "link":
                part.symlink_to("other.csv")
            else:
                part.hardlink_to(other)
            await store.write("a.csv", b"answer")
            assert ((server.files / "a.csv").read_bytes(), other.read_bytes()) == (b"answer", b"of somebody else")

    run(test)


def test_link_is_never_followed(tmp_path: Path) -> None:
    """Neither a file nor a folder on the way, though the server itself would."""

    async def test() -> None:
        async with a_store(tmp_path) as (store, server):
            (server.files / "link.csv").symlink_to("/etc/hostname")
            (server.files / "folder").symlink_to("/etc")
            with pytest.raises(Unavailable, match="FILE_STILL_WRITTEN"):
                await store.read("link.csv")
            with pytest.raises(Refused, match="FILE_NAME_WRONG"):
                await store.read("folder/hostname")
            with pytest.raises(Refused, match="FILE_NAME_WRONG"):
                await store.write("folder/x", b"x")
            with pytest.raises(Refused, match="FILE_NAME_WRONG"):
                await store.read("../keys/host_key")

    run(test)


def test_host_is_refused_when_its_key_is_not_known(tmp_path: Path) -> None:
    """An empty file of hosts, none at all, or another key: never a question, never a first trust."""

    async def test() -> None:
        other = tmp_path / "known"
        foreign = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
        for text in (None, "", f"127.0.0.1 {foreign}"):
            if text is not None:
                other.write_text(text)
            async with a_store(tmp_path, known_hosts=str(other)) as (store, _):
                with pytest.raises(Refused, match="SYSTEM_HOST_UNKNOWN"):
                    await store.listing("")

    run(test)


def test_login_is_refused_with_another_key(tmp_path: Path) -> None:
    """The host's own key opens nothing, and a file that is no key is said to be none."""

    async def test() -> None:
        (tmp_path / "no-key").write_text("none")
        for key in (tmp_path / "system/keys/host_key", tmp_path / "no-key", tmp_path / "missing"):
            async with a_store(tmp_path, client_key=str(key)) as (store, _):
                with pytest.raises(Refused, match="SYSTEM_REFUSES_LOGIN"):
                    await store.listing("")

    run(test)


def test_call_that_loses_the_connection_is_made_once_more(tmp_path: Path) -> None:
    """Each second or third call loses it: listings are whole, copies too, and answers stand there in their bytes."""

    async def test() -> None:
        for errors in (2, 3):
            async with a_store(tmp_path / str(errors), Faults(errors=errors)) as (store, server):
                (server.files / "a.csv").write_bytes(b"x" * 100_000)
                for _ in range(5):
                    assert [entry.name for entry in (await store.listing("")).entries if not entry.folder] == ["a.csv"]
                    assert (await store.read("a.csv")).read_bytes() == b"x" * 100_000
                    await store.write("tra-loi/b.csv", b"y" * 100_000)
                assert [path.name for path in (server.files / "tra-loi").iterdir()] == ["b.csv"]
                assert (server.files / "tra-loi/b.csv").read_bytes() == b"y" * 100_000

    run(test)


def test_call_that_loses_the_connection_twice_is_tried_again_later(tmp_path: Path) -> None:
    """A server that always loses it is not there: told after the second time, and the next call begins anew."""

    async def test() -> None:
        async with a_store(tmp_path, Faults(errors=1)) as (store, server):
            for tries in (2, 4):
                with pytest.raises(Unavailable, match="SYSTEM_UNREACHABLE"):
                    await store.listing("")
                assert server._count == tries

    run(test)


def test_server_is_the_same_host_after_a_restart(tmp_path: Path) -> None:
    """Its keys stay, and so does what lies there; a store goes on with the same settings."""

    async def test() -> None:
        async with a_store(tmp_path) as (store, server):
            await store.write("a.csv", b"x")
            again = SftpServer(tmp_path / "system", Faults(), server.port)
            await server.stop()
            with pytest.raises(Unavailable, match="SYSTEM_UNREACHABLE"):
                await store.listing("")
            await again.start()
            assert len((await store.listing("")).entries) == 1
            await again.stop()

    run(test)
