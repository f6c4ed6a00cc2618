"""Migrations: numbered .sql files, run once each by the owner role; workers never get its URL."""

import hashlib
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from psycopg import sql

from hub.errors import Corrupt
from hub.store.connection import Connection, open_connection, unavailable

__all__ = ["migrate"]

_LEDGER = """
CREATE TABLE IF NOT EXISTS migration (
    name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
"""


def migrate(
    owner_url: str, kind: str, worker: str, transitions: Iterable[tuple[str, str, str]], portal: str | None = None
) -> list[str]:
    """Bring one database up to date and return the names of what was applied.

    `kind` is "so" or "bo"; `worker` is the role of the worker, `portal` that of Bộ's portal, None where there is none;
    `transitions` are (machine, from, to) rows of the life cycle. Raises Corrupt(MIGRATION_CHANGED) when an applied file
    has since been edited, Unavailable when the database does not answer.
    """
    with open_connection(owner_url) as connection, unavailable(), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(7042026)")
        connection.execute(_LEDGER)
        applied = [name for name, text in _files(kind) if _apply(connection, name, text)]
        connection.execute("DELETE FROM transition")
        connection.cursor().executemany("INSERT INTO transition VALUES (%s, %s, %s)", list(transitions))
        connection.execute(_grants(kind, "grants.sql").format(worker=sql.Identifier(worker)))
        if portal is not None:
            connection.execute(_grants(kind, "portal_grants.sql").format(portal=sql.Identifier(portal)))
    return applied


def _grants(kind: str, name: str) -> sql.SQL:
    return sql.SQL((files("hub.store") / kind / name).read_text(encoding="utf-8"))


def _files(kind: str) -> list[tuple[str, str]]:
    found: list[tuple[str, Any]] = []
    for folder in ("common", kind):
        entries = (files("hub.store") / folder).iterdir()
        found += [(f"{folder}/{f.name}", f) for f in entries if f.name[0].isdigit() and f.name.endswith(".sql")]
    return [(name, f.read_text(encoding="utf-8")) for name, f in sorted(found, key=lambda x: (x[0][:2] != "co", x[0]))]


def _apply(connection: Connection, name: str, text: str) -> bool:
    digest = hashlib.sha256(text.encode()).hexdigest()
    known = connection.execute("SELECT sha256 FROM migration WHERE name = %s", (name,)).fetchone()
    if known is not None and known[0] != digest:
        raise Corrupt("MIGRATION_CHANGED", {"name": name})
    if known is None:
        connection.execute(text)
        connection.execute("INSERT INTO migration (name, sha256) VALUES (%s, %s)", (name, digest))
    return known is None
