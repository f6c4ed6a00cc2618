"""`hub lookup`: every version of one pupil's học bạ, over years, with state, effective date and marks."""

from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.options import Caller, Data, Json, check_caller
from hub.cli.showing import print_line
from hub.cli.tables import history_of
from hub.client import find_by_locator, find_by_student
from hub.domain import Machine
from hub.errors import Refused

__all__ = ["lookup"]


def lookup(
    locator: Annotated[str | None, typer.Argument(help="Mã số tra cứu, such as 01-ABCD-EFGH-J")] = None,
    school: Annotated[str | None, typer.Option(help="Code of the school, with --student")] = None,
    student: Annotated[str | None, typer.Option(help="Mã học sinh at that school")] = None,
    so: Annotated[str | None, typer.Option(help="Search only this Sở; default: all that are served")] = None,
    as_of: Annotated[str | None, typer.Option(help="Only what was in force on that day, such as 2026-07-01")] = None,
    role: Caller = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Find a học bạ by its locator, or by school and pupil code. Exits with 1 when nothing is found.

    A version that was corrected stays readable; the newer one says which it replaced. With --json each
    version says why it stands so, since when, by whom, by which rule, what comes next and what may be done.
    """
    check_caller(role, Machine.DOCUMENT)
    day = None if as_of is None else _day(as_of)
    if locator is None and (school is None or student is None):
        raise Refused("OPTION_MISSING", {"option": "LOCATOR, --school + --student"})
    with connected(data) as hub:
        slugs = hub.slugs if so is None else (chosen_so(hub, so),)
        urls = {slug: hub.so_url(slug) for slug in slugs}
        if locator is not None:
            found = find_by_locator(locator, urls, hub.bo_url)
        else:
            found = find_by_student(school or "", student or "", urls, hub.bo_url)
    if day is not None:
        found = found.as_of(day)
    if json:
        print_line(found.shown(role) | ({} if day is None else {"as_of": day.isoformat()}))
    else:
        Console().print(history_of(found))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("OPTION_WRONG", {"option": "--as-of", "reason": "2026-07-01"}) from None
