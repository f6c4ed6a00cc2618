"""Puts the groups together and turns our errors into words and exit codes."""

import logging
import sys
from importlib import import_module
from typing import Any, NoReturn

import typer
from pydantic import ValidationError
from typer.core import TyperGroup

from hub.cli.exits import EXIT_CODES, exit_code, explain
from hub.errors import HubError, Refused

__all__ = ["COMMANDS", "app", "main"]

_HELP = f"Học bạ số hub: signed transcripts travel school -> Sở -> Bộ.\n\n{EXIT_CODES}"
_INTERRUPTED = 130

_COMMANDS = (  # each the function of its name in its own module
    "demo", "up", "worker", "prepare", "check", "sign", "seal", "submit", "receipts", "recall", "lookup", "history",
    "bundle", "sheet", "verify", "status", "lag", "topics", "audit", "reconcile", "recover",
    "portal",
)  # fmt: skip
_GROUPS = {
    "lock": "lock_group",
    "so": "so_group",
    **{name: name for name in ("fork", "deadline", "quarantine", "parked", "matches", "correction", "conflict")},
    **{name: name for name in ("identity", "slip", "transfer", "connector", "mapping", "bench")},
}
COMMANDS = (*_COMMANDS, *_GROUPS)


class _OnDemand(TyperGroup):
    """Imports the one command that is asked for: a worker starts without everything that the demo needs."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # their types are private to typer
        found = typer.Typer(rich_markup_mode=None)
        if cmd_name in _GROUPS:
            found.add_typer(import_module(f"hub.cli.{_GROUPS[cmd_name]}").app, name=cmd_name)
        elif cmd_name in _COMMANDS:
            module = import_module(f"hub.cli.{cmd_name}")
            found.command(cmd_name, epilog=EXIT_CODES)(getattr(module, cmd_name))
        return typer.main.get_group(found).commands.get(cmd_name)


app = typer.Typer(
    cls=_OnDemand, no_args_is_help=True, add_completion=False, help=_HELP, epilog=EXIT_CODES, rich_markup_mode=None,
    pretty_exceptions_enable=False,
)  # fmt: skip


@app.callback()
def _hub() -> None:
    """The commands stand in `_OnDemand`."""


def main() -> None:
    """Run the command line."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it retries is no news; what it gives up is raised
    try:
        app()
    except HubError as error:
        _end(error)
    except ValidationError as error:
        _end(Refused("SETTING_WRONG", {"setting": ", ".join(f"HUB_{e['loc'][0]}".upper() for e in error.errors())}))
    except OSError as error:  # a path that somebody typed; what befalls servers is Unavailable already
        if error.filename is None:
            raise
        _end(Refused("PATH_NOT_USABLE", {"path": str(error.filename), "reason": error.strerror or ""}))
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _end(error: HubError) -> NoReturn:
    explain(error)
    sys.exit(exit_code(error))
