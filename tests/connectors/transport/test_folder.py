"""A folder of this machine with everything in it that may be in a folder."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hub.connectors.bundles import BundleStore, alone
from hub.connectors.sdk import Opened
from hub.connectors.transport import Entry, FolderStore, Listing, matching, open_store, take_of
from hub.errors import Refused, Unavailable
from tests.connectors.transport.systems import Clock, run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with two schools' files, and beside it what must not be read."""
    for school in ("31020001", "31020002"):
        (tmp_path / "root/gui" / school).mkdir(parents=True)
        (tmp_path / "root/gui" / school / "5A.csv").write_bytes(school.encode())
    (tmp_path / "outside.csv").write_bytes(b"secret")
    return tmp_path / "root"


def the_store(root: Path) -> FolderStore:
    """Return a store over the root."""
    return FolderStore(root, root.parent / "spool")


def checked(root: Path, test: Callable[[FolderStore], Awaitable[None]]) -> None:
    """Run a test with a store."""

    async def bounded() -> None:
        store = the_store(root)
        await test(store)
        await store.close()

    run(bounded)


def test_copy_that_our_own_disk_does_not_take_is_no_fault_of_the_system(tmp_path: Path) -> None:
    """Who is told to look at the province's folder looks in vain."""
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.csv").write_bytes(b"1")
    (tmp_path / "spool").write_bytes(b"no folder")
    with pytest.raises(Unavailable, match="CONNECTOR_STATE_UNAVAILABLE"):
        asyncio.run(FolderStore(tmp_path / "root", tmp_path / "spool" / "read").read("a.csv"))


def test_pattern_finds_the_files_of_every_school(root: Path) -> None:
    """Each part by itself; unfinished files and our own answers are passed over without a word."""
    for name in ("5A.csv.part", "~$5A.csv", ".x.csv", "5A.tra-loi-0123.csv", "tiep-nhan-1.csv"):
        (root / "gui/31020001" / name).write_bytes(b"x")

    async def test(store: FolderStore) -> None:
        listed = await matching(store, "gui/*/*.csv")
        assert [entry.name for entry in listed.entries] == ["gui/31020001/5A.csv", "gui/31020002/5A.csv"]
        assert listed.findings == ()
        assert (await matching(store, "khac/*.csv")).entries == ()

    checked(root, test)


def test_file_is_copied_under_its_own_name(root: Path) -> None:
    """Into the private spool, where only the last copy stays."""

    async def test(store: FolderStore) -> None:
        first = await store.read("gui/31020001/5A.csv")
        second = await store.read("gui/31020002/5A.csv")
        assert (second.name, second.read_bytes(), first.exists()) == ("5A.csv", b"31020002", False)
        assert await store.stat("gui/31020001/5A.csv") == Entry("gui/31020001/5A.csv", 8, int(_mtime(root)))
        with pytest.raises(Unavailable, match="FILE_STILL_WRITTEN"):
            await store.read("gui/31020001/gone.csv")

    checked(root, test)


def test_copy_of_a_source_stays_whatever_the_sink_does(root: Path) -> None:
    """Each has a spool of its own in the connector's folder: opened, read and closed, one leaves the other's alone."""
    opened = Opened({"folder": {"path": str(root)}}, root.parent / "private", Clock())

    async def test() -> None:
        source, sink = open_store(opened, "read"), open_store(opened, "write")
        copy = await source.read("gui/31020001/5A.csv")
        await sink.read("gui/31020002/5A.csv")
        await sink.write("tra-loi/a.csv", b"x")
        await sink.close()
        assert copy.read_bytes() == b"31020001"
        await source.close()
        assert not copy.exists()

    run(test)


def _mtime(root: Path) -> float:
    return (root / "gui/31020001/5A.csv").stat().st_mtime


def test_answer_is_written_whole_and_again_is_the_same(root: Path) -> None:
    """Folders above it are made; no part of it stays."""

    async def test(store: FolderStore) -> None:
        for _ in range(2):
            await store.write("tra-loi/2026/a.csv", b"answer")
        assert [p.name for p in (root / "tra-loi/2026").iterdir()] == ["a.csv"]
        assert (root / "tra-loi/2026/a.csv").read_bytes() == b"answer"

    checked(root, test)


@pytest.mark.parametrize("left", ["pipe", "hard link", "link"])
def test_answer_is_written_whatever_lies_where_its_part_goes(root: Path, left: str) -> None:
    """A pipe does not make us wait, and no other file is written through a second name of it."""
    part, other = root / "a.csv.part", root / "other.csv"
    other.write_bytes(b"of somebody else")
    if left == "pipe":
        os.mkfifo(part)
    elif left == "link":
        part.symlink_to(other)
    else:
        part.hardlink_to(other)

    async def test(store: FolderStore) -> None:
        await store.write("a.csv", b"answer")
        assert ((root / "a.csv").read_bytes(), other.read_bytes()) == (b"answer", b"of somebody else")
        assert not part.exists()

    checked(root, test)


