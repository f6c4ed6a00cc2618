"""`hub transfer`: a pupil moves from one school to another, and with the pupil the whole học bạ."""

import asyncio
from collections.abc import Set
from datetime import UTC, date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import open_owner
from hub.cli.exits import EXIT_CODES
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.cli.transfer_receive import enter_key, key, receive
from hub.cli.transfer_send import register_of
from hub.cli.transfer_steps import acknowledge, answer, consent, refer, release, resolve, start, withdraw
from hub.client.transfer_incoming import find_heard, hear
from hub.client.transfer_status import rows_at_bo, shown_at_so, shown_heard
from hub.errors import Refused
from hub.local.hub import LocalHub
from hub.store.so.transfers import look_transfers
from hub.trust import Snapshot

__all__ = ["app"]

_COLUMNS = (
    "transfer",
    "state",
    "awaited",
    "due_at",
    "working_days_left",
    "overdue",
    "sending",
    "receiving",
    "outcome",
    "flags",
)
_ID_SHOWN = 12
app = typer.Typer(
    no_args_is_help=True, help="Move a pupil to another school: request, consent, answer, release, receive, sign.",
    epilog=EXIT_CODES, rich_markup_mode=None,
)  # fmt: skip

for step in (start, consent, refer, answer, release, receive, acknowledge, withdraw, resolve, key, enter_key):
    app.command(step.__name__.replace("_", "-"), epilog=EXIT_CODES)(step)


@app.command("status", epilog=EXIT_CODES)
def status(
    transfer: Annotated[str, typer.Argument(help="Only the transfer whose id begins so")] = "",
    so: Annotated[str | None, typer.Option(help="As this Sở knows it; with --school as that school heard it")] = None,
    school: Annotated[str | None, typer.Option(help="Code of the school")] = None,
    bo: Annotated[bool, typer.Option("--bo", help="As Bộ has decided it")] = False,
    persons: Annotated[bool, typer.Option("--persons", help="Show who moves too: personal data")] = False,
    data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Show transfers, oldest first: state, what is awaited until when, working days left, what ran out."""
    if bo == (so is not None):
        raise Refused("OPTION_MISSING", {"option": "--so | --bo"})
    now = datetime.now(UTC)
    with connected(data) as hub:
        if bo:
            with open_owner(hub, "bo") as connection:
                found = rows_at_bo(connection, school, transfer, now, persons=persons)
        else:
            found = _of_so(hub, chosen_so(hub, so or ""), school, transfer, now, persons=persons)
    if transfer and not found:
        raise Refused("TRANSFER_NOT_HEARD", {"school": school or so or "bo", "transfer": transfer[:64]})
    if not json:
        Console().print(_table(found))
    for line in found if json else ():
        print_line(line)


def _of_so(
    hub: LocalHub, so: str, school: str | None, transfer: str, now: datetime, *, persons: bool
) -> list[dict[str, Any]]:
    register = register_of(hub, so)
    if school is not None:
        heard = asyncio.run(hear(hub.bootstrap, so, school, register))
        chosen = [find_heard(heard, school, transfer)] if transfer else list(heard.values())
        return [shown_heard(one, now, _days_off(register, now), persons=persons) for one in chosen]
    with open_owner(hub, f"so-{so}") as connection:
        known = look_transfers(connection)
    wanted = [one for one in known if one.said.transfer.startswith(transfer)]
    return [shown_at_so(one, now, _days_off(register, now), persons=persons) for one in wanted]


def _days_off(register: Snapshot | None, now: datetime) -> Set[date]:
    return frozenset() if register is None else register.days_off(now)


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table(title="Chuyển trường / transfers", title_justify="left")
    for column in _COLUMNS:
        table.add_column(column, overflow="fold")
    for one in found:
        table.add_row(*(_text(name, one.get(name)) for name in _COLUMNS))
    return table


def _text(name: str, value: Any) -> str:
    if name == "transfer":
        return str(value)[:_ID_SHOWN]
    if name == "flags":
        return " ".join(dict.fromkeys(code for one in value or () for code in one["codes"]))
    return "" if value is None else " ".join(value) if isinstance(value, list) else str(value)
