"""`hub sign BATCH --role …`: one role signs every document of a batch, in the order of the chain."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.keys import load_key
from hub.cli.options import Json, Key, PasswordFile, Role
from hub.cli.progress import Told
from hub.cli.showing import print_line
from hub.client import load_batch, missing_roles, sign_batch

__all__ = ["sign"]


def sign(
    batch: Annotated[Path, typer.Argument(help="Folder that hub prepare wrote")],
    role: Annotated[Role, typer.Option(help="Who signs; order: subject teachers, homeroom teacher, principal, seal")],
    key: Key,
    password_file: PasswordFile = None,
    json: Json = False,
) -> None:
    """Add one signature to every document: PS256 with an RSA key, ES256 with a P-256 key.

    Refused when a signature that must come before is missing or the role has signed. An interrupted run is completed
    by running it again.
    """
    opened, signer = load_batch(batch), load_key(key, password_file)
    with Told(Console(stderr=True), {"signed": len(opened.documents)}) as tell:
        count = sign_batch(opened, role.value, signer, int(datetime.now(UTC).timestamp()), lambda n: tell("signed", n))
    missing = missing_roles(opened)
    if json:
        print_line({"batch": str(batch), "role": role.value, "alg": signer.alg, "signed": count, "missing": missing})
    else:
        after = ", ".join(missing) if missing else "không / none: hub submit"
        print(f"{role.value}: {count} học bạ / transcripts ({signer.alg})\ncòn thiếu / still missing: {after}")
