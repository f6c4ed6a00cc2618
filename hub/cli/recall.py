"""`hub recall`: a school withdraws one of its transcripts before the lock."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.keys import load_key
from hub.cli.options import CohortOption, Data, Json, Key, Number, PasswordFile, Patience, School, So, Wait, Year
from hub.cli.sending import send, show_answers
from hub.cli.showing import print_line
from hub.client import Outbound, SentCommand, command_sending
from hub.client.records import checked
from hub.client.records import recall as recall_of
from hub.domain import Cohort
from hub.domain.statements import RoundName

__all__ = ["PrincipalRole", "recall"]

_DIGEST_LENGTH = 12


class PrincipalRole(StrEnum):
    """Who may recall and lock."""

    PRINCIPAL = "principal"


def recall(
    so: So,
    school: School,
    year: Year,
    document: Annotated[str, typer.Option(help="SHA-256 of the transcript (hex), as the receipt names it")],
    reason: Annotated[str, typer.Option(help="Why, 3 to 500 characters; goes to Sở")],
    key: Key,
    cohort: CohortOption = Cohort.COMPLETED,
    number: Number = 1,
    role: Annotated[PrincipalRole, typer.Option(help="Who recalls")] = PrincipalRole.PRINCIPAL,
    password_file: PasswordFile = None,
    command_id: Annotated[
        str | None, typer.Option(help="Id of the command; default: derived from document and time")
    ] = None,
    wait: Wait = False,
    patience_s: Patience = 60.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Withdraw one transcript. After the lock Sở refuses, and says who locked and since when."""
    now, console = datetime.now(UTC), Console(stderr=json)
    name = RoundName(cohort=cohort.value, number=number)
    named = command_id or f"recall-{document[:_DIGEST_LENGTH]}-{int(now.timestamp())}"
    statement = checked(recall_of(named, school, year, name, document, reason, now))
    signer = load_key(key, password_file)
    with connected(data, workers=wait) as hub:
        sending = command_sending(chosen_so(hub, so), statement, signer, role.value, int(now.timestamp()))
        sent = SentCommand(named, "Recall", school, year, name, recalled=document)
        answers = send(hub, so, school, [Outbound(sending, sent.about(so))], patience_s=patience_s if wait else None)
        if json:
            print_line({"command_id": named, "round": name.text(year), "document_sha256": document})
        else:
            console.print(f"{named} · {name.text(year)}")
        code = show_answers(hub, so, answers, console, json)
    raise typer.Exit(code)
