"""`hub parked list|resume`: which schools wait for a person because an invariant of ours broke; letting one go on."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hub.cli.connect import connected
from hub.cli.deciding import By, Reason, open_owner, reason_of, who_of
from hub.cli.exits import EXIT_CODES
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.operate import parked_schools, resume_school

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, help="See which schools wait aside, and let one go on.", epilog=EXIT_CODES,
    rich_markup_mode=None,
)  # fmt: skip


@app.command("list", epilog=EXIT_CODES)
def list_(data: Data = None, json: Json = False) -> None:
    """List the schools that wait, at which stage and with which code, and how many of their records are set aside."""
    with connected(data) as hub:
        owners = [*(f"so-{so}" for so in hub.slugs), "bo"]
        found = []
        for owner in owners:
            with open_owner(hub, owner) as connection:
                found += [(owner, school) for school in parked_schools(connection)]
    if json:
        for owner, school in found:
            print_line({"owner": owner, **school.shown()})
        return
    table = Table(title="Để riêng / parked", title_justify="left")
    for column in ("entry", "stage", "key", "code", "since", "records", "state"):
        table.add_column(column, overflow="fold", justify="right" if column == "records" else "left")
    for owner, s in found:
        state = "resuming" if s.resuming else "waits"
        table.add_row(
            f"{owner}/{s.id}", s.stage, escape(s.key), s.code, f"{s.parked_at:%Y-%m-%d %H:%M:%S}", str(s.waiting), state
        )
    Console().print(table)


@app.command("resume", epilog=EXIT_CODES)
def resume(
    entry: Annotated[str, typer.Argument(help="Name of the entry as `list` shows it: owner/number")],
    reason: Reason,
    by: By = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Let a school go on once the cause is mended: what is set aside is done in its order, each record once."""
    owner, _, number = entry.rpartition("/")
    who, why = who_of(by), reason_of(reason)
    with connected(data, workers=True) as hub, open_owner(hub, owner) as connection:
        resume_school(connection, int(number) if number.isdecimal() else 0, who, why)
    if json:
        print_line({"entry": entry, "outcome": "resuming"})
    else:
        print(f"{entry} resuming")
