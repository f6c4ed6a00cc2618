"""`hub seal BATCH`: each document of a batch that no person signs gets the seal of its source system, or of the Sở."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.keys import load_key
from hub.cli.options import Json, Key, PasswordFile
from hub.cli.progress import Told
from hub.cli.showing import print_line, told_text
from hub.client import Sealed, load_batch, seal_batch, told_of

__all__ = ["seal"]


def seal(
    batch: Annotated[Path, typer.Argument(help="Folder that a connector, or hub prepare --legacy, wrote")],
    key: Key,
    password_file: PasswordFile = None,
    json: Json = False,
) -> None:
    """Seal every document with what it rests on, then the submissions, which a connector or hub submit sends.

    The batch says the grade: derived is sealed by the system's certificate (system_seal), attested and legacy_evidence
    by the Sở (so_seal). An interrupted run is completed by running it again. Refused for a batch that persons sign.
    """
    opened, signer = load_batch(batch), load_key(key, password_file)
    told = told_of(opened)
    if not json and (text := told_text(told)):
        print(text)
    with Told(Console(stderr=True), {"sealed": len(opened.documents)}) as tell:
        sealed, submissions = seal_batch(opened, signer, datetime.now(UTC), lambda n: tell("sealed", n))
    about = opened.sealed
    assert about is not None
    if json:
        said = {
            "batch": str(batch),
            "role": about.role,
            "alg": signer.alg,
            "sealed": sealed,
            "submissions": submissions,
        }
        print_line(said | _about(about) | told)
    else:
        print(f"{about.role}: {sealed} học bạ / transcripts ({about.grade}, {about.system}, {signer.alg})")
        print(f"đã ký gửi / submissions signed: {submissions}\n→ hub submit {batch} --so …")


def _about(sealed: Sealed) -> dict[str, str | None]:
    mapping = sealed.mapping if isinstance(sealed.mapping, str) else None
    return {"grade": sealed.grade, "system": sealed.system, "mapping": mapping}
