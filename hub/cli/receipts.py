"""`hub receipts`: what Sở has answered to a school, with Sở's signature checked against the register."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.options import Data, Json, School, So
from hub.cli.sending import show_receipts
from hub.client import ReadReceipt, read_receipts

__all__ = ["receipts"]


def receipts(
    so: So,
    school: School,
    command_id: Annotated[str | None, typer.Option(help="Only the answers to this command")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show receipts, oldest first, each once. Exits with 1 when a signature of Sở does not hold."""
    with connected(data) as hub:
        found = asyncio.run(_read(hub.bootstrap, chosen_so(hub, so), school))
        chosen = [r for r in found if command_id is None or r.statement.command_id == command_id]
        console = Console(stderr=json)
        forged = show_receipts(hub, so, chosen, console, json)
        console.print(f"biên nhận / receipts: {len(chosen)}")
    raise typer.Exit(1 if forged else 0)


async def _read(bootstrap: str, so: str, school: str) -> list[ReadReceipt]:
    """Return the receipts without repetitions, by the time of what they answer."""
    found = {r.receipt_id: r async for r in read_receipts(bootstrap, so, school)}
    return sorted(found.values(), key=lambda r: r.statement.at)
