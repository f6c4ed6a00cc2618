"""`hub fork`: two histories that one Sở signed: the pairs that Bộ keeps, as a file, and checked offline."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.connect import connected
from hub.cli.exits import EXIT_CODES
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.client import fork_file, kept_forks
from hub.errors import Refused
from hub.evidence import FORK_BYTE_COUNT_MAX, ForkVerdict, fork_bytes, verify_fork
from hub.trust import NoteKey

__all__ = ["app"]

_EXITS = {ForkVerdict.PROVED: 0, ForkVerdict.BROKEN: 1, ForkVerdict.CLAIMED: 7}
app = typer.Typer(
    no_args_is_help=True, help="Two histories that one Sở signed, kept as evidence.", epilog=EXIT_CODES,
    rich_markup_mode=None,
)  # fmt: skip


@app.command("list", epilog=EXIT_CODES)
def list_(data: Data = None, json: Json = False) -> None:
    """List the pairs that Bộ keeps, oldest first. Exits with 1 when there are any."""
    with connected(data) as hub:
        found = kept_forks(hub.bo_url)
    if json:
        for one in found:
            print_line(one.shown())
    else:
        table = Table(title="Nhật ký rẽ nhánh / forks", title_justify="left")
        for column in ("id", "so", "kind", "code", "first", "second", "seen"):
            table.add_column(column, overflow="fold")
        for one in found:
            row = (str(one.id), one.so, one.kind, one.code, str(one.first[0]), str(one.second[0]))
            table.add_row(*row, f"{one.seen_at:%Y-%m-%d %H:%M:%S}")
        Console().print(table)
    raise typer.Exit(1 if found else 0)


@app.command("export", epilog=EXIT_CODES)
def export(
    number: Annotated[int, typer.Argument(help="Number of the pair, as `list` shows it")],
    out: Annotated[Path | None, typer.Option(help="File to write; default: fork-NUMBER.json")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Write one pair with keys, certificates and log, so that it can be checked without the hub."""
    with connected(data) as hub:
        content = fork_bytes(fork_file(hub.bo_url, number))
    target = out or Path(f"fork-{number}.json")
    target.write_bytes(content)
    shown = {"file": str(target), "byte_count": len(content), **verify_fork(content).shown()}
    if json:
        print_line(shown)
    else:
        print(f"{target} · {len(content)} byte · {shown['verdict']}")


@app.command("verify", epilog=EXIT_CODES)
def verify(
    file: Annotated[Path, typer.Argument(help="File, as export writes it")],
    log_key: Annotated[
        list[str] | None, typer.Option(help="Note key of the log, as you have it from elsewhere: name+id+base64")
    ] = None,
    json: Json = False,
) -> None:
    """Check a pair offline. Exits with 0 proved, 7 claimed (signed, but the rest is Bộ's word), 1 broken.

    Without --log-key the keys in the file are used: compare them with the log's own.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(FORK_BYTE_COUNT_MAX + 1)
    except OSError:
        raise Refused("BUNDLE_FILE_UNREADABLE", {"file": str(file)}) from None
    report = verify_fork(content, [NoteKey.of(text) for text in log_key or ()])
    if json:
        print_line(report.shown())
    else:
        print(" · ".join((report.verdict.value, *report.codes)))
        for name, value in report.facts.items():
            print(f"  {name}: {value}")
    raise typer.Exit(_EXITS[report.verdict])
