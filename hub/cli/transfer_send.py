"""What the steps of `hub transfer` share: find what Bộ told, sign, send, and wait for the Sở and then for Bộ."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.sending import ask, is_refused, send, show_answers
from hub.cli.showing import print_line
from hub.client import Outbound, ReadReceipt, command_sending, next_receipts, receipt_ends, snapshot_of
from hub.client.records import checked
from hub.client.transfer_incoming import Heard, find_heard, hear, side_of
from hub.client.transfers import sent_transfer
from hub.domain.statements import Command, TransferNotice, TransferParty, encode
from hub.errors import Unavailable
from hub.local.hub import LocalHub
from hub.signing import Signer
from hub.trust import Snapshot

__all__ = ["Signed", "heard_of", "register_of", "send_step", "take_step"]

_TOLD = "Transfer"  # kind of the receipt by which the Sở tells what Bộ made of a step
Made = Callable[[LocalHub, TransferNotice, TransferParty, datetime], Command]


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signs, as what, and how the command goes: `patience_s` None does not wait."""

    signer: Signer
    role: str
    yes: bool
    patience_s: float | None
    data: Path | None
    json: bool


def take_step(so: str, school: str, transfer: str, sides: Iterable[str], how: Signed, made: Made) -> None:
    """Find the transfer, make the step for it, send it and tell the answers. Ends with 1 when it was refused.

    Raises Refused TRANSFER_NOT_HEARD, TRANSFER_AMBIGUOUS, TRANSFER_NOT_THIS_SIDE; Unavailable.
    """
    with connected(how.data, workers=how.patience_s is not None) as hub:
        said = heard_of(hub, so, school, transfer).last.said
        at = datetime.now(UTC)
        statement = checked(made(hub, said, side_of(said, sides), at))
        raise typer.Exit(send_step(hub, so, statement, said.transfer, how, at))


def send_step(hub: LocalHub, so: str, statement: Command, about: str, how: Signed, at: datetime) -> int:
    """Show what is sent, ask, send, wait; return the exit code: 1 when the Sở or Bộ refused it."""
    console = Console(stderr=how.json)
    head = {"transfer": about, "command_id": statement.command_id, "kind": type(statement).__name__}
    if how.json:
        print_line(head)
    else:
        console.print(" · ".join(head.values()), highlight=False, markup=False, soft_wrap=True)
    ask(how.yes)
    since = receipt_ends(hub.bootstrap, so, statement.school)
    sending = command_sending(so, statement, how.signer, how.role, int(at.timestamp()))
    outbound = Outbound(sending, sent_transfer(so, statement, about))
    answers = send(hub, so, statement.school, [outbound], patience_s=how.patience_s)
    code = show_answers(hub, so, answers, console, how.json)
    if how.patience_s is None or is_refused(answers) or code:
        return code
    digest = hashlib.sha256(encode(statement)).hexdigest()

    def ends(receipt: ReadReceipt) -> bool:
        facts = receipt.statement.facts
        return receipt.statement.kind == _TOLD and isinstance(facts, dict) and facts.get("step_sha256") == digest

    told = asyncio.run(
        next_receipts(hub.bootstrap, so, statement.school, [about], since, patience_s=how.patience_s, ends=ends)
    )
    return show_answers(hub, so, list(told.values()), console, how.json)


def heard_of(hub: LocalHub, so: str, school: str, transfer: str) -> Heard:
    """Return all that a school heard of one transfer. Raises Refused SO_NOT_SERVED and as `find_heard`."""
    found = asyncio.run(hear(hub.bootstrap, chosen_so(hub, so), school, register_of(hub, so)))
    return find_heard(found, school, transfer)


def register_of(hub: LocalHub, so: str) -> Snapshot | None:
    """Return the register of a Sở where its database is within reach."""
    try:
        return snapshot_of(hub.so_url(so), so)
    except Unavailable:
        return None
