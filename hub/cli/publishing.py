"""What every decision in the register goes through: shown, signed by a registrar, sent, and waited for."""

import asyncio
from datetime import datetime

from rich.console import Console

from hub.cli.sending import ask
from hub.cli.showing import print_line
from hub.client import publish_entry, signed_entry, until_registered
from hub.domain.statements import RegisterEntry
from hub.local.hub import LocalHub
from hub.signing import Signer
from hub.store import Connection

__all__ = ["publish"]


def publish(
    hub: LocalHub, connection: Connection, entry: RegisterEntry, signer: Signer, now: datetime, yes: bool,
    patience_s: float, as_json: bool,
) -> None:  # fmt: skip
    """Show the entry, sign it, send it, and wait until the Sở has it.

    Raises Refused with the code under which the Sở put it into quarantine, Unavailable.
    """
    console = Console(stderr=as_json)
    shown = {"entry_id": entry.entry_id, "kind": entry.kind, "valid_from": entry.valid_from, "payload": entry.payload}
    if not as_json:
        console.print(*(f"{name}: {value}" for name, value in shown.items()), sep="\n", highlight=False, markup=False)
    ask(yes, "Ghi vào sổ đăng ký? / Publish?")
    sending = signed_entry(entry, signer, int(now.timestamp()))
    place = asyncio.run(publish_entry(hub.bootstrap, sending))
    version = until_registered(connection, entry, sending, place, patience_s)
    if as_json:
        print_line({**shown, "register_version": version})
    else:
        console.print(f"đã ghi, phiên bản/registered, version: {version}", highlight=False)
