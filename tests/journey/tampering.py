"""Changing stored rows as only a superuser can, past every trigger, and putting them back as they were."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from hub.local.organisations import ADMINISTRATOR, Organisations
from tests.journey.world import World

__all__ = ["superuser", "tampered"]

Key = Mapping[str, Any]
"""Column and value of each part of a key."""


@contextmanager
def superuser(world: World, owner: str) -> Iterator["psycopg.Connection[Any]"]:
    """Open the database of a slug or "bo" as the server's administrator; triggers and foreign keys are silent."""
    postgres = world.hub.servers.postgres
    assert postgres is not None
    name = "bo" if owner == "bo" else f"so_{owner.replace('-', '_')}"
    url = Organisations(postgres.port, postgres.passwords).url(ADMINISTRATOR, name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


@contextmanager
def tampered(world: World, owner: str, table: str, key: Key, changes: Mapping[str, Any] | None) -> Iterator[None]:
    """Change the row under a key, or remove it (None); afterwards it stands as before."""
    name, where = sql.Identifier(table), _where(key)
    values = list(key.values())
    with superuser(world, owner) as connection:
        connection.execute(sql.SQL("CREATE TEMP TABLE saved AS SELECT * FROM {} WHERE ").format(name) + where, values)
        try:
            assert _change(connection, name, where, changes, values) == 1, "nothing was tampered with"
            yield
        finally:
            moved = {**key, **{k: v for k, v in (changes or {}).items() if k in key}}
            connection.execute(sql.SQL("DELETE FROM {} WHERE ").format(name) + _where(moved), list(moved.values()))
            connection.execute(sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE TABLE saved").format(name))


def _change(
    connection: "psycopg.Connection[Any]", name: sql.Identifier, where: sql.Composed, changes: Mapping[str, Any] | None,
    values: Sequence[Any],
) -> int:  # fmt: skip
    if changes is None:
        return connection.execute(sql.SQL("DELETE FROM {} WHERE ").format(name) + where, values).rowcount
    sets = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in changes)
    text = sql.SQL("UPDATE {} SET {} WHERE ").format(name, sets) + where
    return connection.execute(text, [*changes.values(), *values]).rowcount


def _where(key: Key) -> sql.Composed:
    return sql.SQL(" AND ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in key)
