"""`hub history`: one pupil's years over all schools and Sở, each with what it rests on and whether that still holds."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.bundle import anchored, write_private
from hub.cli.connect import chosen_so, connected
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.cli.verify import EXITS
from hub.client import YearProof, conclusion_of, find_by_locator, find_by_student, prove_years
from hub.errors import Refused
from hub.sources import verify_with_source

__all__ = ["history"]

_COLUMNS = ("Năm học", "Lớp", "Sở", "Tỉnh", "Trường", "Bản", "Chứng cứ", "Nhật ký", "Kết luận")


def history(
    locator: Annotated[str | None, typer.Argument(help="Mã số tra cứu, such as 01-ABCD-EFGH-J")] = None,
    school: Annotated[str | None, typer.Option(help="Code of a school of the pupil, with --student")] = None,
    student: Annotated[str | None, typer.Option(help="Mã học sinh at that school")] = None,
    so: Annotated[str | None, typer.Option(help="Search only this Sở; default: all that are served")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the evidence files of all years")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show one pupil's years over all Sở, each proved anew: grade of evidence, signatures, place in the log, source.

    Exits with 0 when every year is valid, 1 when one is invalid, 7 when one cannot be told (not locked, or not at Bộ).
    """
    if locator is None and (school is None or student is None):
        raise Refused("OPTION_MISSING", {"option": "LOCATOR, --school + --student"})
    with connected(data) as hub:
        slugs = hub.slugs if so is None else (chosen_so(hub, so),)
        urls = {slug: hub.so_url(slug) for slug in slugs}
        if locator is not None:
            found = find_by_locator(locator, urls, hub.bo_url)
        else:
            found = find_by_student(school or "", student or "", urls, hub.bo_url)
        proofs = prove_years(found, urls, lambda slug: anchored(hub, slug), verify_with_source)
    if out is not None:
        _keep(out, proofs)
    shown = _shown(found.locator, proofs)
    if json:
        print_line(shown)
    else:
        _show(Console(), shown)
    raise typer.Exit(EXITS[conclusion_of(proofs)])


def _shown(locator: str | None, proofs: Sequence[YearProof]) -> dict[str, Any]:
    years = [one.shown() for one in proofs]
    return {
        "locator": locator,
        "verdict": conclusion_of(proofs).value,
        "evidence": dict(Counter(year["evidence"] for year in years)),
        "so": list(dict.fromkeys(year["so"] for year in years)),
        "years": years,
    }


def _keep(folder: Path, proofs: Sequence[YearProof]) -> None:
    """Write the evidence files, each for its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in proofs:
        if one.bundle is not None:
            t = one.version.transcript
            write_private(
                folder / f"{t.school_year}-{t.period}-{one.version.so}-{t.school.code}.bundle.json", one.bundle
            )


def _schools(year: dict[str, Any]) -> str:
    """Return the school of a year; and who answers for the first semester, where that is another one."""
    taken = [one for one in year["semesters"] if one["school"] != year["school"]]
    first = "".join(f"; HK I: {one['school']} {one['verdict']}" for one in taken)
    return f"{year['school']} {year['school_name']}{first}"


def _place(year: dict[str, Any]) -> str:
    """Return the leaf's place in the log and the log's size; behind an arrow who follows a closed log."""
    if year["tree_size"] is None:
        return "—"
    follows = "" if year["log_successor"] is None else f" → {year['log_successor']}"
    return f"{year['log_index']}/{year['tree_size']}{follows}"


def _show(console: Console, shown: dict[str, Any]) -> None:
    table = Table(title=f"Quá trình học tập — mã tra cứu {shown['locator'] or '—'}")
    for column in _COLUMNS:
        table.add_column(column, overflow="fold")
    for year in shown["years"]:
        province, codes = (
            year["province"],
            [code for code in year["codes"] if not code.startswith("BUNDLE_NOT_STAMPED")],
        )
        now = "" if province["now"] is None else f" (nay {province['now']})"
        period = "" if year["period"] == "year" else f" {year['period']}"
        table.add_row(
            year["school_year"] + period,
            str(year["grade"]),
            year["so"],
            f"{province['code']} {province['name'] or '?'}{now}",
            _schools(year),
            f"{year['version']}/{year['version_count']}",
            " ".join(filter(None, (year["evidence"], year["mapping"]))),
            _place(year),
            " ".join([year["verdict"] or "—", *codes]),
        )
    console.print(table)
    grades = ", ".join(f"{grade} {count}" for grade, count in shown["evidence"].items())
    console.print(f"{shown['verdict']} · {grades} · {', '.join(shown['so'])}", highlight=False, markup=False)
