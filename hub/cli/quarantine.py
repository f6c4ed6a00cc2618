"""`hub quarantine list|show|redrive|dismiss`: what was kept back, and what an operator does about it.

Nothing of a record's content is shown: sizes, hashes, codes. Its bytes leave only into a file that the operator names.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import By, Reason, open_owner, reason_of, who_of
from hub.cli.exits import EXIT_CODES, exit_code, explain
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.domain import finding, render
from hub.errors import Refused
from hub.kafka.dead_letter import EntryId
from hub.kafka.producer import Sender
from hub.local.hub import LocalHub
from hub.operate import (
    QUARANTINE_STATES,
    QUARANTINE_WAITING,
    Held,
    dismiss_entry,
    entries_of,
    held_entry,
    redrive_entry,
)
from hub.store import Connection

__all__ = ["app"]

_HEX_BYTES = 256
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]{1,60}")

app = typer.Typer(
    no_args_is_help=True, help="See what was kept back, send it again, or dismiss it.", epilog=EXIT_CODES,
    rich_markup_mode=None,
)  # fmt: skip

Entries = Annotated[
    list[str], typer.Argument(help="Names of entries as `list` shows them: owner/stage/topic/part/offset")
]


@app.command("list", epilog=EXIT_CODES)
def list_(
    so: Annotated[list[str] | None, typer.Option(help="Slug of a Sở, such as ha-noi; default: everybody")] = None,
    bo: Annotated[bool, typer.Option("--bo", help="Bộ; default: everybody")] = False,
    every: Annotated[bool, typer.Option("--all", help="Also those that were redriven or dismissed")] = False,
    limit: Annotated[int, typer.Option(help="At most so many of each organisation, oldest first", min=1)] = 1000,
    data: Data = None,
    json: Json = False,
) -> None:
    """List what waits for a person: open, redriving (perhaps not sent), returned (sent again, still fails)."""
    states = QUARANTINE_STATES if every else QUARANTINE_WAITING
    with connected(data) as hub:
        slugs = [chosen_so(hub, slug) for slug in so or (() if bo else hub.slugs)]
        owners = [f"so-{slug}" for slug in slugs] + (["bo"] if bo or not so else [])
        found = []
        for owner in owners:
            with open_owner(hub, owner) as connection:
                found += entries_of(connection, owner, states, limit)
    if json:
        for entry in found:
            print_line(entry.shown())
        return
    table = Table(title="Cách ly / quarantine", title_justify="left")
    for column in ("entry", "code", "state", "appended", "bytes"):
        table.add_column(column, overflow="fold", justify="right" if column == "bytes" else "left")
    for entry in found:
        size = "—" if entry.value_bytes is None else str(entry.value_bytes)
        at = f"{entry.appended_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(str(entry.id), entry.code, entry.state, at, f"{size} (withheld)" if entry.withheld else size)
    Console().print(table)


@app.command("show", epilog=EXIT_CODES)
def show(
    entry: Annotated[str, typer.Argument(help="Name of the entry: owner/stage/topic/part/offset")],
    out: Annotated[Path | None, typer.Option(help="Write the record's value into this new file, byte for byte")] = None,
    hex_: Annotated[bool, typer.Option("--hex", help="Show the first 256 bytes; they may hold personal data")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show one entry: its code, sizes, hashes and history. Its content only with --hex or --out."""
    named = _named(entry)
    with connected(data) as hub, open_owner(hub, named.owner) as connection:
        found = held_entry(connection, named)
    if out is not None:
        _write(found, out)
    shown = _shown(found, hex_)
    if json:
        print_line(shown)
        return
    console = Console()
    told = render(finding(found.entry.code, facts=found.facts))
    for name in ("vi", "en", "next_vi", "next_en"):
        console.print(f"{'→ ' if name.startswith('next') else ''}{told[name]}", markup=False, highlight=False)
    for name, value in shown.items():
        for line in value if isinstance(value, list) else [value]:
            text = " ".join(f"{k}={v}" for k, v in line.items()) if isinstance(line, dict) else line
            console.print(f"{name}: {text}", markup=False, highlight=False, soft_wrap=True)


