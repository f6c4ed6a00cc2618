"""`hub deadline`: before the deadline, how far every school of a Sở is with a round, and whether it will be in time.

From there the Sở acts: extends, opens a further round, approves a correction, decides a conflict.
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from hub.cli.conflict import decide
from hub.cli.connect import chosen_so, connected
from hub.cli.correction_steps import approve, reject
from hub.cli.deadline_actions import extend, open_
from hub.cli.deadline_sheet import write_deadline_sheet
from hub.cli.deadline_view import deadline_view, reminders_table
from hub.cli.deciding import open_owner
from hub.cli.default_group import DefaultGroup
from hub.cli.exits import EXIT_CODES
from hub.cli.options import CohortOption, Data, Json
from hub.cli.showing import print_line
from hub.domain import Cohort, civil_date
from hub.errors import Refused, Unavailable
from hub.operate import Action, DeadlineReport, actions_of, completeness_of, deadline_report, reminders_told
from hub.store import Connection

__all__ = ["app", "deadline"]

_BEHIND = 5
_YEAR_BEGINS_MONTH = 9
_View = tuple[DeadlineReport, tuple[Action, ...]]

app = typer.Typer(
    cls=DefaultGroup, no_args_is_help=True, epilog=EXIT_CODES, rich_markup_mode=None,
    help="hub deadline SO: how far every school is with a round, who is missing, and whether it will be in time.",
)  # fmt: skip


def deadline(
    so: Annotated[str, typer.Argument(help="Slug of the Sở, such as ha-noi")],
    year: Annotated[str | None, typer.Option(help="School year, such as 2025-2026; default: the present one")] = None,
    cohort: CohortOption = Cohort.COMPLETED,
    window_h: Annotated[float, typer.Option(help="Hours from which the present rate is taken", min=0.1, max=168)] = 6,
    school: Annotated[
        str | None, typer.Option(help="Only pupils of this school: who is missing, extra, double")
    ] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write the table into this workbook", dir_okay=False)] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show it again and again until Ctrl-C")] = False,
    reminders: Annotated[bool, typer.Option("--reminders", help="Only what schools were reminded of")] = False,
    every_s: Annotated[float, typer.Option(help="Pause between two readings of --watch, seconds", min=1)] = 10,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show every school, most pressing first, and what the Sở may do now. Exits with 5 when one misses the deadline.

    --school lists pupils of one school by their identifiers (personal data) instead.
    """
    if watch and (json or xlsx is not None or school is not None or reminders):
        raise Refused("OPTION_WRONG", {"option": "--watch", "reason": "--json, --xlsx, --school, --reminders"})
    chosen = year or _present_year()
    with connected(data) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        if school is not None:
            _pupils(connection, school, chosen, json)
            return

        if reminders:
            _reminders(connection, chosen, cohort, json)
            return

        def look() -> _View:
            at, window = datetime.now(UTC), timedelta(hours=window_h)
            seen = deadline_report(connection, so, chosen, cohort.value, at, window)
            return seen, actions_of(connection, seen)

        report, actions = _watched(look, every_s) if watch else look()
    if xlsx is not None:
        _write(xlsx, report)
    if json:
        for row in report.schools:
            print_line(row.shown())
        print_line({"totals": report.shown_totals(), "actions": [action.shown() for action in actions]})
    elif not watch:
        console = Console()
        console.print(deadline_view(report, actions, console))
    if report.is_behind:
        raise typer.Exit(_BEHIND)


def _watched(look: Callable[[], _View], every_s: float) -> _View:
    """Show the table until Ctrl-C and return the last one; where nobody looks, once. An outage keeps it."""
    console, seen = Console(), look()
    if not console.is_terminal:
        console.print(deadline_view(*seen, console))
        return seen
    with Live(deadline_view(*seen, console, is_fitting=True), console=console, auto_refresh=False) as live:
        try:
            while True:
                time.sleep(every_s)
                try:
                    seen = look()
                except Unavailable as error:
                    live.console.print(f"{error.code}: {datetime.now(UTC):%H:%M:%S}")
                live.update(deadline_view(*seen, console, is_fitting=True), refresh=True)
        except KeyboardInterrupt:
            return seen


def _reminders(connection: Connection, year: str, cohort: Cohort, as_json: bool) -> None:
    told = reminders_told(connection, year, cohort.value)
    if not as_json:
        Console().print(reminders_table(told))
        return
    for said in told:
        print_line(said)


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


app.command("show", epilog=EXIT_CODES)(deadline)
app.command("extend", epilog=EXIT_CODES)(extend)
app.command("open", epilog=EXIT_CODES)(open_)
app.command("approve", epilog=EXIT_CODES)(approve)  # the same as under `hub correction`
app.command("reject", epilog=EXIT_CODES)(reject)
app.command("decide", epilog=EXIT_CODES)(decide)  # the same as under `hub conflict`
