"""`hub recover`: after a restore, read back what was sent; after the loss of Kafka, begin again on a new cluster."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import By, Reason, open_owner, reason_of, who_of
from hub.cli.options import Data, Json
from hub.cli.progress import Told
from hub.cli.showing import print_line
from hub.config import Settings
from hub.errors import Refused, Unavailable
from hub.local.hub import LocalHub
from hub.recovery import new_log, read_back
from hub.signing import COSIGNER, load_keyring, log_origin
from hub.store.bo.anchor import LostTail, go_back

__all__ = ["recover"]


def recover(
    reason: Reason,
    by: By = None,
    so: Annotated[str | None, typer.Option(help="Slug of the Sở, such as ha-noi")] = None,
    bo: Annotated[bool, typer.Option("--bo", help="Recover Bộ")] = False,
    new_cluster: Annotated[
        bool, typer.Option("--new-cluster", help="Kafka was lost: begin again on the cluster that is there now")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Recover one organisation while its workers stand still; it writes as the owner of the database.

    After a restore of the database: reads its output topics and notes what the database lost; workers then decide it
    again and say nothing in other words. With --new-cluster: positions begin anew, everything is sent again.
    """
    if bo == (so is not None):
        raise Refused("OPTION_WRONG", {"option": "--so / --bo", "reason": "one of them"})
    why, who = reason_of(reason), who_of(by)
    console = Console(stderr=json)
    with connected(data) as hub:
        owner = "bo" if so is None else f"so-{chosen_so(hub, so)}"
        work = _begin_again if new_cluster else _read_back
        shown = {"owner": owner, **work(hub, owner, who, why, console)}
    if json:
        print_line(shown)
    else:
        for name, value in shown.items():
            for line in value if isinstance(value, list) else [value]:
                console.print(f"{name:12} {line}", highlight=False, markup=False)


def _read_back(hub: LocalHub, owner: str, who: str, why: str, console: Console) -> dict[str, object]:
    so = owner.removeprefix("so-")
    name = COSIGNER if owner == "bo" else log_origin(so)
    keyring = load_keyring(hub.secrets / owner, name)
    registers = hub.slugs if owner == "bo" else (so,)
    with Told(console) as tell:
        found = asyncio.run(
            read_back(owner, registers, _owner_url(hub, owner), hub.bootstrap, who, why, keyring.secret, tell)
        )
    shown: dict[str, object] = {"records": dict(found.records), "recovered": dict(found.recovered)}
    if owner != "bo":
        return shown
    lost = _looks_lost(hub, keyring.slip_key, who, why)
    return shown | {"shares_ended": found.shares_ended, "look_rows_lost": sum(tail.count for tail in lost)}


def _looks_lost(hub: LocalHub, key: bytes, who: str, why: str) -> list[LostTail]:
    """Note for good which rows of the portal's logs the restore lost, and go on from where they end now."""
    path, at = Settings().look_anchor or hub.look_anchor, datetime.now(UTC).isoformat(timespec="seconds")
    with open_owner(hub, "bo") as connection:
        return go_back(connection, path, key, at, who, why)


def _begin_again(hub: LocalHub, owner: str, who: str, why: str, _: Console) -> dict[str, object]:
    begun = new_log(_owner_url(hub, owner), owner, hub.bootstrap, who, why)
    return {"positions": begun.positions, "queued": begun.queued, "aside": [asdict(aside) for aside in begun.aside]}


def _owner_url(hub: LocalHub, owner: str) -> str:
    urls = hub.servers.bo_urls() if owner == "bo" else hub.servers.so_urls(owner.removeprefix("so-"))
    if urls.owner_url is None:
        raise Unavailable("DATABASE_URL_MISSING", {"setting": f"HUB_{owner[:2].upper()}_OWNER_URL"})
    return urls.owner_url
