"""`hub deadline extend | open`: the Sở's decisions before a deadline, signed by its registrar into its register."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import open_owner
from hub.cli.keys import load_key
from hub.cli.options import CohortOption, Data, Json, Key, Paper, PasswordFile, School, Year
from hub.cli.publishing import publish
from hub.client import extension_entry, opening_entry
from hub.operate import free_round_number

__all__ = ["extend", "open_"]

_So = Annotated[str, typer.Argument(help="Slug of the Sở, such as ha-noi")]
_Patience = Annotated[float, typer.Option("--patience-s", help="How long to wait for the register, seconds", min=1)]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before publishing")]


def extend(
    so: _So,
    year: Year,
    cohort: CohortOption,
    to: Annotated[str, typer.Option(help="Last day in time: 2026-07-05 (its end, UTC+7), or the first late instant")],
    decision: Paper,
    key: Key,
    password_file: PasswordFile = None,
    yes: _Yes = False,
    patience_s: _Patience = 60.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Extend a deadline of schools, also afterwards, by a numbered decision. Of several decisions the latest counts."""
    signer, now = load_key(key, password_file), datetime.now(UTC)
    entry = extension_entry(so, year, cohort.value, to, decision, now)
    with connected(data, workers=True) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        publish(hub, connection, entry, signer, now, yes, patience_s, json)


def open_(
    so: _So,
    school: School,
    year: Year,
    cohort: CohortOption,
    decision: Paper,
    reason: Annotated[str, typer.Option(help="Why, 3 to 500 characters; kept in the register")],
    key: Key,
    number: Annotated[int | None, typer.Option(help="Number of the round; default: the next free one", min=2)] = None,
    password_file: PasswordFile = None,
    yes: _Yes = False,
    patience_s: _Patience = 60.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Open a further round of a school, for pupils who were never reported. Then: hub prepare --number, hub submit."""
    signer, now = load_key(key, password_file), datetime.now(UTC)
    with connected(data, workers=True) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        chosen = number or free_round_number(connection, school, year, cohort.value)
        entry = opening_entry(so, school, year, cohort.value, chosen, decision, reason, now)
        publish(hub, connection, entry, signer, now, yes, patience_s, json)
