"""After the lock nothing changes: not by a worker, not by a forgotten statement of an owner, not by a command."""

from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import sql

from hub.kafka.producer import Sending
from hub.local.organisations import Organisations
from hub.store import Connection, open_connection
from tests.journey.correcting import Correcting
from tests.journey.world import LockedRound, World

_ROW_REFUSED, _TRANSITION_REFUSED, _NO_RIGHT = "HB001", "HB002", "42501"
_STANDS_ALREADY, _NOT_A_TABLE_FOR_IT, _NO_PARTITIONS = "23505", "55000", "42809"


@pytest.fixture(scope="module")
def locked(world: World) -> LockedRound:
    """A locked round of two."""
    made = world.lock_in(world.school("ha-noi"), 2)
    world.hand_in(made.school)  # one that stands open
    Correcting.request(world, made, of=slice(1, 2))
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


def _refused_at(connection: Connection, *texts: str, values: dict[str, Any]) -> str:
    """Return the SQLSTATE at which the first of several statements is refused, or "done"; all are taken back."""
    try:
        with connection.transaction(force_rollback=True):
            for text in texts:
                connection.execute(text.encode(), values)
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except psycopg.Error as error:
        return str(error.sqlstate)
    return "done"


_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
_COLUMNS = """SELECT attname FROM pg_attribute
WHERE attrelid = format('public.%%I', %s::text)::regclass AND attnum > 0 AND NOT attisdropped"""
# Which of UPDATE (16), DELETE (8), TRUNCATE (32) a trigger that is on stands before, whatever the row says.
_GUARDED = """SELECT coalesce(bit_or(tgtype::int & 56), 0) FROM pg_trigger
WHERE tgrelid = format('public.%%I', %s::text)::regclass AND NOT tgisinternal AND tgenabled = 'O' AND tgqual IS NULL
  AND tgtype::int & 2 = 2"""
_CHANGE_BITS = {"UPDATE": 16, "DELETE": 8, "TRUNCATE": 32}
_COMMON_MOVES = {  # what a worker moves, under the eyes of triggers
    "position": {"next_offset", "epoch", "last_sha256", "attempt_count", "moved_at"},
    "outbox": {"sent_at"},
    "parked": {"code", "facts", "resume_at", "resume_by", "resume_reason", "tries", "ended_at"},
    "parked_record": {"done_at"},
    "recovered": {"met_at"},
}
_MOVED_BY_WORKERS: dict[str, dict[str, set[str]]] = {
    "ha-noi": _COMMON_MOVES | {
        "document": {"state"}, "lock": {"log_index"}, "claim": {"touched"},
        "round": {"state", "lock_id", "closing_at", "closed_by"}, "correction": {"state", "round_number", "closes_at"},
    },
    "bo": _COMMON_MOVES | {
        "staged_chunk": {"message"}, "transfer_wish": {"said_at"}, "document_basis": {"looked"},
        "transfer": {
            "state", "since", "awaited", "due_at", "overdue", "is_overdue", "consents", "referrals", "released",
            "delivery", "documents", "count", "root", "resend", "acknowledged_delivery", "closed_at",
        },
    },
}  # fmt: skip
_FREE_FOR_OWNER: dict[str, tuple[set[str], str]] = {
    "transition": ({"UPDATE", "DELETE", "TRUNCATE"}, "each migration writes it anew; the nightly check compares it"),
    "migration": ({"UPDATE", "DELETE", "TRUNCATE"}, "the ledger of the one who migrates; no evidence"),
    "claim": ({"UPDATE", "DELETE", "TRUNCATE"}, "rows to be locked while a pupil is decided; they say nothing"),
    "position": ({"UPDATE"}, "moves with every batch, and back to 0 in a new log"),
    "look_limit": ({"UPDATE", "DELETE", "TRUNCATE"}, "the operator's to choose; says nothing of anybody"),
    "look_failure": ({"UPDATE"}, "counters of a window of time"),
}
_KEPT_ROWS = {"round": " WHERE state <> 'open'"}  # an open one says nothing yet that must stay
_RENAMED_IN_A_NEW_LOG = {  # by the owner alone: the places of a log that is gone carry its topic's id
    "outbox": {"source_topic", "reference", "message_id"},
    "parked": {"topic"},
    "parked_record": {"topic"},
}


def _names_of(connection: Connection, query: str, *values: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(query.encode(), values)]


