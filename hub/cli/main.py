"""Puts the groups together and turns our errors into words and exit codes."""

import logging
import sys
from collections.abc import Callable
from typing import NoReturn

import typer
from pydantic import ValidationError

from hub.cli import (
    audit,
    bench,
    bundle,
    check,
    conflict,
    connector,
    correction,
    deadline,
    demo,
    fork,
    identity,
    lag,
    lock_group,
    lookup,
    matches,
    parked,
    prepare,
    quarantine,
    recall,
    receipts,
    reconcile,
    recover,
    sign,
    status,
    submit,
    topics,
    up,
    verify,
    worker,
)
from hub.cli.exits import EXIT_CODES, exit_code, explain
from hub.errors import HubError, Refused

__all__ = ["app", "main"]

_HELP = f"Học bạ số hub: signed transcripts travel school -> Sở -> Bộ.\n\n{EXIT_CODES}"
_INTERRUPTED = 130

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help=_HELP, epilog=EXIT_CODES, rich_markup_mode=None,
    pretty_exceptions_enable=False,
)  # fmt: skip

_COMMANDS: dict[str, Callable[..., None]] = {
    "demo": demo.demo,
    "up": up.up,
    "worker": worker.worker,
    "prepare": prepare.prepare,
    "check": check.check,
    "sign": sign.sign,
    "submit": submit.submit,
    "receipts": receipts.receipts,
    "recall": recall.recall,
    "lookup": lookup.lookup,
    "bundle": bundle.bundle,
    "verify": verify.verify,
    "status": status.status,
    "lag": lag.lag,
    "topics": topics.topics,
    "audit": audit.audit,
    "reconcile": reconcile.reconcile,
    "recover": recover.recover,
}

for name, command in _COMMANDS.items():
    app.command(name, epilog=EXIT_CODES)(command)

app.add_typer(lock_group.app, name="lock")
app.add_typer(fork.app, name="fork")
app.add_typer(deadline.app, name="deadline")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(parked.app, name="parked")
app.add_typer(matches.app, name="matches")
app.add_typer(correction.app, name="correction")
app.add_typer(conflict.app, name="conflict")
app.add_typer(identity.app, name="identity")
app.add_typer(connector.app, name="connector")
app.add_typer(bench.app, name="bench")


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
