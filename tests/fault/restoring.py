"""Losing databases and logs on purpose: copies of a database, a database put back, a broker emptied."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

import psycopg
from psycopg import sql

from hub.audit import Report, audit_hub
from hub.client import bo_source, lag_of, so_source
from hub.errors import Unavailable
from hub.kafka.admin import group_members
from hub.kafka.deployment import group_prefix
from hub.local.hub import worker_specs
from hub.local.organisations import ADMINISTRATOR, Organisations
from hub.local.workers import WorkerSpec
from hub.recovery import is_replaying
from hub.signing import COSIGNER, load_keyring
from hub.store import Connection
from hub.topics import BO_STAGES, SO_STAGES
from tests.fault.run import SO, Run, until

__all__ = ["Copy", "audited", "copied", "emptied", "put_back", "replayed", "stopped", "wiped"]

Copy = Mapping[str, bytes]
"""Every table as COPY writes it."""
_IDENTITIES = (
    "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = 'public' AND is_identity = 'YES'"
)
_WINDOW = timedelta(seconds=30)


@contextmanager
def _administrator(run: Run, database: str = "postgres") -> Iterator[Connection]:
    postgres = run.hub.servers.postgres
    assert postgres is not None
    url = Organisations(postgres.port, postgres.passwords).url(ADMINISTRATOR, database)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def _name(owner: str) -> str:
    return owner.replace("-", "_")


def copied(run: Run, owner: str) -> Copy:
    """Copy a database as it is at one moment, for a later day; nobody notices."""
    with _administrator(run, _name(owner)) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return {table: _read(connection, table) for table in _tables(connection)}


def put_back(run: Run, owner: str, copy: Copy) -> None:
    """Put the copy in the place of the database, as a restore to that moment does."""
    emptied(run, owner)
    with _administrator(run, _name(owner)) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in _tables(connection):
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table)))
        for table, data in copy.items():
            with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as rows:
                rows.write(data)
        identities = connection.execute(_IDENTITIES).fetchall()
        for table, column in identities:
            text = "SELECT setval(pg_get_serial_sequence({}, {}), (SELECT coalesce(max({}), 0) + 1 FROM {}), false)"
            parts = (sql.Literal(table), sql.Literal(column), sql.Identifier(column), sql.Identifier(table))
            connection.execute(sql.SQL(text).format(*parts))


def _tables(connection: Connection) -> list[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    return [str(name) for (name,) in rows]


def _read(connection: Connection, table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
        return b"".join(bytes(part) for part in rows)


def emptied(run: Run, owner: str) -> None:
    """Drop the database; founding makes an empty one."""
    name = _name(owner)
    with _administrator(run) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    run.hub.make_stores()


def stopped(run: Run, owners: Sequence[str]) -> None:
    """Stop all workers and wait until their groups have forgotten them."""
    run.hub.stop_workers()
    groups = [group_prefix(o) + stage for o in owners for stage in (BO_STAGES if o == "bo" else SO_STAGES)]
    until("the groups to be empty", lambda: not any(group_members(run.hub.bootstrap, groups).values()))


def spec_of(owner: str) -> WorkerSpec:
    """Return the worker of an organisation."""
    return next(spec for spec in worker_specs((SO,)) if spec.name == owner)


def ends_with(run: Run, owner: str) -> int:
    """Start one worker by hand and return the code that it ends with by itself."""
    environment = {**os.environ, **run.hub._environment(spec_of(owner))}
    command = [sys.executable, "-m", "hub.cli", "worker", *spec_of(owner).arguments]
    done = subprocess.run(command, env=environment, timeout=60, capture_output=True, check=False)
    return done.returncode


def replayed(run: Run, owner: str, patience_s: float = 120.0) -> float:
    """Wait until the replay is over and nothing waits, in topics or to be sent; return how long that took, seconds."""
    began = time.monotonic()
    with run.worker(owner.removeprefix("so-")) as eyes:
        while is_replaying(eyes) or _lags(run, owner):
            assert time.monotonic() < began + patience_s, _unmet(eyes)
            time.sleep(0.1)
    return time.monotonic() - began


def _lags(run: Run, owner: str) -> bool:
    source = bo_source((SO,), run.hub.bo_url) if owner == "bo" else so_source(SO, run.hub.so_url(SO))
    try:
        (lag,) = lag_of(run.hub.bootstrap, [source], window=_WINDOW)
    except Unavailable:  # a broker that has much to do answers later: the patience of who asks has its own end
        return True
    return any(stage.lag_messages for stage in lag.stages) or any(waiting.count for waiting in lag.waiting)


def _unmet(eyes: Connection) -> list[tuple[object, ...]]:
    rows = eyes.execute(
        "SELECT kind, count(*), min(concat_ws(' ', topic, part, record_offset, message_id)) "
        "FROM recovered WHERE met_at IS NULL GROUP BY kind"
    )
    parked = eyes.execute("SELECT stage, code, convert_from(facts, 'UTF8') FROM parked")
    return [*rows.fetchall(), *parked.fetchall()]


def audited(run: Run) -> Report:
    """Audit everything at rest."""
    hub = run.hub
    key = load_keyring(hub.secrets / "bo", COSIGNER).slip_key
    journals = [hub.data / "journal.jsonl"]
    return audit_hub((SO,), {SO: hub.so_url(SO)}, hub.bo_url, hub.bootstrap, journals, slip_key=key)


def wiped(run: Run) -> None:
    """Take everything away from the broker: it comes back as a new cluster without a topic."""
    kafka = run.hub.servers.kafka
    assert kafka is not None
    kafka.stop()
    for entry in kafka.folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.suffix not in (".log", ".pid"):
            entry.unlink()
    kafka.start()
    kafka.wait_until_ready()
    run.hub.make_stores()
