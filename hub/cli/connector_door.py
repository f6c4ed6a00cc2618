"""Which door a connector leads to: a stand-in for a Sở, servers that the settings name, or the hub of a data folder."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hub.cli.connect import connected, has_hub
from hub.config import Settings
from hub.connect import Door, FolderDoor, Instance, KafkaDoor
from hub.errors import Refused, Unavailable
from hub.local.hub import LocalHub

__all__ = ["open_door", "so_urls_of"]

_JOURNAL = "journal.jsonl"


@contextmanager
def open_door(instance: Instance, data: Path | None) -> Iterator[Door]:
    """Yield the door of an instance. Raises Refused SO_NOT_SERVED, and what starting servers raises.

    A connector in the network of its province is given the broker's and the Sở's addresses alone, and needs no hub
    beside it. Where a hub was founded in the data folder, it is used as other commands use it.
    """
    settings = Settings()
    if instance.door is not None:
        yield FolderDoor(instance.door)
        return
    named = settings.so_database_url is not None or not has_hub(data or settings.data_dir)
    if settings.kafka_bootstrap is not None and named:
        yield _kafka_door(instance, settings.kafka_bootstrap, so_urls_of(settings, instance.so))
        return
    with connected(data, workers=True) as hub:
        yield _kafka_door(instance, hub.bootstrap, {so: _url(hub, so) for so in hub.slugs})


def so_urls_of(settings: Settings, own: str) -> dict[str, str | None]:
    """Return each Sở of the settings with its database's address, None where they name none.

    An address without `{so}` is that of the connector's own Sở.
    """
    secret = settings.so_database_url
    address = None if secret is None else secret.get_secret_value()
    if address is None or "{so}" in address:
        return {so: address and address.replace("{so}", so) for so in settings.so_slugs}
    return {so: address if so == own else None for so in settings.so_slugs}


def _kafka_door(instance: Instance, bootstrap: str, urls: Mapping[str, str | None]) -> KafkaDoor:
    if instance.so not in urls:
        raise Refused("SO_NOT_SERVED", {"so": instance.so[:40], "known": ", ".join(urls)})
    return KafkaDoor(bootstrap, urls, instance.folder / _JOURNAL, time.monotonic)


def _url(hub: LocalHub, so: str) -> str | None:
    try:
        return hub.so_url(so)
    except Unavailable:
        return None
