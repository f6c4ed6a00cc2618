"""What every decision of an operator needs: who, why, and the database of one organisation."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from hub.cli.connect import chosen_so
from hub.errors import Refused
from hub.local.hub import LocalHub
from hub.store import Connection, open_connection

__all__ = ["By", "Reason", "open_owner", "reason_of", "who_of"]

_TEXT_MAX = 500
Reason = Annotated[str, typer.Option(help="Why; kept for ever beside the entry")]
By = Annotated[str | None, typer.Option(help="Who decides; default: the user of this machine")]


@contextmanager
def open_owner(hub: LocalHub, owner: str) -> Iterator[Connection]:
    """Open the database of "so-<slug>" or "bo". Raises Refused SO_NOT_SERVED."""
    url = hub.bo_url if owner == "bo" else hub.so_url(chosen_so(hub, owner.removeprefix("so-")))
    with open_connection(url) as connection:
        yield connection


def reason_of(text: str) -> str:
    """Return the reason when it may be kept. Raises Refused OPTION_WRONG."""
    return _checked("--reason", text)


def who_of(text: str | None) -> str:
    """Return who decides. Raises Refused OPTION_WRONG."""
    return _checked("--by", pwd.getpwuid(os.getuid()).pw_name if text is None else text)


def _checked(option: str, text: str) -> str:
    if not text.strip() or len(text) > _TEXT_MAX or not text.isprintable():
        raise Refused("OPTION_WRONG", {"option": option, "reason": f"1-{_TEXT_MAX}"})
    return text.strip()
