"""A whole hub on this machine: servers, databases, keys and workers of every organisation, as one context manager."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from hub.errors import Refused
from hub.local.founding import found_stores
from hub.local.servers import CACHE, Addresses, Servers
from hub.local.timestamp_authority import TimestampAuthority
from hub.local.timestamp_keys import TIMESTAMP_FOLDER
from hub.local.workers import Workers, WorkerSpec

__all__ = ["LocalHub", "portal_spec", "worker_specs"]

PORTAL = ("portal",)

_PORT_MAX = 65_535


def worker_specs(slugs: Sequence[str]) -> list[WorkerSpec]:
    """Return one worker for each organisation, with all of its stages."""
    return [*(WorkerSpec(f"so-{so}", ("so", so)) for so in slugs), WorkerSpec("bo", ("bo",))]


def portal_spec(url: str) -> WorkerSpec:
    """Return the portal for readers on this machine, with the log-in that proves nothing."""
    return WorkerSpec("portal", (), {"HUB_PORTAL_URL": url, "HUB_IDENTITY_DEVELOPMENT": "true"}, command=PORTAL)


class LocalHub:
    """Enter it from the main thread. `workers` may be started later, once keys are there."""

    def __init__(
        self, data: Path, slugs: Sequence[str], cache: Path = CACHE, addresses: Addresses | None = None,
        *, join: bool = False, secrets: Path | None = None, metrics_port: int = 0, timestamp_url: str | None = None,
    ) -> None:  # fmt: skip
        self.timestamp_authority: TimestampAuthority | None = None
        self._timestamp_url = timestamp_url
        self.data, self.slugs, self._secrets = data, tuple(slugs), secrets
        self.servers = Servers(data, cache, addresses, join=join)
        self.workers: list[Workers] = []
        self._stack = ExitStack()
        self._metrics_port, self._numbers = metrics_port, dict[str, int]()

    def __enter__(self) -> Self:
        self._stack.enter_context(self.servers)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_workers()
        if self.timestamp_authority is not None:
            self.timestamp_authority.stop()
        self._stack.close()

    @property
    def secrets(self) -> Path:
        """The folder of keys."""
        return self._secrets or self.data / "secrets"

    @property
    def look_anchor(self) -> Path:
        """The file that holds where the portal's logs end."""
        return self.data / "look-anchor.json"

    @property
    def bootstrap(self) -> str:
        """Address of the broker."""
        return self.servers.bootstrap

    def so_url(self, so: str) -> str:
        """Address of a Sở's database for its worker role."""
        return self.servers.so_urls(so).worker_url

    @property
    def bo_url(self) -> str:
        """Address of Bộ's database for its worker role."""
        return self.servers.bo_urls().worker_url

    @property
    def portal_database_url(self) -> str | None:
        """Address of Bộ's database for the portal's role; None where none was given."""
        return self.servers.bo_urls().portal_url

    def make_stores(self) -> None:
        """Create topics and bring databases up to date."""
        found_stores(self.servers, self.slugs)

    def start_workers(self, specs: Sequence[WorkerSpec] | None = None, logs: Path | None = None) -> None:
        """Start workers; each sees the address of its own database and of no other. `logs`: another folder.

        Where no time-stamp authority is named and keys of the development one are there, that one is started first.
        """
        self._start_timestamp_authority()
        for spec in worker_specs(self.slugs) if specs is None else specs:
            workers = Workers([spec], self._environment(spec), logs or self.data / "logs")
            self.workers.append(workers.__enter__())

    def stop_workers(self) -> None:
        """Stop all workers; the servers stay."""
        stopping = [threading.Thread(target=workers.stop, name="stop-workers") for workers in self.workers]
        for thread in stopping:
            thread.start()
        for thread in stopping:
            thread.join()
        self.workers.clear()

    def metrics_port(self, name: str) -> int:
        """Return the port of a worker's /metrics: counted on from the first, the same at each start; 0 is any free one.

        Raises Refused SETTING_WRONG when the count leaves the range of ports.
        """
        number = self._numbers.setdefault(name, len(self._numbers))
        port = self._metrics_port + number if self._metrics_port else 0
        if port > _PORT_MAX:
            raise Refused("SETTING_WRONG", {"setting": "HUB_METRICS_PORT"})
        return port

    def worker(self, name: str) -> Workers:
        """Return the keeper of a worker by its name, such as "so-ha-noi"."""
        return next(w for w in self.workers if name in w.restarts)

    @property
    def timestamp_url(self) -> str | None:
        """Address of the time-stamp authority: the one that was named, or the development one once it was started."""
        return self._timestamp_url or (self.timestamp_authority.url if self.timestamp_authority else None)

    @contextmanager
    def timestamping(self) -> Iterator[str | None]:
        """Yield the address of an authority that answers now, for one who seals here; None where there is none.

        The development one is started for just so long, at a port of its own: another process may be running it at
        the port that is remembered. Raises what starting it raises.
        """
        keys = self.secrets / TIMESTAMP_FOLDER
        if self.timestamp_url is not None or not keys.is_dir():
            yield self.timestamp_url
            return
        with TemporaryDirectory(prefix="hub-timestamp-") as folder:
            authority = TimestampAuthority(keys, Path(folder) / "port")
            authority.start()
            try:
                yield authority.url
            finally:
                authority.stop()

    def _start_timestamp_authority(self) -> None:
        keys = self.secrets / TIMESTAMP_FOLDER
        if self.timestamp_url is None and keys.is_dir():
            self.data.mkdir(parents=True, exist_ok=True)
            self.timestamp_authority = TimestampAuthority(keys, self.data / "timestamp-authority.port")
            self.timestamp_authority.start()

    def _environment(self, spec: WorkerSpec) -> Mapping[str, str]:
        own = {"HUB_BO_DATABASE_URL": self.bo_url, "HUB_LOOK_ANCHOR": str(self.look_anchor.absolute())}
        if spec.command == PORTAL:
            own = {"HUB_BO_PORTAL_DATABASE_URL": self.portal_database_url or ""}
        elif spec.arguments[0] == "so":
            own = {"HUB_SO_DATABASE_URL": self.so_url(spec.arguments[1])}
        if self.timestamp_url is not None:
            own["HUB_TIMESTAMP_URL"] = self.timestamp_url
        slugs = json.dumps(self.slugs)
        common = {
            "HUB_KAFKA_BOOTSTRAP": self.bootstrap,
            "HUB_SO_SLUGS": slugs,
            "HUB_SECRETS_DIR": str(self.secrets.absolute()),
            "HUB_METRICS_PORT": str(self.metrics_port(spec.name)),
        }
        return own | common
