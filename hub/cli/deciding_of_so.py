"""What `hub conflict` and `hub identity` share: the options of who decides, and how a decision is shown and sent."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console

from hub.cli.sending import ask, send, show_answers
from hub.cli.showing import print_line
from hub.client import Outbound, command_sending
from hub.client.decisions_of_so import sent_decision
from hub.domain.statements import ConflictDecision, IdentityCorrection
from hub.local.hub import LocalHub
from hub.signing import Signer

__all__ = ["DecidingRole", "DecisionId", "Role", "Why", "send_decision"]


class DecidingRole(StrEnum):
    """Who of the Sở may decide about pupils."""

    SO_LEAD = "so_lead"
    SO_OFFICER = "so_officer"


Why = Annotated[str, typer.Option(help="Why, 3 to 500 characters; the schools see it with the decision")]
Role = Annotated[DecidingRole, typer.Option(help="Who decides")]
DecisionId = Annotated[
    str | None, typer.Option("--command-id", help="Id of the command; default: derived from the decision and the time")
]


def send_decision(
    hub: LocalHub, statement: ConflictDecision | IdentityCorrection, about: Mapping[str, Any], signer: Signer,
    role: str, at: datetime, *, yes: bool, patience_s: float | None, as_json: bool,
) -> None:  # fmt: skip
    """Show what is decided, ask, sign, send, and show the answer. Ends with 1 when it was refused."""
    console = Console(stderr=as_json)
    shown = {"command_id": statement.command_id, "so": statement.so, "number": statement.number} | dict(about)
    if as_json:
        print_line(shown)
    else:
        for name, value in shown.items():
            console.print(f"{name}: {value}", highlight=False, markup=False, soft_wrap=True)
    ask(yes)
    sending = command_sending(statement.so, statement, signer, role, int(at.timestamp()))
    outbound = Outbound(sending, sent_decision(statement).about(statement.so))
    answers = send(hub, statement.so, statement.school, [outbound], patience_s=patience_s)
    raise typer.Exit(show_answers(hub, statement.so, answers, console, as_json))
