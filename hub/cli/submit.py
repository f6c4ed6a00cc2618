"""`hub submit BATCH`: a signed batch is split into rounds and submissions, sent, and its receipts shown."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.keys import load_key
from hub.cli.options import Data, IssuerRole, Json, Key, PasswordFile, Patience, So, Wait
from hub.cli.sending import journal_of, send, show_receipts
from hub.cli.showing import print_line
from hub.client import commands_in_journal, load_batch, outbound_of, plan_submissions
from hub.client.submitting import check_transfer_numbers

__all__ = ["submit"]


class _Mode(StrEnum):
    EACH = "each"
    ALL_OR_NOTHING = "all_or_nothing"


def submit(
    batch: Annotated[Path, typer.Argument(help="Folder that hub prepare wrote and hub sign signed")],
    so: So,
    key: Key,
    role: Annotated[IssuerRole, typer.Option(help="Who sends: the principal or the school's seal")],
    password_file: PasswordFile = None,
    mode: Annotated[_Mode, typer.Option(help="each, or all_or_nothing (for each round)")] = _Mode.EACH,
    command_id: Annotated[
        str | None,
        typer.Option(help="Id of the submission, or beginning of the ids; needed to send recalled ones again"),
    ] = None,
    wait: Wait = False,
    patience_s: Patience = 120.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Send a signed batch. Repeating the command sends the same bytes again and changes nothing.

    Exits with 1 when --wait shows a transcript refused.
    """
    opened, signer = load_batch(batch), load_key(key, password_file)
    planned = plan_submissions(opened, mode.value, command_id)
    console = Console(stderr=json)
    with connected(data, workers=wait) as hub:
        chosen_so(hub, so)
        check_transfer_numbers(planned, commands_in_journal(journal_of(hub), so, opened.acting))
        now = datetime.now(UTC)
        batch_of = [outbound_of(opened, one, so, signer, role.value, now) for one in planned]
        answers = send(hub, so, opened.acting, batch_of, patience_s=patience_s if wait else None)
        for one in planned:
            shown = {
                "command_id": one.command_id,
                "round": one.round.text(opened.school_year),
                "sent": len(one.documents),
            }
            if json:
                print_line(shown)
            else:
                console.print(" · ".join(map(str, shown.values())))
        forged = show_receipts(hub, so, answers, console, json) if answers else False
    refused = any(answer.statement.outcome in {"refused", "partly_accepted"} for answer in answers)
    raise typer.Exit(1 if refused or forged else 0)
