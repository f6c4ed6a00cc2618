"""`hub lock`: the principal asks to lock (chốt) exactly the set that the school's own receipts show."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from msgspec import UNSET
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.keys import load_key
from hub.cli.options import Data, Json, Key, LockCohort, Number, PasswordFile, Patience, School, So, Wait, Year
from hub.cli.recall import PrincipalRole
from hub.cli.sending import FINAL, ask, journal_of, send, show_answers
from hub.cli.showing import print_line
from hub.client import (
    LockSet,
    Outbound,
    SentCommand,
    command_ids_of,
    command_sending,
    commands_at_broker,
    commands_in_journal,
    lock_request,
    lock_set,
    read_receipts,
    read_unreported,
)
from hub.client.records import checked
from hub.decision import RoundKey, lock_id_of
from hub.domain.statements import LockRequest, RoundName, Unreported
from hub.errors import Refused
from hub.local.hub import LocalHub

__all__ = ["lock"]

_DIGEST_LENGTH = 12
_SHA256 = re.compile(r"[0-9a-f]{64}")


def lock(
    so: So,
    school: School,
    year: Year,
    cohort: LockCohort,
    key: Key,
    number: Number = 1,
    role: Annotated[PrincipalRole, typer.Option(help="Who asks")] = PrincipalRole.PRINCIPAL,
    including: Annotated[list[str] | None, typer.Option("--with", help="SHA-256 to add to the set by hand")] = None,
    without: Annotated[list[str] | None, typer.Option(help="SHA-256 to leave out of the set")] = None,
    unreported: Annotated[
        Path | None,
        typer.Option(help="JSON or CSV of pupil,reason (moved, left, supplementary)", exists=True, dir_okay=False),
    ] = None,
    issuer: Annotated[
        str | None, typer.Option(help="Of a successor's correction: the closed school whose round it is")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before sending")] = False,
    password_file: PasswordFile = None,
    wait: Wait = False,
    patience_s: Patience = 120.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Ask to lock one round. The set comes from the school's receipts: accepted, and not recalled or replaced since.

    Sở locks only the same set; if its set differs, the receipt lists it. With --wait, also Bộ's answer is awaited.
    """
    console, wanted = Console(stderr=json), RoundName(cohort=cohort.value, number=number)
    signer = load_key(key, password_file)
    left_out = () if unreported is None else read_unreported(unreported, school)
    by_hand = [_hash(text) for text in including or ()], [_hash(text) for text in without or ()]
    with connected(data, workers=wait) as hub:
        found = asyncio.run(_set(hub, chosen_so(hub, so), school, year, wanted, *by_hand))
        now = datetime.now(UTC)
        request = _request(found, school, year, wanted, now, left_out)
        _show(request, found, console, json)
        ask(yes, FINAL)
        sending = command_sending(so, request, signer, role.value, int(now.timestamp()))
        sent = SentCommand(request.command_id, "LockRequest", school, year, wanted)
        lock_id = lock_id_of(so, RoundKey(issuer or school, year, wanted.cohort, wanted.number)).hex()
        answers = send(
            hub, so, school, [Outbound(sending, sent.about(so))], patience_s=patience_s if wait else None,
            then=[lock_id],
        )  # fmt: skip
        code = show_answers(hub, so, answers, console, json)
    raise typer.Exit(code)


def _request(
    found: LockSet, school: str, year: str, wanted: RoundName, now: datetime, left_out: Sequence[Unreported]
) -> LockRequest:
    command_id = f"lock-{found.root[:_DIGEST_LENGTH]}-{int(now.timestamp())}"
    return checked(lock_request(command_id, school, year, wanted, found.documents, now, left_out))


def _show(request: LockRequest, found: LockSet, console: Console, as_json: bool) -> None:
    """Show what will be locked, before anything is sent."""
    shown = {"round": request.round.text(request.school_year), "count": request.count, "root": request.root}
    if request.unreported is not UNSET:
        shown["unreported"] = len(request.unreported)
    if as_json:
        print_line({"command_id": request.command_id, **shown, "held": list(found.held)})
        return
    console.print(*(f"{field}: {value}" for field, value in shown.items()), sep="\n", highlight=False)
    for sha256 in found.held:
        console.print(f"tạm giữ, không chốt / held, not locked: {sha256}", highlight=False)


async def _set(
    hub: LocalHub, so: str, school: str, year: str, name: RoundName, including: Sequence[str], without: Sequence[str]
) -> LockSet:
    """Fold the receipts; commands that this machine's journal lacks are read back from the broker."""
    receipts = [receipt async for receipt in read_receipts(hub.bootstrap, so, school)]
    sent = list(commands_in_journal(journal_of(hub), so, school))
    missing = command_ids_of(receipts) - {command.command_id for command in sent}
    if missing:
        sent += await commands_at_broker(hub.bootstrap, so, school, missing)
    return lock_set(receipts, sent, year, name, including=including, leaving_out=without)


def _hash(text: str) -> str:
    if _SHA256.fullmatch(text) is None:
        raise Refused("OPTION_WRONG", {"option": "--with / --without", "reason": "SHA-256 (hex)"})
    return text
