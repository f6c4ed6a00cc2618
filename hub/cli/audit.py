"""`hub audit`: the independent oracle over journal, tables and topics; starts the folder's servers when no hub runs."""

import json as json_lines
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hub.audit import Report, SourceGoneError, audit_hub
from hub.config import Settings
from hub.errors import Unavailable
from hub.local.addresses import addresses_of
from hub.local.hub import LocalHub
from hub.signing import COSIGNER, load_keyring

__all__ = ["audit"]

_BROKEN = 4


def audit(
    data: Annotated[Path | None, typer.Option(help="Folder of the servers and of journal.jsonl")] = None,
    so: Annotated[list[str] | None, typer.Option(help="Slug of a Sở; default: all of the settings")] = None,
    journal: Annotated[
        list[Path] | None, typer.Option(help="A client's journal; default: <data>/journal.jsonl")
    ] = None,
    running: Annotated[bool, typer.Option("--running", help="The hub is at work: what waits is no violation")] = False,
    json: Annotated[bool, typer.Option("--json", help="The last line is the whole report as one JSON object")] = False,
) -> None:
    """Check the promise: nothing lost, nothing doubled, nothing changed after lock. Exit code 4 when it is broken."""
    settings = Settings()
    folder, slugs = data or settings.data_dir, tuple(so or settings.so_slugs)
    addresses = addresses_of(settings)
    journals = journal or [folder / "journal.jsonl"]
    for path in journals:
        if not path.exists():
            raise typer.BadParameter(f"there is no journal at {path}")
    with LocalHub(folder, slugs, settings.cache_dir, addresses, join=True) as hub:
        urls = {slug: hub.so_url(slug) for slug in slugs}
        try:
            key = load_keyring(hub.secrets / "bo", COSIGNER).slip_key if (hub.secrets / "bo").is_dir() else None
            report = audit_hub(slugs, urls, hub.bo_url, hub.bootstrap, journals, at_rest=not running, slip_key=key)
        except SourceGoneError as error:
            code = "KAFKA_UNAVAILABLE" if error.source == "kafka" else "DATABASE_UNAVAILABLE"
            raise Unavailable(code, {"reason": error.reason}) from error
    console = Console(stderr=json)
    console.print(_table(report))
    _explain(console, report)
    if json:
        print(json_lines.dumps(report.as_json(), ensure_ascii=False))
    if report.violations:
        raise typer.Exit(_BROKEN)


def _table(report: Report) -> Table:
    table = Table(title="Kiểm toán độc lập / independent audit")
    table.add_column("check")
    for column in ("looked at", "unfinished", "violations"):
        table.add_column(column, justify="right")
    for check in report.checks:
        table.add_row(check.name, str(check.looked_at), str(check.unfinished), str(check.violations))
    return table


def _explain(console: Console, report: Report) -> None:
    """Say which promise is broken, and where."""
    for check in report.checks:
        if check.violations:
            console.print(f"[red]✗[/red] {check.name}: {check.promise}", highlight=False)
        for example in check.examples:
            shown = " ".join(f"{name}={value}" for name, value in example.items())
            console.print(f"    {shown}", markup=False, highlight=False, soft_wrap=True)
