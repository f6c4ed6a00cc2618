"""A server on a small disk that is filled in the middle of the journey: the database, or the broker."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from psycopg import sql

from hub.errors import Unavailable
from hub.local.kafka import Kafka
from hub.local.postgres import Postgres
from hub.local.unprivileged import unprivileged_user
from tests.fault.blows import kafka_of, lives, postgres_of, unharmed
from tests.fault.fresh import administrator
from tests.fault.rig import Rig, Run
from tests.fault.small_disk import SmallDisk

__all__ = ["BrokerDisk", "FullDisk", "full_broker_disk", "full_disk"]

_MIB = 200  # sixteen for each segment of the log of writes, and the tables of the journey
_SEGMENTS_MAX = 60
_FULL_S, _BROKER_FULL_S = 6.0, 3.0
_TIMEOUT_S = 30


class FullDisk:
    """The database server with tables on a small disk; with `log_too` the log of writes is there instead."""

    def __init__(self, postgres: Postgres, disk: SmallDisk, *, log_too: bool) -> None:
        self._postgres, self._disk, self._log_too = postgres, disk, log_too
        self._place, self._wal = disk.place, postgres._cluster / "pg_wal"

    def enter(self) -> None:
        """Restart the server inside the namespace, with a table space or its log on the small disk."""
        self._postgres.stop()
        self._disk.take_in(self._postgres)
        if self._log_too:
            self._disk.inside("cp", "-a", f"{self._wal}/.", f"{self._place}/wal")
            shutil.move(self._wal, self._wal.with_name("pg_wal_aside"))
            self._wal.symlink_to(self._place / "wal")
        else:
            self._disk.inside("mkdir", "-m", "700", str(self._place / "tables"))
        self._start()
        if not self._log_too:
            with administrator(self._postgres) as connection:
                place = sql.Literal(str(self._place / "tables"))
                connection.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(place))

    def lay_out(self, run: Run) -> None:
        """Put Sở's fresh database on the small disk, before any worker knows it."""
        run.eyes.leave()
        if not self._log_too:
            with administrator(self._postgres) as connection:
                connection.execute("ALTER DATABASE so_ha_noi SET TABLESPACE small")

    def fill_and_free(self, run: Run) -> None:
        """Fill the disk in the middle of the journey, wait, free it again."""
        run.until_share("validate", run.rng.uniform(0.12, 0.4))
        before = lives(run)
        hit = run.strike("disk full", "validate", self._fill)
        stuck_at = run.eyes.done("validate")
        time.sleep(_FULL_S)
        last = run.eyes.done("validate")
        hit.what += f" (SQLSTATE {', '.join(_sqlstates(run.logs)) or 'none'}, rows {stuck_at} -> {last})"
        self._disk.free()
        hit.before = max(last, stuck_at, hit.before)
        self._start()
        run.recovered(hit, since=time.monotonic())
        unharmed(run, before)
        if not _sqlstates(run.logs):
            run.problem("no worker met the full disk")

    def leave(self) -> None:
        """Bring the server back to where it was."""
        if not self._log_too and self._postgres.is_running:
            with administrator(self._postgres) as connection:
                connection.execute("DROP DATABASE IF EXISTS so_ha_noi WITH (FORCE)")
                connection.execute("DROP TABLESPACE IF EXISTS small")
        self._postgres.stop()
        if self._log_too:
            self._wal.unlink()
            outside = self._wal.with_name("pg_wal_aside")
            shutil.rmtree(outside)
            shutil.copytree(self._disk.seen_from_outside / "wal", self._wal)
            user = unprivileged_user()
            for path in (self._wal, *self._wal.rglob("*")):
                if user is not None:
                    os.chown(path, *user)
        self._disk.let_out(self._postgres)
        self._start()

    def _start(self) -> None:
        deadline = time.monotonic() + _TIMEOUT_S
        while True:
            self._postgres.start()
            try:
                self._postgres.wait_until_ready()
            except Unavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
            else:
                return

    def _fill(self) -> None:
        """Fill the disk; segments of the log made earlier and kept for use are used up, one by one."""
        self._disk.fill()
        if self._log_too:
            with suppress(psycopg.Error), administrator(self._postgres) as connection:
                for _ in range(_SEGMENTS_MAX):
                    connection.execute("SELECT pg_logical_emit_message(false, 'full', 'disk', true)")
                    connection.execute("SELECT pg_switch_wal()")


class BrokerDisk:
    """The broker with its whole folder of data on a small disk, bound over the one that it knows.

    Outside the folder stays as it was, so that leaving means to start there again.
    """

    def __init__(self, kafka: Kafka, disk: SmallDisk) -> None:
        self._kafka, self._disk = kafka, disk

    def enter(self) -> None:
        """Restart the broker inside the namespace, on a copy of what it has."""
        self._kafka.stop()
        data, copy = str(self._kafka._data), str(self._disk.place / "log")
        self._disk.inside("cp", "-a", "--sparse=always", data, copy)
        self._disk.inside("mount", "--bind", copy, data)
        self._disk.take_in(self._kafka)
        self._kafka.start()
        self._kafka.wait_until_ready()

    def fill_and_free(self, run: Run) -> None:
        """Fill the disk in the middle of the journey until the broker gives up; free it and start the broker again."""
        run.until_share("validate", run.rng.uniform(0.12, 0.4))
        before = lives(run)
        hit = run.strike("broker's disk full", "validate", self._disk.fill)
        run.until("the broker to go down", lambda: not self._kafka.is_running)
        hit.what += f", broker down after {time.monotonic() - hit.at:.1f} s"
        time.sleep(_BROKER_FULL_S)
        hit.stage, hit.before = "ingest", run.eyes.done("ingest")  # what Sở has fetched it does without a broker
        self._disk.free()
        again = time.monotonic()
        self._kafka.start()
        self._kafka.wait_until_ready()
        run.recovered(hit, since=again)
        unharmed(run, before)
        if "No space left on device" not in self._kafka.log.read_text(encoding="utf-8", errors="replace"):
            run.problem("the broker did not meet the full disk")

    def leave(self) -> None:
        """Bring the broker back to where it was."""
        self._kafka.stop()
        self._disk.let_out(self._kafka)
        self._kafka.start()
        self._kafka.wait_until_ready()


@contextmanager
def full_disk(rig: Rig, *, log_too: bool) -> Iterator[FullDisk]:
    """Let the rig's database server live on a small disk for a while."""
    with _small_disk(rig, unprivileged_user()) as disk:
        full = FullDisk(postgres_of(rig), disk, log_too=log_too)
        full.enter()
        try:
            yield full
        finally:
            full.leave()


@contextmanager
def full_broker_disk(rig: Rig) -> Iterator[BrokerDisk]:
    """Let the rig's broker live on a small disk for a while."""
    with _small_disk(rig) as disk:
        full = BrokerDisk(kafka_of(rig), disk)
        try:
            full.enter()
            yield full
        finally:
            full.leave()


@contextmanager
def _small_disk(rig: Rig, user: tuple[int, int] | None = None) -> Iterator[SmallDisk]:
    disk = SmallDisk(rig.folder / "small-disk", _MIB, user)
    try:
        yield disk
    finally:
        disk.close()


def _sqlstates(logs: Path) -> list[str]:
    """Return the states of the database under which workers waited."""
    lines = [line for path in logs.glob("*.log") for line in path.read_text(encoding="utf-8").splitlines()]
    found = {str(json.loads(line).get("sqlstate", "")) for line in lines if '"sqlstate"' in line}
    return sorted(found - {""})
