"""`hub reconcile`: school = Sở = Bộ = national stream by root, or with --rows every stored row against its evidence."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from prometheus_client import CollectorRegistry, write_to_textfile
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from hub.catalogue import entry_of
from hub.cli.connect import chosen_so, connected
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.config import Settings
from hub.errors import Refused
from hub.local.hub import LocalHub
from hub.metrics import TAMPER_CHECKED, TAMPERED
from hub.reconcile import Checked, Sums, Tampered, check_rows
from hub.reconcile import reconcile as compare
from hub.signing import COSIGNER, load_keyring
from hub.store.bo.anchor import Anchor, read_anchor

__all__ = ["reconcile"]

_DIFFERS = 4
_SHOWN_MAX = 500  # rows of the table for people; --json prints all of them


def reconcile(
    so: Annotated[list[str] | None, typer.Option(help="Only this Sở; may be repeated")] = None,
    school: Annotated[str | None, typer.Option(help="Only the school with this code")] = None,
    rows: Annotated[
        bool, typer.Option("--rows", help="Check each database by itself instead: the row that was tampered with")
    ] = False,
    metrics_file: Annotated[
        Path | None, typer.Option(help="With --rows: also write hub_tampered_rows here, for node_exporter")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Compare school, Sở, Bộ and the national stream; name every pupil who differs. Exits with 4 when anything does."""
    if (metrics_file is not None and not rows) or (rows and school is not None):
        raise Refused("OPTION_WRONG", {"option": "--metrics-file, --school", "reason": "--rows"})
    with connected(data) as hub:
        slugs = [chosen_so(hub, slug) for slug in so or hub.slugs]
        if rows:
            found = _check(hub, slugs, bo=so is None, json=json, metrics_file=metrics_file)
        else:
            found = _compare(hub, slugs, school, json=json)
    if found:
        raise typer.Exit(_DIFFERS)


def _compare(hub: LocalHub, slugs: list[str], school: str | None, *, json: bool) -> int:
    sums, console = Sums(), Console(stderr=json)
    secret = load_keyring(hub.secrets / "bo", COSIGNER).secret
    urls = {slug: hub.so_url(slug) for slug in slugs}
    table = _table(
        "Đối soát / reconciliation", "code", "Sở", "school", "round", "look-up code", "document", "student code", "what"
    )
    with _progress(console) as tell:
        for difference in compare(urls, hub.bo_url, hub.bootstrap, secret, sums, school=school, tell=tell):
            shown = difference.shown()
            if json:
                print_line(shown)
            elif sums.differences <= _SHOWN_MAX:
                names = ("code", "so", "school", "round", "locator", "document_sha256", "student_code")
                cells = [str(shown[name] or "") for name in names]
                cells[3], cells[5] = " ".join(filter(None, (shown["school_year"], cells[3]))), cells[5][:16]
                table.add_row(*map(escape, cells), ", ".join(shown["what"]))
    if table.row_count:
        console.print(table)
        _explain(console, table)
    console.print(
        f"{sums.schools} trường/schools · {sums.locks} đợt chốt/locks · {sums.transcripts} học bạ/transcripts · "
        f"{sums.in_stream} bản tin/messages · {sums.waiting} đang chờ/on their way · "
        f"{sums.differences} khác biệt/differences",
        highlight=False,
    )
    return sums.differences


def _check(hub: LocalHub, slugs: list[str], *, bo: bool, json: bool, metrics_file: Path | None) -> int:
    owners = {f"so-{slug}": hub.so_url(slug) for slug in slugs} | ({"bo": hub.bo_url} if bo else {})
    console, checked, total = Console(stderr=json), Checked(), 0
    table = _table("Dòng bị can thiệp / tampered rows", "code", "owner", "table", "row", "what")
    for owner, url in owners.items():
        count = 0
        for tampered in check_rows(owner, url, checked, _anchor(hub) if owner == "bo" else None):
            count += 1
            _show_row(table, tampered, json=json)
        TAMPERED.labels(owner).set(count)
        TAMPER_CHECKED.labels(owner).set(time.time())
        total += count
    if metrics_file is not None:
        _write_metrics(metrics_file)
    if table.row_count:
        console.print(table)
        _explain(console, table)
    console.print(
        f"{checked.locks} đợt chốt/locks · {checked.heads} điểm kiểm/heads · {total} bất thường/findings",
        highlight=False,
    )
    return total


def _anchor(hub: LocalHub) -> Anchor | None:
    """Where the portal's logs ended, as Bộ's worker noted it on this machine."""
    path = Settings().look_anchor or hub.look_anchor
    return read_anchor(path, load_keyring(hub.secrets / "bo", COSIGNER).slip_key)


def _show_row(table: Table, tampered: Tampered, *, json: bool) -> None:
    shown = tampered.shown()
    if json:
        print_line(shown)
    elif table.row_count < _SHOWN_MAX:
        table.add_row(
            *(escape(str(shown[name])) for name in ("code", "owner", "table", "row")), ", ".join(shown["what"])
        )


def _write_metrics(path: Path) -> None:
    registry = CollectorRegistry()
    registry.register(TAMPERED)
    registry.register(TAMPER_CHECKED)
    try:
        write_to_textfile(str(path), registry)
    except OSError as error:
        raise Refused("OPTION_WRONG", {"option": "--metrics-file", "reason": error.strerror or "OSError"}) from error


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _explain(console: Console, table: Table) -> None:
    """Say once what each code means and what to do."""
    for code in dict.fromkeys(str(cell) for cell in table.columns[0].cells):
        entry = entry_of(code)
        console.print(f"{code}: {entry.vi} / {entry.en}", highlight=False, soft_wrap=True)
        console.print(f"  → {entry.next_vi} / {entry.next_en}", highlight=False, soft_wrap=True)


@contextmanager
def _progress(console: Console) -> Iterator[Any]:
    """Count the messages of the stream while they are read; only on a terminal."""
    columns = (SpinnerColumn(), TextColumn("luồng quốc gia / national stream: {task.completed:.0f}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("stream", total=None)
        yield lambda n: progress.advance(task, n)
