"""`hub lag`: how far each stage is behind, in messages and seconds, and whether it moves."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.connect import NOBODY_WORKS, connected, sources_of
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.client import OrganisationLag, lag_of
from hub.errors import Unavailable
from hub.operate import Status

__all__ = ["lag"]

_BEHIND = 5
_COLOURS = {Status.OK: "green", Status.STALL: "yellow", Status.STOP: "red", Status.REWIND: "red"}


def lag(
    window_s: Annotated[float, typer.Option(help="So long a position may stand still while records wait", min=1)] = 10,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show the true lag of every stage and what waits in outboxes. Exits with 5 unless every stage is OK."""
    console = Console(stderr=json)
    with connected(data) as hub:
        running = hub.servers.kafka is None
        try:
            found = lag_of(hub.bootstrap, sources_of(hub), running=running, window=timedelta(seconds=window_s))
        except Unavailable as error:
            if "owner" in error.facts:
                typer.echo(f"cơ sở dữ liệu của / database of {error.facts['owner']}:", err=True)
            raise
    if not running:
        console.print(NOBODY_WORKS)
    for organisation in found:
        if json:
            print_line(organisation.shown())
        else:
            _show(console, organisation)
    if any(organisation.status is not Status.OK for organisation in found):
        raise typer.Exit(_BEHIND)


def _show(console: Console, organisation: OrganisationLag) -> None:
    """Print one row a stage, and below it each partition that waits or is not OK."""
    table = Table(title=organisation.owner, title_justify="left")
    for column in ("stage", "status"):
        table.add_column(column, no_wrap=True)
    table.add_column("topic, partition", overflow="fold")
    for column in ("workers", "position", "end", "lag", "lag s"):
        table.add_column(column, justify="right", no_wrap=True)
    for stage in organisation.stages:
        lags = (str(stage.lag_messages), _seconds(stage.lag_seconds))
        table.add_row(stage.stage, _status(stage.status), "", str(len(stage.members)), "", "", *lags)
        for p in stage.partitions:
            if p.lag_messages or p.status is not Status.OK:
                numbers = (str(p.position), str(p.end), str(p.lag_messages), _seconds(p.lag_seconds))
                table.add_row("", _status(p.status), f"{p.topic}[{p.part}]".replace("[", r"\["), "", *numbers)
    for w in organisation.waiting:
        oldest = "" if w.oldest_s is None else _seconds(w.oldest_s)
        table.add_row(w.kind, "", "", "", "", "", str(w.count), oldest)
    console.print(table)


def _status(status: Status) -> str:
    return f"[{_COLOURS[status]}]{status.value}[/{_COLOURS[status]}]"


def _seconds(value: float) -> str:
    return f"{value:.1f}"