def test_pattern_finds_more_files_than_one_folder_holds(tmp_path: Path) -> None:
    """Each folder has its limit, a province is many: 6,000 files of 200 schools; a pattern leaves old years out."""
    found = asyncio.run(matching(ManySchools(), "gui/*/*/*.xlsx"))
    assert len(found.entries) == 6_000
    assert len(asyncio.run(matching(ManySchools(), "gui/*/2025-2026/*.xlsx")).entries) == 3_000
    opened = Opened({"take": "gui/*/2025-2026/*.xlsx"}, tmp_path, Clock())
    assert take_of(opened, "gui/*/*/*.xlsx") == "gui/*/2025-2026/*.xlsx"
    with pytest.raises(Refused, match="SYSTEM_ADDRESS_WRONG"):
        take_of(opened, "gui/*.xlsx")


class ManySchools(FolderStore):
    """Two hundred schools, two years, fifteen classes: names alone."""

    def __init__(self) -> None:
        """Have no files."""

    async def listing(self, folder: str) -> Listing:
        """Return what stands there."""
        if folder.count("/") == 2:
            return Listing(tuple(Entry(f"{folder}/{n}A.xlsx", 1, 1) for n in range(15)))
        names = [f"{n:08}" for n in range(200)] if folder == "gui" else ["2024-2025", "2025-2026"]
        return Listing(tuple(Entry(f"{folder}/{name}", 0, 1, folder=True) for name in names))


def test_bundle_passes_over_what_every_reader_passes_over(root: Path) -> None:
    """One list of names: our answers and what is unfinished, alone or beside a pupil list."""
    for name in ("5B.csv", "5A.tra-loi-0123.csv", "tiep-nhan-1.csv", ".x.csv", "~$5A.csv"):
        (root / "gui/31020001" / name).write_bytes(b"x")

    async def test() -> None:
        store = BundleStore(the_store(root), alone, ".csv", root.parent / "bundles")
        names = [entry.name for entry in (await store.listing("gui/31020001")).entries]
        assert names == ["gui/31020001/5A.csv", "gui/31020001/5B.csv"]
        await store.close()

    run(test)


def test_link_is_told_and_never_followed(root: Path) -> None:
    """As a file, as a folder, as the place of an answer; a pipe and a hostile name are told as well."""
    (root / "gui/31020001/link.csv").symlink_to(root.parent / "outside.csv")
    (root / "gui/elsewhere").symlink_to(root.parent)
    os.mkfifo(root / "gui/31020001/pipe.csv")
    (root / "gui/31020001/a\u202eb.csv").write_bytes(b"x")

    async def test(store: FolderStore) -> None:
        listed = await matching(store, "gui/*/*.csv")
        assert [entry.name for entry in listed.entries] == ["gui/31020001/5A.csv", "gui/31020002/5A.csv"]
        assert {found.code for found in listed.findings} == {"FILE_NAME_WRONG"}
        assert sorted(found.facts["reason"] for found in listed.findings) == [
            "control character", "link", "link", "no ordinary file",
        ]  # fmt: skip
        for name in ("gui/elsewhere/outside.csv", "../outside.csv"):
            with pytest.raises(Refused, match="FILE_NAME_WRONG"):
                await store.read(name)
        with pytest.raises(Refused, match="FILE_NAME_WRONG"):
            await store.write("gui/elsewhere/new.csv", b"x")
        with pytest.raises(Unavailable, match="FILE_STILL_WRITTEN"):
            await store.read("gui/31020001/link.csv")
        assert not (root.parent / "new.csv").exists()

    checked(root, test)


def test_folder_is_refused_when_it_is_too_full(root: Path) -> None:
    """Five thousand and one entries are nobody's class."""
    (root / "full").mkdir()
    for number in range(5_001):
        (root / "full" / f"{number}.csv").touch()

    async def test(store: FolderStore) -> None:
        with pytest.raises(Refused, match="FOLDER_TOO_FULL"):
            await store.listing("full")

    checked(root, test)


def test_file_is_refused_when_it_is_too_large(root: Path) -> None:
    """It is read no further than the limit."""
    with (root / "big.csv").open("wb") as file:
        file.truncate(32 * 2**20 + 1)

    async def test(store: FolderStore) -> None:
        with pytest.raises(Refused, match="FILE_TOO_LARGE"):
            await store.read("big.csv")

    checked(root, test)


def test_store_that_only_writes_leaves_the_copies_of_another(root: Path) -> None:
    """Source and sink of one connector have a store each, and one private folder."""

    async def test(store: FolderStore) -> None:
        copy = await store.read("gui/31020001/5A.csv")
        sink = the_store(root)
        await sink.write("tra-loi.csv", b"x")
        await sink.close()
        assert copy.exists()

    checked(root, test)


def test_missing_root_is_unavailable(tmp_path: Path) -> None:
    """A folder that is not mounted just now is no empty folder."""

    async def test(store: FolderStore) -> None:
        with pytest.raises(Unavailable, match="SYSTEM_UNREACHABLE"):
            await store.listing("")

    checked(tmp_path / "not-mounted", test)
