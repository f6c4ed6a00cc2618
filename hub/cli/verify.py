"""`hub verify`: check an evidence file with neither network nor database; every finding at once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from hub.cli.options import Json
from hub.cli.showing import print_line
from hub.errors import Refused
from hub.evidence import BUNDLE_BYTE_COUNT_MAX, ROOTS_BYTE_COUNT_MAX, Conclusion, Proof, Report, Roots, with_semesters
from hub.print import SHEET_BYTES_MAX, SheetReport, check_sheet, is_pdf
from hub.sources import verify_with_source

__all__ = ["verify"]

EXITS = {Conclusion.VALID: 0, Conclusion.INVALID: 1, Conclusion.SUPERSEDED: 6, Conclusion.UNKNOWN: 7}
_COLOURS = {"valid": "green", "invalid": "red"}


def verify(
    file: Annotated[Path, typer.Argument(help="Evidence file of hub bundle, or sheet (PDF) of hub sheet")],
    roots: Annotated[
        list[Path] | None,
        typer.Option(
            help="Whom you trust: certificates (DER or PEM), note keys, or a folder of anchor-*.der and timestamp*.der"
        ),
    ] = None,
    status: Annotated[Path | None, typer.Option(help="A newer status file; it may hold a later version")] = None,
    basis: Annotated[
        list[Path] | None,
        typer.Option(help="Evidence file of the former school's semester_1 document on which the year rests"),
    ] = None,
    json: Json = False,
) -> None:
    """Check an evidence file offline. Exits with 0 valid, 1 invalid, 6 superseded, 7 unknown, 2 when there is no file.

    A sheet (PDF of hub sheet) is checked too: its seal, that it shows what its data says, and its evidence file.
    Without --roots nobody is trusted, and the best verdict is unknown. Of a year after a transfer in the middle of it,
    who answers for which semester is told; with --basis the former school's signatures are checked as well.
    """
    trusted = Roots.of(content for path in roots or () for content in _roots(path))
    newer = None if status is None else _content(status, BUNDLE_BYTE_COUNT_MAX)
    data = _content(file, SHEET_BYTES_MAX)
    report = _report(data, trusted, newer)
    others = [Proof(one, verify_with_source(one, trusted)) for one in map(_bundle, basis or ())]
    if isinstance(report, Report):
        report = with_semesters(Proof(data, report), others)
    elif others:
        raise Refused("OPTION_WRONG", {"option": "--basis", "reason": "PDF"})
    if json:
        print_line(report.shown())
    else:
        _show(Console(), report)
    raise typer.Exit(EXITS[report.verdict])


def _report(data: bytes, trusted: Roots, newer: bytes | None) -> Report | SheetReport:
    if not is_pdf(data):
        return verify_with_source(data, trusted, newer)
    if newer is not None:
        raise Refused("OPTION_WRONG", {"option": "--status", "reason": "PDF"})
    return check_sheet(data, trusted, verify_with_source)


def _roots(path: Path) -> Iterator[tuple[str, bytes]]:
    found = [*path.glob("anchor-*.der"), *path.glob("timestamp*.der")] if path.is_dir() else [path]
    for one in sorted(found):
        yield one.name, _content(one, ROOTS_BYTE_COUNT_MAX)


def _bundle(path: Path) -> bytes:
    return _content(path, BUNDLE_BYTE_COUNT_MAX)


def _content(path: Path, byte_count_max: int) -> bytes:
    """Read a file up to one byte more than it may have. Raises Refused BUNDLE_FILE_UNREADABLE."""
    try:
        with path.open("rb") as file:
            return file.read(byte_count_max + 1)
    except OSError:
        raise Refused("BUNDLE_FILE_UNREADABLE", {"file": str(path)}) from None


def _show(console: Console, report: Report | SheetReport) -> None:
    shown = report.shown()
    colour = _COLOURS.get(shown["verdict"], "yellow")
    console.print(f"[{colour}]{shown['verdict']}[/{colour}] · tính đến / as of {shown['as_of']}", highlight=False)
    for part, end in shown["parts"].items():
        console.print(f"  {part:11} {end}", highlight=False, markup=False)
    for name, value in shown["facts"].items():
        console.print(f"  {name:16} {escape(value)}", highlight=False)
    for one in shown["signers"]:
        console.print(f"  {one['role']:16} {one['person']} {one['claimed_at']}", highlight=False, markup=False)
    for one in shown.get("semesters", ()):
        signed = ", ".join(f"{by['role']} {by['person']}" for by in one["signers"])
        told = f"  học kì {one['semester']:<10} {one['school']} {one['verdict']} {signed}"
        console.print(told, highlight=False, markup=False)
    for told in shown["findings"]:
        for line in (
            f"{told['code']} {told['path']}",
            told["vi"],
            told["en"],
            f"→ {told['next_vi']}",
            f"→ {told['next_en']}",
        ):
            console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
