"""`hub slip issue|status`: a pupil's family gets a new look-up secret; printed once, stored nowhere."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import open_owner
from hub.cli.exits import EXIT_CODES
from hub.cli.keys import load_key
from hub.cli.options import Data, Json, Key, PasswordFile, Patience, School, So, Wait, Year, Yes
from hub.cli.sending import ask, send, show_answers
from hub.cli.showing import print_line
from hub.client import Outbound, command_sending
from hub.client.records import checked
from hub.client.slips import IssuedSlip, locator_of_student, sent_slip, slip_address, slip_issue, slips_of
from hub.config import Settings
from hub.domain import civil_date
from hub.domain.locator import printed
from hub.domain.slip import SECRET_BYTES, printed_secret, secret_of
from hub.domain.statements import SlipIssue
from hub.errors import Refused
from hub.print import SlipFacts, set_slip

__all__ = ["app"]


class SlipRole(StrEnum):
    """Who may issue a slip: of the school, or of the Sở for it."""

    PRINCIPAL = "principal"
    SCHOOL_SEAL = "school_seal"
    SO_OFFICER = "so_officer"
    SO_LEAD = "so_lead"

    @property
    def by(self) -> Literal["school", "department"]:
        """Whose person it is, as the statement says."""
        return "department" if self in (SlipRole.SO_OFFICER, SlipRole.SO_LEAD) else "school"


Student = Annotated[str, typer.Option(help="Mã học sinh at that school")]
Locator = Annotated[str | None, typer.Option(help="The pupil's locator; default: as the Sở's database has it")]
Signing = Annotated[SlipRole, typer.Option("--role", help="Who signs")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write the slip as a PDF; no file is overwritten")]

app = typer.Typer(
    no_args_is_help=True, help="Issue look-up secrets as printed slips, and see which were issued.", epilog=EXIT_CODES,
    rich_markup_mode=None,
)  # fmt: skip


@app.command("issue", epilog=EXIT_CODES)
def issue(
    so: So, school: School, student: Student, year: Year, key: Key, locator: Locator = None,
    role: Signing = SlipRole.SCHOOL_SEAL, output: Output = None, password_file: PasswordFile = None,
    yes: Yes = False, wait: Wait = False, patience_s: Patience = 60.0, data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Draw a new secret and send its commitment. The secret is shown this once; every earlier slip of the pupil ends.

    The slip opens the học bạ once Sở has accepted it and Bộ has it; with --wait the answer of Sở is shown.
    """
    signer, at, portal = load_key(key, password_file), datetime.now(UTC), Settings().portal_url
    secret = secret_of(secrets.token_bytes(SECRET_BYTES))
    with connected(data, workers=wait) as hub:
        if locator is None:
            with open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
                locator = locator_of_student(connection, school, student)
        statement = checked(slip_issue(chosen_so(hub, so), school, year, student, locator, secret, at, role.by))
        ask(yes, "Phiếu cũ hết hiệu lực. Gửi? / Earlier slips end. Send?")
        _hand_out(statement, secret, portal, at, output, json)
        outbound = Outbound(
            command_sending(so, statement, signer, role.value, int(at.timestamp())), sent_slip(statement).about(so)
        )
        answers = send(hub, so, school, [outbound], patience_s=patience_s if wait else None)
        if output is not None and any(answer.statement.outcome == "refused" for answer in answers):
            output.unlink(missing_ok=True)  # it opens nothing: nobody shall hand it out
        raise typer.Exit(show_answers(hub, so, answers, Console(stderr=json), json))


@app.command("status", epilog=EXIT_CODES)
def status(
    so: So, school: School, student: Annotated[str | None, typer.Option(help="Only this pupil code")] = None,
    data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """List the slips that a school asked for, newest first, and which of them count. Secrets are nowhere."""
    with connected(data) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        found = slips_of(connection, school, student)
    if json:
        for slip in found:
            print_line(slip.shown())
    else:
        Console().print(_table(found))


def _hand_out(said: SlipIssue, secret: str, portal: str, at: datetime, output: Path | None, as_json: bool) -> None:
    """Give out the secret before anything is sent: a slip that nobody could print would end the one before it."""
    address = slip_address(portal, said.locator, secret)
    if output is not None:
        facts = SlipFacts(said.school, said.student_code, said.locator, secret, portal, address, civil_date(at))
        _write(output, set_slip(facts))
    shown = {
        "command_id": said.command_id, "school": said.school, "student_code": said.student_code,
        "locator": said.locator, "secret": secret, "address": address,
    }  # fmt: skip
    if as_json:
        print_line(shown | {"output": None if output is None else str(output)})
    else:
        Console().print(
            f"mã số tra cứu / look-up code: {printed(said.locator)}\nmã bí mật / secret: {printed_secret(secret)}\n"
            f"{address}", highlight=False, markup=False, soft_wrap=True,
        )  # fmt: skip


def _write(path: Path, pdf: bytes) -> None:
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(pdf)
    except FileExistsError:
        raise Refused("PATH_NOT_USABLE", {"path": str(path), "reason": "exists"}) from None


def _table(found: list[IssuedSlip]) -> Table:
    table = Table(title="Phiếu tra cứu / look-up slips", title_justify="left")
    for column in ("at", "pupil", "locator", "outcome", "counts", "by"):
        table.add_column(column, overflow="fold")
    for slip in found:
        outcome = " ".join((slip.outcome, *slip.codes))
        counts = "có / yes" if slip.counts else ""
        at = f"{slip.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(at, slip.student_code, printed(slip.locator), outcome, counts, slip.person or "")
    return table
