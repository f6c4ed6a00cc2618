"""`hub demo`: a synthetic population walks from school to Bộ on real servers, and the balance is drawn."""

import asyncio
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.folder import empty_data_folder
from hub.cli.progress import Told
from hub.cli.tables import balance_table, history_table, schools_table
from hub.config import Settings
from hub.errors import Corrupt
from hub.local.addresses import addresses_of
from hub.local.demo import draw_balance, play
from hub.local.founding import found_keys
from hub.local.hub import LocalHub
from hub.local.population import Population

__all__ = ["demo"]

_YEAR = re.compile(r"20[0-9]{2}-20[0-9]{2}")


def demo(
    pupils: Annotated[int, typer.Option(help="How many pupils", min=400)] = 2000,
    schools: Annotated[int, typer.Option(help="How many schools over all provinces", min=4)] = 8,
    seed: Annotated[int, typer.Option(help="The same seed gives the same population")] = 2026,
    school_year: Annotated[str, typer.Option(help="The school year that is handed in")] = "2025-2026",
    data: Annotated[Path | None, typer.Option(help="Folder; emptied first, kept afterwards")] = None,
    json: Annotated[bool, typer.Option("--json", help="The last line is the balance as one JSON object")] = False,
) -> None:
    """Start servers and workers, hand in a synthetic population with faults, lock it, and draw the balance."""
    settings, console = Settings(), Console(stderr=json)
    folder = data or settings.data_dir
    started = time.monotonic()
    at = datetime.now(UTC).replace(microsecond=0)
    if not _YEAR.fullmatch(school_year) or int(school_year[5:]) != int(school_year[:4]) + 1:
        raise typer.BadParameter("--school-year is such as 2025-2026")
    try:
        population = Population(
            seed, pupil_count=pupils, at=at, school_year=school_year, school_count=schools, sos=settings.so_slugs
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    empty_data_folder(folder)
    hub = LocalHub(
        folder, settings.so_slugs, settings.cache_dir, addresses_of(settings), metrics_port=settings.metrics_port,
        timestamp_url=settings.timestamp_url,
    )  # fmt: skip
    with Told(console) as tell, hub:
        tell("servers up", 1)
        hub.make_stores()
        founded = found_keys(population, hub.secrets)
        hub.start_workers()
        story = asyncio.run(play(hub, population, founded, tell))
        balance = draw_balance(hub, story)
        balance.seconds = round(time.monotonic() - started, 1)
        tell.close()
        console.print(schools_table(hub))
        console.print(history_table(hub, population))
    for problem in balance.problems:
        console.print(f"[red]✗[/red] {problem}")
    if json:
        print(balance.as_json())
    else:
        console.print(balance_table(balance))
    if balance.problems:
        raise Corrupt("BALANCE_DIFFERS", {"problems": str(len(balance.problems))})
