"""`hub check FILE…`: judge workbooks, .jsonl files, documents and batches, offline; nothing is sent."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace
from rich.console import Console

from hub.cli.explaining import computed_shown, show_computed, show_groups
from hub.cli.options import Json
from hub.cli.progress import Told
from hub.cli.showing import print_line, show_row
from hub.client import (
    Context,
    Grouping,
    JudgedRow,
    Verdict,
    is_batch,
    judge_document,
    judge_file,
    load_batch,
    unreadable_file,
)
from hub.connectors import UNKNOWN_SCHOOL
from hub.domain import Severities, civil_date, read_policy
from hub.errors import Refused

__all__ = ["check"]


def check(
    files: Annotated[list[Path], typer.Argument(help="Workbook or folder of them, .jsonl, document .json, or batch")],
    pupils: Annotated[Path | None, typer.Option(help="C1-HocSinh.xlsx: the pupil list of a workbook")] = None,
    school: Annotated[str | None, typer.Option(help="Code of the school, for a workbook")] = None,
    year: Annotated[str | None, typer.Option(help="School year, for a workbook; such as 2025-2026")] = None,
    grade: Annotated[int | None, typer.Option(help="Grade, where class codes do not tell it", min=1, max=12)] = None,
    policy: Annotated[Path | None, typer.Option(help="Severity policy (JSON) that makes refusals of warnings")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show every recomputed value with its article")] = False,
    json: Json = False,
) -> None:
    """Judge files offline. One verdict a document or row: clean, warnings, refused or unreadable.

    Faults that several rows share are told once more at the end, with their number.
    Exits with 0 for clean and warnings, 1 for refused, 2 for unreadable; the worst counts.
    """
    started = time.perf_counter()
    stands_for = None if school is None else replace(UNKNOWN_SCHOOL, code=school)
    context = Context(civil_date(datetime.now(UTC)), pupils, stands_for, year, grade, _policy(policy))
    console = Console(stderr=json)
    count: Counter[Verdict] = Counter()
    grouping = Grouping()
    with Told(Console(stderr=True)) as tell:
        for row in (row for path in files for row in _judged(path, context)):
            count[row.verdict] += 1
            grouping.add(row.findings)
            tell("checked", 1)
            _show(console, row, explain=explain, json=json)
    show_groups(console, grouping.groups())
    console.print(" · ".join(f"{verdict.value} {count[verdict]}" for verdict in Verdict))
    console.print(_rate(count.total(), time.perf_counter() - started), highlight=False)
    raise typer.Exit(max((verdict.exit_code for verdict in count), default=0))


def _show(console: Console, row: JudgedRow, *, explain: bool, json: bool) -> None:
    values = row.explained() if explain else []
    if json:
        print_line(row.shown() | ({"computed": [computed_shown(value) for value in values]} if explain else {}))
    elif explain or row.verdict is not Verdict.CLEAN:
        show_row(console, row)
        show_computed(console, values)


def _policy(path: Path | None) -> Severities | None:
    try:
        return None if path is None else read_policy(path.read_bytes())
    except OSError as error:
        raise Refused("FILE_UNREADABLE", {"reason": type(error).__name__}) from error


def _rate(rows: int, seconds: float) -> str:
    return f"{rows} học bạ, dòng / transcripts, rows · {seconds:.1f} s · {rows / max(seconds, 1e-9):,.0f}/s"


def _judged(path: Path, context: Context) -> Iterator[JudgedRow]:
    """Yield what a file holds; what cannot be read is a line too, and the other files go on."""
    try:
        yield from _batch(path, context) if path.is_dir() else judge_file(path, context)
    except Refused as refused:
        yield unreadable_file(path.name or str(path), refused)


def _batch(folder: Path, context: Context) -> Iterator[JudgedRow]:
    if not is_batch(folder):
        yield from judge_file(folder, context)
        return
    batch = load_batch(folder)
    for document in batch.documents:
        sha256 = document.document_sha256
        yield judge_document(f"{folder.name}/{sha256}.json", batch.document(sha256), context.at, context.policy)
