"""`hub transfer receive | key | enter-key`: the receiving school opens what is sealed to it, and to which key."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from hub.cli.bundle import anchors_of
from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import open_owner
from hub.cli.keys import key_password, load_key
from hub.cli.options import Data, Json, Key, PasswordFile, Patience, School, So, Yes
from hub.cli.publishing import publish
from hub.cli.showing import print_line
from hub.cli.transfer_send import heard_of
from hub.cli.transfer_steps import Transfer
from hub.client.publishing import receiving_key_entry
from hub.client.transfer_folder import keep, look_into, remove_held
from hub.client.transfer_incoming import Heard, side_of
from hub.client.transfer_receiving import ENDED, delivered_of, open_delivery
from hub.errors import Refused
from hub.evidence import ROOTS_BYTE_COUNT_MAX, Roots
from hub.local.hub import LocalHub
from hub.signing import load_receiving_key, write_receiving_key
from hub.sources import verify_with_source

__all__ = ["enter_key", "key", "receive"]


def receive(
    transfer: Transfer, so: So, school: School,
    folder: Annotated[Path, typer.Option(help="Where the history is kept; a new folder, or that of this transfer")],
    key: Annotated[Path | None, typer.Option(help="The school's receiving key: the file of `hub transfer key`")] = None,
    roots: Annotated[
        list[Path] | None, typer.Option(help="Certificates whom the school trusts; default: those of the key folder")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="The transfer ended: remove what was received")] = False,
    password_file: PasswordFile = None, data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Open the latest delivery, prove each transcript, and keep all of it or nothing. Again, it changes nothing."""
    with connected(data) as hub:
        heard = heard_of(hub, so, school, transfer)
        said = heard.last.said
        side_of(said, ("receiving",))
        if remove:
            _tell(json, _removed(heard, folder, school))
            return
        held, before = delivered_of(heard), look_into(folder, said.transfer, school)
        if key is None:
            raise Refused("OPTION_MISSING", {"option": "--key"})
        opened = load_receiving_key(key, key_password(password_file))
        trusted = Roots.of(_roots(hub, roots))
        files = open_delivery(heard, held, opened, lambda bundle: verify_with_source(bundle, trusted))
    new = keep(folder, held, files)
    shown = {"transfer": held.transfer, "delivery": held.delivery, "count": held.count, "root": held.root}
    more = {"folder": str(folder), "new": len(new), "known": before == held and not new, "documents": held.documents}
    _tell(json, shown | more)


def key(
    output: Annotated[Path, typer.Option("--output", "-o", help="File for the private key; none is overwritten")],
    password_file: PasswordFile = None, json: Json = False,
) -> None:  # fmt: skip
    """Draw the school's receiving key. The public half that is shown goes to the registrar; the file stays here."""
    public = write_receiving_key(output, key_password(password_file)).public_key().public_bytes_raw()
    _tell(json, {"file": str(output), "public": public.hex(), "key": sha256(public).hexdigest()})


def enter_key(
    so: So, school: School, key: Key,
    public: Annotated[str, typer.Option(help="Public half of the school's receiving key, 64 hex digits")],
    password_file: PasswordFile = None, yes: Yes = False, patience_s: Patience = 60.0, data: Data = None,
    json: Json = False,
) -> None:  # fmt: skip
    """Enter a school's receiving key into the register, as a registrar; histories are sealed to it from then on."""
    signer, now = load_key(key, password_file), datetime.now(UTC)
    entry = receiving_key_entry(so, school, public, now)
    with connected(data, workers=True) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        publish(hub, connection, entry, signer, now, yes, patience_s, json)


def _removed(heard: Heard, folder: Path, school: str) -> dict[str, Any]:
    said = heard.last.said
    if said.state not in ENDED:
        raise Refused("OPTION_WRONG", {"option": "--remove", "reason": said.state})
    count = remove_held(folder, said.transfer, school)
    return {"transfer": said.transfer, "state": said.state, "folder": str(folder), "removed": count}


def _roots(hub: LocalHub, paths: list[Path] | None) -> Iterator[tuple[str, bytes]]:
    if not paths:
        for folder in sorted(hub.secrets.glob("so-*")):
            yield from anchors_of(folder)
    for path in paths or ():
        for one in sorted(path.glob("*.der")) if path.is_dir() else [path]:
            with one.open("rb") as file:
                yield one.name, file.read(ROOTS_BYTE_COUNT_MAX + 1)


def _tell(as_json: bool, shown: dict[str, Any]) -> None:
    if as_json:
        print_line(shown)
        return
    for name, value in shown.items():
        text = " ".join(value) if isinstance(value, tuple) else value
        Console().print(f"{name}: {text}", highlight=False, markup=False, soft_wrap=True)
