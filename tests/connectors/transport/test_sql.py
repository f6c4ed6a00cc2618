"""Databases that are read: SQLite, and a real PostgreSQL, with queries that go on, fail, or would write."""

import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from hub.connectors.transport import SqlReader
from hub.errors import Refused, Unavailable
from hub.local.organisations import ADMINISTRATOR
from hub.local.postgres import Postgres
from tests.connectors.transport.systems import run

SQLITE = "SELECT ma, diem, ghi_chu FROM hoc_ba WHERE :after IS NULL OR ma > :after ORDER BY ma LIMIT :limit"
POSTGRES = """
SELECT ma, diem, ngay, ghi_chu FROM hoc_ba
WHERE %(after)s::text IS NULL OR ma > %(after)s::text ORDER BY ma LIMIT %(limit)s
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A SQLite file with three records, of which the last has a value that is none."""
    path = tmp_path / "hoc_ba.db"
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE hoc_ba (ma TEXT, diem REAL, ghi_chu)")
        made.executemany(
            "INSERT INTO hoc_ba VALUES (?, ?, ?)", [("001", 8.2, "Ánh"), ("002", 9.0, None), ("003", 1, b"x")]
        )
    return path


def test_sqlite_is_read_page_by_page(database: Path) -> None:
    """Codes stay texts, numbers become Decimal; a row with a value that is no JSON is refused alone."""

    async def test() -> None:
        reader = SqlReader(str(database), SQLITE)
        first, second = await reader.rows(None, 2)
        assert first.value == {"ma": "001", "diem": Decimal("8.2"), "ghi_chu": "Ánh"}
        assert second.value == {"ma": "002", "diem": Decimal("9.0"), "ghi_chu": None}
        (third,) = await reader.rows("002", 2)
        assert (third.value, [found.code for found in third.findings]) == (None, ["JSON_WRONG"])
        assert await reader.rows("003", 2) == []

    run(test)


def test_row_has_its_place_in_the_order_though_it_is_refused(database: Path) -> None:
    """So that whoever reads on knows from where; a column that is not there, or has bytes, gives none."""

    async def test() -> None:
        reader = SqlReader(str(database), SQLITE)
        found = await reader.rows_by("ma", "001", 5)
        assert [(mark, row.value is None) for mark, row in found] == [("002", False), ("003", True)]
        assert [mark for mark, _ in await reader.rows_by("ghi_chu", None, 5)] == ["Ánh", None, None]
        assert [mark for mark, _ in await reader.rows_by("khac", None, 5)] == [None] * 3

    run(test)


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM hoc_ba", "ATTACH '/tmp/hub-attached.db' AS x", "PRAGMA journal_mode = DELETE",
        "SELECT load_extension('x')", "SELECT ma FROM none", "not SQL",
        "SELECT ma FROM hoc_ba; DELETE FROM hoc_ba",
    ],
)  # fmt: skip
def test_sqlite_is_only_read(database: Path, query: str) -> None:
    """Whatever the query says."""
    before = database.read_bytes()

    async def test() -> None:
        with pytest.raises(Refused, match="SYSTEM_REFUSES"):
            await SqlReader(str(database), query).rows(None, 10)

    run(test)
    assert database.read_bytes() == before


def test_sqlite_query_without_end_is_ended(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many instructions, and the step tries again later."""
    monkeypatch.setattr("hub.connectors.transport.sql._CHECK_EACH_INSTRUCTIONS", 10)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS ma FROM n"

    async def test() -> None:
        with pytest.raises(Unavailable, match="SYSTEM_UNREACHABLE"):
            await SqlReader(str(database), endless).rows(None, 10)

    run(test)


def test_column_twice_is_refused(database: Path) -> None:
    """One of the two would be lost."""

    async def test() -> None:
        with pytest.raises(Refused, match="SYSTEM_ANSWER_WRONG"):
            await SqlReader(str(database), "SELECT ma, ma FROM hoc_ba").rows(None, 10)

    run(test)


def test_missing_database_is_unavailable(tmp_path: Path) -> None:
    """And none is made."""

    async def test() -> None:
        with pytest.raises(Unavailable, match="SYSTEM_UNREACHABLE"):
            await SqlReader(str(tmp_path / "none.db"), SQLITE).rows(None, 10)

    run(test)
    assert not (tmp_path / "none.db").exists()


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A real server with two records; returns its address."""
    with tempfile.TemporaryDirectory(prefix="hub-sql-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder))
        server.start()
        try:
            server.wait_until_ready()
            address = (
                f"postgresql://{ADMINISTRATOR}:{server.passwords.of(ADMINISTRATOR)}@127.0.0.1:{server.port}/postgres"
            )
            with psycopg.connect(address) as made:
                made.execute("CREATE TABLE hoc_ba (ma text, diem numeric, ngay date, ghi_chu bytea)")
                made.execute("INSERT INTO hoc_ba VALUES ('001', 8.20, '2015-03-05', NULL), ('002', 9, NULL, 'x')")
            yield address
        finally:
            server.stop()


def test_postgres_is_read_page_by_page(postgres: str) -> None:
    """Decimals as they stand, dates as ISO texts."""

    async def test() -> None:
        reader = SqlReader(postgres, POSTGRES)
        (first,) = await reader.rows(None, 1)
        assert first.value == {"ma": "001", "diem": Decimal("8.20"), "ngay": "2015-03-05", "ghi_chu": None}
        (second,) = await reader.rows("001", 5)
        assert [found.code for found in second.findings] == ["JSON_WRONG"]

    run(test)


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM hoc_ba RETURNING ma", "SELECT ma FROM none", "CREATE TABLE x (y text)",
        "SELECT lo_create(0)::text AS ma", "SELECT pg_sleep(0) AS ma; DELETE FROM hoc_ba",
    ],
)  # fmt: skip
def test_postgres_is_only_read(postgres: str, query: str) -> None:
    """By the session, and by a cursor that takes nothing but a query."""

    async def test() -> None:
        with pytest.raises(Refused, match="SYSTEM_REFUSES"):
            await SqlReader(postgres, query).rows(None, 10)

    run(test)
    with psycopg.connect(postgres) as connection:
        assert connection.execute("SELECT count(*) FROM hoc_ba").fetchone() == (2,)


def test_postgres_refuses_a_wrong_password(postgres: str) -> None:
    """That is for a person; a server that is not there is tried again."""
    wrong = re.sub(r":[^:@]+@", ":wrong@", postgres)

    async def test() -> None:
        with pytest.raises(Refused, match="SYSTEM_REFUSES_LOGIN"):
            await SqlReader(wrong, POSTGRES).rows(None, 1)
        with pytest.raises(Unavailable, match="SYSTEM_UNREACHABLE"):
            await SqlReader("postgresql://hub@127.0.0.1:1/postgres", POSTGRES).rows(None, 1)

    run(test)
