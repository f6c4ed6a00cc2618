"""Files that grow, break off, change, come back and are hostile: what a source of files makes of them."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hub.connectors.formats import read_csv
from hub.connectors.sdk import CURSOR_LENGTH_MAX, Page, SourceRecord, version_of
from hub.connectors.simulating import DropFolder, Faults
from hub.connectors.transport import Entry, FileCursor, FileRecords, FileSource, FolderStore, Listing, Settling
from hub.errors import Refused
from tests.connectors.transport.systems import Clock, run


def read(path: Path, name: str) -> FileRecords:
    """Read a CSV file: the first column is the key."""
    rows = read_csv(path)
    values = [row.value or {} for row in rows.rows]
    return FileRecords(
        tuple(
            SourceRecord(str(value["Ma"]), version_of(value), f"{name}!{n}", value) for n, value in enumerate(values)
        ),
        rows.findings,
    )


class Folder:
    """A folder with its source; `after` passes time, pulls once and keeps the cursor."""

    def __init__(self, tmp_path: Path, settle_s: float = 5) -> None:
        self.root, self.private = tmp_path / "root", tmp_path / "private"
        self.root.mkdir()
        self.clock, self.settle_s = Clock(), settle_s
        self.cursor: str | None = None
        self.restart()

    def restart(self) -> None:
        """Open the source anew, as after a kill."""
        settling = Settling(self.clock, self.settle_s)
        self.source = FileSource(FolderStore(self.root, self.private), "*.csv", read, settling)

    def put(self, name: str, text: str, mtime: int = 1_000_000_000) -> None:
        """Lay a file with this time."""
        (self.root / name).write_text(text, encoding="utf-8")
        os.utime(self.root / name, (mtime, mtime))

    async def after(self, seconds: float, limit: int = 100) -> Page:
        """Pull once so much later."""
        self.clock.at += seconds
        page = await self.source.pull(self.cursor, limit)
        self.cursor = page.cursor
        return page


def keys(page: Page) -> list[str]:
    """Return the keys of a page's records."""
    return [record.key for record in page.records]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder whose files settle in five seconds."""
    return Folder(tmp_path)


def checked(test: Callable[[], Awaitable[None]]) -> None:
    """Run one test."""
    run(test)


def test_file_counts_when_it_has_stood_still(folder: Folder) -> None:
    """Not when it is new, not while it grows, and once after that."""

    async def test() -> None:
        folder.put("a.csv", "Ma\n1\n")
        assert keys(await folder.after(0)) == []
        folder.put("a.csv", "Ma\n1\n2\n")
        assert keys(await folder.after(5)) == []
        assert keys(await folder.after(5)) == ["1", "2"]
        assert keys(await folder.after(5)) == []

    checked(test)


def test_pages_go_through_a_file_and_on_to_the_next(folder: Folder) -> None:
    """The cursor holds the row; a new process goes on at the row without reading what came before it again."""

    async def test() -> None:
        folder.put("a.csv", "Ma\n1\n2\n3\n")
        folder.put("b.csv", "Ma\n4\n")
        await folder.after(0)
        first = await folder.after(5, limit=2)
        assert (keys(first), first.more) == (["1", "2"], True)
        folder.restart()
        await folder.after(0)
        assert keys(await folder.after(5, limit=2)) == ["3"]
        last = await folder.after(0, limit=2)
        assert (keys(last), last.more) == (["4"], False)

    checked(test)


def test_changed_bytes_are_read_again_and_a_touched_file_is_not(folder: Folder) -> None:
    """The time of a file says that it may have changed, its digest that it did."""

    async def test() -> None:
        folder.put("a.csv", "Ma\n1\n")
        await folder.after(0)
        assert keys(await folder.after(5)) == ["1"]
        folder.put("a.csv", "Ma\n1\n", mtime=2_000_000_000)
        await folder.after(0)
        assert keys(await folder.after(5)) == []
        folder.put("a.csv", "Ma\n2\n", mtime=1_500_000_000)  # back in time: a clock that was set
        await folder.after(0)
        assert keys(await folder.after(5)) == ["2"]

    checked(test)


@pytest.mark.parametrize("mtime", [0, 1, 4_000_000_000])
def test_time_of_the_system_may_be_wrong(folder: Folder, mtime: int) -> None:
    """It is compared with nothing but itself."""

    async def test() -> None:
        folder.put("a.csv", "Ma\n1\n", mtime)
        await folder.after(0)
        assert keys(await folder.after(5)) == ["1"]

    checked(test)


def test_damaged_file_stops_no_other_and_is_answered_once(folder: Folder) -> None:
    """It is told at once as being written, ten minutes later refused as one record, and not looked at again."""

    async def test() -> None:
        folder.put("a.csv", 'Ma\n"broken\n')
        folder.put("b.csv", "Ma\n1\n")
        await folder.after(0)
        page = await folder.after(5)
        assert keys(page) == ["1"]
        assert [found.code for found in page.findings] == ["FILE_STILL_WRITTEN"]
        assert (await folder.after(5)).findings == ()
        (record,) = (await folder.after(600)).records
        assert (record.key, record.value, [f.code for f in record.findings]) == ("a.csv", None, ["CSV_WRONG"])
        assert keys(await folder.after(600)) == []
        folder.put("a.csv", "Ma\n2\n", mtime=1_100_000_000)
        await folder.after(0)
        assert keys(await folder.after(5)) == ["2"]

    checked(test)


def test_damaged_file_is_read_when_it_is_mended_in_time(folder: Folder) -> None:
    """A transfer that is taken up again is no fault."""

    async def test() -> None:
        folder.put("a.csv", 'Ma\n"1\n')
        await folder.after(0)
        await folder.after(5)
        folder.put("a.csv", "Ma\n1\n")
        await folder.after(60)
        assert keys(await folder.after(5)) == ["1"]

    checked(test)


def test_file_that_changes_while_it_is_copied_is_not_read(folder: Folder) -> None:
    """Size and time are looked at again after the copy."""

    class Growing(FolderStore):
        async def read(self, name: str) -> Path:
            copy = await super().read(name)
            folder.put(name, "Ma\n1\n2\n", mtime=1_200_000_000)
            return copy

    async def test() -> None:
        folder.put("a.csv", "Ma\n1\n")
        store = Growing(folder.root, folder.private)
        folder.source = FileSource(store, "*.csv", read, Settling(folder.clock))
        await folder.after(0)
        page = await folder.after(5)
        assert (keys(page), [found.code for found in page.findings]) == ([], ["FILE_STILL_WRITTEN"])

    checked(test)


def test_file_that_is_gone_is_forgotten(folder: Folder) -> None:
    """The cursor does not grow for ever."""

    async def test() -> None:
        folder.put("a.csv", "Ma\n1\n")
        await folder.after(0)
        await folder.after(5)
        assert FileCursor.read(folder.cursor).count == 1
        (folder.root / "a.csv").unlink()
        await folder.after(5)
        assert FileCursor.read(folder.cursor).done == {}

    checked(test)


def test_cursor_holds_the_files_of_a_province_in_its_first_year() -> None:
    """Eight hundred schools of thirty classes: what was read is still known, what changed is not."""
    files = [Entry(f"gui/{school:08}/2025-2026/{n}A.xlsx", n, n) for school in range(800) for n in range(30)]
    done: dict[str, dict[bytes, bytes]] = {}
    for file in files:
        ((folder, held),) = FileCursor().after(file, f"{file.size:064x}").done.items()
        done.setdefault(folder, {}).update(held)
    cursor = FileCursor.read(FileCursor(done).text())
    assert cursor.count == len(files)
    assert all(cursor.knows(file) for file in files)
    changed = replace(files[-1], mtime=31)
    assert (cursor.knows(changed), cursor.holds(changed, f"{29:064x}"), cursor.holds(changed, "0" * 64)) == (
        False, True, False,
    )  # fmt: skip
    assert len(cursor.text()) < CURSOR_LENGTH_MAX * 3 // 5


def test_file_that_changes_beside_many_is_read_alone(folder: Folder) -> None:
    """The others of its folder are known one by one."""

    async def test() -> None:
        for number in range(5):
            folder.put(f"{number}.csv", f"Ma\n{number}\n")
        await folder.after(0)
        for number in range(5):
            assert keys(await folder.after(5)) == [str(number)]
        folder.put("2.csv", "Ma\n7\n", mtime=1_100_000_000)
        await folder.after(0)
        assert [keys(await folder.after(5)), keys(await folder.after(5))] == [["7"], []]

    checked(test)


@pytest.mark.parametrize(
    "cursor",
    ["", "{}", "[]", '{"done": {}, "x": 1}', '{"done": {"a": [1]}}', '{"done": {"a": "QQ=="}}', "\ud800"],
)
def test_cursor_is_refused_when_it_is_not_of_this_source(cursor: str) -> None:
    """Never read as something that it does not say."""
    with pytest.raises(Refused, match="CURSOR_REFUSED"):
        FileCursor.read(cursor)


def test_half_written_files_of_a_real_folder_arrive_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A simulator writes piece after piece; nothing is read before it is done. Here it takes a tenth of its time."""
    monkeypatch.setattr("hub.connectors.simulating.drop_folder._GROWS_S", 0.8)

    async def test() -> None:
        system = DropFolder(tmp_path / "root", Faults(half_written=True, clock=-1e6))
        system.drop({"a.csv": b"Ma\n" + b"".join(b"%d\n" % n for n in range(1_000))})
        store = FolderStore(tmp_path / "root", tmp_path / "private")
        source = FileSource(store, "*.csv", read, Settling(time.monotonic, 0.3))
        page = await source.pull(None, 1_000)
        while not page.records:
            await asyncio.sleep(0.05)
            page = await source.pull(page.cursor, 1_000)
        assert keys(page) == [str(n) for n in range(1_000)]
        await source.close()
        await system.stop()

    checked(test)


