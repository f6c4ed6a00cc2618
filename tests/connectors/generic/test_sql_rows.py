"""One bad row of a query is one refused record: those before and behind it are read, and the cursor goes on."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hub.connectors.generic import read_file
from hub.connectors.generic.records import Reader
from hub.connectors.generic.sql import SqlSource
from hub.connectors.sdk import Page
from hub.connectors.transport import SqlReader
from hub.errors import Refused
from tests.connectors.checking import printed_file

QUERY = "SELECT * FROM hoc_ba WHERE :after IS NULL OR moc > :after ORDER BY moc LIMIT :limit"
KEY = ("87030001", "2025-2026", "CN")


def a_source(folder: Path, rows: list[tuple[object, object]], overlap: int = 0) -> SqlSource:
    """Return a source over rows of (place in the order, name of the pupil), with the mapping that the docs print."""
    path = folder / "hoc_ba.db"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE hoc_ba (moc, MaHS, HoTen, MaTruong, NamHoc, Ky)")
        values = [(moc, f"{n:010d}", name, *KEY) for n, (moc, name) in enumerate(rows, 1)]
        made.executemany("INSERT INTO hoc_ba VALUES (?, ?, ?, ?, ?, ?)", values)
    file = folder / "connector.toml"
    file.write_text(printed_file(), encoding="utf-8")
    return SqlSource(SqlReader(str(path), QUERY), "moc", Reader(read_file(file)), overlap)


def pages(source: SqlSource, limit: int, cursor: str | None = None) -> list[Page]:
    """Pull until there is no more, at most ten times."""
    found = list[Page]()
    for _ in range(10):
        found.append(asyncio.run(source.pull(cursor, limit)))
        cursor = found[-1].cursor
        if not found[-1].more:
            return found
    raise AssertionError("the walk has no end")


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_row_with_bytes_is_refused_alone(tmp_path: Path, limit: int) -> None:
    """In the middle of a page, at its end, or as all of it; each under a place of its own."""
    source = a_source(tmp_path, [(1, "An"), (2, b"\xff"), (3, b"\xff"), (4, "Bình"), (5, b"\xff")])
    records = [record for page in pages(source, limit) for record in page.records]
    assert [record.place for record in records] == [f"moc = {n}" for n in range(1, 6)]
    assert [record.value is None for record in records] == [False, True, True, False, True]
    assert {found.code for record in records for found in record.findings} == {"JSON_WRONG"}
    assert len({(record.key, record.version) for record in records}) == 5


def test_row_without_a_place_in_the_order_is_refused_alone(tmp_path: Path) -> None:
    """An empty one, a fraction, bytes: the others are read, and the next page begins behind them."""
    source = a_source(tmp_path, [(None, "An"), (None, "Bình"), (1, "Chi"), (1.5, "Dũng"), (2, "Em"), (b"x", "Giang")])
    records = [record for page in pages(source, 4) for record in page.records]
    told = {record.place: record.value is None for record in records}
    assert told == {
        "dòng 1": True, "dòng 2": True, "moc = 1": False, "dòng 4": True, "moc = 2": False, "moc > 1, dòng 3": True,
        "moc > 1, dòng 1": True,
    }  # fmt: skip
    assert len({(record.key, record.version) for record in records}) == len(records)


def test_page_without_any_place_in_the_order_is_refused(tmp_path: Path) -> None:
    """There is nowhere to go on from: reading it again for ever would tell nobody."""
    source = a_source(tmp_path, [(None, "An"), (None, "Bình"), (3, "Chi")])
    with pytest.raises(Refused, match="SYSTEM_ANSWER_WRONG"):
        asyncio.run(source.pull(None, 2))
    assert len(pages(source, 3)) == 1


def test_cursor_stays_where_nothing_came(tmp_path: Path) -> None:
    """An empty answer moves nothing."""
    source = a_source(tmp_path, [(7, "An")])
    (first,) = pages(source, 1)
    second = asyncio.run(source.pull(first.cursor, 1))
    assert (first.cursor, second.cursor, second.records) == ('{"after": 7}', '{"after": 7}', ())


@pytest.mark.parametrize("limit", [2, 3, 4])
def test_page_never_ends_between_two_rows_of_one_mark(tmp_path: Path, limit: int) -> None:
    """The next page begins behind the mark: whoever stood behind the cut would never be read."""
    source = a_source(tmp_path, [(1, "An"), (2, "Bình"), (2, "Chi"), (3, "Dũng"), (3, "Em")])
    records = [record for page in pages(source, limit) for record in page.records]
    assert sorted(record.value["HoTen"] for record in records if record.value) == ["An", "Bình", "Chi", "Dũng", "Em"]
    assert max(len(page.records) for page in pages(source, limit)) <= limit


def test_more_rows_of_one_mark_than_a_page_holds_are_refused(tmp_path: Path) -> None:
    """Whatever were left out would be lost."""
    with pytest.raises(Refused, match="SYSTEM_ANSWER_WRONG") as refused:
        asyncio.run(a_source(tmp_path, [(1, "An"), (1, "Bình"), (1, "Chi")]).pull(None, 2))
    assert refused.value.facts["reason"] == "moc is the same in more than 2 rows"


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_row_that_is_committed_late_is_read_in_the_overlap(tmp_path: Path, limit: int) -> None:
    """Its number is smaller than that of rows which were read before; each walk has an end."""
    source = a_source(tmp_path, [(8, "An"), (9, "Bình"), (11, "Chi")], overlap=3)
    last = pages(source, limit)[-1]
    with closing(sqlite3.connect(tmp_path / "hoc_ba.db")) as late, late:
        late.execute("UPDATE hoc_ba SET moc = 10 WHERE moc = 8")
    again = pages(source, limit, last.cursor)
    assert [r.place for page in again for r in page.records] == ["moc = 9", "moc = 10", "moc = 11"]
    assert again[-1].cursor == last.cursor == '{"after": 11}'


def test_overlap_is_refused_of_texts(tmp_path: Path) -> None:
    """There is nothing to count back from."""
    source = a_source(tmp_path, [("a", "An")], overlap=1)
    with pytest.raises(Refused, match="SYSTEM_ANSWER_WRONG"):
        asyncio.run(source.pull('{"after": "a"}', 2))
