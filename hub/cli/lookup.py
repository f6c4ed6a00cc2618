"""`hub lookup`: every version of one pupil's học bạ, over years, with state, effective date and marks."""

from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.cli.tables import history_of
from hub.client import find_by_locator, find_by_student
from hub.errors import Refused

__all__ = ["lookup"]


def lookup(
    locator: Annotated[str | None, typer.Argument(help="Mã số tra cứu, such as 01-ABCD-EFGH-J")] = None,
    school: Annotated[str | None, typer.Option(help="Code of the school, with --student")] = None,
    student: Annotated[str | None, typer.Option(help="Mã học sinh at that school")] = None,
    so: Annotated[str | None, typer.Option(help="Search only this Sở; default: all that are served")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Find a học bạ by its locator, or by school and pupil code. Exits with 1 when nothing is found."""
    if locator is None and (school is None or student is None):
        raise Refused("OPTION_MISSING", {"option": "LOCATOR, --school + --student"})
    with connected(data) as hub:
        slugs = hub.slugs if so is None else (chosen_so(hub, so),)
        urls = {slug: hub.so_url(slug) for slug in slugs}
        if locator is not None:
            found = find_by_locator(locator, urls, hub.bo_url)
        else:
            found = find_by_student(school or "", student or "", urls, hub.bo_url)
    if json:
        print_line(found.shown())
    else:
        Console().print(history_of(found))
