"""Named queries and migrations: files that are read as data."""

import re
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.errors import Corrupt, Unavailable
from hub.store.connection import unavailable
from hub.store.queries import queries_of
from tests.unit.agents.world import Answer, FakeConnection

SQL = Path(str(files("hub.store")))
MIGRATION = import_module("hub.store.migrate")  # the door gives out the function under the same name


@pytest.mark.parametrize("folder", ["common", "so", "bo"])
def test_every_query_of_a_folder_is_found_by_its_name(folder: str) -> None:
    """As many as the files name, each with its text."""
    text = "\n".join(f.read_text(encoding="utf-8") for f in (SQL / folder / "queries").glob("*.sql"))
    names = re.findall(r"^-- name: (\S+)$", text, re.MULTILINE)
    assert sorted(queries_of(folder)) == sorted(names)
    assert all(query.splitlines()[1:] for query in queries_of(folder).values())


def test_query_text_ends_where_the_next_one_begins() -> None:
    """No statement carries its neighbour along."""
    assert all("-- name:" not in text for folder in ("common", "so", "bo") for text in queries_of(folder).values())
    assert queries_of("common")["lead"].endswith("SELECT pg_try_advisory_lock(%s)")


def test_name_that_stands_twice_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files of one folder share their names."""
    folder = tmp_path / "so" / "queries"
    folder.mkdir(parents=True)
    for name in ("a.sql", "b.sql"):
        (folder / name).write_text("-- name: same\n-- A sentence.\nSELECT 1\n", encoding="utf-8")
    monkeypatch.setattr("hub.store.queries.files", lambda _: tmp_path)
    queries_of.cache_clear()
    try:
        with pytest.raises(ValueError, match="same"):
            queries_of("so")
    finally:
        queries_of.cache_clear()


def test_queries_cannot_be_changed() -> None:
    """They are shared by all who ask."""
    with pytest.raises(TypeError):
        queries_of("so")["receipt"] = "SELECT 1"  # type: ignore[index]


@pytest.mark.parametrize("error", [psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.DeadlockDetected,
                                   psycopg.errors.AdminShutdown, psycopg.errors.SerializationFailure,
                                   psycopg.errors.DiskFull])  # fmt: skip
def test_absent_database_is_the_worlds_fault(error: type[psycopg.Error]) -> None:
    """Lost connections, deadlocks and full disks are waited out."""
    with pytest.raises(Unavailable) as found, unavailable():
        raise error
    assert found.value.code == "DATABASE_UNAVAILABLE"


@pytest.mark.parametrize("error", [psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation, psycopg.DataError,
                                   psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable])  # fmt: skip
def test_refused_statement_is_ours(error: type[psycopg.Error]) -> None:
    """Trying it again would refuse it again."""
    with pytest.raises(Corrupt) as found, unavailable():
        raise error
    assert found.value.code == "DATABASE_REFUSED"


def run(monkeypatch: pytest.MonkeyPatch, kind: str, applied: dict[str, str]) -> tuple[list[str], FakeConnection]:
    def script(sql: Any, parameters: Any) -> Answer:
        if "FROM migration" in str(sql):
            return Answer([(applied[parameters[0]],)] if parameters[0] in applied else [])
        return Answer()

    connection = FakeConnection(script)

    class Opened:
        def __enter__(self) -> FakeConnection:
            return connection

        def __exit__(self, *_: object) -> None:
            return None

    monkeypatch.setattr(MIGRATION, "open_connection", lambda _: Opened())
    names = MIGRATION.migrate("url", kind, "hub_so", [("round", "open", "closing")])
    return names, connection


def digests(connection: FakeConnection) -> dict[str, str]:
    """Return what a run notes in the ledger."""
    return {p[0]: p[1] for sql, p in connection.calls if str(sql).startswith("INSERT INTO migration")}


@pytest.mark.parametrize("kind", ["so", "bo"])
def test_migration_applies_what_is_common_first_and_each_file_once(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A second run finds nothing to do."""
    names, connection = run(monkeypatch, kind, {})
    expected = [f"{part}/{f.name}" for part in ("common", kind) for f in sorted((SQL / part).glob("0*.sql"))]
    assert names == expected
    assert {"common/0001_loop.before.sql", f"{kind}/0001_journey.before.sql"} <= set(names)
    again, _ = run(monkeypatch, kind, digests(connection))
    assert again == []


def test_migration_stops_when_an_applied_file_was_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change is a new file."""
    with pytest.raises(Corrupt) as stopped:
        run(monkeypatch, "so", {"common/0001_loop.before.sql": "0" * 64})
    assert stopped.value.code == "MIGRATION_CHANGED"


def test_migration_is_one_transaction_with_transitions_and_grants(monkeypatch: pytest.MonkeyPatch) -> None:
    """One at a time, and all or nothing."""
    _, connection = run(monkeypatch, "so", {})
    names = [str(sql) for sql, _ in connection.calls]
    assert (names[0], names[-1]) == ("begin", "commit")
    assert "pg_advisory_xact_lock" in names[1]
    assert ("round", "open", "closing") in [p for _, p in connection.calls]
    assert "GRANT" in names[-2]


@pytest.mark.parametrize("kind", ["so", "bo"])
def test_worker_owns_nothing_and_deletes_nothing(kind: str) -> None:
    """No grant gives DELETE or TRUNCATE, and UPDATE only on named columns."""
    text = (SQL / kind / "grants.sql").read_text(encoding="utf-8")
    granted = [line for line in text.splitlines() if line.startswith("GRANT")]
    assert not any(word in line for line in granted for word in ("DELETE", "TRUNCATE", "ALL PRIVILEGES", "OWNER"))
    assert all(re.search(r"UPDATE \([a-z_0-9, ]+\)", line) for line in granted if "UPDATE" in line)


@pytest.mark.parametrize("kind", ["so", "bo"])
def test_final_tables_refuse_truncate_too(kind: str) -> None:
    """A row trigger does not see it."""
    text = (SQL / kind / "0001_journey.before.sql").read_text(encoding="utf-8")
    final = set(re.findall(r"BEFORE UPDATE OR DELETE ON (\w+)", text))
    kept = set(re.findall(r"BEFORE TRUNCATE ON (\w+)", text))
    assert final <= kept
