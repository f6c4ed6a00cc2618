"""`hub transfer start | consent | refer | answer | release | acknowledge | withdraw | resolve`: each step signed."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import open_owner
from hub.cli.keys import load_key
from hub.cli.options import Data, IssuerRole, Json, Key, Paper, PasswordFile, Patience, School, So, Wait, Year, Yes
from hub.cli.transfer_send import Signed, send_step, take_step
from hub.client import evidence_sha256
from hub.client import transfers as steps
from hub.client.records import checked
from hub.client.transfer_folder import recompute
from hub.domain.civil import civil_date
from hub.domain.statements import Command, TransferNotice, TransferParty
from hub.errors import Refused
from hub.local.hub import LocalHub
from hub.store.so.transfers import locked_of_pupil

__all__ = ["acknowledge", "answer", "consent", "refer", "release", "resolve", "start", "withdraw"]


class _Principal(StrEnum):
    PRINCIPAL = "principal"


class _Department(StrEnum):
    SO_OFFICER = "so_officer"
    SO_LEAD = "so_lead"


class _Party(StrEnum):
    PUPIL = "pupil"
    GUARDIAN = "guardian"


class _Decision(StrEnum):
    ACCEPT = "accept"
    REFUSE = "refuse"


class _Ruling(StrEnum):
    PREFER = "prefer"
    CANCEL = "cancel"
    RELEASE = "release"
    RESEND = "resend"


Transfer = Annotated[str, typer.Argument(help="Id of the transfer; its first 8 hex digits are enough")]
Why = Annotated[str, typer.Option(help="Why, 3 to 500 characters; the other school sees it")]
OfSchool = Annotated[IssuerRole, typer.Option("--role", help="Who signs for the school")]
OfPrincipal = Annotated[_Principal, typer.Option("--role", help="Who signs for the school")]
OfSo = Annotated[_Department, typer.Option("--role", help="Who signs for the Sở")]
_BOTH, _RECEIVING, _SENDING = ("receiving", "sending"), ("receiving",), ("sending",)


def start(
    so: So, school: School,
    pupil: Annotated[str, typer.Option(help="id:012345678901, passport:… or school:<sở>:<school>:<code>")],
    birth_date: Annotated[str, typer.Option(help="2015-03-04: must be that of the pupil's record")],
    from_so: Annotated[str, typer.Option(help="Slug of the sending school's Sở")],
    from_school: Annotated[str, typer.Option(help="Code of the sending school")],
    year: Year, grade: Annotated[int, typer.Option(help="Grade that the pupil comes into", min=1, max=12)],
    reason: Why, key: Key,
    application: Annotated[str | None, typer.Option(help="The application: a file, or its SHA-256 (hex)")] = None,
    role: OfSchool = IssuerRole.SCHOOL_SEAL, password_file: PasswordFile = None, yes: Yes = False, wait: Wait = False,
    patience_s: Patience = 60.0, data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Ask for a pupil, as the receiving school. The id that is shown names the transfer in every later step."""
    how = Signed(load_key(key, password_file), role.value, yes, patience_s if wait else None, data, json)
    paper, at = None if application is None else evidence_sha256(application), datetime.now(UTC)
    statement = checked(
        steps.request_transfer(
            TransferParty(school=school, so=so), TransferParty(school=from_school, so=from_so), pupil=pupil,
            birth_date=birth_date, grade=grade, school_year=year, reason=reason, at=at, application_sha256=paper,
        )
    )  # fmt: skip
    with connected(data, workers=wait) as hub:
        raise typer.Exit(send_step(hub, chosen_so(hub, so), statement, statement.about, how, at))


