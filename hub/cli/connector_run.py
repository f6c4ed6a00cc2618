"""`hub connector list`, `hub connector run NAME`: which connectors there are, and one of them at work."""

import asyncio
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.connector_door import open_door
from hub.cli.exits import explain
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.config import Settings
from hub.connect import (
    INSTANCE_FILE,
    Door,
    Instance,
    Run,
    Supervisor,
    begin,
    hold,
    look,
    open_store,
    read_instance,
)
from hub.connectors.sdk import Connector, read_manifest
from hub.connectors.sdk.finding import found, load
from hub.errors import Corrupt, Refused
from hub.logs import set_up_logs
from hub.metrics import serve_metrics

__all__ = ["instances", "list_", "run"]

_EXIT_FATAL = 75  # an invariant is broken: whoever runs it starts it again, as a worker
_COLUMNS = ("name", "owner", "transport", "certainty", "direction", "answers")
_LONG = frozenset({"owner", "answers"})


def list_(json: Json = False) -> None:
    """List the connectors that come with the hub."""
    rows = []
    for folder in found().values():
        manifest = read_manifest(folder / "manifest.toml")
        rows.append({name: getattr(manifest, name) for name in _COLUMNS})
    if json:
        for row in rows:
            print_line(row)
        return
    table = Table(title="Kết nối / connectors", title_justify="left")
    for column in _COLUMNS:
        table.add_column(column, overflow="fold", no_wrap=column not in _LONG)
    for row in rows:
        table.add_row(*(", ".join(value) if isinstance(value, tuple) else str(value) for value in row.values()))
    Console().print(table)


def run(
    name: Annotated[str, typer.Argument(help="Connector: its name, its folder, or the .toml file of a generic one")],
    once: Annotated[
        bool, typer.Option("--once", help="End when only persons are waited for; a step that fails ends it too")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Run a connector until SIGTERM: read its system, make batches for persons to sign, send, write answers back.

    Its settings and state stand in connectors/NAME of the data folder. Killed at any moment, it goes on from there.
    Where neither the settings name servers nor a hub runs on the data folder, its servers and workers run with it.
    """
    set_up_logs()
    connector, instance = _instance(name, instances(data))
    try:
        with hold(instance.folder), open_door(instance, data) as door:
            asyncio.run(_run(connector, instance, door, once=once, json=json))
    except Corrupt as error:
        explain(error)
        raise typer.Exit(_EXIT_FATAL) from None


def instances(data: Path | None) -> Path:
    """Return the folder with one folder for each connector of a data folder."""
    return (data or Settings().data_dir).absolute() / "connectors"


def _instance(name: str, folder: Path) -> tuple[Connector, Instance]:
    """Return a connector with its settings.

    Raises Refused CONNECTOR_UNKNOWN, and CONNECTOR_INSTANCE_WRONG for settings that are wrong or not there.
    """
    if Path(name).suffix == ".toml" or Path(name).is_dir():
        connector = load(name)
        own = folder / connector.manifest.name
        settings = read_instance(own)
    else:
        own = folder / Path(name).name
        settings = read_instance(own)
        connector = load(settings.get("connector", name))
    if not (own / INSTANCE_FILE).exists():
        facts = {"file": str(own / INSTANCE_FILE), "reason": "không có tệp này / there is no such file"}
        raise Refused("CONNECTOR_INSTANCE_WRONG", facts)
    so = settings.get("so") or connector.manifest.so
    if so is None:
        raise Refused("CONNECTOR_INSTANCE_WRONG", {"file": f"{own.name}/connector.toml", "reason": "so = …"})
    door = settings.get("door")
    return connector, Instance(own.name, own, so, settings, None if door is None else own / door)


async def _run(connector: Connector, instance: Instance, door: Door, *, once: bool, json: bool) -> None:
    store = open_store(instance.folder, instance.name, instance.so)
    running = Run(store, connector, instance, door, lambda: datetime.now(UTC), time.monotonic)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        begin(running)
        supervisor = Supervisor(running)
        if once:
            await supervisor.once(stop)
        else:
            serve_metrics(Settings().metrics_port)
            await supervisor.until(stop)
        if json:
            print_line({"connector": instance.name, **look(store, running.now()).shown()})
    finally:
        await door.close()
        store.close()
