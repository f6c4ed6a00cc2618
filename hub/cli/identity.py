"""`hub identity correct|merge|separate|list|show`: two identifiers of one person; signed, with paper and reason."""

from collections.abc import Callable
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
from hub.cli.options import Data, Evidence, Json, Key, Paper, PasswordFile, Patience, So, Wait, Yes
from hub.cli.showing import print_line
from hub.client import evidence_sha256
from hub.client.decisions_of_so import Action, Link, identifier_of, link_of, linking, links, school_of_pupil
from hub.client.records import checked
from hub.errors import Refused

__all__ = ["app"]

_WHO = "identifier as a transcript gives it (id:…, passport:…, school:…), or SHA-256 of a transcript of the pupil"
Former = Annotated[str, typer.Option(help=f"Former {_WHO}")]
Present = Annotated[str, typer.Option(help=f"Present {_WHO}")]
OfSchool = Annotated[
    str | None, typer.Option("--school", help="School under whose key it is sent; default: where the pupil was last")
]
OfYear = Annotated[str | None, typer.Option("--year", help="School year; default: the pupil's last one")]
Persons = Annotated[bool, typer.Option("--persons", help="Show the identifiers: personal data")]

app = typer.Typer(
    no_args_is_help=True, help="Link two identifiers of one person, or end a link.", epilog=EXIT_CODES,
    rich_markup_mode=None,
)  # fmt: skip


_MEANING: dict[Action, str] = {
    "correct": (
        "The former identifier was wrong: everything under it belongs to the present one. Documents stay as signed."
    ),
    "merge": "Both identifiers were in use for one person: from now on they are one pupil. Documents stay as signed.",
    "separate": "A link was a mistake: it ends, and each identifier stands for a pupil of its own again.",
}


def _deciding(action: Action) -> Callable[..., None]:
    """Return the command of one action; all three ask for the same."""

    def decide(
        so: So, former: Former, present: Present, evidence: Evidence, number: Paper, reason: Why, key: Key,
        school: OfSchool = None, year: OfYear = None, role: Role = DecidingRole.SO_LEAD,
        password_file: PasswordFile = None, command_id: DecisionId = None, yes: Yes = False, wait: Wait = False,
        patience_s: Patience = 60.0, data: Data = None, json: Json = False,
    ) -> None:  # fmt: skip
        paper, signer, at = evidence_sha256(evidence), load_key(key, password_file), datetime.now(UTC)
        with connected(data, workers=wait) as hub:
            with open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
                one, other = identifier_of(connection, former), identifier_of(connection, present)
                last = school_of_pupil(connection, one) or school_of_pupil(connection, other) or (None, None)
            of, in_year = school or last[0], year or last[1]
            if of is None or in_year is None:
                raise Refused("OPTION_MISSING", {"option": "--school, --year"})
            statement = checked(
                linking(action, so, of, in_year, former=one, present=other, evidence_sha256=paper, number=number,
                        reason=reason, at=at, command_id=command_id)
            )  # fmt: skip
            about = {"action": action, "school": of, "school_year": in_year, "evidence_sha256": paper}
            send_decision(
                hub, statement, about, signer, role.value, at, yes=yes, patience_s=patience_s if wait else None,
                as_json=json,
            )  # fmt: skip

    return decide


for _action, _meaning in _MEANING.items():
    app.command(_action, help=_meaning, epilog=EXIT_CODES)(_deciding(_action))


@app.command("list", epilog=EXIT_CODES)
def list_(
    so: Annotated[list[str] | None, typer.Option(help="Only this Sở; may be repeated")] = None,
    persons: Persons = False, data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """List decisions on identifiers, oldest first, and which of them count."""
    found: list[tuple[str, Link]] = []
    with connected(data) as hub:
        for slug in [chosen_so(hub, slug) for slug in so or hub.slugs]:
            with open_owner(hub, f"so-{slug}") as connection:
                found += [(f"so-{slug}", one) for one in links(connection)]
    if json:
        for owner, one in found:
            print_line({"owner": owner, **one.shown(persons=persons)})
    else:
        Console().print(_table(found, persons))


@app.command("show", epilog=EXIT_CODES)
def show(
    decision: Annotated[str, typer.Argument(help="Command id of the decision, as `list` shows it")],
    so: So, persons: Persons = False, data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Show one decision: who signed it, when, why, under which number, on which paper."""
    with connected(data) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        found = link_of(connection, decision).shown(persons=persons)
    if json:
        print_line({"owner": f"so-{so}", **found})
        return
    for name, value in found.items():
        Console().print(f"{name}: {value}", highlight=False, markup=False, soft_wrap=True)


def _table(found: list[tuple[str, Link]], persons: bool) -> Table:
    table = Table(title="Định danh liên kết / linked identifiers", title_justify="left")
    for column in (
        "owner",
        "decision",
        "action",
        "counts",
        "at",
        "number",
        "by",
        *(("identifiers",) if persons else ()),
    ):
        table.add_column(column, overflow="fold")
    for owner, one in found:
        counts, by = "có / yes" if one.counts else "", f"{one.person or '?'} ({one.role})"
        row = (owner, one.command_id, one.action, counts, f"{one.at:%Y-%m-%d %H:%M:%S}", escape(one.number), by)
        table.add_row(*row, *((escape(f"{one.former} → {one.present}"),) if persons else ()))
    return table
