"""`hub bundle`: one locked transcript as an evidence file that anyone can check without the hub."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.client import BundleFile, make_bundle, pupils_of_locator, pupils_of_student
from hub.errors import Refused
from hub.evidence import Roots, without_source
from hub.local.hub import LocalHub
from hub.sources import verify_with_source

__all__ = ["anchored", "bundle", "write_private"]


def bundle(
    pupil: Annotated[str, typer.Argument(help="Mã số tra cứu; with --school the school's code of the pupil")],
    year: Annotated[str, typer.Argument(help="School year, such as 2025-2026")],
    school: Annotated[str | None, typer.Option(help="Code of the school, when PUPIL is its code of the pupil")] = None,
    so: Annotated[str | None, typer.Option(help="Search only this Sở; default: all that are served")] = None,
    period: Annotated[str | None, typer.Option(help="year or semester_1, when there are both")] = None,
    version: Annotated[int | None, typer.Option(help="An earlier version; default: the newest", min=1)] = None,
    out: Annotated[Path | None, typer.Option(help="File to write; default: LOCATOR-YEAR.bundle.json")] = None,
    source: Annotated[bool, typer.Option(help="Put in the source of a sealed record; a family's file has none")] = True,
    status: Annotated[Path | None, typer.Option(help="Write a status file beside it: what became of it since")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Write the evidence file of one locked transcript, and check it against the key folder's roots.

    A source document may tell of a whole class: with --no-source it is left out, for whoever may see this pupil alone.
    The verdict about a sealed record is then unknown, by its source; everything else is checked as ever.
    """
    with connected(data) as hub:
        slugs = hub.slugs if so is None else (chosen_so(hub, so),)
        made = find_bundle(hub, slugs, pupil, year, school, period, version)
        roots = anchored(hub, made.so)
    target = out or Path(f"{made.leaf.locator}-{year}.bundle.json")
    if not source:
        made = replace(made, bundle=without_source(made.bundle), source_byte_count=0)
    write_private(target, made.bundle)
    if status is not None:
        write_private(status, made.status)
    report = verify_with_source(made.bundle, roots)
    counts = {"byte_count": len(made.bundle), "source_byte_count": made.source_byte_count}
    shown = {"file": str(target), **counts, **report.shown()}
    if json:
        print_line(shown)
    else:
        Console().print(
            f"{target} · {len(made.bundle)} byte · {shown['verdict']} · {shown['as_of']}", highlight=False, markup=False
        )
        if made.source_byte_count:
            _tell_source(Console(), report.facts)


def _tell_source(console: Console, facts: Mapping[str, str]) -> None:
    """Say that the file holds more than one pupil's record: whoever passes it on should know."""
    grade = facts.get("evidence", "")
    for line in (
        f"Mức chứng cứ {grade}: tệp kèm nguyên văn tài liệu nguồn, có thể có dữ liệu của học sinh khác.",
        f"Evidence {grade}: the file holds the whole source document, which may tell of other pupils.",
    ):
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)


def find_bundle(
    hub: LocalHub, slugs: tuple[str, ...], pupil: str, year: str, school: str | None, period: str | None,
    version: int | None,
) -> BundleFile:  # fmt: skip
    """Make it from the first Sở that has it. Raises Refused LOOKUP_NOTHING_FOUND, and as `make_bundle`."""
    urls = {slug: hub.so_url(slug) for slug in slugs}
    found = pupils_of_locator(urls, pupil) if school is None else pupils_of_student(urls, school, pupil)
    if not found:
        raise Refused("LOOKUP_NOTHING_FOUND")
    missing = Refused("LOOKUP_NOTHING_FOUND")
    for slug, pupils in found.items():
        try:
            return make_bundle(slug, urls[slug], pupils, year, school=school, period=period, version=version)
        except Refused as refused:
            if refused.code != "BUNDLE_NOTHING_LOCKED":
                raise
            missing = refused
    raise missing


def anchored(hub: LocalHub, so: str) -> Roots:
    """Return the roots of a Sở in the key folder: the registrars' certificates that were handed over by hand."""
    return Roots.of(anchors_of(hub.secrets / f"so-{so}"))


def anchors_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.glob("anchor-*.der")):
        yield path.name, path.read_bytes()


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads: it holds the marks of a child."""
    path.touch(mode=0o600)
    path.write_bytes(content)
