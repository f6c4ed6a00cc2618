"""One database and two roles for each organisation of the embedded PostgreSQL: the owner migrates, the worker works.

Invariant: a role opens its own organisation's database and no other; a worker owns nothing.
"""

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from hub.errors import Unavailable

__all__ = ["ADMINISTRATOR", "Organisations", "Passwords", "Urls"]

ADMINISTRATOR = "hub"
_PORTAL = "bo_portal"
_OWNER = re.compile(r"(bo|so-[a-z0-9]+(-[a-z0-9]+)*)", re.ASCII)
_TIMEOUT_S = 10
_ALONE = 4_720_010  # advisory lock: two commands may ask for the same organisation at once


@dataclass(frozen=True, slots=True)
class Urls:
    """Connection addresses with passwords. The owner's is for migrations only and never reaches a worker.

    `owner_url` is None where a server of your own is used and no owner address was given: then nothing can migrate.
    `portal_url` is that of Bộ's portal; None for a Sở, and where no such address was given.
    """

    worker_url: str = field(repr=False)
    owner_url: str | None = field(repr=False)
    portal_url: str | None = field(default=None, repr=False)


class Passwords:
    """Random passwords, kept in one file that only we can read; made when first asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def of(self, role: str) -> str:
        """Return the password of `role` (32 URL-safe characters)."""
        known = json.loads(self._path.read_text(encoding="ascii")) if self._path.exists() else {}
        if role not in known:
            known[role] = secrets.token_urlsafe(24)
            fresh = self._path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(known, indent=1, sort_keys=True), encoding="ascii")
            fresh.replace(self._path)
        return str(known[role])


class Organisations:
    """Makes and names the databases of one server that listens on 127.0.0.1:`port`."""

    def __init__(self, port: int, passwords: Passwords) -> None:
        self._port = port
        self._passwords = passwords

    def ensure(self, owner: str) -> Urls:
        """Make database and roles of `owner` ("so-<slug>" or "bo", as in hub.topics) where they are missing.

        Database `so_ha_noi`, its owner `so_ha_noi_owner`, its worker `so_ha_noi`; of Bộ also the portal's `bo_portal`.
        Repeating changes nothing.
        Raises Unavailable DATABASE_UNREACHABLE; ValueError for another form of `owner`.
        """
        if not _OWNER.fullmatch(owner):
            raise ValueError(f"neither so-<slug> nor bo: {owner!r}")
        name = owner.replace("-", "_")
        with self._administrator("postgres") as connection:
            connection.execute("SELECT pg_advisory_lock(%s)", [_ALONE])
            connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
            for role in (f"{name}_owner", name):
                self._ensure_role(connection, role)
            if not _has(connection, "SELECT FROM pg_database WHERE datname = %s", name):
                self._create_database(connection, name)
            if owner == "bo":
                self._ensure_role(connection, _PORTAL)
                connection.execute(
                    sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(_PORTAL))
                )
        portal = self.url(_PORTAL, name) if owner == "bo" else None
        return Urls(self.url(name, name), self.url(f"{name}_owner", name), portal)

    def url(self, role: str, database: str) -> str:
        """Return the address at which `role` opens `database`."""
        return f"postgresql://{role}:{self._passwords.of(role)}@127.0.0.1:{self._port}/{database}"

    def answers(self) -> bool:
        """Tell whether the server answers a query now."""
        try:
            with self._administrator("postgres", timeout_s=2) as connection:
                return _has(connection, "SELECT 1")
        except Unavailable:
            return False

    def _ensure_role(self, connection: "psycopg.Connection[tuple[object, ...]]", role: str) -> None:
        # The verifier is computed here, so that no password stands in a statement and thus perhaps in a log.
        verifier = connection.pgconn.encrypt_password(
            self._passwords.of(role).encode(), role.encode(), b"scram-sha-256"
        ).decode()
        verb = "ALTER" if _has(connection, "SELECT FROM pg_roles WHERE rolname = %s", role) else "CREATE"
        connection.execute(
            sql.SQL(
                "{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT PASSWORD {}"
            ).format(sql.SQL(verb), sql.Identifier(role), sql.Literal(verifier))
        )

    def _create_database(self, connection: "psycopg.Connection[tuple[object, ...]]", name: str) -> None:
        """Create it under another name until its rights are set, so a half-made one is never taken for whole."""
        half, whole = sql.Identifier(f"{name}_new"), sql.Identifier(name)
        owner, worker = sql.Identifier(f"{name}_owner"), sql.Identifier(name)
        for statement in (
            sql.SQL("DROP DATABASE IF EXISTS {}").format(half),
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(half, owner),
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(half),
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(half, owner, worker),
        ):
            connection.execute(statement)
        with self._administrator(f"{name}_new") as inside:
            inside.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(half, whole))

    @contextmanager
    def _administrator(
        self, database: str, timeout_s: int = _TIMEOUT_S
    ) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
        try:
            with psycopg.connect(
                self.url(ADMINISTRATOR, database),
                autocommit=True,
                connect_timeout=timeout_s,
                application_name="hub-local",
            ) as connection:
                yield connection
        except psycopg.OperationalError as error:
            reason = error.sqlstate or "no connection"
            raise Unavailable("DATABASE_UNREACHABLE", {"reason": reason}) from error


def _has(connection: "psycopg.Connection[tuple[object, ...]]", query: str, *values: str) -> bool:
    return connection.execute(query.encode(), values or None).fetchone() is not None