def _updates(connection: Connection, table: str, free: set[str]) -> Iterator[tuple[str, sql.Composed]]:
    for column in _names_of(connection, _COLUMNS, table):
        if column not in free:
            text = sql.SQL("UPDATE {} SET {} = DEFAULT").format(sql.Identifier(table), sql.Identifier(column))
            yield f"UPDATE {table}.{column}", text + sql.SQL(_KEPT_ROWS.get(table, ""))


def _removals(table: str) -> Iterator[tuple[str, sql.Composed]]:
    for change in ("DELETE FROM {}", "TRUNCATE {} CASCADE"):
        yield change.format(table), sql.SQL(change).format(sql.Identifier(table))


def _switches(table: str) -> Iterator[tuple[str, sql.Composed]]:
    for change in ("DISABLE TRIGGER ALL", "DISABLE TRIGGER USER", "ENABLE REPLICA RULE x"):
        text = sql.SQL("ALTER TABLE {} " + change).format(sql.Identifier(table))
        yield f"{table}: {change}", text


@pytest.mark.parametrize("database", ["ha-noi", "bo"])
def test_worker_may_neither_change_nor_remove_rows(world: World, locked: LockedRound, database: str) -> None:
    """In every table of the catalogue: no column beyond what it moves, no DELETE, no TRUNCATE, no trigger switched."""
    connection = world.database(database)
    moved, tables = _MOVED_BY_WORKERS[database], _names_of(connection, _TABLES)
    assert set(moved) <= set(tables)
    tried = {
        name: _refusal(connection, statement)
        for table in tables
        for part in (_updates(connection, table, moved.get(table, set())), _removals(table), _switches(table))
        for name, statement in part
    }
    assert {name: code for name, code in tried.items() if code != _NO_RIGHT} == {}


@pytest.mark.parametrize("database", ["ha-noi", "bo"])
def test_no_table_is_without_triggers_unless_it_is_named(
    world: World, locked: LockedRound, owner: dict[str, Connection], database: str
) -> None:
    """A table that comes new has a trigger before UPDATE, DELETE and TRUNCATE, or a reason here."""
    connection, bare = owner[database], dict[str, set[str]]()
    for table in _names_of(connection, _TABLES):
        (guarded,) = map(int, _names_of(connection, _GUARDED, table))
        open_ = {change for change, bit in _CHANGE_BITS.items() if not guarded & bit}
        if open_ != _FREE_FOR_OWNER.get(table, (set(), ""))[0]:
            bare[table] = open_
    assert bare == {}


@pytest.mark.parametrize("database", ["ha-noi", "bo"])
def test_owner_forgetting_itself_changes_no_row_that_is_kept(
    world: World, locked: LockedRound, owner: dict[str, Connection], database: str
) -> None:
    """The owner, who has every right, meets the triggers in each column that no worker moves, and when it removes."""
    connection, moved = owner[database], _MOVED_BY_WORKERS[database]
    tried: dict[str, str] = {}
    for table in sorted(set(_names_of(connection, _TABLES)) - set(_FREE_FOR_OWNER)):
        free = moved.get(table, set()) | _RENAMED_IN_A_NEW_LOG.get(table, set())
        for name, statement in (*_updates(connection, table, free), *_removals(table)):
            tried[name] = _refusal(connection, statement)
    refused = {name for name, code in tried.items() if code == _ROW_REFUSED}
    assert {name: code for name, code in tried.items() if code not in (_ROW_REFUSED, "nothing to do")} == {}
    assert {f"UPDATE {'document' if database == 'bo' else 'leaf'}.leaf", "DELETE FROM document"} <= refused


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