@app.command("redrive", epilog=EXIT_CODES)
def redrive(
    entries: Entries,
    reason: Reason,
    by: By = None,
    again: Annotated[bool, typer.Option("--again", help="Also what was redriven before; the effect stays one")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Send records again as they came; each keeps its first time of receipt, and twice has the effect of once."""
    why, who = reason_of(reason), who_of(by)

    def one(hub: LocalHub, named: EntryId) -> str:
        with open_owner(hub, named.owner) as connection:
            offset, sent = asyncio.run(_send(hub, connection, named, who, why, again))
        return f"redriven {offset}" if sent else f"redriven before {offset}"

    _each(entries, data, json, one)


@app.command("dismiss", epilog=EXIT_CODES)
def dismiss(entries: Entries, reason: Reason, by: By = None, data: Data = None, json: Json = False) -> None:
    """Note that nothing will be done about entries; they stay where they are, and may be redriven later."""
    why, who = reason_of(reason), who_of(by)

    def one(hub: LocalHub, named: EntryId) -> str:
        with open_owner(hub, named.owner) as connection:
            return "dismissed" if dismiss_entry(connection, named, who, why) else "dismissed before"

    _each(entries, data, json, one)


def _each(entries: list[str], data: Path | None, json: bool, one: Callable[[LocalHub, EntryId], str]) -> None:
    """Do one after the other; what is refused is told and the others are done. Ends with the worst code."""
    worst, names = 0, [_named(text) for text in entries]
    with connected(data) as hub:
        for named in names:
            try:
                outcome = one(hub, named)
            except Refused as error:
                worst, outcome = max(worst, exit_code(error)), error.code
                if not json:
                    explain(error)
            if json:
                print_line({"entry": str(named), "outcome": outcome})
            else:
                print(f"{named} {outcome}")
    if worst:
        raise typer.Exit(worst)


async def _send(
    hub: LocalHub, connection: Connection, named: EntryId, who: str, why: str, again: bool
) -> tuple[int, bool]:
    sender = Sender(hub.bootstrap)
    try:
        return await redrive_entry(connection, sender, named, who, why, again=again)
    finally:
        await sender.close()


def _named(text: str) -> EntryId:
    found = EntryId.read(text)
    if found is None:
        raise Refused("OPTION_WRONG", {"option": "entry", "reason": "owner/stage/topic/part/offset"})
    return found


def _write(found: Held, out: Path) -> None:
    """Write the value for its owner alone. Refused: it was withheld, or the file exists."""
    if found.entry.withheld:
        raise Refused("QUARANTINE_WITHHELD", {"entry": str(found.entry.id)})
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(found.value or b"")
    except OSError as error:
        raise Refused("OPTION_WRONG", {"option": "--out", "reason": error.strerror or "?"}) from error


def _shown(found: Held, hex_: bool) -> dict[str, object]:
    head = found.value_head if found.value is None else found.value[:_HEX_BYTES]
    digest = found.value_sha256 if found.value is None else hashlib.sha256(found.value).digest()
    return {
        **found.entry.shown(),
        "key_sha256": None if found.key is None else hashlib.sha256(found.key).hexdigest(),
        "value_sha256": None if digest is None else digest.hex(),
        "headers": [
            {"name": name if _PLAIN_NAME.fullmatch(name) else "(?)", "bytes": None if value is None else len(value)}
            for name, value in found.headers
        ],
        "history": [
            {"action": d.action, "at": d.at.isoformat(), "by": d.by, "reason": d.reason, "offset": d.redriven_offset}
            for d in found.decided
        ],
        **({"hex": (head or b"").hex()} if hex_ else {}),
    }
