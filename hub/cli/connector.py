"""`hub connector`: the systems of provinces: list, run, look at, signal, check, play."""

import typer

from hub.cli.connector_check import check
from hub.cli.connector_run import list_, run
from hub.cli.connector_simulate import simulate
from hub.cli.connector_status import signal, status
from hub.cli.exits import EXIT_CODES

__all__ = ["app"]

app = typer.Typer(
    no_args_is_help=True, epilog=EXIT_CODES, rich_markup_mode=None,
    help="Connectors: publish what a province's own system holds, and write back into it what is answered.",
)  # fmt: skip
app.command("list", epilog=EXIT_CODES)(list_)
app.command("run", epilog=EXIT_CODES)(run)
app.command("status", epilog=EXIT_CODES)(status)
app.command("signal", epilog=EXIT_CODES)(signal)
app.command("simulate", epilog=EXIT_CODES)(simulate)
app.command("check", epilog=EXIT_CODES)(check)
