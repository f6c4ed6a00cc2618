"""`hub conflict list|show|decide`: pupils whom two schools claim; a person of the Sở rules, with a signature."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import open_owner
from hub.cli.deciding_of_so import DecidingRole, DecisionId, Role, Why, send_decision
from hub.cli.exits import EXIT_CODES
from hub.cli.keys import load_key
from hub.cli.options import Data, Json, Key, Paper, PasswordFile, Patience, So, Wait, Yes
from hub.cli.showing import print_line
from hub.client.decisions_of_so import Conflict, conflict_of, conflicts, conflicts_at_bo, ruling
from hub.client.records import checked
from hub.errors import Refused

__all__ = ["app"]

Names = Annotated[bool, typer.Option("--names", help="Show names and identifiers: personal data")]
Document = Annotated[str, typer.Argument(help="SHA-256 of a transcript (hex), as `list` and receipts name it")]

app = typer.Typer(
    no_args_is_help=True, help="See which pupils two schools claim, and rule.", epilog=EXIT_CODES, rich_markup_mode=None
)  # fmt: skip


@app.command("list", epilog=EXIT_CODES)
def list_(
    so: Annotated[list[str] | None, typer.Option(help="Only this Sở; may be repeated")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also what was ruled already")] = False,
    bo: Annotated[bool, typer.Option("--bo", help="Instead what Bộ has: persons locked by several schools")] = False,
    names: Names = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """List pupils who wait for a ruling, oldest first: schools, since when, hashes and states."""
    found: list[tuple[str, Conflict]] = []
    with connected(data) as hub:
        if bo:
            with open_owner(hub, "bo") as connection:
                found = [("bo", one) for one in conflicts_at_bo(connection)]
        for slug in () if bo else [chosen_so(hub, slug) for slug in so or hub.slugs]:
            with open_owner(hub, f"so-{slug}") as connection:
                found += [(f"so-{slug}", one) for one in conflicts(connection, every=every)]
    if json:
        for owner, one in found:
            print_line({"owner": owner, **one.shown(names=names)})
    else:
        Console().print(_table(found, names))


@app.command("show", epilog=EXIT_CODES)
def show(document: Document, so: So, names: Names = False, data: Data = None, json: Json = False) -> None:
    """Show the conflict that a transcript belongs to: every claim, and every ruling with number, reason and signer."""
    with connected(data) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        found, _ = conflict_of(connection, document)
    if json:
        print_line({"owner": f"so-{so}", **found.shown(names=names)})
        return
    Console().print(_table([(f"so-{so}", found)], names), _rulings(found))


@app.command("decide", epilog=EXIT_CODES)
def decide(
    document: Annotated[str, typer.Argument(help="SHA-256 of the transcript (hex) of the school that is right")],
    so: So,
    number: Paper,
    reason: Why,
    key: Key,
    not_of: Annotated[
        str | None, typer.Option("--not-of", help="Code of the school that is not; needed when there are several")
    ] = None,
    role: Role = DecidingRole.SO_LEAD,
    password_file: PasswordFile = None,
    command_id: DecisionId = None,
    yes: Yes = False,
    wait: Wait = False,
    patience_s: Patience = 60.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Rule that the school of this transcript claims the pupil rightly, and the other one does not.

    What was held goes on to its lock, what the other school reported is refused, and both are told.
    """
    signer, at = load_key(key, password_file), datetime.now(UTC)
    with connected(data, workers=wait) as hub:
        with open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
            found, school = conflict_of(connection, document)
        other = not_of or _other(found, school)
        statement = checked(
            ruling(found, so, school, other, number=number, reason=reason, at=at, command_id=command_id)
        )
        about = {"school": school, "not_of": other, **found.shown(names=False)}
        patience = patience_s if wait else None
        send_decision(
            hub, statement, about, signer, role.value, at, yes=yes, patience_s=patience, as_json=json
        )  # fmt: skip


def _other(found: Conflict, school: str) -> str:
    """Return the one other school that the conflict knows. Raises Refused OPTION_MISSING."""
    schools = {claim.school for claim in found.claims} - {school}
    schools = schools or {one for r in found.rulings for one in (r.school, r.not_of)} - {school}
    if len(schools) != 1:
        raise Refused("OPTION_MISSING", {"option": f"--not-of ({', '.join(sorted(schools)) or '?'})"})
    return schools.pop()


def _table(found: list[tuple[str, Conflict]], names: bool) -> Table:
    table = Table(title="Hai trường cùng báo cáo / claimed twice", title_justify="left")
    for column in ("owner", "year", "since", "claims", "rulings"):
        table.add_column(column, overflow="fold")
    for owner, one in found:
        claims = [f"{c.school} {c.student_code} {c.state} {c.document_sha256}" for c in one.claims]
        if names:
            claims = [f"{c.name} · {c.pupil} · {line}" for c, line in zip(one.claims, claims, strict=True)]
        since = "" if one.since is None else f"{one.since:%Y-%m-%d %H:%M:%S}"
        ruled = "\n".join(f"{r.school}, not {r.not_of}: {r.number}" for r in one.rulings)
        table.add_row(owner, f"{one.school_year}/{one.period}", since, escape("\n".join(claims)), escape(ruled))
    return table


def _rulings(found: Conflict) -> Table:
    table = Table(title="Quyết định / rulings", title_justify="left")
    for column in ("at", "right", "not", "number", "by", "reason"):
        table.add_column(column, overflow="fold")
    for r in found.rulings:
        by = f"{r.person or '?'} ({r.role})"
        table.add_row(f"{r.at:%Y-%m-%d %H:%M:%S}", r.school, r.not_of, escape(r.number), by, escape(r.reason))
    return table
