"""Puts the groups together and turns our errors into words and exit codes."""

import sys

import typer
from pydantic import ValidationError

from hub.cli import check, demo, lock, lookup, prepare, recall, receipts, sign, status, submit, topics, up, worker
from hub.cli.exits import EXIT_CODES, exit_code, explain
from hub.errors import HubError, Refused

__all__ = ["app", "main"]

_HELP = f"Học bạ số hub: signed transcripts travel school -> Sở -> Bộ.\n\n{EXIT_CODES}"
_INTERRUPTED = 130

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help=_HELP, epilog=EXIT_CODES, rich_markup_mode=None,
    pretty_exceptions_enable=False,
)  # fmt: skip

for name, command in {
    "demo": demo.demo,
    "up": up.up,
    "worker": worker.worker,
    "prepare": prepare.prepare,
    "check": check.check,
    "sign": sign.sign,
    "submit": submit.submit,
    "receipts": receipts.receipts,
    "recall": recall.recall,
    "lock": lock.lock,
    "lookup": lookup.lookup,
    "status": status.status,
    "topics": topics.topics,
}.items():
    app.command(name, epilog=EXIT_CODES)(command)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except HubError as error:
        explain(error)
        sys.exit(exit_code(error))
    except ValidationError as error:
        wrong = Refused("SETTING_WRONG", {"setting": ", ".join(f"HUB_{e['loc'][0]}".upper() for e in error.errors())})
        explain(wrong)
        sys.exit(exit_code(wrong))
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