_SO_ROW = """INSERT INTO document SELECT message_sha256, n + 1000, document_sha256, envelope_sha256, school, pupil,
student_code, school_year, period, cohort, round_number, version + {more}, '{state}', codes, late, appended_at,
document, signatures
FROM document WHERE document_sha256 = %(document)s"""
_BO_ROW = """INSERT INTO document SELECT so, lock_id, n + 1000, document_sha256, leaf_sha256, school, pupil,
student_code, school_year, period, version + {more}, locator, effective_on, document, signatures, leaf
FROM document WHERE document_sha256 = %(document)s"""
_CONFLICT = "INSERT INTO {table} SELECT * FROM {table} WHERE {where} ON CONFLICT {on} DO UPDATE SET {sets}"
_DOCUMENT, _LOCK = "document_sha256 = %(document)s", "lock_id = %(lock)s"
_INSERTS: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("the same version again", "ha-noi", (_SO_ROW.format(more=0, state="open"),), _STANDS_ALREADY),
    ("a second current version", "ha-noi", (_SO_ROW.format(more=1, state="open"),), _STANDS_ALREADY),
    ("a version that begins locked", "ha-noi", (_SO_ROW.format(more=1, state="locked"),), _TRANSITION_REFUSED),
    ("a version that begins superseded", "ha-noi", (_SO_ROW.format(more=1, state="superseded"),), _TRANSITION_REFUSED),
    ("superseded by nothing", "ha-noi", (f"UPDATE document SET state = 'superseded' WHERE {_DOCUMENT}",),
     _TRANSITION_REFUSED),
    ("superseded by what was recalled", "ha-noi",
     (f"UPDATE document SET state = 'superseded' WHERE {_DOCUMENT}", _SO_ROW.format(more=1, state="open"),
      f"UPDATE document SET state = 'recalled' WHERE {_DOCUMENT} AND state = 'open'"), _TRANSITION_REFUSED),
    ("a round that begins locked", "ha-noi",
     ("INSERT INTO round SELECT school, school_year, cohort, 9999, 'locked', '\\x00' FROM round LIMIT 1",),
     _TRANSITION_REFUSED),
    ("a second leaf of a document", "ha-noi",
     ("INSERT INTO leaf SELECT lock_id, n + 1000, leaf_sha256, leaf, message_sha256, document_n, locator FROM leaf "
      f"WHERE {_LOCK}",),
     _STANDS_ALREADY),
    ("a leaf beyond the lock", "ha-noi",
     ("INSERT INTO leaf SELECT l.lock_id, 2, l.leaf_sha256, l.leaf, d.message_sha256, d.n, l.locator "
      "FROM leaf l, document d WHERE l.lock_id = %(lock)s AND l.n = 0 AND d.state = 'open' LIMIT 1",), _ROW_REFUSED),
    ("a second lock of a round", "ha-noi",
     ("INSERT INTO lock SELECT '\\x00', school, school_year, cohort, round_number, count, root, effective_on, "
      f"manifest, signature, locked_at FROM lock WHERE {_LOCK}",), _STANDS_ALREADY),
    ("a second head of a size", "ha-noi", ("INSERT INTO checkpoint SELECT * FROM checkpoint",), _ROW_REFUSED),
    ("a second locator", "ha-noi", ("INSERT INTO locator SELECT 'X', pupil, 9 FROM locator",), _STANDS_ALREADY),
    ("a second answer of Bộ", "ha-noi", (f"INSERT INTO ingest_receipt SELECT * FROM ingest_receipt WHERE {_LOCK}",),
     _STANDS_ALREADY),
    ("a second command of an id", "ha-noi", ("INSERT INTO inbox SELECT * FROM inbox",), _STANDS_ALREADY),
    ("upsert of bytes", "ha-noi",
     (_CONFLICT.format(table="document", where=_DOCUMENT, on="(message_sha256, n)", sets="document = '\\x00'"),),
     _NO_RIGHT),
    ("upsert of the state", "ha-noi", (_SO_ROW.format(more=0, state="open").replace("n + 1000", "n")
     + " ON CONFLICT (message_sha256, n) DO UPDATE SET state = 'open'",), _TRANSITION_REFUSED),
    ("upsert of the place", "ha-noi",
     (_CONFLICT.format(table="lock", where=_LOCK, on="(lock_id)", sets="log_index = 1000000"),), _ROW_REFUSED),
    ("merge that removes", "ha-noi",
     ("MERGE INTO document d USING (SELECT %(document)s AS h) s ON d.document_sha256 = s.h WHEN MATCHED THEN DELETE",),
     _NO_RIGHT),
    ("the same version again at Bộ", "bo", (_BO_ROW.format(more=0),), _STANDS_ALREADY),
    ("a transcript beyond the lock", "bo", (_BO_ROW.format(more=1),), _ROW_REFUSED),
    ("a second decision", "bo", (f"INSERT INTO lock SELECT * FROM lock WHERE {_LOCK}",), _STANDS_ALREADY),
    ("a second manifest", "bo", (f"INSERT INTO manifest SELECT * FROM manifest WHERE {_LOCK}",), _STANDS_ALREADY),
    ("a second head of a size at Bộ", "bo", ("INSERT INTO checkpoint SELECT * FROM checkpoint",), _ROW_REFUSED),
    ("another surrogate", "bo", ("INSERT INTO pupil SELECT identifier, '\\x00' FROM pupil",), _STANDS_ALREADY),
    ("bytes back into a chunk", "bo", ("UPDATE staged_chunk SET message = '\\x00'",), _ROW_REFUSED),
    ("upsert of bytes at Bộ", "bo",
     (_CONFLICT.format(table="document", where=_DOCUMENT, on="(so, lock_id, n)", sets="document = '\\x00'"),),
     _NO_RIGHT),
)  # fmt: skip


