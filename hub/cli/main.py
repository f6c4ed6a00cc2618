"""Puts the groups together and turns our errors into words and exit codes.

Exit codes: 0 done · 1 refused or findings that refuse · 2 unreadable input or wrong use · 3 a server is not there ·
4 an invariant is broken.
"""

import sys

import typer

from hub.catalogue import CATALOGUE
from hub.cli import demo, worker
from hub.errors import Corrupt, HubError, Refused, Unavailable

__all__ = ["app", "main"]

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Học bạ số hub: school -> Sở -> Bộ.")


@app.callback()
def _hub() -> None:
    """Học bạ số hub: signed transcripts travel school -> Sở -> Bộ."""


app.command("demo")(demo.demo)
app.command("worker")(worker.worker)

_EXIT = {Refused: 1, Unavailable: 3, Corrupt: 4}


def main() -> None:
    """Run the command line."""
    try:
        app()
    except HubError as error:
        _explain(error)
        sys.exit(next(code for kind, code in _EXIT.items() if isinstance(error, kind)))


def _explain(error: HubError) -> None:
    entry = CATALOGUE.get(error.code)
    facts = " ".join(f"{k}={v}" for k, v in error.facts.items())
    print(f"{error.code}: {entry.en if entry else ''} {facts}".strip(), file=sys.stderr)
    if entry:
        print(f"  {entry.vi}\n  → {entry.next_vi} / {entry.next_en}", file=sys.stderr)
