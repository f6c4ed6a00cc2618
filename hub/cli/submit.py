"""`hub submit BATCH`: a signed batch is split into rounds and submissions, sent, and its receipts shown."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.keys import load_key
from hub.cli.options import Data, IssuerRole, Json, PasswordFile, Patience, So, Wait
from hub.cli.sending import journal_of, send, show_receipts
from hub.cli.showing import print_line
from hub.client import (
    Batch,
    Outbound,
    Planned,
    commands_in_journal,
    kept_outbounds,
    load_batch,
    missing_roles,
    outbound_of,
    plan_submissions,
)
from hub.client.submitting import check_transfer_numbers
from hub.errors import Refused

__all__ = ["submit"]


class _Mode(StrEnum):
    EACH = "each"
    ALL_OR_NOTHING = "all_or_nothing"


def submit(
    batch: Annotated[Path, typer.Argument(help="Folder that hub prepare wrote and hub sign signed")],
    so: So,
    key: Annotated[Path | None, typer.Option(help="Key file (PKCS#12: .p12 or .pfx); not of a sealed batch")] = None,
    role: Annotated[IssuerRole | None, typer.Option(help="Who sends: the principal or the school's seal")] = None,
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

    The submissions of a sealed batch were signed by hub seal and are sent as they are, without a key. Exits with 1 when
    --wait shows a transcript refused.
    """
    opened = load_batch(batch)
    outbound = _kept(opened, so, mode, command_id) if opened.sealed else _signing(opened, so, key, role, password_file)
    planned = plan_submissions(opened, mode.value, command_id)
    console = Console(stderr=json)
    with connected(data, workers=wait) as hub:
        chosen_so(hub, so)
        check_transfer_numbers(planned, commands_in_journal(journal_of(hub), so, opened.acting))
        batch_of = outbound(planned)
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


_Outbounds = Callable[[Sequence[Planned]], list[Outbound]]


def _signing(
    batch: Batch, so: str, key: Path | None, role: IssuerRole | None, password_file: Path | None
) -> _Outbounds:  # fmt: skip
    """Return what signs the submissions of a batch that persons sign. Raises Refused OPTION_MISSING."""
    if key is None or role is None:
        raise Refused("OPTION_MISSING", {"option": "--key" if key is None else "--role"})
    signer, role_name = load_key(key, password_file), role.value

    def outbound(planned: Sequence[Planned]) -> list[Outbound]:
        now = datetime.now(UTC)
        return [outbound_of(batch, one, so, signer, role_name, now) for one in planned]

    return outbound


def _kept(batch: Batch, so: str, mode: _Mode, command_id: str | None) -> _Outbounds:
    """Return what takes the submissions of a sealed batch as they were signed. Raises Refused."""
    if command_id is not None or mode is not _Mode.EACH:
        option = "--mode" if command_id is None else "--command-id"
        raise Refused("OPTION_WRONG", {"option": option, "reason": "hub seal"})
    kept = kept_outbounds(batch, so)
    if kept is None:
        count = max(missing_roles(batch).values(), default=len(batch.documents))
        raise Refused("BATCH_NOT_SEALED", {"role": batch.sealed.role if batch.sealed else "", "count": str(count)})
    return lambda planned: kept
