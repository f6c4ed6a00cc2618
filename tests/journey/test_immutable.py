"""After the lock nothing changes: not by a worker, not by a forgotten statement of an owner, not by a command."""

from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import sql

from hub.store import Connection, open_connection
from tests.journey.world import LockedRound, World

_SO_TABLES = ("document", "leaf", "lock", "checkpoint", "register_entry", "ingest_receipt", "locator", "round", "inbox",
              "answer", "quarantine")  # fmt: skip
_BO_TABLES = ("document", "manifest", "checkpoint", "lock", "register_entry", "staged_chunk", "quarantine")
_ROW_REFUSED, _TRANSITION_REFUSED, _NO_RIGHT = "HB001", "HB002", "42501"


@pytest.fixture(scope="module")
def locked(world: World) -> LockedRound:
    """A locked round of two."""
    made = world.lock_in(world.school("ha-noi"), 2)
    world.ask(world.submission(made.school, [world.edited(world.leaver(made.school), _spoilt)], world.round_of()))
    return made


def _spoilt(value: dict[str, Any]) -> None:
    value["note"] = "x"


@pytest.fixture
def owner(world: World) -> Iterator[dict[str, Connection]]:
    """Connections of the owner roles, which migrate and do nothing else."""
    servers = world.hub.servers
    urls = {"ha-noi": servers.so_urls("ha-noi").owner_url, "bo": servers.bo_urls().owner_url}
    opened = {name: open_connection(url or "") for name, url in urls.items()}
    yield opened
    for connection in opened.values():
        connection.close()


def _refusal(connection: Connection, statement: sql.SQL | sql.Composed, values: tuple[Any, ...] = ()) -> str:
    """Return the SQLSTATE with which a statement is refused, or "done"; whatever it did is taken back."""
    try:
        with connection.transaction(force_rollback=True):
            changed = connection.execute(statement, values).rowcount
            return "done" if changed else "nothing to do"
    except psycopg.Error as error:
        return str(error.sqlstate)


def _columns(connection: Connection, table: str) -> list[str]:
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'", (table,)
    )
    return [str(row[0]) for row in rows]


_COLUMNS_OF_WORKERS = {  # what a worker moves, under the eyes of triggers
    ("ha-noi", "document"): {"state"},
    ("ha-noi", "lock"): {"log_index"},
    ("ha-noi", "round"): {"state", "lock_id", "closing_at", "closed_by"},
    ("bo", "staged_chunk"): {"message"},
}


@pytest.mark.parametrize(
    ("database", "table"), [*(("ha-noi", t) for t in _SO_TABLES), *(("bo", t) for t in _BO_TABLES)]
)
def test_worker_may_neither_change_nor_remove_rows(
    world: World, locked: LockedRound, database: str, table: str
) -> None:
    """By its grants a worker's role updates no column of evidence, deletes nothing, truncates nothing."""
    connection = world.database(database)
    free = _COLUMNS_OF_WORKERS.get((database, table), set())
    name = sql.Identifier(table)
    assert _refusal(connection, sql.SQL("DELETE FROM {}").format(name)) == _NO_RIGHT
    assert _refusal(connection, sql.SQL("TRUNCATE {}").format(name)) == _NO_RIGHT
    for column in set(_columns(connection, table)) - free:
        statement = sql.SQL("UPDATE {} SET {} = NULL").format(name, sql.Identifier(column))
        assert _refusal(connection, statement) == _NO_RIGHT, column


_LOCKED = "lock_id = %s"
_WORKER_ATTACKS = (
    ("document back to open", "UPDATE document SET state = 'open' WHERE document_sha256 = %s", _TRANSITION_REFUSED),
    ("document recalled", "UPDATE document SET state = 'recalled' WHERE document_sha256 = %s", _TRANSITION_REFUSED),
    ("document replaced", "UPDATE document SET state = 'replaced' WHERE document_sha256 = %s", _TRANSITION_REFUSED),
    ("round back to open", f"UPDATE round SET state = 'open' WHERE {_LOCKED}", _TRANSITION_REFUSED),
    ("round back to closing", f"UPDATE round SET state = 'closing' WHERE {_LOCKED}", _TRANSITION_REFUSED),
    ("another who closed", f"UPDATE round SET closed_by = 'nobody' WHERE {_LOCKED}", _ROW_REFUSED),
    ("another time of closing", f"UPDATE round SET closing_at = now() WHERE {_LOCKED}", _ROW_REFUSED),
    ("another lock of the round", f"UPDATE round SET lock_id = '\\x00' WHERE {_LOCKED}", _ROW_REFUSED),
    ("another place in the log", f"UPDATE lock SET log_index = 1000000 WHERE {_LOCKED}", _ROW_REFUSED),
    ("no place in the log", f"UPDATE lock SET log_index = NULL WHERE {_LOCKED}", _ROW_REFUSED),
)


@pytest.mark.parametrize(("statement", "code"), [a[1:] for a in _WORKER_ATTACKS], ids=[a[0] for a in _WORKER_ATTACKS])
def test_worker_cannot_undo_a_lock(world: World, locked: LockedRound, statement: str, code: str) -> None:
    """Even in the columns that a worker moves, what is locked stays as it is, and so does who locked it and when."""
    digest = bytes.fromhex(locked.documents[0].sha256)
    value = digest if "document_sha256" in statement else locked.lock_id
    assert _refusal(world.database("ha-noi"), sql.SQL(statement), (value,)) == code


_FINAL = {
    "ha-noi": ("document", "leaf", "lock", "checkpoint", "register_entry", "ingest_receipt", "locator"),
    "bo": ("document", "manifest", "checkpoint", "lock", "register_entry"),
}


