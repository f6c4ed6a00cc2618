"""`hub sign BATCH --role …`: one role signs every document of a batch, in the order of the chain.

With `--submissions` the last one signs the submissions too, and keeps them in the batch for others to send.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.keys import load_key
from hub.cli.options import IssuerRole, Json, Key, PasswordFile, Role
from hub.cli.progress import Told
from hub.cli.showing import print_line, told_text
from hub.client import Batch, load_batch, missing_roles, sign_batch, sign_submissions, told_of
from hub.errors import Refused
from hub.signing import Signer

__all__ = ["sign"]


def sign(
    batch: Annotated[Path, typer.Argument(help="Folder that hub prepare wrote")],
    role: Annotated[Role, typer.Option(help="Who signs; order: subject teachers, homeroom teacher, principal, seal")],
    key: Key,
    password_file: PasswordFile = None,
    submissions: Annotated[
        bool, typer.Option("--submissions", help="Sign the submissions too (principal, seal): a connector sends them")
    ] = False,
    json: Json = False,
) -> None:
    """Add one signature to every document: PS256 with an RSA key, ES256 with a P-256 key.

    Refused when a signature that must come before is missing or the role has signed. An interrupted run is completed
    by running it again. With --submissions, whose documents are signed already signs the submissions alone.
    """
    if submissions and role.value not in list(IssuerRole):
        raise Refused("OPTION_WRONG", {"option": "--submissions", "reason": " | ".join(IssuerRole)})
    opened, signer = load_batch(batch), load_key(key, password_file)
    now, told = datetime.now(UTC), told_of(opened)
    if not json and (text := told_text(told)):
        print(text)
    with Told(Console(stderr=True), {"signed": len(opened.documents)}) as tell:
        count = _sign(opened, role, signer, now, again=submissions, tell=lambda n: tell("signed", n))
    kept = sign_submissions(opened, signer, role.value, now) if submissions else None
    missing = missing_roles(opened)
    if json:
        shown = {"batch": str(batch), "role": role.value, "alg": signer.alg, "signed": count, "missing": missing} | told
        print_line(shown if kept is None else shown | {"submissions": kept})
    else:
        after = ", ".join(missing) if missing else "không / none: hub submit"
        print(f"{role.value}: {count} học bạ / transcripts ({signer.alg})\ncòn thiếu / still missing: {after}")
        if kept is not None:
            print(f"đã ký gửi / submissions signed: {kept}")


def _sign(batch: Batch, role: Role, signer: Signer, now: datetime, *, again: bool, tell: Callable[[int], None]) -> int:
    """Sign the documents; with `again`, a role that has signed them all is no fault."""
    try:
        return sign_batch(batch, role.value, signer, int(now.timestamp()), tell)
    except Refused as refused:
        if not again or refused.code != "SIGNING_ROLE_SIGNED":
            raise
        return 0
