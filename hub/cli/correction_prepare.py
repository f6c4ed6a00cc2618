"""`hub correction prepare`: the corrected documents of an approved correction, in a batch for `hub sign`."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.correction_steps import Correction
from hub.cli.options import Data, Json, School, So
from hub.cli.sending import journal_of
from hub.cli.showing import print_line, show_row
from hub.client import (
    AskedCorrection,
    Correcting,
    PreparedBatch,
    bases_of_files,
    correct,
    find_request,
    locked_documents,
    prepare_correction,
    read_changes,
    round_number_in_receipts,
    round_number_of,
    severities_of,
)
from hub.domain import civil_date
from hub.errors import Refused
from hub.local.hub import LocalHub

__all__ = ["prepare"]


def prepare(
    correction: Correction,
    so: So,
    school: School,
    changes: Annotated[
        Path,
        typer.Option(help='JSON {"$.field": value}; of several pupils {SHA-256: {…}}', exists=True, dir_okay=False),
    ],
    document: Annotated[
        list[Path] | None, typer.Option(help="File with a locked transcript, where Sở's database is not within reach")
    ] = None,
    number: Annotated[
        int | None,
        typer.Option(help="Number of the round; default: as the receipt of the approval names it", min=1, max=9999),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Reason in the document; default: that of the request")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the batch; default: CORRECTION.batch")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Make the corrected documents from the locked ones, judge them, and show every difference. Sends nothing.

    Exits with 1 when a document was refused: by the rules, or because it changes another field than was asked for.
    """
    said, at = read_changes(changes), datetime.now(UTC)
    console = Console(stderr=json)
    with connected(data) as hub:
        chosen_so(hub, so)
        asked = find_request(so, hub.so_url(so), hub.bootstrap, journal_of(hub), school, correction)
        bases = _bases(hub, so, asked, document or ())
        found = number if number is not None else _number(hub, so, school, correction)
        policy = severities_of(hub.so_url(so), so, at)
    if found is None:
        raise Refused("CORRECTION_NOT_APPROVED", {"correction": correction[:64]})
    made = correct(asked, bases, said, reason, civil_date(at), policy)
    batch = prepare_correction(made, out or Path(f"{correction}.batch"), asked, found)
    _show(console, made, batch, asked, found, json)
    raise typer.Exit(1 if batch.refused or batch.batch is None else 0)


def _number(hub: LocalHub, so: str, school: str, correction: str) -> int | None:
    known = round_number_of(hub.so_url(so), school, correction)
    if known is not None:
        return known
    return asyncio.run(round_number_in_receipts(hub.bootstrap, so, school, correction))


def _bases(hub: LocalHub, so: str, asked: AskedCorrection, files: Sequence[Path]) -> dict[str, bytes]:
    hashes = [item.document_sha256 for item in asked.statement.items]
    given = bases_of_files(files)
    stored = locked_documents(hub.so_url(so), asked.issuer, hashes)
    return {sha256: data for sha256, data in (stored | given).items() if sha256 in hashes}


def _show(
    console: Console, made: Sequence[Correcting], batch: PreparedBatch, asked: AskedCorrection, number: int,
    as_json: bool,
) -> None:  # fmt: skip
    for one in made:
        if as_json:
            print_line(one.shown())
            continue
        show_row(console, one.row)
        for difference in one.differences:
            old, new = (msgspec.json.encode(value).decode() for value in (difference.old, difference.new))
            console.print(f"    {difference.path}: {old} → {new}", highlight=False, markup=False, soft_wrap=True)
    folder = None if batch.batch is None else str(batch.batch.folder)
    round_text = f"{asked.statement.school_year}/correction/{number}"
    if as_json:
        print_line({"batch": folder, "round": round_text, "taken": batch.taken, "refused": batch.refused})
    elif folder is None:
        console.print(f"không lập lô / no batch · {round_text}", highlight=False)
    else:
        console.print(f"{folder} · {round_text}\n→ hub sign {folder} --role homeroom_teacher --key …", highlight=False)
