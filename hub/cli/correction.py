"""`hub correction`: a locked transcript is corrected: teacher, principal, school, Sở, and the corrected version."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.correction_prepare import prepare
from hub.cli.correction_report import report
from hub.cli.correction_steps import Correction, approve, confirm, reject, request, submit, withdraw
from hub.cli.correction_tables import corrections_table, show_correction
from hub.cli.deciding import open_owner
from hub.cli.exits import EXIT_CODES
from hub.cli.options import Caller, Data, Json, School, So, check_caller
from hub.cli.showing import print_line
from hub.domain.lifecycle import Machine
from hub.errors import Refused
from hub.operate import CORRECTION_STATES, correction_of, corrections_of, shown_correction, shown_summary

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, help="Correct locked transcripts: request, confirm, submit, approve, prepare.",
    epilog=EXIT_CODES, rich_markup_mode=None,
)  # fmt: skip

for step in (request, confirm, submit, approve, reject, withdraw, prepare, report):
    app.command(step.__name__, epilog=EXIT_CODES)(step)


@app.command("list", epilog=EXIT_CODES)
def list_(
    so: Annotated[list[str] | None, typer.Option(help="Only this Sở; may be repeated")] = None,
    school: Annotated[str | None, typer.Option(help="Only this school, acting or issuing")] = None,
    year: Annotated[str | None, typer.Option(help="Only this school year, such as 2025-2026")] = None,
    state: Annotated[list[str] | None, typer.Option(help="Only with a pupil in this state; may be repeated")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """List corrections, oldest first: state, since when, pupils, round, window and time left."""
    for one in state or ():
        if one not in CORRECTION_STATES:
            raise Refused("OPTION_WRONG", {"option": "--state", "reason": ", ".join(CORRECTION_STATES)})
    at = datetime.now(UTC)
    found = []
    with connected(data) as hub:
        for slug in [chosen_so(hub, slug) for slug in so or hub.slugs]:
            with open_owner(hub, f"so-{slug}") as connection:
                seen = corrections_of(connection, school=school, school_year=year)
            found += [shown_summary(slug, one, at) for one in seen if not state or one.count_by_state().keys() & state]
    if not json:
        Console().print(corrections_table(found))
        return
    for line in found:
        print_line(line)


@app.command("show", epilog=EXIT_CODES)
def show(
    correction: Correction,
    so: So,
    school: School,
    role: Caller = None,
    persons: Annotated[bool, typer.Option("--persons", help="Show identifiers of pupils too: personal data")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show one correction: why it stands where it stands, since when, by whom, by which rule, and what comes next."""
    check_caller(role, Machine.CORRECTION)
    with connected(data) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        seen = correction_of(connection, school, correction)
    shown = shown_correction(so, seen, role, datetime.now(UTC), persons=persons)
    if json:
        print_line(shown)
    else:
        show_correction(Console(), shown)