@pytest.mark.parametrize("database", _FINAL)
def test_owner_cannot_change_evidence_by_accident(
    world: World, locked: LockedRound, owner: dict[str, Connection], database: str
) -> None:
    """Triggers refuse DELETE and TRUNCATE of evidence even to the role that owns the tables."""
    world.lock_in(world.school("ha-noi"))
    for table in _FINAL[database]:
        name = sql.Identifier(table)
        for verb in ("DELETE FROM {}", "TRUNCATE {} CASCADE"):
            assert _refusal(owner[database], sql.SQL(verb).format(name)) == _ROW_REFUSED, (verb, table)


_CHANGES = {
    "ha-noi": (
        ("document", "document", b"{}"), ("document", "signatures", ["a..b"]), ("document", "version", 7),
        ("document", "document_sha256", b"\x00" * 32), ("document", "late", True), ("leaf", "leaf", b"{}"),
        ("leaf", "leaf_sha256", b"\x00" * 32), ("lock", "root", b"\x00" * 32), ("lock", "manifest", b"{}"),
        ("lock", "count", 1_000), ("checkpoint", "root", b"\x00" * 32), ("checkpoint", "text", b""),
        ("register_entry", "payload", "{}"), ("register_entry", "valid_from", "2000-01-01T00:00:00Z"),
        ("ingest_receipt", "outcome", "refused"), ("locator", "counter", 9),
    ),
    "bo": (
        ("document", "document", b"{}"), ("document", "leaf", b"{}"), ("document", "version", 7),
        ("manifest", "statement", b"{}"), ("manifest", "log_index", 1_000_000), ("checkpoint", "root", b"\x00" * 32),
        ("lock", "outcome", "refused"), ("lock", "root", b"\x00" * 32), ("register_entry", "payload", "{}"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("database", "table", "column", "value"),
    [pytest.param(name, *c, id=f"{name}.{c[0]}.{c[1]}") for name, rows in _CHANGES.items() for c in rows],
)
def test_owner_cannot_change_a_row_of_evidence(
    locked: LockedRound, owner: dict[str, Connection], database: str, table: str, column: str, value: object
) -> None:
    """Bytes of documents, leaves, manifests, heads and entries are refused to the owner too, row by row."""
    statement = sql.SQL("UPDATE {} SET {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    assert _refusal(owner[database], statement, (value,)) == _ROW_REFUSED


def test_transition_outside_the_table_is_refused_to_the_owner(
    locked: LockedRound, owner: dict[str, Connection]
) -> None:
    """The database holds the same table of transitions as the code."""
    statement = sql.SQL("UPDATE document SET state = 'held' WHERE state = 'locked'")
    assert _refusal(owner["ha-noi"], statement) == _TRANSITION_REFUSED


@pytest.mark.parametrize("database", ["ha-noi", "bo"])
def test_worker_owns_no_table_and_may_not_edit_transitions(world: World, locked: LockedRound, database: str) -> None:
    """Neither the triggers nor the table that they look into is a worker's to change."""
    connection = world.database(database)
    owned = connection.execute(
        "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = current_user"
    ).fetchone()
    assert owned == (0,)
    for text in (
        "INSERT INTO transition VALUES ('document', 'locked', 'open')",
        "UPDATE transition SET to_state = 'open'",
        "ALTER TABLE document DISABLE TRIGGER ALL",
        "DROP TABLE lock",
        "SET session_replication_role = replica",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ):
        assert _refusal(connection, sql.SQL(text)) == _NO_RIGHT, text


def test_recall_and_replacement_after_lock_say_who_locked_and_since_when(world: World, locked: LockedRound) -> None:
    """The school hears who asked for the lock, since when it stands, and what to do next."""
    first, transcript = locked.documents[0], locked.transcripts[0]
    changed = world.signed(
        msgspec.structs.replace(transcript, supersedes=first.sha256, reason="Sửa nhận xét", remarks="Đã sửa.")
    )
    recalled, replaced = world.ask(
        world.recall(locked.school, first.sha256, locked.name),
        world.submission(locked.school, [changed], locked.name),
    )
    closed = world.database("ha-noi").execute(
        "SELECT closing_at FROM round WHERE lock_id = %s", (locked.lock_id,)
    ).fetchone()  # fmt: skip
    assert closed is not None
    since = closed[0].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (recalled.outcome, recalled.codes) == ("refused", {"RECORD_LOCKED"})
    assert replaced.documents[changed.sha256] == ("refused", {"RECORD_LOCKED"})
    assert recalled.statement is not None
    assert replaced.statement is not None
    for found in (recalled.statement.findings[0], (replaced.statement.documents[0].findings or ())[0]):
        assert f"principal {locked.school.code}" in found["en"]
        assert since in found["en"]
        assert "mở khóa" in found["next_vi"]
    assert world.states("ha-noi", [first.sha256, changed.sha256]) == {first.sha256: "locked"}


def test_unchanged_document_of_a_locked_round_is_told_so(world: World, locked: LockedRound) -> None:
    """The same document handed in again after the lock changes nothing and refuses nothing."""
    (again,) = world.ask(world.submission(locked.school, locked.documents[:1], locked.name))
    assert again.documents[locked.documents[0].sha256] == ("unchanged", frozenset())
    assert world.states("ha-noi", [locked.documents[0].sha256]) == {locked.documents[0].sha256: "locked"}


def test_new_pupil_is_refused_by_a_locked_round(world: World, locked: LockedRound) -> None:
    """A locked round takes nobody more."""
    late = world.signed(world.leaver(locked.school))
    (answer,) = world.ask(world.submission(locked.school, [late], locked.name))
    assert answer.documents[late.sha256] == ("refused", {"ROUND_CLOSED"})