@pytest.mark.parametrize("role", ["worker", "owner"])
@pytest.mark.parametrize(("database", "texts", "code"), [a[1:] for a in _INSERTS], ids=[a[0] for a in _INSERTS])
def test_row_beside_a_locked_one_is_refused(
    world: World, locked: LockedRound, owner: dict[str, Connection], role: str, database: str, texts: tuple[str, ...],
    code: str,
) -> None:  # fmt: skip
    """What a role may insert does not stand in the place of what was locked, nor beside it; no upsert goes round it."""
    connection = world.database(database) if role == "worker" else owner[database]
    values = {"document": bytes.fromhex(locked.documents[0].sha256), "lock": locked.lock_id}
    expected = {_ROW_REFUSED, _TRANSITION_REFUSED} if role == "owner" and code == _NO_RIGHT else {code}
    assert _refused_at(connection, *texts, values=values) in expected


_BODY = "RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN RETURN NEW; END $$"
_OF_WORKER = (
    "ALTER TABLE {table} DISABLE TRIGGER ALL", "ALTER TABLE {table} DISABLE TRIGGER USER",
    "ALTER TABLE {table} DISABLE RULE x", "DROP TRIGGER {table}_is_kept ON {table}",
    "ALTER TRIGGER {table}_is_kept ON {table} RENAME TO x", "DROP TABLE {table} CASCADE",
    "ALTER TABLE {table} RENAME TO x", "ALTER TABLE {table} SET SCHEMA pg_temp",
    "ALTER TABLE {table} DROP COLUMN lock_id CASCADE", "ALTER TABLE {table} OWNER TO CURRENT_USER",
    "ALTER TABLE {table} ALTER COLUMN lock_id TYPE bytea USING '\\x00'", "ALTER TABLE {table} SET UNLOGGED",
    "ALTER TABLE {table} DETACH PARTITION {table}", "ALTER TABLE {table} ATTACH PARTITION {table} DEFAULT",
    "ALTER TABLE {table} NO INHERIT {table}", "CREATE TABLE x () INHERITS ({table})",
    "CREATE RULE x AS ON UPDATE TO {table} DO INSTEAD NOTHING", "CREATE VIEW x AS SELECT * FROM {table}",
    "CREATE POLICY x ON {table} USING (false)", "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    "COMMENT ON TABLE {table} IS ''", "TRUNCATE {table} CASCADE",
    "CREATE TRIGGER x BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE UNIQUE INDEX x ON {table} (lock_id)", "COPY {table} FROM PROGRAM 'true'", "COPY {table} FROM '/dev/null'",
    "COPY (SELECT 1) TO PROGRAM 'true'", "DROP INDEX {table}_pkey", "ALTER TABLE {table} DROP CONSTRAINT {table}_pkey",
    f"CREATE FUNCTION x() {_BODY}", f"CREATE OR REPLACE FUNCTION refuse_change() {_BODY}",
    "ALTER FUNCTION refuse_change() SECURITY DEFINER", "DROP FUNCTION refuse_change() CASCADE",
    "DO $$ BEGIN UPDATE {table} SET lock_id = NULL; END $$", "CREATE TEMP TABLE {table} (x int)", "CREATE SCHEMA x",
    "CREATE PUBLICATION x FOR TABLE {table}", "INSERT INTO transition VALUES ('document', 'locked', 'open')",
    "UPDATE transition SET to_state = 'open'", "DELETE FROM transition",
)  # fmt: skip
_OF_NOBODY = (  # what a role that is no superuser may not do, whatever it owns
    "SET session_replication_role = replica", "SET LOCAL session_replication_role = replica",
    "SELECT set_config('session_replication_role', 'replica', false)",
    "ALTER ROLE CURRENT_USER SET session_replication_role = replica", "ALTER ROLE CURRENT_USER SUPERUSER",
    "SET ROLE hub", "SET ROLE {other}", "SET SESSION AUTHORIZATION hub", "GRANT pg_write_all_data TO CURRENT_USER",
    "REASSIGN OWNED BY {other} TO CURRENT_USER", "UPDATE pg_trigger SET tgenabled = 'D'", "DELETE FROM pg_trigger",
    "UPDATE pg_proc SET prosrc = ''", "UPDATE pg_class SET relowner = 10",
    "CREATE EVENT TRIGGER x ON ddl_command_start EXECUTE FUNCTION refuse_change()",
    "SELECT pg_read_file('/etc/hosts')", "LOAD 'plpgsql'", "ALTER DATABASE {database} OWNER TO hub",
    "CREATE FUNCTION x() RETURNS int LANGUAGE c AS 'libc.so.6', 'abort'", "SELECT lo_import('/etc/hosts')",
)  # fmt: skip


