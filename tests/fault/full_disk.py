"""A disk that is really full, without rights: a small memory file system in a namespace of our own, kept by a holder.

`unshare` makes a user and mount namespace in which a small file system can be mounted; the holder keeps it alive, and
the database server enters it with `nsenter` at its start. What is full there is full for nobody else.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from hub.errors import Unavailable
from hub.local.postgres import Postgres
from hub.local.process import Order
from hub.local.unprivileged import unprivileged_user
from tests.fault.blows import postgres_of, unharmed
from tests.fault.fresh import administrator
from tests.fault.rig import BO, SO_WORKER, Rig, Run

__all__ = ["FullDisk", "full_disk"]

_MIB = 200  # sixteen for each segment of the log of writes, and the tables of the journey
_SEGMENTS_MAX = 60
_FULL_S = 6.0
_UNSHARE = ("unshare", "--user", "--map-current-user", "--keep-caps", "--mount")
_TIMEOUT_S = 30


class FullDisk:
    """A small file system at `place`, seen by the database server alone. With `log_too` the log of writes is there."""

    def __init__(self, postgres: Postgres, place: Path, *, log_too: bool) -> None:
        self._postgres, self._place, self._log_too = postgres, place, log_too
        self._user = unprivileged_user()
        self._wal = postgres._cluster / "pg_wal"
        script = f'mount -t tmpfs -o size={_MIB}m tmpfs "$1" && echo mounted && exec sleep 3600'
        self._holder = subprocess.Popen(
            [*_UNSHARE, "sh", "-c", script, "sh", str(place)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, **self._as_user(),
        )  # fmt: skip
        assert self._holder.stdout is not None
        with self._holder.stdout as first_line:
            answer = first_line.readline().strip()
        if answer != "mounted":
            self._holder.wait(_TIMEOUT_S)
            pytest.skip("no unprivileged namespaces here: a full disk cannot be made")

    def enter(self) -> None:
        """Restart the server inside the namespace, with a table space or its log on the small disk."""
        self._postgres.stop()
        plain = type(self._postgres)._order

        def inside() -> Order:
            order = plain(self._postgres)
            return replace(order, command=[*self._entering, *order.command])

        self._postgres._order = inside  # type: ignore[method-assign]
        if self._log_too:
            self._inside("cp", "-a", f"{self._wal}/.", f"{self._place}/wal")
            shutil.move(self._wal, self._wal.with_name("pg_wal_aside"))
            self._wal.symlink_to(self._place / "wal")
        else:
            self._inside("mkdir", "-m", "700", str(self._place / "tables"))
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
        before = {name: run.restarts(name) for name in (SO_WORKER, BO)}
        hit = run.strike("disk full", "validate", self._fill)
        stuck_at = run.eyes.done("validate")
        time.sleep(_FULL_S)
        last = run.eyes.done("validate")
        hit.what += f" (SQLSTATE {', '.join(_sqlstates(run.logs)) or 'none'}, rows {stuck_at} -> {last})"
        self._inside("rm", "-f", str(self._place / "filler"))
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
            target = Path(f"/proc/{self._holder.pid}/root{self._place}/wal")
            shutil.copytree(target, self._wal)
            for path in (self._wal, *self._wal.rglob("*")):
                if self._user is not None:
                    os.chown(path, *self._user)
        del self._postgres._order
        self._holder.kill()
        self._holder.wait(_TIMEOUT_S)
        self._start()

    @property
    def _entering(self) -> Sequence[str]:
        return ("nsenter", "--target", str(self._holder.pid), "--user", "--mount", "--preserve-credentials")

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
        """Write until there is no room left at all."""
        filler = str(self._place / "filler")
        self._inside("sh", "-c", f"cat /dev/zero > {filler}; cat /dev/zero >> {filler}; true")
        if self._log_too:
            with suppress(psycopg.Error), administrator(self._postgres) as connection:
                for _ in range(_SEGMENTS_MAX):  # segments made earlier and kept for use are used up, one by one
                    connection.execute("SELECT pg_logical_emit_message(false, 'full', 'disk', true)")
                    connection.execute("SELECT pg_switch_wal()")

    def _inside(self, *command: str) -> None:
        subprocess.run(
            [*self._entering, *command], check=True, timeout=_TIMEOUT_S, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", **self._as_user(),
        )  # fmt: skip

    def _as_user(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        return {"user": self._user[0], "group": self._user[1], "extra_groups": []}


@contextmanager
def full_disk(rig: Rig, *, log_too: bool) -> Iterator[FullDisk]:
    """Let the rig's database server live on a small disk for a while."""
    postgres = postgres_of(rig)
    place = Path(rig.folder / "small-disk")
    place.mkdir(exist_ok=True)
    place.chmod(0o777)
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        pytest.skip("no unshare here: a full disk cannot be made")
    disk = FullDisk(postgres, place, log_too=log_too)
    disk.enter()
    try:
        yield disk
    finally:
        disk.leave()


def _sqlstates(logs: Path) -> list[str]:
    """Return the states of the database under which workers waited."""
    lines = [line for path in logs.glob("*.log") for line in path.read_text(encoding="utf-8").splitlines()]
    found = {str(json.loads(line).get("sqlstate", "")) for line in lines if '"sqlstate"' in line}
    return sorted(found - {""})
