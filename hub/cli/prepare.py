"""`hub prepare`: workbooks or JSON Lines become a batch of documents that can be signed."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from hub.cli.connect import connected, has_hub
from hub.cli.options import Data, Json
from hub.cli.progress import Told
from hub.cli.showing import print_line, show_row
from hub.client import (
    Context,
    JudgedRow,
    PreparedBatch,
    Rounds,
    Verdict,
    judge_file,
    prepare_batch,
    read_paper,
    school_of,
    snapshot_of,
)
from hub.client.papers import PAPERS
from hub.client.received import read_received
from hub.client.rows import LINES
from hub.config import Settings
from hub.domain import Cohort, civil_date
from hub.domain.transcript import School as DocumentSchool
from hub.errors import Refused

__all__ = ["prepare"]

_YEAR = re.compile(r"20[0-9]{2}-20[0-9]{2}")


def prepare(
    results: Annotated[Path, typer.Argument(help="Result workbook, folder of them, or .jsonl (all grades)")],
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
    legacy: Annotated[
        Path | None, typer.Option(help="Scan (PDF, JPEG, PNG) or signed PDF of the paper from which the file was typed")
    ] = None,
    system: Annotated[
        str, typer.Option(help="With --legacy: id in the register under which the Sở keeps its papers")
    ] = PAPERS,
    received: Annotated[
        list[Path] | None,
        typer.Option(
            help="Folder of hub transfer receive, or of many: years rest on the semesters that pupils came with"
        ),
    ] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Join results and pupils, judge every row, and write the good ones as documents to sign.

    Nothing is repaired silently: every bad row is named with its reason, good rows go on. Exits with 1 when a row was
    refused. The report stands in the batch (report.jsonl) and holds what the cells hold. With --legacy nobody signs:
    the Sở seals each document as typed from that paper (hub seal), and its grade of evidence is legacy_evidence.
    With --received the year of a pupil who came in the middle of it names the former school's semester, and takes from
    there what the file left open; each such row says so.
    """
    if cohort is Cohort.CORRECTION:
        raise Refused("OPTION_WRONG", {"option": "--cohort", "reason": "hub correction prepare"})
    paper = None if legacy is None else read_paper(legacy, system)
    now = datetime.now(UTC)
    context = Context(civil_date(now), pupils, None, year, grade, received=read_received(received or ()))
    if results.suffix.lower() not in LINES:
        context = _of_workbook(context, school, name, province, data, now)
    console = Console(stderr=json)
    with Told(Console(stderr=True)) as tell:
        rows = (_told(row, tell) for row in judge_file(results, context))
        folder = out or results.with_name(f"{results.stem}.batch")
        made = prepare_batch(rows, folder, Rounds(cohort, number, transfer_from), school, year, paper=paper)
    _show(console, made, json)
    raise typer.Exit(1 if made.refused or made.batch is None else 0)


def _told(row: JudgedRow, tell: Told) -> JudgedRow:
    tell("read", 1)
    return row


def _of_workbook(
    context: Context, school: str | None, name: str | None, province: str | None, data: Path | None, now: datetime
) -> Context:
    """Complete what a workbook does not say. Raises Refused OPTION_MISSING, OPTION_WRONG, SCHOOL_FACTS_MISSING."""
    year = context.school_year
    for option, value in {"--pupils": context.pupils, "--school": school, "--year": year}.items():
        if value is None:
            raise Refused("OPTION_MISSING", {"option": option})
    if year is None or school is None:
        return context
    if _YEAR.fullmatch(year) is None:
        raise Refused("OPTION_WRONG", {"option": "--year", "reason": "2025-2026"})
    return replace(context, school=_school(school, year, name, province, data, now))


def _school(
    code: str, year: str, name: str | None, province: str | None, data: Path | None, now: datetime
) -> DocumentSchool:
    """Return the school as options say it; what they leave open comes from the register, if one is within reach."""
    if name is None or province is None:
        registered = _registered(code, year, data, now)
        name, province = name or registered.name, province or registered.province
    try:
        return msgspec.convert({"code": code, "name": name, "province": province}, DocumentSchool)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].rstrip("`")
        option = {"code": "--school", "name": "--name"}.get(field, "--province")
        raise Refused("OPTION_WRONG", {"option": option, "reason": str(error).partition(" - ")[0]}) from None


def _registered(code: str, year: str, data: Path | None, now: datetime) -> DocumentSchool:
    settings = Settings()
    within_reach = has_hub(data or settings.data_dir) or settings.so_database_url is not None
    if not within_reach:
        raise Refused("SCHOOL_FACTS_MISSING", {"school": code[:35]})
    with connected(data) as hub:
        for so in hub.slugs:
            snapshot = snapshot_of(hub.so_url(so), so)
            if snapshot.school(code, now) is not None:
                return school_of(snapshot, code, year, now)
    raise Refused("SCHOOL_UNKNOWN", {"school": code[:35]})


def _show(console: Console, made: PreparedBatch, as_json: bool) -> None:
    for row in made.rows:
        if as_json:
            print_line(row.shown())
        elif row.verdict is not Verdict.CLEAN:
            show_row(console, row)
    warned = sum(row.verdict is Verdict.WARNINGS and row.document is not None for row in made.rows)
    summary = {
        "batch": None if made.batch is None else str(made.batch.folder),
        "taken": made.taken,
        "warned": warned,
        "refused": made.refused,
        "report": str(made.report),
    }
    if as_json:
        print_line(summary)
    console.print(f"taken {made.taken} (warnings {warned}) · refused {made.refused}\nreport: {made.report}")
    if made.batch is not None:
        next_step = (
            "hub sign {} --role homeroom_teacher --key …" if made.batch.sealed is None else "hub seal {} --key …"
        )
        console.print(f"lô / batch: {made.batch.folder}\n→ {next_step.format(made.batch.folder)}")
