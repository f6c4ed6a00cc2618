"""`hub deadline`: before the deadline, how far every school of a Sở is with a round, and whether it will be in time."""

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.table import Table

from hub.cli.connect import chosen_so, connected
from hub.cli.deadline_sheet import write_deadline_sheet
from hub.cli.deadline_table import deadline_table
from hub.cli.deciding import open_owner
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.domain import Cohort, civil_date
from hub.errors import Refused, Unavailable
from hub.operate import DeadlineReport, completeness_of, deadline_report
from hub.store import Connection

__all__ = ["deadline"]

_BEHIND = 5
_YEAR_BEGINS_MONTH = 9
_ROOM_LINES = 9  # of a terminal: title, head, totals, what is left out


def deadline(
    so: Annotated[str, typer.Argument(help="Slug of the Sở, such as ha-noi")],
    year: Annotated[str | None, typer.Option(help="School year, such as 2025-2026; default: the present one")] = None,
    cohort: Annotated[Cohort, typer.Option(help="Round: completed, supplementary or transfer")] = Cohort.COMPLETED,
    window_h: Annotated[float, typer.Option(help="Hours from which the present rate is taken", min=0.1, max=168)] = 6,
    school: Annotated[
        str | None, typer.Option(help="Only pupils of this school: who is missing, extra, double")
    ] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write the table into this workbook", dir_okay=False)] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show it again and again until Ctrl-C")] = False,
    every_s: Annotated[float, typer.Option(help="Pause between two readings of --watch, seconds", min=1)] = 10,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show every school, most pressing first. Exits with 5 when one has missed the deadline, or will at its rate.

    --school lists pupils of one school by their identifiers (personal data) instead.
    """
    if watch and (json or xlsx is not None or school is not None):
        raise Refused("OPTION_WRONG", {"option": "--watch", "reason": "--json, --xlsx, --school"})
    chosen = year or _present_year()
    with connected(data) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        if school is not None:
            _pupils(connection, school, chosen, json)
            return

        def look() -> DeadlineReport:
            return deadline_report(connection, so, chosen, cohort.value, datetime.now(UTC), timedelta(hours=window_h))

        report = _watched(look, every_s) if watch else look()
    if xlsx is not None:
        _write(xlsx, report)
    if json:
        for row in report.schools:
            print_line(row.shown())
        print_line({"totals": report.shown_totals()})
    elif not watch:
        console = Console()
        console.print(deadline_table(report, console.width))
    if report.is_behind:
        raise typer.Exit(_BEHIND)


def _watched(look: Callable[[], DeadlineReport], every_s: float) -> DeadlineReport:
    """Show the table until Ctrl-C and return the last one; where nobody looks, once. An outage keeps it."""
    console, report = Console(), look()
    if not console.is_terminal:
        console.print(deadline_table(report, console.width))
        return report
    with Live(_fitting(report, console), console=console, auto_refresh=False) as live:
        try:
            while True:
                time.sleep(every_s)
                try:
                    report = look()
                except Unavailable as error:
                    live.console.print(f"{error.code}: {datetime.now(UTC):%H:%M:%S}")
                live.update(_fitting(report, console), refresh=True)
        except KeyboardInterrupt:
            return report


def _fitting(report: DeadlineReport, console: Console) -> Table:
    """Return the table as far as the terminal is high; its size is asked anew, since it may change."""
    return deadline_table(report, console.width, max(1, console.size.height - _ROOM_LINES))


def _pupils(connection: Connection, school: str, year: str, as_json: bool) -> None:
    found = completeness_of(connection, school, year, datetime.now(UTC))
    if found is None:
        raise Refused("ROSTER_UNKNOWN", {"school": school[:40], "school_year": year[:20]})
    lists = {name: pupils for name, pupils in asdict(found).items() if name != "reported"}
    if as_json:
        print_line({"school": school, "school_year": year, "expected": found.expected, **lists})
        return
    for name, pupils in lists.items():
        print(f"{name}: {len(pupils)}", *pupils, sep="\n  ")


def _write(path: Path, report: DeadlineReport) -> None:
    try:
        write_deadline_sheet(path, report)
    except OSError as error:
        raise Refused("OPTION_WRONG", {"option": "--xlsx", "reason": error.strerror or "OSError"}) from None


def _present_year() -> str:
    """Return the school year of today (UTC+7): a new one begins in September, after the last deadline of the old."""
    today = civil_date(datetime.now(UTC))
    first = today.year if today.month >= _YEAR_BEGINS_MONTH else today.year - 1
    return f"{first}-{first + 1}"