def _names(database: str, role: str) -> dict[str, str]:
    worker = "bo" if database == "bo" else "so_ha_noi"
    other = f"{worker}_owner" if role == "worker" else worker
    return {"table": "lock", "other": other, "database": worker}


@pytest.mark.parametrize("database", ["ha-noi", "bo"])
@pytest.mark.parametrize("text", _OF_WORKER)
def test_worker_may_not_touch_what_guards_a_lock(world: World, locked: LockedRound, database: str, text: str) -> None:
    """Triggers, rules, views, partitions, owners, functions, files, programs: none is a worker's."""
    told = text.replace("{table}", _names(database, "worker")["table"])
    assert _refused_at(world.database(database), told, values={}) == _NO_RIGHT


@pytest.mark.parametrize("database", ["ha-noi", "bo"])
def test_worker_gives_no_right_to_anybody(world: World, locked: LockedRound, database: str) -> None:
    """GRANT by one who may not grant is only warned of; nobody has a right more than before."""
    connection = world.database(database)
    rights = "SELECT relacl::text FROM pg_class WHERE relname = 'lock'"
    before = connection.execute(rights).fetchone()
    with connection.transaction(force_rollback=True):
        connection.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON lock TO PUBLIC")
        assert connection.execute(rights).fetchone() == before


@pytest.mark.parametrize("role", ["worker", "owner"])
@pytest.mark.parametrize("database", ["ha-noi", "bo"])
@pytest.mark.parametrize("text", _OF_NOBODY)
def test_no_role_of_ours_becomes_a_superuser(
    world: World, locked: LockedRound, owner: dict[str, Connection], text: str, database: str, role: str
) -> None:
    """Neither worker nor owner silences triggers, changes the catalogue or becomes somebody else."""
    connection = world.database(database) if role == "worker" else owner[database]
    for name, value in _names(database, role).items():
        text = text.replace(f"{{{name}}}", value)
    assert _refused_at(connection, text, values={}) == _NO_RIGHT


@pytest.mark.parametrize("database", ["ha-noi", "bo"])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ALTER TABLE lock DETACH PARTITION document", _NO_PARTITIONS),
        ("ALTER TABLE lock ATTACH PARTITION document DEFAULT", _NO_PARTITIONS),
        ("ALTER TABLE lock DISABLE TRIGGER ALL", _NO_RIGHT),
        ("ALTER TABLE lock OWNER TO hub", _NO_RIGHT),
        ("COPY lock FROM PROGRAM 'true'", _NO_RIGHT),
        ("COPY lock FROM '/dev/null'", _NO_RIGHT),
        ("INSERT INTO quarantine_entry (stage) VALUES ('x')", _NOT_A_TABLE_FOR_IT),
        ("UPDATE quarantine_entry SET code = 'x'", _NOT_A_TABLE_FOR_IT),
        ("DELETE FROM quarantine_entry", _NOT_A_TABLE_FOR_IT),
    ],
)
def test_owner_has_no_side_door(
    locked: LockedRound, owner: dict[str, Connection], database: str, text: str, code: str
) -> None:
    """Nothing is partitioned, the triggers of foreign keys stay on, views lead to no table."""
    assert _refused_at(owner[database], text, values={}) == code


