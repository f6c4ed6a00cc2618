"""`hub matches list|decide`: pupils who may be one person, or share one number; a person decides, nothing waits."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import By, Reason, open_owner, reason_of, who_of
from hub.cli.exits import EXIT_CODES
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.errors import Refused
from hub.operate import MATCH_STATES, Match, decide_match, matches_of

__all__ = ["app"]

_VERDICTS = {"same": "same_person", "different": "different"}

app = typer.Typer(
    no_args_is_help=True, help="See which pupils may be one person, and decide.", epilog=EXIT_CODES,
    rich_markup_mode=None,
)  # fmt: skip


@app.command("list", epilog=EXIT_CODES)
def list_(
    so: Annotated[list[str] | None, typer.Option(help="Only this Sở; may be repeated")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also decided pairs, and those with a recalled document")
    ] = False,
    persons: Annotated[
        bool, typer.Option("--persons", help="Show names, birth dates and numbers: personal data")
    ] = False,
    limit: Annotated[int, typer.Option(help="At most so many of each Sở, oldest first", min=1)] = 1000,
    data: Data = None,
    json: Json = False,
) -> None:
    """List pairs that wait for a person, each with the reasons; pupils by school and student code."""
    states = MATCH_STATES if every else MATCH_STATES[:1]
    found: list[tuple[str, Match]] = []
    with connected(data) as hub:
        for slug in [chosen_so(hub, slug) for slug in so or hub.slugs]:
            with open_owner(hub, f"so-{slug}") as connection:
                of_so = matches_of(connection, states, limit)
            found += [(f"so-{slug}/{match.id}", match) for match in of_so if every or match.standing]
    if json:
        for entry, match in found:
            print_line({**match.shown(persons=persons), "id": entry})
        return
    Console().print(_table(found, persons))


@app.command("decide", epilog=EXIT_CODES)
def decide(
    entry: Annotated[str, typer.Argument(help="Name of the pair as `list` shows it: owner/number")],
    verdict: Annotated[str, typer.Argument(help="same (one person) or different (two)")],
    reason: Reason,
    by: By = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Note what was found out about a pair; who and why stay for ever, and a later decision may differ."""
    if verdict not in _VERDICTS:
        raise Refused("OPTION_WRONG", {"option": "verdict", "reason": "same | different"})
    owner, _, number = entry.rpartition("/")
    if not owner.startswith("so-"):
        raise Refused("OPTION_WRONG", {"option": "entry", "reason": "so-…/number"})
    who, why = who_of(by), reason_of(reason)
    with connected(data) as hub, open_owner(hub, owner) as connection:
        decide_match(connection, int(number) if number.isdecimal() else 0, _VERDICTS[verdict], who, why)
    if json:
        print_line({"entry": entry, "outcome": _VERDICTS[verdict]})
    else:
        print(f"{entry} {_VERDICTS[verdict]}")


def _table(found: list[tuple[str, Match]], persons: bool) -> Table:
    table = Table(title="Có thể trùng / near matches", title_justify="left")
    for column in ("entry", "state", "reasons", "pupils", "since"):
        table.add_column(column, overflow="fold")
    for entry, match in found:
        pupils = (" ".join(list(p.values())) for p in match.shown(persons=persons)["pupils"])
        since = f"{match.first_seen_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(entry, match.state, " ".join(match.reasons), escape("\n".join(pupils)), since)
    return table
