"""`hub topics`: compare the broker's topics with the declared ones, or create what is missing."""

from typing import Annotated

import typer

from hub.cli.connect import connected
from hub.cli.options import Data, Json
from hub.cli.showing import print_line
from hub.errors import Corrupt
from hub.kafka import create_missing, differences
from hub.topics import every_topic

__all__ = ["topics"]


def topics(
    apply: Annotated[
        bool, typer.Option("--apply", help="Create missing topics; existing ones stay as they are")
    ] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Only compare (this is the default)")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Compare topics with their declarations. Exits with 4 when a topic differs."""
    with connected(data) as hub:
        declared = every_topic(hub.slugs)
        created = create_missing(hub.bootstrap, declared) if apply and not verify else ()
        found = differences(hub.bootstrap, declared)
    if json:
        print_line({"created": list(created), "differences": found})
    else:
        print("\n".join([*(f"created {name}" for name in created), *found]) or "ok")
    if found:
        raise Corrupt("TOPIC_DIFFERS", {"differences": "; ".join(found)})
