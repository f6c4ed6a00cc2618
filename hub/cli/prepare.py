"""`hub prepare`: workbooks or JSON Lines become a batch of documents that can be signed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import connected, has_hub
from hub.cli.options import Data, Json
from hub.cli.progress import Told
from hub.cli.showing import print_line, show_row
from hub.client import Context, PreparedBatch, Rounds, Verdict, judge_file, prepare_batch, school_of, snapshot_of
from hub.client.rows import LINES
from hub.config import Settings
from hub.domain import Cohort, civil_date
from hub.domain.reading import canonical
from hub.domain.transcript import School as DocumentSchool
from hub.errors import Refused

__all__ = ["prepare"]


def prepare(
    results: Annotated[Path, typer.Argument(help="C1 result workbook (grades 1-3), or .jsonl (all grades)")],
    pupils: Annotated[Path | None, typer.Option(help="C1-HocSinh.xlsx; a workbook needs it")] = None,
    school: Annotated[str | None, typer.Option(help="Code of the school; a workbook needs it")] = None,
    year: Annotated[str | None, typer.Option(help="School year, such as 2025-2026; a workbook needs it")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the school; else from the register of --data")] = None,
    province: Annotated[str | None, typer.Option(help="Province code of the school, two digits")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the batch; default FILE.batch beside the file")] = None,
    grade: Annotated[int | None, typer.Option(help="Grade, where class codes do not tell it", min=1, max=12)] = None,
    cohort: Annotated[Cohort | None, typer.Option(help="Round of year documents; default: what they say")] = None,
    number: Annotated[int, typer.Option(help="Number of that round", min=1, max=9999)] = 1,
    transfer_from: Annotated[
        int, typer.Option(help="Transfer round of the first leaving pupil; the next pupils count on", min=1, max=9999)
    ] = 1,
    data: Data = None,
    json: Json = False,
) -> None:
    """Join results and pupils, judge every row, and write the good ones as documents to sign.

    Nothing is repaired silently: every bad row is named with its reason, good rows go on. Exits with 1 when a row was
    refused. The report stands in the batch (report.jsonl) and holds what the cells hold.
    """
    now = datetime.now(UTC)
    context = Context(civil_date(now), pupils, None, year, grade)
    if results.suffix.lower() not in LINES:
        context = _of_workbook(context, school, name, province, data, now)
    console = Console(stderr=json)
    with Told(Console(stderr=True)) as tell:
        rows = (_told(row, tell) for row in judge_file(results, context))
        folder = out or results.with_name(f"{results.stem}.batch")
        made = prepare_batch(rows, folder, Rounds(cohort, number, transfer_from), school, year)
    _show(console, made, json)
    raise typer.Exit(1 if made.refused or made.batch is None else 0)


def _told[T](row: T, tell: Told) -> T:
    tell("read", 1)
    return row


def _of_workbook(
    context: Context, school: str | None, name: str | None, province: str | None, data: Path | None, now: datetime
) -> Context:
    """Complete what a workbook does not say. Raises Refused OPTION_MISSING, SCHOOL_FACTS_MISSING, OPTION_WRONG."""
    given = {"--pupils": context.pupils, "--school": school, "--year": context.school_year}
    for option, value in given.items():
        if value is None:
            raise Refused("OPTION_MISSING", {"option": option})
    assert school is not None
    assert context.school_year is not None
    stands_for = (
        DocumentSchool(code=school, name=name, province=province)
        if name is not None and province is not None
        else _registered(school, context.school_year, data, now)
    )
    return Context(context.at, context.pupils, stands_for, context.school_year, context.grade)