@pytest.mark.parametrize("role", ["worker", "owner"])
@pytest.mark.parametrize("database", ["ha-noi", "bo"])
def test_copy_brings_no_second_row(
    world: World, locked: LockedRound, owner: dict[str, Connection], database: str, role: str
) -> None:
    """COPY is an INSERT: what stands already is refused, and so is what would stand beside a lock."""
    connection = world.database(database) if role == "worker" else owner[database]
    for table, code in (("lock", _STANDS_ALREADY), ("checkpoint", _ROW_REFUSED)):
        name = sql.Identifier(table)
        with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(name)) as out:
            rows = [bytes(part) for part in out]
        with pytest.raises(psycopg.Error) as refused:
            _copied_in(connection, sql.SQL("COPY {} FROM STDIN").format(name), rows)
        assert refused.value.sqlstate == code


def _copied_in(connection: Connection, statement: sql.Composed, rows: list[bytes]) -> None:
    with connection.transaction(force_rollback=True), connection.cursor().copy(statement) as back:
        for row in rows:
            back.write(row)


@pytest.mark.parametrize("database", ["ha-noi", "bo"])
def test_no_function_gives_a_worker_the_rights_of_its_owner(world: World, locked: LockedRound, database: str) -> None:
    """No worker may call one but that which gives shares as hashes, for the nightly check; no role is in another."""
    connection = world.database(database)
    definers = connection.execute(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        " AND has_function_privilege(oid, 'EXECUTE')"
    ).fetchall()
    members = connection.execute(
        "SELECT m.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member "
        "WHERE m.rolname LIKE 'so\\_%' OR m.rolname LIKE 'bo%'"
    ).fetchall()
    assert (definers, members) == ([("share_rows",)] if database == "bo" else [], [])


@pytest.mark.parametrize(
    ("role", "database"),
    [("bo", "so_ha_noi"), ("so_ha_noi", "bo"), ("so_nghe_an", "so_ha_noi"), ("bo_owner", "so_ha_noi")],
)
def test_role_opens_no_other_organisations_database(world: World, role: str, database: str) -> None:
    """Each organisation's rows are out of the reach of the others' roles."""
    postgres = world.hub.servers.postgres
    assert postgres is not None
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(Organisations(postgres.port, postgres.passwords).url(role, database), connect_timeout=5)


_FINAL = {
    "ha-noi": (
        "document",
        "leaf",
        "lock",
        "checkpoint",
        "register_entry",
        "ingest_receipt",
        "locator",
        "correction",
        "correction_step",
    ),
    "bo": ("document", "manifest", "checkpoint", "lock", "register_entry", "pupil", "staged_chunk"),
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


def _again(world: World, locked: LockedRound, what: str) -> Sending:
    """Make one command that would touch a locked round."""
    school, name, transcript = locked.school, locked.name, locked.transcripts[0]
    changed = msgspec.structs.replace(transcript, remarks="Đã sửa.")
    renamed = msgspec.structs.replace(changed, supersedes=locked.documents[0].sha256, reason="Sửa nhận xét")
    hashes = [d.sha256 for d in locked.documents]
    made = {
        "lock again": lambda: world.lock(school, hashes, name),
        "lock less": lambda: world.lock(school, hashes[:1], name),
        "recall through another round": lambda: world.recall(school, hashes[0], world.round_of()),
        "replace through another round": lambda: world.submission(school, [world.signed(renamed)], world.round_of()),
        "replace without saying so": lambda: world.submission(school, [world.signed(changed)], name),
        "replace by what it says it replaces": lambda: world.submission(school, [world.signed(renamed)], name),
    }
    return made[what]()


@pytest.mark.parametrize(
    ("what", "codes"),
    [
        ("lock again", {"ROUND_CLOSED"}),
        ("lock less", {"ROUND_CLOSED"}),
        ("recall through another round", {"RECORD_LOCKED"}),
        ("replace through another round", {"RECORD_LOCKED"}),
        ("replace without saying so", {"RECORD_LOCKED"}),
        ("replace by what it says it replaces", {"RECORD_LOCKED"}),
    ],
)
def test_command_after_the_lock_is_refused_with_its_code(
    world: World, locked: LockedRound, what: str, codes: set[str]
) -> None:
    """Through whatever round and under whatever name: what is locked stays, and the school is told why."""
    (answer,) = world.ask(_again(world, locked, what))
    assert (answer.outcome, answer.every_code) == ("refused", codes)
    states = world.states("ha-noi", [d.sha256 for d in locked.documents])
    assert set(states.values()) == {"locked"}
