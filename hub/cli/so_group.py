"""`hub so close | show`: a Sở that another one follows: its log ends by a decision in its register (ADR 0031)."""

import re
import time
from datetime import UTC, date, datetime
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import open_owner
from hub.cli.exits import EXIT_CODES
from hub.cli.keys import load_key
from hub.cli.options import Data, Json, Key, Paper, PasswordFile, Patience, So
from hub.cli.publishing import publish
from hub.cli.showing import print_line
from hub.client import closing_entry
from hub.domain.civil import midnight_utc
from hub.errors import Refused, Unavailable
from hub.operate import ClosingState, closing_state
from hub.store import Connection
from hub.trust import instant

__all__ = ["app"]

_POLL_S = 0.5
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")  # Python reads other dates too, some with letters in them
app = typer.Typer(
    no_args_is_help=True, help="Close the log of a Sở that another one follows.", epilog=EXIT_CODES,
    rich_markup_mode=None,
)  # fmt: skip


@app.command(epilog=EXIT_CODES)
def close(
    so: So,
    successor: Annotated[str, typer.Option(help="Slug of the Sở that follows, such as dong-thap")],
    decision: Paper,
    key: Key,
    since: Annotated[
        str | None, typer.Option("--from", help="First day without this Sở: 2025-07-01 (UTC+7), or an instant; now")
    ] = None,
    leave_open: Annotated[bool, typer.Option("--leave-open", help="Although documents would never be locked")] = False,
    password_file: PasswordFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before publishing")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until Bộ has cosigned the final head")] = False,
    patience_s: Patience = 120.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Publish the decision that ends a Sở's log. What was accepted is finished, then one final head is signed.

    The same again publishes nothing and shows how far it is. Once in force it cannot be changed.
    """
    signer, now = load_key(key, password_file), datetime.now(UTC)
    start = now if since is None else _since(since)
    with connected(data, workers=True) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        before = closing_state(connection, so)
        if not _stands(before, successor, decision, None if since is None else start, now):
            _check(before, leave_open)
            entry = closing_entry(so, successor, decision, start, now)
            publish(hub, connection, entry, signer, now, yes, patience_s, json)
        state = _until_cosigned(connection, so, patience_s) if wait else closing_state(connection, so)
    _show(state, json)


@app.command(epilog=EXIT_CODES)
def show(so: So, data: Data = None, json: Json = False) -> None:
    """Show how far the end of a Sở's log is: what must be finished first, the final head, and whether Bộ has it."""
    with connected(data) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        state = closing_state(connection, so)
    _show(state, json)


def _since(text: str) -> datetime:
    """Read a civil date (its beginning, UTC+7) or an instant. Raises Refused OPTION_WRONG."""
    try:
        return midnight_utc(date.fromisoformat(text)) if _DAY.fullmatch(text) else instant(text)
    except (ValueError, OverflowError, Refused):
        raise Refused("OPTION_WRONG", {"option": "--from", "reason": "2025-07-01"}) from None


def _stands(state: ClosingState, successor: str, decision: str, since: datetime | None, now: datetime) -> bool:
    """Tell whether the register says the same already. Raises Refused LOG_CLOSING_FINAL where it says another thing
    that is in force.
    """
    if state.since is None:
        return False
    if (state.successor, state.decision) == (successor, decision) and since in (None, state.since):
        return True
    if state.since <= now:
        raise Refused("LOG_CLOSING_FINAL", {"successor": state.successor or "", "since": state.since.isoformat()})
    return False


def _check(state: ClosingState, leave_open: bool) -> None:
    if any(state.left_open.values()) and not leave_open:
        raise Refused("SO_CLOSING_LEAVES", {name: str(count) for name, count in state.left_open.items()})


def _until_cosigned(connection: Connection, so: str, patience_s: float) -> ClosingState:
    deadline = time.monotonic() + patience_s
    while (state := closing_state(connection, so)).state != "cosigned":
        if time.monotonic() > deadline:
            raise Unavailable("WAITED_IN_VAIN", {"what": f"hub so show --so {so}", "seconds": f"{patience_s:g}"})
        time.sleep(_POLL_S)
    return state


def _show(state: ClosingState, as_json: bool) -> None:
    if as_json:
        print_line(state.shown())
        return
    Console().print(*(f"{name}: {value}" for name, value in state.shown().items()), sep="\n", highlight=False)
