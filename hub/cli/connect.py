"""Reaching the hub: through `hub up` where it runs, else by starting the embedded servers for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.client import Source, bo_source, so_source
from hub.config import Settings
from hub.errors import Refused, Unavailable
from hub.local.addresses import addresses_of
from hub.local.hub import LocalHub

__all__ = ["NOBODY_WORKS", "chosen_so", "connected", "has_hub", "known_slugs", "sources_of"]

NOBODY_WORKS = "hub up không chạy; máy chủ chỉ bật để xem / hub up is not running; nobody works"


@contextmanager
def connected(data: Path | None, *, workers: bool = False) -> Iterator[LocalHub]:
    """Yield the hub of a data folder, or of the servers that the settings name.

    With `workers`, they run too when the servers were started here, so that a command that waits is answered.
    Raises Unavailable DATA_FOLDER_NOT_FOUNDED and what starting servers raises.
    """
    settings = Settings()
    folder, addresses = data or settings.data_dir, addresses_of(settings)
    if (addresses.wants_kafka or addresses.wants_postgres) and not has_hub(folder):
        raise Unavailable("DATA_FOLDER_NOT_FOUNDED", {"folder": str(folder)})
    slugs, port = known_slugs(folder, settings), settings.metrics_port
    with LocalHub(
        folder, slugs, settings.cache_dir, addresses, join=True, metrics_port=port, timestamp_url=settings.timestamp_url
    ) as hub:
        if workers and hub.servers.kafka is not None:
            hub.start_workers()
        yield hub


def has_hub(folder: Path) -> bool:
    """Tell whether the folder was founded."""
    return (folder / "secrets" / "bo").is_dir()


def known_slugs(folder: Path, settings: Settings) -> tuple[str, ...]:
    """Return the Sở of a data folder as its keys name them, or those of the settings."""
    found = sorted(path.name.removeprefix("so-") for path in (folder / "secrets").glob("so-*"))
    return tuple(found) or settings.so_slugs


def sources_of(hub: LocalHub) -> list[Source]:
    """Return every organisation of this hub, with its database and what its stages read."""
    return [so_source(so, hub.so_url(so)) for so in hub.slugs] + [bo_source(hub.slugs, hub.bo_url)]


def chosen_so(hub: LocalHub, so: str) -> str:
    """Return `so` when this hub serves it. Raises Refused SO_NOT_SERVED."""
    if so not in hub.slugs:
        raise Refused("SO_NOT_SERVED", {"so": so[:40], "known": ", ".join(hub.slugs)})
    return so
