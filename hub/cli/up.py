"""`hub up`: servers and workers of every organisation in the foreground, until Ctrl-C."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console

from hub.cli.connect import known_slugs
from hub.cli.founding import found, needs_founding
from hub.cli.options import Data, Json
from hub.cli.progress import Told
from hub.cli.showing import print_line
from hub.config import Settings
from hub.domain.organisations import department
from hub.errors import Refused
from hub.local.addresses import addresses_of
from hub.local.hub import LocalHub, portal_spec
from hub.local.servers import Addresses

__all__ = ["up"]

_POLL_S = 0.5


def up(data: Data = None, json: Json = False) -> None:
    """Start servers and workers and keep them running; Ctrl-C stops them cleanly.

    An empty data folder is founded first: topics, databases, and development keys and registers of a small synthetic
    population (8 schools, fixed seed). With servers of your own in the settings, nothing is founded but topics and
    databases: keys come from the secrets folder.
    """
    settings, console = Settings(), Console(stderr=json)
    folder, addresses = data or settings.data_dir, addresses_of(settings)
    embedded = addresses.wants_kafka and addresses.wants_postgres
    empty = embedded and needs_founding(folder)
    slugs = known_slugs(folder, settings)
    for so in slugs:
        department(so)
    hub = LocalHub(
        folder, slugs, settings.cache_dir, addresses, secrets=settings.secrets_dir,
        metrics_port=settings.metrics_port, timestamp_url=settings.timestamp_url,
    )  # fmt: skip
    if set(slugs) != set(settings.so_slugs) and "so_slugs" in settings.model_fields_set:
        console.print(f"HUB_SO_SLUGS: {folder} có sẵn / was founded with {', '.join(slugs)}", style="yellow")
    if not embedded and not (hub.secrets / "bo").is_dir():
        raise Refused("KEYS_MISSING", {"folder": str(hub.secrets), "owner": "bo"})
    try:
        with Told(console) as tell, hub:
            tell("servers up", 1)
            hub.make_stores()
            if empty:
                population = found(hub, datetime.now(UTC).replace(microsecond=0), tell)
                console.print(
                    f"dữ liệu tổng hợp / synthetic: {len(population.schools())} schools, seed {population.seed}"
                )
            else:
                hub.start_workers()
            _start_portal(hub, settings)
            tell.close()
            _tell_addresses(hub, settings, addresses, console, json)
            _watch(hub, console, json)
    except KeyboardInterrupt:
        console.print("đã dừng / stopped")


def _start_portal(hub: LocalHub, settings: Settings) -> None:
    """Start the portal where it has a database address; the development log-in runs beside it on this machine alone."""
    if hub.portal_database_url is None:
        return
    spec = portal_spec(_portal_url(settings))
    if not _is_here(settings):
        spec = replace(spec, environment={"HUB_PORTAL_URL": settings.portal_url})
    hub.start_workers([spec])


def _portal_url(settings: Settings) -> str:
    """Return the address that readers are told: that of the settings, or else where the portal listens."""
    if "portal_url" in settings.model_fields_set:
        return settings.portal_url
    return f"http://{settings.portal_host}:{settings.portal_port}"


def _is_here(settings: Settings) -> bool:
    """Tell whether the portal is for this machine alone, and no other log-in was named."""
    hosts = {urlsplit(settings.portal_url).hostname, settings.portal_host}
    return hosts <= {"127.0.0.1", "localhost"} and settings.identity_issuer is None


def _tell_addresses(hub: LocalHub, settings: Settings, addresses: Addresses, console: Console, as_json: bool) -> None:
    """Print where everything answers; passwords stay in their file."""
    databases = {so: _address(hub.so_url(so)) for so in hub.slugs} | {"bo": _address(hub.bo_url)}
    shown = {
        "kafka": hub.bootstrap,
        "databases": databases,
        "keys": str(hub.secrets),
        "logs": str(hub.data / "logs"),
        "workers": sorted(_restarts(hub)),
    }
    if hub.timestamp_url is not None:
        shown["timestamps"] = hub.timestamp_url + (" (development only)" if hub.timestamp_authority else "")
    if settings.registry_port is not None:
        shown["registry"] = f"http://127.0.0.1:{settings.registry_port}"  # Bộ's worker serves it, once it is up
    if hub.portal_database_url is not None:
        shown["portal"] = _portal_url(settings)
    metrics = {name: port for name in sorted(_restarts(hub)) if (port := hub.metrics_port(name))}
    if metrics:
        shown["metrics"] = {name: f"http://127.0.0.1:{port}/metrics" for name, port in metrics.items()}
    if as_json:
        print_line({"event": "up", **shown})
        return
    for name, value in shown.items():
        console.print(f"{name:10} {value}", highlight=False, soft_wrap=True)
    if addresses.wants_postgres:
        console.print(f"passwords  {hub.data / 'postgres' / 'passwords.json'}", highlight=False)
    console.print("Ctrl-C dừng / stops")


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 5432}{parts.path}"


def _watch(hub: LocalHub, console: Console, as_json: bool) -> None:
    """Look after the workers until interrupted; each restart is told."""
    known = _restarts(hub)
    while True:
        time.sleep(_POLL_S)
        now = _restarts(hub)
        for name, count in now.items():
            if count > known.get(name, 0):
                _tell_restart(hub, console, as_json, name, count)
        known = now


def _tell_restart(hub: LocalHub, console: Console, as_json: bool, name: str, count: int) -> None:
    code = hub.worker(name).left_with[name]
    if as_json:
        print_line({"event": "restarted", "worker": name, "count": count, "left_with": code})
    else:
        log: Path = hub.data / "logs" / f"{name}.log"
        console.print(f"khởi động lại / restarted {name} ({count}), left with {code}; log: {log}", highlight=False)


def _restarts(hub: LocalHub) -> dict[str, int]:
    return {name: count for workers in hub.workers for name, count in workers.restarts.items()}