def consent(
    transfer: Transfer, so: So, school: School,
    party: Annotated[list[_Party], typer.Option(help="Who agreed: pupil, guardian; may be repeated")], key: Key,
    form: Annotated[str | None, typer.Option(help="The signed paper: a file, or its SHA-256 (hex)")] = None,
    role: OfSchool = IssuerRole.SCHOOL_SEAL, password_file: PasswordFile = None, yes: Yes = False, wait: Wait = False,
    patience_s: Patience = 60.0, data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Say that pupil or guardian agreed on paper, as either school. At the portal a family does so itself."""
    how = Signed(load_key(key, password_file), role.value, yes, patience_s if wait else None, data, json)
    parties, paper = tuple(dict.fromkeys(p.value for p in party)), None if form is None else evidence_sha256(form)
    take_step(so, school, transfer, _BOTH, how, lambda _, said, by, at: steps.consent(said, by, parties, at, paper))  # type: ignore[arg-type]


def refer(
    transfer: Transfer, so: So, school: School, number: Paper, key: Key, role: OfSo = _Department.SO_OFFICER,
    password_file: PasswordFile = None, yes: Yes = False, wait: Wait = False, patience_s: Patience = 60.0,
    data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Let a pupil pass, as the Sở of one side, where the procedure of the time asks for it."""
    how = Signed(load_key(key, password_file), role.value, yes, patience_s if wait else None, data, json)
    take_step(so, school, transfer, _BOTH, how, lambda _, said, by, at: steps.refer(said, by, number, at))


def answer(
    transfer: Transfer, decision: Annotated[_Decision, typer.Argument(help="accept or refuse")], so: So,
    school: School, key: Key, reason: Annotated[str | None, typer.Option(help="Why it is refused")] = None,
    role: OfPrincipal = _Principal.PRINCIPAL, password_file: PasswordFile = None, yes: Yes = False,
    wait: Wait = False, patience_s: Patience = 60.0, data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Take the pupil, or refuse in writing, as the receiving school's principal."""
    if decision is _Decision.REFUSE and reason is None:
        raise Refused("TRANSFER_REASON_MISSING")
    how = Signed(load_key(key, password_file), role.value, yes, patience_s if wait else None, data, json)
    take_step(
        so, school, transfer, _RECEIVING, how,
        lambda _, said, by, at: steps.answer(said, by, decision.value, at, reason),
    )  # fmt: skip


def release(
    transfer: Transfer, so: So, school: School, key: Key,
    left_on: Annotated[str | None, typer.Option(help="Last day at the school; default: today (UTC+7)")] = None,
    document: Annotated[
        list[str] | None, typer.Option(help="Instead of what the Sở's database has: SHA-256 (hex); may be repeated")
    ] = None,
    role: OfPrincipal = _Principal.PRINCIPAL, password_file: PasswordFile = None, yes: Yes = False,
    wait: Wait = False, patience_s: Patience = 60.0, data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Let the pupil go, as the sending school's principal: over all that the school has locked of the pupil."""
    how = Signed(load_key(key, password_file), role.value, yes, patience_s if wait else None, data, json)

    def made(hub: LocalHub, said: TransferNotice, by: TransferParty, at: datetime) -> Command:
        named = tuple(document or ()) or _locked(hub, said, by)
        if any(len(one) != 64 or set(one) - set("0123456789abcdef") for one in named):
            raise Refused("OPTION_WRONG", {"option": "--document", "reason": "SHA-256"})
        return steps.release(said, by, named, left_on or civil_date(at).isoformat(), at)

    take_step(so, school, transfer, _SENDING, how, made)


def acknowledge(
    transfer: Transfer, so: So, school: School, key: Key,
    folder: Annotated[Path, typer.Option(help="Folder of `hub transfer receive`")],
    role: OfSchool = IssuerRole.SCHOOL_SEAL, password_file: PasswordFile = None, yes: Yes = False, wait: Wait = False,
    patience_s: Patience = 60.0, data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Sign for exactly what the folder holds, each transcript hashed again; the transfer is closed by it."""
    how = Signed(load_key(key, password_file), role.value, yes, patience_s if wait else None, data, json)

    def made(_: LocalHub, said: TransferNotice, by: TransferParty, at: datetime) -> Command:
        held = recompute(folder, said.transfer, by.school)
        return steps.acknowledge(said, by, held.delivery, held.documents, at)

    take_step(so, school, transfer, _RECEIVING, how, made)


def withdraw(
    transfer: Transfer, so: So, school: School, reason: Why, key: Key, role: OfSchool = IssuerRole.SCHOOL_SEAL,
    password_file: PasswordFile = None, yes: Yes = False, wait: Wait = False, patience_s: Patience = 60.0,
    data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Take the request back, as the receiving school, until it has signed for the history."""
    how = Signed(load_key(key, password_file), role.value, yes, patience_s if wait else None, data, json)
    take_step(
        so, school, transfer, _RECEIVING, how, lambda _, said, by, at: steps.withdraw_transfer(said, by, reason, at)
    )


def resolve(
    transfer: Transfer, decision: Annotated[_Ruling, typer.Argument(help="prefer, cancel, release or resend")],
    so: So, school: School, number: Paper, reason: Why, key: Key, role: OfSo = _Department.SO_OFFICER,
    password_file: PasswordFile = None, yes: Yes = False, wait: Wait = False, patience_s: Patience = 60.0,
    data: Data = None, json: Json = False,
) -> None:  # fmt: skip
    """Decide, as the Sở of that school, over a transfer that is contested or stands still."""
    how = Signed(load_key(key, password_file), role.value, yes, patience_s if wait else None, data, json)
    take_step(
        so, school, transfer, _BOTH, how,
        lambda _, said, by, at: steps.decide(said, by, decision.value, number, reason, at),
    )  # fmt: skip


def _locked(hub: LocalHub, said: TransferNotice, by: TransferParty) -> tuple[str, ...]:
    """Return what the school has locked of the pupil, as its Sở's database has it."""
    with open_owner(hub, f"so-{by.so}") as connection:
        return tuple(digest for digest, _, _ in locked_of_pupil(connection, by.school, said.pupil))
