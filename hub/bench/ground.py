"""The ground of a measurement: servers of its own in a temporary folder, empty stores, and the workers of one Sở."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from hub.bench.helper import wait_for
from hub.bench.queries import queries
from hub.bench.wanted import SO
from hub.errors import Unavailable
from hub.kafka import end_offsets
from hub.kafka.admin import group_members
from hub.kafka.deployment import group_prefix
from hub.kafka.producer import Sender, Sending
from hub.local.hub import LocalHub
from hub.local.organisations import ADMINISTRATOR, Organisations
from hub.local.postgres import Postgres
from hub.local.servers import Servers
from hub.local.workers import WorkerSpec
from hub.store import open_connection
from hub.store.queries import queries_of
from hub.topics import BO_STAGES, SO_STAGES, register

__all__ = ["LAYOUTS", "SO_DATABASE", "Ground", "a_ground", "layout_of"]

SO_DATABASE = f"so_{SO.replace('-', '_')}"
LAYOUTS = ("together", "apart")
_HEAP_MIB = 768
_SEND_AT_ONCE = 500
_TIMEOUT_S = 15
_POLL_S = 0.25
_CLAIMED_WITHIN_S = 3.5
_PATIENCE_S = 3_600.0  # a register of a province has some hundred thousand entries
OTHERS = "so-others"  # the process with the stages beside validate, where these have their own
_COMMON = queries_of("common")


def layout_of(workers: int, layout: str) -> tuple[WorkerSpec, ...]:
    """Return the processes: `workers` for Sở and one for Bộ.

    together: every Sở worker has all stages. apart: they validate alone, and one more has the other stages.
    """
    stages = ("--stages", "validate") if layout == "apart" else ()
    made = [WorkerSpec(f"so-{n}", ("so", SO, *stages, "--slot", str(n))) for n in range(workers)]
    if layout == "apart":
        others = ",".join(stage for stage in SO_STAGES if stage != "validate")
        made.append(WorkerSpec(OTHERS, ("so", SO, "--stages", others)))
    return (*made, WorkerSpec("bo", ("bo", "--stages", ",".join(BO_STAGES))))


class Ground:
    """Servers with migrated, empty databases and all topics."""

    def __init__(self, folder: Path, hub: LocalHub) -> None:
        self.folder, self.hub = folder, hub
        self.so_url, self.bo_url = hub.so_url(SO), hub.bo_url

    @property
    def bootstrap(self) -> str:
        """Address of the broker."""
        return self.hub.bootstrap

    @property
    def postgres(self) -> Postgres:
        """The database server."""
        assert self.hub.servers.postgres is not None
        return self.hub.servers.postgres

    @property
    def kafka_pid(self) -> int:
        """Process of the broker."""
        assert self.hub.servers.kafka is not None
        return self.hub.servers.kafka.pid

    @property
    def kafka_log(self) -> Path:
        """Folder of the topics."""
        return self.hub.data / "kafka" / "log"

    def administrator(self, database: str = "postgres") -> "psycopg.Connection[tuple[Any, ...]]":
        """Open a superuser's connection."""
        url = Organisations(self.postgres.port, self.postgres.passwords).url(ADMINISTRATOR, database)
        return psycopg.connect(url, autocommit=True, connect_timeout=_TIMEOUT_S)

    def copy_so_database(self, name: str) -> str:
        """Copy the Sở's database as it is (nobody may be connected); return the address for the worker's role."""
        with self.administrator() as connection:
            statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
            owner = sql.Identifier(f"{SO_DATABASE}_owner")
            connection.execute(statement.format(sql.Identifier(name), owner, sql.Identifier(SO_DATABASE)))
        return Organisations(self.postgres.port, self.postgres.passwords).url(SO_DATABASE, name)

    def drop_database(self, name: str) -> None:
        """Remove a copy."""
        with self.administrator() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def send(self, entries: Sequence[Sending]) -> None:
        """Send records, of whatever topics, in their order."""
        asyncio.run(self._send(entries))

    async def _send(self, entries: Sequence[Sending]) -> None:
        sender = Sender(self.bootstrap)
        try:
            for n in range(0, len(entries), _SEND_AT_ONCE):
                await sender.send(entries[n : n + _SEND_AT_ONCE])
        finally:
            await sender.close()

    def start(self, specs: Sequence[WorkerSpec]) -> float:
        """Start workers; return when Sở and Bộ have the whole register and every partition has its owner.

        Returns the seconds until both had the register, the workers' own start included.
        """
        started = time.monotonic()
        self.hub.start_workers(specs)
        end = end_offsets(self.bootstrap, [(register(SO).name, 0)])[register(SO).name, 0]
        for url in (self.so_url, self.bo_url):
            wait_for("the register", partial(self._has_passed, url, "register", end), _PATIENCE_S, poll_s=_POLL_S)
        registered_s = time.monotonic() - started
        validating = sum(spec.name.startswith("so-") and spec.name != OTHERS for spec in specs)
        wait_for("workers to share the partitions", partial(self._is_shared, validating), _PATIENCE_S, poll_s=_POLL_S)
        before, epochs = 0, self._epochs()
        while before != epochs:  # an idle partition is claimed at the sentinel's next look, every three seconds
            time.sleep(_CLAIMED_WITHIN_S)
            before, epochs = epochs, self._epochs()
        return registered_s

    def _has_passed(self, url: str, stage: str, end: int) -> bool:
        with open_connection(url) as connection:
            passed = sum(int(row[3]) for row in connection.execute(_COMMON["positions"]) if row[0] == stage)
        return passed >= end

    def _is_shared(self, validating: int) -> bool:
        """Tell whether each stage has a member with partitions, and validate as many as it should have."""
        owners = [(f"so-{SO}", stage) for stage in SO_STAGES] + [("bo", stage) for stage in BO_STAGES]
        groups = {group_prefix(owner) + stage: stage for owner, stage in owners}
        found = group_members(self.bootstrap, groups)
        wanted = {group: validating if stage == "validate" else 1 for group, stage in groups.items()}
        return all(sum(bool(m.partitions) for m in found[group]) >= count for group, count in wanted.items())

    def _epochs(self) -> int:
        found = 0
        for url in (self.so_url, self.bo_url):
            with open_connection(url) as connection:
                row = connection.execute(queries()["epochs"]).fetchone()
                found += int(row[0]) if row is not None else 0
        return found

    def worker_pids(self) -> dict[str, int]:
        """Return the processes of the workers by name. Raises Unavailable WAITED_IN_VAIN for one that is gone."""
        try:
            return {name: workers.pid(name) for workers in self.hub.workers for name in workers.restarts}
        except KeyError as error:
            raise Unavailable("WAITED_IN_VAIN", {"what": f"worker {error}", "seconds": "0"}) from None

    def restarts(self) -> int:
        """Return how often any worker was started again."""
        return sum(n for workers in self.hub.workers for n in workers.restarts.values())


@contextmanager
def a_ground(cache: Path, secrets: Path, keep: Path | None = None) -> Iterator[Ground]:
    """Run servers in a folder of their own, or in `keep`, which stays. `cache` holds the broker's jars."""
    folder = keep or Path(tempfile.mkdtemp(prefix="hub-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # the database's own user must walk in where we are root
    hub = LocalHub(folder / "data", (SO,), cache, secrets=secrets)
    hub.servers = Servers(folder / "data", cache, fast_start=False, heap_mib=_HEAP_MIB)
    try:
        with hub:
            hub.make_stores()
            yield Ground(folder, hub)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
