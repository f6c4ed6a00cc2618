"""`hub demo`: a synthetic population walks from school to Bộ on real servers, and the balance is drawn."""

import asyncio
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.folder import empty_data_folder
from hub.cli.progress import Told
from hub.cli.province_tables import province_table
from hub.cli.tables import balance_table, history_table, schools_table
from hub.config import Settings
from hub.connectors.sdk import did_you_mean
from hub.errors import Corrupt
from hub.local.addresses import addresses_of
from hub.local.demo import Balance, draw_balance, grade_problems, play, play_provinces, province_problems
from hub.local.founding import Founded, found_keys
from hub.local.hub import LocalHub
from hub.local.population import Population
from hub.local.simulating import played_provinces

__all__ = ["demo"]

_PUPILS, _PUPILS_LEAST, _SCHOOLS, _SCHOOLS_LEAST = 2000, 400, 8, 4
_PUPILS_PLAYED, _PUPILS_PLAYED_LEAST = 200, 80  # a province
_ALL = "all"
_YEAR = re.compile(r"20[0-9]{2}-20[0-9]{2}")


def demo(
    pupils: Annotated[
        int | None, typer.Option(help="How many pupils; default 2000, with --provinces 200 a province")
    ] = None,
    schools: Annotated[
        int | None, typer.Option(help="How many schools over all provinces; default 8, or 4 each")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same population")] = 2026,
    school_year: Annotated[str, typer.Option(help="The school year that is handed in")] = "2025-2026",
    provinces: Annotated[
        str | None, typer.Option(help="Provinces with systems of their own, such as ha-noi,hai-phong; or all")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder; emptied first, kept afterwards")] = None,
    json: Annotated[bool, typer.Option("--json", help="The last line is the balance as one JSON object")] = False,
) -> None:
    """Start servers and workers, hand in a synthetic population with faults, lock it, and draw the balance.

    With --provinces it comes out of provincial systems instead, each played on this machine and connected as it is.
    """
    settings, console = Settings(), Console(stderr=json)
    sos = settings.so_slugs if provinces is None else _played(provinces)
    folder = data or settings.data_dir
    started = time.monotonic()
    at = datetime.now(UTC).replace(microsecond=0)
    if not _YEAR.fullmatch(school_year) or int(school_year[5:]) != int(school_year[:4]) + 1:
        raise typer.BadParameter("--school-year is such as 2025-2026")
    try:
        population = _population(seed, pupils, schools, at, school_year, sos, played=provinces is not None)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    empty_data_folder(folder)
    hub = LocalHub(
        folder, population.organisations, settings.cache_dir, addresses_of(settings),
        metrics_port=settings.metrics_port, timestamp_url=settings.timestamp_url,
    )  # fmt: skip
    with Told(console) as tell, hub:
        tell("servers up", 1)
        hub.make_stores()
        founded = found_keys(population, hub.secrets)
        hub.start_workers()
        balance = _balance(hub, population, founded, tell, played=provinces is not None)
        balance.seconds = round(time.monotonic() - started, 1)
        tell.close()
        console.print(schools_table(hub))
        console.print(history_table(hub, population))
    for problem in balance.problems:
        console.print(f"[red]✗[/red] {problem}")
    if json:
        print(balance.as_json())
    else:
        for so, told in balance.provinces.items():
            console.print(province_table(so, told))
        console.print(balance_table(balance))
    if balance.problems:
        raise Corrupt("BALANCE_DIFFERS", {"problems": str(len(balance.problems))})


def _played(text: str) -> tuple[str, ...]:
    """Return the slugs that --provinces names, or all. BadParameter for one whose system cannot be played."""
    known = played_provinces()
    named = known if text.strip() == _ALL else tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    for so in named:
        if so not in known:
            nearest = did_you_mean(so, known)
            meant = f", did you mean {nearest}?" if nearest else ""
            raise typer.BadParameter(f"--provinces: no system of {so!r}{meant}; there are {', '.join(known)}")
    return named


def _population(
    seed: int, pupils: int | None, schools: int | None, at: datetime, school_year: str, sos: Sequence[str],
    *, played: bool,
) -> Population:  # fmt: skip
    """Make the population; ValueError for one that is too small to show everything."""
    many = len(sos) if played else 1
    least, usual = (_PUPILS_PLAYED_LEAST * many, _PUPILS_PLAYED * many) if played else (_PUPILS_LEAST, _PUPILS)
    schools_least = _SCHOOLS_LEAST * many
    count, school_count = pupils or usual, schools or (schools_least if played else _SCHOOLS)
    if count < least or school_count < schools_least:
        raise ValueError(f"at least {least} pupils in {schools_least} schools are needed")
    return Population(seed, pupil_count=count, at=at, school_year=school_year, school_count=school_count, sos=sos)


def _balance(hub: LocalHub, population: Population, founded: Founded, tell: Told, *, played: bool) -> Balance:
    """Play the story and draw its balance."""
    if not played:
        return draw_balance(hub, asyncio.run(play(hub, population, founded, tell)))
    story = asyncio.run(play_provinces(hub, population, founded, tell))
    balance = draw_balance(hub, story, story.journals)
    balance.provinces, balance.closed = story.provinces, story.closed
    balance.problems += province_problems(story.provinces, balance.locked, story.papers)
    balance.problems += grade_problems(story, balance.evidence["so"])
    return balance
