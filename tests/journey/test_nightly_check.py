"""What only an owner or a superuser can do is noticed: the nightly check names the exact row."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.reconcile import Checked, Tampered, check_rows
from hub.store import open_connection
from hub.trust import leaf_hash
from tests.journey.tampering import superuser, tampered
from tests.journey.world import LockedRound, World

_SO = "ha-noi"
_BYTES = b"\x00" * 32


@pytest.fixture(scope="module")
def locked(world: World) -> LockedRound:
    """A locked round of two that Bộ has ingested."""
    return world.lock_in(world.school(_SO), 2)


def _checked(world: World, owner: str) -> list[Tampered]:
    url = world.hub.bo_url if owner == "bo" else world.hub.so_url(owner)
    return list(check_rows("bo" if owner == "bo" else f"so-{owner}", url, Checked()))


def _key(world: World, locked: LockedRound, owner: str, table: str) -> dict[str, Any]:
    """The key of the row of a table that belongs to this lock."""
    at_bo = {"so": _SO} if owner == "bo" else {}
    if table == "checkpoint":
        (size,) = world.database(owner).execute(
            "SELECT max(tree_size) FROM checkpoint" + (" WHERE so = 'ha-noi'" if at_bo else "")
        ).fetchone() or (0,)  # fmt: skip
        return at_bo | {"tree_size": size}
    if (owner, table) == (_SO, "document"):
        row = world.database(_SO).execute(
            "SELECT message_sha256, document_n FROM leaf WHERE lock_id = %s AND n = 1", (locked.lock_id,)
        ).fetchone()  # fmt: skip
        assert row is not None
        return {"message_sha256": row[0], "n": row[1]}
    return at_bo | {"lock_id": locked.lock_id} | ({"n": 1} if table in ("document", "leaf") else {})


def _words(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


_CASES: list[tuple[str, str, Mapping[str, Any] | None, str]] = [
    (_SO, "document", {"document": b"{}"}, "ROW_DOCUMENT_CHANGED"),
    (_SO, "document", {"document_sha256": _BYTES}, "ROW_DOCUMENT_CHANGED"),
    (_SO, "document", {"signatures": ["a..b"]}, "ROW_SIGNATURES_CHANGED"),
    (_SO, "document", {"envelope_sha256": _BYTES}, "ROW_SIGNATURES_CHANGED"),
    (_SO, "document", {"pupil": "id:000000000000"}, "ROW_COLUMN_CHANGED"),
    (_SO, "document", {"student_code": "X"}, "ROW_COLUMN_CHANGED"),
    (_SO, "document", {"version": 7}, "ROW_COLUMN_CHANGED"),
    (_SO, "document", {"state": "recalled"}, "ROW_COLUMN_CHANGED"),
    (_SO, "document", None, "ROW_MISSING"),
    (_SO, "leaf", {"leaf": b"{}"}, "ROW_LEAF_CHANGED"),
    (_SO, "leaf", {"leaf_sha256": _BYTES}, "ROW_LEAF_CHANGED"),
    (_SO, "leaf", None, "ROW_MISSING"),
    (_SO, "lock", {"count": 9}, "ROW_LOCK_CHANGED"),
    (_SO, "lock", {"root": _BYTES}, "ROW_LOCK_CHANGED"),
    (_SO, "lock", {"effective_on": "2020-01-01"}, "ROW_LOCK_CHANGED"),
    (_SO, "lock", {"manifest": b"{}"}, "ROW_MANIFEST_CHANGED"),
    (_SO, "lock", {"signature": "a..b"}, "ROW_MANIFEST_CHANGED"),
    (_SO, "checkpoint", {"root": _BYTES}, "ROW_CHECKPOINT_CHANGED"),
    (_SO, "checkpoint", {"text": b"x"}, "ROW_CHECKPOINT_CHANGED"),
    (_SO, "checkpoint", {"signature": "a..b"}, "ROW_CHECKPOINT_CHANGED"),
    (_SO, "checkpoint", {"frontier": []}, "ROW_CHECKPOINT_CHANGED"),
    (_SO, "checkpoint", {"timestamp_token": b"x"}, "ROW_CHECKPOINT_CHANGED"),
    (_SO, "checkpoint", {"timestamp_token": b""}, "ROW_CHECKPOINT_CHANGED"),
    (_SO, "checkpoint", None, "ROW_MISSING"),
    (_SO, "ingest_receipt", {"outcome": "refused"}, "ROW_RECEIPT_CHANGED"),
    (_SO, "ingest_receipt", {"signature": "a..b"}, "ROW_RECEIPT_CHANGED"),
    (_SO, "round", {"state": "closing"}, "ROW_STATE_CHANGED"),
    ("bo", "document", {"document": b"{}"}, "ROW_DOCUMENT_CHANGED"),
    ("bo", "document", {"signatures": ["a..b"]}, "ROW_SIGNATURES_CHANGED"),
    ("bo", "document", {"leaf": b"{}"}, "ROW_LEAF_CHANGED"),
    ("bo", "document", {"leaf_sha256": _BYTES}, "ROW_LEAF_CHANGED"),
    ("bo", "document", {"locator": "01ABCDEFGH0"}, "ROW_COLUMN_CHANGED"),
    ("bo", "document", {"effective_on": "2020-01-01"}, "ROW_COLUMN_CHANGED"),
    ("bo", "document", None, "ROW_MISSING"),
    ("bo", "lock", {"count": 9}, "ROW_LOCK_CHANGED"),
    ("bo", "lock", {"log_index": 999_999}, "ROW_LOCK_CHANGED"),
    ("bo", "lock", None, "ROW_MISSING"),
    ("bo", "manifest", {"statement": b"{}"}, "ROW_MANIFEST_CHANGED"),
    ("bo", "manifest", {"signature": "a..b"}, "ROW_MANIFEST_CHANGED"),
    ("bo", "checkpoint", {"root": _BYTES}, "ROW_CHECKPOINT_CHANGED"),
    ("bo", "checkpoint", {"text": b"x"}, "ROW_CHECKPOINT_CHANGED"),
    ("bo", "checkpoint", {"cosignature": "— x y"}, "ROW_CHECKPOINT_CHANGED"),
    ("bo", "checkpoint", {"timestamp_token": b"x"}, "ROW_CHECKPOINT_CHANGED"),
    ("bo", "checkpoint", {"stamped_at": "2020-01-01"}, "ROW_CHECKPOINT_CHANGED"),
]


@pytest.mark.parametrize(
    ("owner", "table", "changes", "code"),
    [pytest.param(*c, id=f"{c[0]}.{c[1]}.{next(iter(c[2])) if c[2] else 'gone'}") for c in _CASES],
)
def test_row_that_a_superuser_changed_is_named(
    world: World, locked: LockedRound, owner: str, table: str, changes: Mapping[str, Any] | None, code: str
) -> None:
    """Database, table and primary key of that row, with a code; and nothing once it stands as before."""
    before, key = _checked(world, owner), _key(world, locked, owner, table)
    with tampered(world, owner, table, key, changes):
        found = [t for t in _checked(world, owner) if t not in before]
    assert _checked(world, owner) == before
    told = [t for t in found if t.code == code and t.table == table]
    assert told, found
    identifying = key["tree_size"] if table == "checkpoint" else next(v for v in key.values() if v != _SO)
    assert all(_words(identifying) in t.key for t in told if table != "round" or "lock_id" in t.key)


def test_rows_of_others_are_not_blamed(world: World, locked: LockedRound) -> None:
    """One document changed at Bộ is one finding, about that row alone."""
    before = _checked(world, "bo")
    with tampered(world, "bo", "document", _key(world, locked, "bo", "document"), {"document": b"{}"}):
        (found,) = [t for t in _checked(world, "bo") if t not in before]
    assert (found.table, found.key) == ("document", f"lock_id={locked.lock_id.hex()} n=1")


def test_forged_row_with_all_its_hashes_is_named_by_its_signatures(world: World, locked: LockedRound) -> None:
    """Whoever makes hash and leaf anew cannot make the signatures of teacher, principal and school anew."""
    before, key = _checked(world, "bo"), _key(world, locked, "bo", "document")
    row = world.database("bo").execute(
        "SELECT document, leaf FROM document WHERE lock_id = %s AND n = 1", (locked.lock_id,)
    ).fetchone()  # fmt: skip
    assert row is not None
    document = row[0] + b" "
    digest = hashlib.sha256(document).digest()
    leaf = msgspec.json.encode(json.loads(row[1]) | {"document_sha256": digest.hex()}, order="sorted")
    forged = {"document": document, "document_sha256": digest, "leaf": leaf, "leaf_sha256": leaf_hash(leaf)}
    with tampered(world, "bo", "document", key, forged):
        found = [t for t in _checked(world, "bo") if t not in before]
    assert [(t.code, t.key) for t in found] == [("ROW_DOCUMENT_CHANGED", f"lock_id={locked.lock_id.hex()} n=1")]


def test_command_and_register_entry_are_held_against_what_was_signed(world: World, locked: LockedRound) -> None:
    """The lock request that a manifest names, and the entries by which signatures are judged."""
    assert locked.requested.statement is not None
    command = {"school": locked.school.code, "command_id": locked.requested.statement.command_id}
    with tampered(world, _SO, "inbox", command, {"statement": b"{}"}):
        assert "ROW_COMMAND_CHANGED" in {t.code for t in _checked(world, _SO)}
    with tampered(world, _SO, "register_entry", {"so": _SO, "version": 1}, {"payload": "{}"}):
        assert "so=ha-noi version=1" in {t.key for t in _checked(world, _SO) if t.code == "ROW_REGISTER_CHANGED"}


@contextmanager
def _as_owner(world: World, owner: str, text: str, back: str) -> Iterator[None]:
    """Do what the owner of the tables can do, and take it back."""
    servers = world.hub.servers
    urls = servers.bo_urls() if owner == "bo" else servers.so_urls(owner)
    with open_connection(urls.owner_url or "") as connection:
        connection.execute(text.encode())
        try:
            yield
        finally:
            connection.execute(back.encode())


_BODY = "LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
_ACTS = (
    ("trigger off", "ALTER TABLE document DISABLE TRIGGER document_is_final",
     "ALTER TABLE document ENABLE TRIGGER document_is_final", "document", "disabled"),
    ("trigger for replicas", "ALTER TABLE document ENABLE REPLICA TRIGGER document_is_final",
     "ALTER TABLE document ENABLE TRIGGER document_is_final", "document", "disabled"),
    ("trigger gone", "ALTER TRIGGER document_is_kept ON document RENAME TO other",
     "ALTER TRIGGER other ON document RENAME TO document_is_kept", "document", "missing"),
    ("function", f"CREATE FUNCTION let_through() RETURNS trigger {_BODY}", "DROP FUNCTION let_through()",
     "pg_proc", "unknown"),
    ("rights of the owner", "ALTER FUNCTION refuse_change() SECURITY DEFINER",
     "ALTER FUNCTION refuse_change() SECURITY INVOKER", "pg_proc", "security definer"),
    ("right to change", "GRANT UPDATE (document) ON document TO {worker}",
     "REVOKE UPDATE (document) ON document FROM {worker}", "document", "granted"),
    ("right to remove", "GRANT DELETE ON lock TO {worker}", "REVOKE DELETE ON lock FROM {worker}", "lock", "granted"),
    ("rule", "CREATE RULE nothing AS ON INSERT TO checkpoint DO INSTEAD NOTHING",
     "DROP RULE nothing ON checkpoint", "checkpoint", "rule"),
    ("child table", "CREATE TABLE forged () INHERITS (document)", "DROP TABLE forged", "document", "child"),
    ("hidden rows", "ALTER TABLE lock ENABLE ROW LEVEL SECURITY",
     "ALTER TABLE lock DISABLE ROW LEVEL SECURITY", "lock", "row security"),
    ("hiding policy", "CREATE POLICY hides ON document AS RESTRICTIVE USING (false)",
     "DROP POLICY hides ON document", "document", "row policy"),
)  # fmt: skip


@pytest.mark.parametrize("owner", [_SO, "bo"])
@pytest.mark.parametrize(("text", "back", "table", "what"), [a[1:] for a in _ACTS], ids=[a[0] for a in _ACTS])
def test_guard_that_an_owner_switched_off_is_named(
    world: World, owner: str, text: str, back: str, table: str, what: str
) -> None:
    """Triggers off or gone, foreign functions, rules and rights: told while they stand, though no row changed yet."""
    worker = "bo" if owner == "bo" else f"so_{owner.replace('-', '_')}"
    before = _checked(world, owner)
    with _as_owner(world, owner, text.replace("{worker}", worker), back.replace("{worker}", worker)):
        found = [t for t in _checked(world, owner) if t not in before]
    assert (table, (what,)) in {(t.table, t.what) for t in found if t.code == "ROW_GUARD_CHANGED"}
    assert _checked(world, owner) == before


def test_transition_that_was_added_is_named(world: World) -> None:
    """The table that the triggers look into is the one of the code."""
    with superuser(world, _SO) as connection:
        connection.execute("INSERT INTO transition VALUES ('document', 'locked', 'open')")
        found = _checked(world, _SO)
        connection.execute("DELETE FROM transition WHERE from_state = 'locked' AND to_state = 'open'")
    assert "machine=document from_state=locked to_state=open" in {t.key for t in found}


def test_row_that_an_owner_rewrote_under_the_triggers_is_named(world: World, locked: LockedRound) -> None:
    """Off, change, on again: the guards stand as before, and the row tells."""
    key = _key(world, locked, "bo", "document")
    (kept,) = world.database("bo").execute(
        "SELECT document FROM document WHERE lock_id = %s AND n = 1", (locked.lock_id,)
    ).fetchone() or (b"",)  # fmt: skip
    off, on = "ALTER TABLE document DISABLE TRIGGER USER", "ALTER TABLE document ENABLE TRIGGER USER"
    urls = world.hub.servers.bo_urls()
    before = _checked(world, "bo")
    with open_connection(urls.owner_url or "") as owner:
        for value in (b"{}", kept):
            with owner.transaction():
                owner.execute(off)
                owner.execute("UPDATE document SET document = %s WHERE lock_id = %s AND n = 1", (value, locked.lock_id))
                owner.execute(on)
            if value == b"{}":
                found = [t for t in _checked(world, "bo") if t not in before]
    assert [(t.code, t.key) for t in found] == [("ROW_DOCUMENT_CHANGED", f"lock_id={key['lock_id'].hex()} n=1")]
    assert _checked(world, "bo") == before


def test_command_ends_with_4_and_writes_the_metric(world: World, locked: LockedRound, tmp_path: Path) -> None:
    """Fit for cron: one line a finding, exit code 4, and a file for node_exporter."""
    metrics = tmp_path / "hub.prom"
    arguments = [
        sys.executable, "-m", "hub.cli", "reconcile", "--rows", "--so", _SO, "--json", "--metrics-file", str(metrics),
        "--data", str(world.hub.data),
    ]  # fmt: skip
    before = len(_checked(world, _SO))
    with tampered(world, _SO, "leaf", _key(world, locked, _SO, "leaf"), {"leaf": b"{}"}):
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(lines)) == (4, before + 1)
    assert "ROW_LEAF_CHANGED" in {line["code"] for line in lines}
    assert f'hub_tampered_rows{{owner="so-{_SO}"}} {before + 1}.0' in metrics.read_text(encoding="utf-8")
