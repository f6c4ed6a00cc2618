"""`hub connector status`, `hub connector signal`: how connectors stand, and what a person tells one to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from hub.cli.connector_run import instances
from hub.cli.exits import explain
from hub.cli.options import Data, Json
from hub.cli.showing import print_line, told_text
from hub.connect import STATE_FILE, Store, add_signal, batches_waiting, look, losses, refusals, signals
from hub.errors import HubError, Refused

__all__ = ["signal", "status"]

_COLOURS = {"RUNNING": "green", "PAUSED": "yellow", "DEGRADED": "yellow", "FAILED": "red"}


class _Signal(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    SNAPSHOT = "snapshot"
    RESEND = "resend"
    SHOW = "show"


def status(
    name: Annotated[str | None, typer.Argument(help="Connector; default: every one of the data folder")] = None,
    show_losses: Annotated[bool, typer.Option("--losses", help="Show the loss report")] = False,
    show_batches: Annotated[bool, typer.Option("--batches", help="Show the batches that wait for persons")] = False,
    show_refused: Annotated[bool, typer.Option("--refused", help="Show the records that were not taken")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show state, reason, heartbeat, records and answers.

    Exits with 1 when one has failed, is degraded, or does not run and was not paused.
    """
    folder, now = instances(data), datetime.now(UTC)
    names = [name] if name is not None else sorted(path.parent.name for path in folder.glob(f"*/{STATE_FILE}"))
    if not names:
        raise Refused("CONNECTOR_STATE_MISSING", {"name": "(bất kỳ / any)"})
    bad = False
    for one in names:
        try:
            with _opened(folder, one) as store:
                seen = look(store, now)
                shown: dict[str, Any] = {"connector": one, **seen.shown()}
                if show_losses:
                    shown["losses"] = losses(store)
                if show_batches:
                    shown["batches"] = batches_waiting(store, folder / one / "batches")
                if show_refused:
                    shown["refused"] = refusals(store)
        except HubError as error:
            if name is not None:
                raise
            _cannot_look(one, error, json=json)
            bad = True
            continue
        bad = bad or seen.state in ("FAILED", "DEGRADED") or not (seen.alive or seen.state == "PAUSED")
        if json:
            print_line(shown)
        else:
            _show(shown)
    raise typer.Exit(1 if bad else 0)


def signal(
    name: Annotated[str, typer.Argument(help="Connector")],
    kind: Annotated[_Signal, typer.Argument(help="What to do; show: the last signals and what became of them")],
    from_record: Annotated[int | None, typer.Option(help="resend: first record, by its number", min=1)] = None,
    to_record: Annotated[int | None, typer.Option(help="resend: last record", min=1)] = None,
    school: Annotated[str | None, typer.Option(help="resend: what is of this school")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="resend: refused, held-back, turned-down records")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="resume: begin reading anew, with a new replication slot where it is lost")
    ] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Tell a connector to pause, go on, read everything again, or send a range again; it obeys at its next step."""
    now = datetime.now(UTC)
    arguments = {"from_n": from_record, "to_n": to_record, "school": school, "refused": refused}
    if restart and kind is not _Signal.RESUME:
        raise Refused("CONNECTOR_SIGNAL_WRONG", {"signal": kind.value, "reason": "--restart: resume"})
    said = "restart" if restart else kind.value
    with _opened(instances(data), name) as store:
        if kind is not _Signal.SHOW:
            add_signal(store, said, f"{now:%Y-%m-%dT%H:%M:%SZ}", arguments)
        shown, alive = signals(store), look(store, now).alive
    for row in shown if kind is _Signal.SHOW else shown[:1]:
        if json:
            print_line(row)
        else:
            done = "chưa / not yet" if row["done_at"] is None else f"{row['done_at']} {row['outcome']}"
            print(f"{row['n']} {row['kind']} {row['arguments'] or ''} {row['sent_at']} → {done}")
    if not alive and kind is not _Signal.SHOW:
        explain(Refused("CONNECTOR_NOT_RUNNING", {"name": name}))


def _cannot_look(name: str, error: HubError, *, json: bool) -> None:
    """Tell of a connector whose state cannot be read; the others are looked at all the same."""
    if json:
        print_line({"connector": name, "state": "FAILED", "reason": error.code})
    else:
        print(f"{name}: FAILED {error.code}")
    explain(error)


@contextmanager
def _opened(folder: Path, name: str) -> Iterator[Store]:
    """Open the state of a connector for a look. Raises Refused CONNECTOR_STATE_MISSING when it never ran."""
    path = folder / Path(name).name / STATE_FILE
    if not path.exists():
        raise Refused("CONNECTOR_STATE_MISSING", {"name": name[:60]})
    store = Store(path)
    try:
        yield store
    finally:
        store.close()


def _show(shown: dict[str, Any]) -> None:
    console = Console()
    said = f"[{_COLOURS[shown['state']]}]{shown['state']}[/] {escape(shown['reason'])}"
    if not shown["alive"]:
        said = f"[red]không chạy / not running[/], lần cuối / last: {said}"
    console.print(f"{escape(shown['connector'])}: {said}", highlight=False, soft_wrap=True)
    lines = [f"nhịp / heartbeat: {shown['heartbeat_at']} · đọc / read: {shown['pulled_at']}"]
    lines.append("hồ sơ / records: " + " · ".join(f"{state} {count}" for state, count in shown["records"].items()))
    if shown["signatures"] == "unchecked":
        lines.append("chữ ký của Sở: chưa kiểm tra / Sở's signatures: unchecked")
    if shown["lag_bytes"] is not None:
        lines.append(f"nhật ký bị giữ lại / log held back: {shown['lag_bytes']} byte")
    for kind, by_state in shown["answers"].items():
        lines.append(f"{kind}: " + " · ".join(f"{state} {count}" for state, count in by_state.items()))
    for step in shown["steps"]:
        lines.append(f"{step['name']}: {step['code']} × {step['attempts']}, thử lại / next {step['next_at']}")
    for found in shown["notices"]:
        facts = ", ".join(f"{name} {value}" for name, value in found["facts"].items())
        lines.append(f"{found['code']} {found['path']}" + (f": {facts}" if facts else ""))
    for loss in shown.get("losses", ()):
        declared = "khai báo / declared" if loss["declared"] else "CHƯA KHAI BÁO / UNDECLARED"
        lines.append(f"{loss['kind']} {loss['direction']} {loss['path']} × {loss['count']} {declared}")
    for batch in shown.get("batches", ()):
        missing = ", ".join(batch["missing"]) or ("" if batch.get("submissions") else "--submissions")
        lines.append(f"{batch['folder']} ({batch['documents']}) thiếu / missing: {missing}")
        lines += [f"  {told}"] if (told := told_text(batch)) else []
    for record in shown.get("refused", ()):
        lines.append(f"{record['n']} {record['place']} {record['state']}: {', '.join(map(str, record['codes']))}")
    for line in lines:
        console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