def test_a_folder_is_listed_once_for_all_the_files_that_wait_in_it(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long listing over SFTP is not asked for again with each file; when all are read, the next pull asks again."""
    listed: list[str] = []
    listing = FolderStore.listing

    async def counted(self: FolderStore, name: str) -> Listing:
        listed.append(name)
        return await listing(self, name)

    monkeypatch.setattr(FolderStore, "listing", counted)

    async def test() -> None:
        for n in range(4):
            folder.put(f"{n}.csv", f"Ma\n{n}\n")
        await folder.after(0)
        listed.clear()
        pages = [await folder.after(6 if n == 0 else 0) for n in range(4)]
        assert [keys(page) for page in pages] == [["0"], ["1"], ["2"], ["3"]]
        assert len(listed) == 1
        folder.put("4.csv", "Ma\n4\n")
        await folder.after(0)
        assert keys(await folder.after(6)) == ["4"]

    checked(test)


def test_a_source_says_when_a_file_that_it_saw_may_stand_still(folder: Folder) -> None:
    """So that a single run waits for it; for a file that was read, or is damaged, nobody waits."""

    async def test() -> None:
        folder.put("a.csv", "Ma\n1\n")
        await folder.after(0)
        assert folder.source.settles_in_s() == 5
        folder.clock.at += 2
        assert folder.source.settles_in_s() == 3
        assert keys(await folder.after(3)) == ["1"]
        assert folder.source.settles_in_s() is None
        folder.restart()
        await folder.after(0)
        assert folder.source.settles_in_s() is None
        folder.put("b.csv", "a;a\n")
        await folder.after(0)
        assert folder.source.settles_in_s() == 5
        await folder.after(6)
        assert folder.source.settles_in_s() is None

    checked(test)
