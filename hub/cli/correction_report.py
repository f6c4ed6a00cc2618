"""`hub correction report`: corrections by school, marks that cross a threshold, last-hour edits, idle windows."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import open_owner
from hub.cli.options import Data, Json, Year
from hub.cli.showing import print_line
from hub.errors import Refused
from hub.local.hub import LocalHub
from hub.operate import (
    CorrectionReport,
    correction_report_of_bo,
    correction_report_of_so,
    shown_school,
    shown_totals,
)

__all__ = ["report"]

_SHOWN_LENGTH = 12
_YEAR = re.compile(r"20[0-9]{2}-20[0-9]{2}")


def report(
    year: Year,
    so: Annotated[list[str] | None, typer.Option(help="Only this Sở; may be repeated")] = None,
    bo: Annotated[bool, typer.Option("--bo", help="As Bộ sees it: from its own rows of locked versions")] = False,
    school: Annotated[str | None, typer.Option(help="Only this school")] = None,
    minutes: Annotated[
        int, typer.Option(help="What counts as the last moments before a deadline or the end of a window", min=1)
    ] = 60,
    data: Data = None,
    json: Json = False,
) -> None:
    """Count corrections and edits of a school year, and name the documents behind each figure."""
    if _YEAR.fullmatch(year) is None:
        raise Refused("OPTION_WRONG", {"option": "--year", "reason": "2025-2026"})
    at, within = datetime.now(UTC), timedelta(minutes=minutes)
    with connected(data) as hub:
        slugs = tuple(chosen_so(hub, slug) for slug in so or hub.slugs)
        found = _of_bo(hub, slugs, year, at, within) if bo else _of_so(hub, slugs, year, at, within)
    for one in found:
        lines = [shown_school(one, s) for s in one.schools if school in (None, s.school)]
        if json:
            for line in lines:
                print_line(line)
            print_line({"totals": shown_totals(one)})
        else:
            _show(Console(), one, lines)


def _of_so(hub: LocalHub, slugs: Sequence[str], year: str, at: datetime, within: timedelta) -> list[CorrectionReport]:
    found = []
    for slug in slugs:
        with open_owner(hub, f"so-{slug}") as connection:
            found.append(correction_report_of_so(connection, slug, year, at, within))
    return found


def _of_bo(hub: LocalHub, slugs: Sequence[str], year: str, at: datetime, within: timedelta) -> list[CorrectionReport]:
    with open_owner(hub, "bo") as connection:
        return correction_report_of_bo(connection, slugs, year, at, within)


def _show(console: Console, report: CorrectionReport, lines: Sequence[dict[str, Any]]) -> None:
    table = Table(title=f"Đính chính / corrections · {report.so} · {report.school_year}", title_justify="left")
    crossings = [f"{sign}{t}" for t in ("5.0", "6.5", "8.0") for sign in ("↑", "↓")]
    last = f"{int(report.within.total_seconds() // 60)} min"
    for column in ("school", "corrections", *crossings, last, "unused"):
        table.add_column(column, overflow="fold")
    for line in lines:
        states = ", ".join(f"{state} {count}" for state, count in line["corrections"].items())
        marks = [str(count) for by in line["crossings"].values() for count in by.values()]
        unused = "—" if line["unused_windows"] is None else str(line["unused_windows"])
        table.add_row(line["school"], states, *marks, str(line["last_edits"]), unused)
    console.print(table)
    for line in lines:
        for name, entries in line["evidence"].items():
            for entry in entries:
                console.print(
                    f"  {line['school']} {name}: {_told(entry)}", highlight=False, markup=False, soft_wrap=True
                )


def _told(entry: dict[str, Any]) -> str:
    """Return one piece of evidence in a line: correction, what crossed, old and new version with their places."""
    said = [entry["correction"] or entry["round"] or "?"]
    said += [f"{m['subject']} {m['field']} {m['old']}→{m['new']} ({m['threshold']})" for m in entry.get("marks", ())]
    for version in (entry["old"], entry["new"]):
        if version is not None:
            place = "—" if version["log_index"] is None else version["log_index"]
            said.append(f"{version['document_sha256'][:_SHOWN_LENGTH]}… log {place}")
    return " · ".join(said)
