"""`hub status`: who works, how far each stage is, what waits and what was kept back."""

from rich.console import Console
from rich.table import Table

from hub.cli.connect import NOBODY_WORKS, connected, sources_of
from hub.cli.options import Caller, Data, Json, check_caller
from hub.cli.showing import print_line
from hub.client import OrganisationStatus, status_of
from hub.domain import Machine

__all__ = ["status"]

_NOBODY = "[red]—[/red]"


def status(role: Caller = None, data: Data = None, json: Json = False) -> None:
    """Show organisations, worker groups and members, lag of each stage, rounds, quarantine and unsent messages.

    With --json each state of rounds says why, since when, by whom, by which rule, what comes next and what may be done.
    """
    check_caller(role, Machine.ROUND)
    with connected(data) as hub:
        running = hub.servers.kafka is None
        found = status_of(hub.bootstrap, sources_of(hub), running=running)
    console = Console(stderr=json)
    if not running:
        console.print(NOBODY_WORKS)
    for organisation in found:
        if json:
            print_line(organisation.shown(role))
        else:
            _show(console, organisation)


def _show(console: Console, organisation: OrganisationStatus) -> None:
    table = Table(title=organisation.owner, title_justify="left")
    table.add_column("stage", no_wrap=True)
    table.add_column("group", no_wrap=True)
    table.add_column("members (partitions)", overflow="fold")
    for column in ("done", "lag"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("last move")
    for s in organisation.stages:
        members = "\n".join(f"{m.client_id} ({len(m.partitions)})" for m in s.members) or _NOBODY
        moved = "—" if s.moved_at is None else f"{s.moved_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(s.stage, s.group, members, str(s.done), str(s.lag), moved)
    console.print(table)
    rounds = ", ".join(f"{r.cohort} {r.state} {r.count} (Bộ {r.answered})" for r in organisation.rounds)
    kept = ", ".join(f"{stage} {code} {n}" for stage, code, n in organisation.quarantine)
    documents = ", ".join(f"{name} {n}" for name, n in organisation.documents.items())
    evidence = ", ".join(f"{grade} {n}" for grade, n in organisation.evidence.items())
    for label, text in (
        ("học bạ / transcripts", documents), ("mức chứng cứ / evidence", evidence),
        ("đợt / rounds", rounds), ("cách ly / quarantine", kept),
        ("chưa gửi / unsent", str(organisation.unsent)),
        ("đợt Bộ báo thiếu / locks of which Bộ lacks something", str(organisation.missing or "")),
        ("đã đóng / closed", ", ".join(f"{so} → {follows}" for so, follows in organisation.closed.items())),
        ("RẼ NHÁNH / FORKS (hub fork list)", ", ".join(f"{so} {n}" for so, n in organisation.forks.items())),
    ):  # fmt: skip
        if text:
            console.print(f"  {label}: {text}", highlight=False)
