"""The embedded broker and database together: started side by side, stopped cleanly, never two hubs on one folder.

Where an address of a server of your own is given, that server is used and the embedded one is not started.
"""

import fcntl
import json
import os
import signal
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from hub.errors import Unavailable
from hub.local.jars import fetch
from hub.local.kafka import Kafka
from hub.local.organisations import Organisations, Passwords, Urls
from hub.local.postgres import Postgres

__all__ = ["CACHE", "Addresses", "Servers"]

CACHE = Path(".hub/cache")
_JOIN_TIMEOUT_S = 60.0
_READY_TIMEOUT_S = 60.0
_SIGTERM_EXIT = 128 + signal.SIGTERM


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of servers of your own, each None where the embedded one is wanted.

    `{so}` in a Sở address stands for the slug; without it only one Sở can run. The settings are HUB_KAFKA_BOOTSTRAP,
    HUB_SO_DATABASE_URL, HUB_BO_DATABASE_URL, HUB_SO_OWNER_URL, HUB_BO_OWNER_URL and
    HUB_BO_PORTAL_DATABASE_URL.
    """

    kafka_bootstrap: str | None = None
    so_database_url: str | None = None
    bo_database_url: str | None = None
    so_owner_url: str | None = None
    bo_owner_url: str | None = None
    bo_portal_url: str | None = None

    @property
    def wants_kafka(self) -> bool:
        """Tell whether the embedded broker is needed."""
        return self.kafka_bootstrap is None

    @property
    def wants_postgres(self) -> bool:
        """Tell whether the embedded database is needed."""
        return self.so_database_url is None or self.bo_database_url is None


class Servers:
    """Context manager: inside it the servers answer; after it they are gone, also on Ctrl-C and SIGTERM.

    `data` holds everything they keep; `cache` the jars, shared by all data folders. With `join`, a folder that a
    running hub holds is used through that hub's servers, which are left running. Enter from the main thread, so that
    SIGTERM is heard. Raises Unavailable: DATA_FOLDER_IN_USE, JARS_*, SERVER_*.
    """

    def __init__(
        self,
        data: Path,
        cache: Path = CACHE,
        addresses: Addresses | None = None,
        *,
        join: bool = False,
        fast_start: bool = True,
        heap_mib: int = 512,
    ) -> None:
        self._data, self._cache = data.absolute(), cache.absolute()
        self._addresses = addresses or Addresses()
        self._join, self._fast_start, self._heap_mib = join, fast_start, heap_mib
        self._lock_fd: int | None = None
        self._bootstrap = self._addresses.kafka_bootstrap
        self._organisations: Organisations | None = None
        self._only_so: str | None = None
        self._sigterm_before: object = None
        self.kafka: Kafka | None = None
        self.postgres: Postgres | None = None

    @property
    def bootstrap(self) -> str:
        """Address of the broker, "host:port". Raises Unavailable SERVER_DIED before it was started."""
        if self._bootstrap is None:
            raise Unavailable("SERVER_DIED", {"server": "kafka", "exit": "None", "log": str(self._data)})
        return self._bootstrap

    @property
    def notices(self) -> tuple[str, ...]:
        """What an operator should know about where the servers run; mostly nothing."""
        return tuple(self.postgres.notices) if self.postgres else ()

    def so_urls(self, so: str) -> Urls:
        """Return the addresses of the Sở with slug `so`; makes the embedded database when it is not there yet.

        Raises Unavailable DATABASE_URL_ONE_SO for a second Sở on an address without `{so}`.
        """
        url, owner_url = self._addresses.so_database_url, self._addresses.so_owner_url
        if url is None:
            return self._embedded(f"so-{so}")
        if "{so}" not in url:
            self._only_so = self._only_so or so
            if self._only_so != so:
                facts = {"first": self._only_so, "so": so, "setting": "HUB_SO_DATABASE_URL"}
                raise Unavailable("DATABASE_URL_ONE_SO", facts)
        return Urls(url.replace("{so}", so), owner_url and owner_url.replace("{so}", so))

    def bo_urls(self) -> Urls:
        """Return the addresses of Bộ; makes the embedded database when it is not there yet."""
        if self._addresses.bo_database_url is None:
            return self._embedded("bo")
        found = self._addresses
        return Urls(found.bo_database_url or "", found.bo_owner_url, found.bo_portal_url)

    def __enter__(self) -> Self:
        if not (self._addresses.wants_kafka or self._addresses.wants_postgres):
            return self
        self._data.mkdir(parents=True, exist_ok=True)
        if not self._lock():
            self._join_running()
            return self
        self._hear_sigterm()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop what this object started, and give the data folder free. Repeating does nothing."""
        if self._lock_fd is None:
            return
        self._file.unlink(missing_ok=True)
        stopping = [
            threading.Thread(target=server.stop, name=f"stop-{server.name}")
            for server in (self.kafka, self.postgres)
            if server is not None
        ]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        os.close(self._lock_fd)
        self._lock_fd = None
        if self._sigterm_before is not None:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._sigterm_before = None

    @property
    def _file(self) -> Path:
        return self._data / "servers.json"

    def _start(self) -> None:
        """PostgreSQL starts in a thread while this one, which hears Ctrl-C, fetches jars and starts Kafka."""
        with ThreadPoolExecutor(1, thread_name_prefix="start-postgres") as pool:
            database: Future[None] | None = None
            if self._addresses.wants_postgres:
                self.postgres = Postgres(self._data / "postgres")
                database = pool.submit(_bring_up, self.postgres)
            try:
                if self._addresses.wants_kafka:
                    self._start_kafka()
                if database is not None:
                    database.result()
            except BaseException:
                if self.postgres is not None:
                    self.postgres.stop()  # else leaving the pool would wait until it answers
                raise
        if self.postgres is not None:
            self._organisations = Organisations(self.postgres.port, self.postgres.passwords)
        self._publish()

    def _start_kafka(self) -> None:
        jars = fetch(self._cache)
        self.kafka = Kafka(self._data / "kafka", jars, heap_mib=self._heap_mib, fast_start=self._fast_start)
        _bring_up(self.kafka)
        self._bootstrap = self.kafka.bootstrap

    def _embedded(self, owner: str) -> Urls:
        if self._organisations is None:
            raise Unavailable("SERVER_DIED", {"server": "postgres", "exit": "None", "log": str(self._data)})
        return self._organisations.ensure(owner)

    def _lock(self) -> bool:
        """Take the data folder for this process; the lock ends with the process, however it ends."""
        fd = os.open(self._data / "hub.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        os.truncate(fd, 0)
        os.write(fd, f"{os.getpid()}\n".encode())
        self._lock_fd = fd
        self._file.unlink(missing_ok=True)
        return True

    def _publish(self) -> None:
        """Write down where the servers answer, for commands that join."""
        found = {"bootstrap": self._bootstrap, "postgres_port": self.postgres.port if self.postgres else None}
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(found) + "\n", encoding="ascii")
        fresh.replace(self._file)

    def _join_running(self) -> None:
        if not self._join:
            raise self._in_use()
        deadline = time.monotonic() + _JOIN_TIMEOUT_S
        while not self._file.exists():  # the other hub is still starting
            if time.monotonic() > deadline:
                raise self._in_use()
            time.sleep(0.1)
        found = json.loads(self._file.read_text(encoding="ascii"))
        self._bootstrap = found["bootstrap"]
        if found["postgres_port"] is not None:
            self._organisations = Organisations(
                found["postgres_port"], Passwords(self._data / "postgres" / "passwords.json")
            )

    def _in_use(self) -> Unavailable:
        holder = (self._data / "hub.lock").read_text(encoding="ascii").strip()
        return Unavailable("DATA_FOLDER_IN_USE", {"folder": str(self._data), "pid": holder})

    def _hear_sigterm(self) -> None:
        """Turn SIGTERM into an orderly exit, unless the program has an answer of its own."""
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            self._sigterm_before = signal.signal(signal.SIGTERM, _exit)


def _bring_up(server: Kafka | Postgres) -> None:
    server.start()
    server.wait_until_ready(_READY_TIMEOUT_S)


def _exit(number: int, frame: FrameType | None) -> None:
    raise SystemExit(_SIGTERM_EXIT)
