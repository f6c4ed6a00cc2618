"""`hub mapping list|run|diff`: the kept mappings of sealed records, what one makes of a source, how two differ."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.exits import EXIT_CODES, exit_code, explain
from hub.cli.mapping_showing import show_compared, show_made, show_unreadable
from hub.cli.options import Json
from hub.cli.showing import print_line
from hub.client.mapping_inputs import Reader, chosen_mapping, read_input, read_signers
from hub.client.mapping_trial import Compared, Made, compare, make
from hub.connectors.mapping import KeptMapping
from hub.connectors.sdk.finding import found, load
from hub.errors import HubError, Refused

__all__ = ["app"]

_UNREADABLE = 2
_COLUMNS = ("mapping", "current", "evidence", "sha256")
_T = TypeVar("_T")

Named = Annotated[str, typer.Argument(help="Kept mapping, such as tien-giang/2; a connector's folder may stand first")]
Signer = Annotated[list[Path] | None, typer.Option(help="Certificate that signed XML must be signed with (PEM, DER)")]
Files = Annotated[list[Path], typer.Argument(help="Source document (XML), extract, or plain records (JSON)")]

app = typer.Typer(
    no_args_is_help=True, epilog=EXIT_CODES, rich_markup_mode=None,
    help="Kept mappings: every version that a sealed record may name, run offline and compared. Nothing is sent.",
)  # fmt: skip


@app.command("list", epilog=EXIT_CODES)
def list_(
    connector: Annotated[list[str] | None, typer.Argument(help="Only these: names or folders; default all")] = None,
    json: Json = False,
) -> None:
    """List every kept mapping with the hash that a seal names; `current` is the one for new records.

    A connector whose kept mapping was changed is told beside the others; then it exits with 4.
    """
    rows: list[dict[str, str | bool]] = []
    worst = 0
    for name in connector or [name for name, folder in found().items() if (folder / "mappings").is_dir()]:
        try:
            rows += _rows(name)
        except HubError as error:
            explain(error)
            worst = max(worst, exit_code(error))
    if json:
        for row in rows:
            print_line(row)
    else:
        table = Table(title="Bộ luật ánh xạ / kept mappings", title_justify="left")
        for column in _COLUMNS:
            table.add_column(column, overflow="fold", no_wrap=column != "sha256")
        for row in rows:
            table.add_row(
                *(("✓" if value else "") if isinstance(value, bool) else str(value) for value in row.values())
            )
        Console().print(table)
    raise typer.Exit(worst)


@app.command("run", epilog=EXIT_CODES)
def run(mapping: Named, files: Files, signer: Signer = None, json: Json = False) -> None:
    """Run a kept mapping over files: the document of each record, what was found in it, what it lost.

    Name and province of a school are the register's, and left open. Exits with 1 when a record makes no document, and
    with 2 when a file cannot be read; the others are read all the same.
    """
    connector, kept = chosen_mapping(mapping)
    reader = Reader(connector, read_signers(signer or ()))
    count: Counter[str] = Counter()
    worst = 0
    for path in files:
        made = _read(path, partial(_made, path.name, reader, kept), json=json)
        worst = max(worst, _UNREADABLE if made is None else 0)
        for each in made or ():
            count["made" if each.document is not None else "refused"] += 1
            show_made(kept.name, path.name, each, json=json)
    _sum(f"{count['made']} học bạ/documents · {count['refused']} bị từ chối/refused", json=json)
    raise typer.Exit(max(worst, 1 if count["refused"] else 0))


@app.command("diff", epilog=EXIT_CODES)
def diff(
    old: Named,
    new: Named,
    inputs: Annotated[list[Path], typer.Option(help="Source document, extract or plain records; may be repeated")],
    more: Annotated[list[Path] | None, typer.Argument(help="More inputs", metavar="[FILES]...")] = None,
    signer: Signer = None,
    json: Json = False,
) -> None:
    """Compare what two kept mappings make of the same records: each path at which they differ, with both values.

    Records of which both make and tell the same are only counted. Exits with 0 whether or not something differs, and
    with 2 when a file cannot be read; the others are compared all the same.
    """
    (connector, one), (same, other) = chosen_mapping(old), chosen_mapping(new)
    reader = Reader(connector, read_signers(signer or ()))
    if connector.manifest.name != same.manifest.name:
        raise Refused("OPTION_WRONG", {"option": "NAME/VERSION", "reason": f"{one.name} | {other.name}"})
    paths: Counter[str] = Counter()
    records = different = worst = 0
    for path in (*inputs, *(more or ())):
        compared = _read(path, partial(_compared, path.name, reader, one, other), json=json)
        worst = max(worst, _UNREADABLE if compared is None else 0)
        for each in compared or ():
            records += 1
            different += not each.equal
            paths.update(difference.path for difference in each.differences)
            show_compared(path.name, each, json=json)
    _sum(f"{records} hồ sơ/records · {records - different} như nhau/equal · {different} khác/different", json=json)
    _sum("\n".join(f"{count:6} {path}" for path, count in sorted(paths.items())), json=json)
    raise typer.Exit(worst)


def _rows(name: str) -> Iterator[dict[str, str | bool]]:
    connector = load(name)
    kept = tuple(getattr(connector, "mappings", ()))
    for one in kept:
        current = one is kept[-1]
        evidence = connector.manifest.evidence
        yield {"mapping": one.name, "current": current, "evidence": evidence, "sha256": one.sha256}


def _made(file: str, reader: Reader, kept: KeptMapping, data: bytes) -> list[Made]:
    return [make(kept, record) for record in reader.records(data, file, kept)]


def _compared(file: str, reader: Reader, one: KeptMapping, other: KeptMapping, data: bytes) -> list[Compared]:
    made = (_made(file, reader, kept, data) for kept in (one, other))
    return [compare(*both) for both in zip(*made, strict=True)]


def _read(path: Path, read: Callable[[bytes], _T], *, json: bool) -> _T | None:
    """Return what is read of a file; None when it cannot be, which is shown in its place."""
    try:
        return read(read_input(path))
    except Refused as refused:
        show_unreadable(path.name or str(path), refused, json=json)
        return None


def _sum(text: str, *, json: bool) -> None:
    if text:
        Console(stderr=json).print(text, highlight=False, markup=False, soft_wrap=True)
