"""`hub correction request | confirm | submit | approve | reject | withdraw`: each step signed by who may take it."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.correction_about import show_about
from hub.cli.keys import load_key
from hub.cli.options import Data, Evidence, Json, Key, Paper, PasswordFile, Patience, School, So, Wait, Year, Yes
from hub.cli.sending import ask, journal_of, send, show_answers
from hub.client import (
    AskedCorrection,
    Outbound,
    command_sending,
    evidence_sha256,
    find_request,
    items_of,
    named_transcripts,
    one_item,
)
from hub.client import corrections as steps
from hub.client.corrections import StepCommand
from hub.client.records import checked
from hub.domain.civil import civil_date, midnight_utc
from hub.domain.statements import CorrectionItem, CorrectionRequest, encode
from hub.errors import Refused
from hub.local.hub import LocalHub
from hub.signing import Signer

__all__ = ["approve", "confirm", "reject", "request", "submit", "withdraw"]


class _Teacher(StrEnum):
    HOMEROOM_TEACHER = "homeroom_teacher"
    SUBJECT_TEACHER = "subject_teacher"


class _Principal(StrEnum):
    PRINCIPAL = "principal"


class _Seal(StrEnum):
    SCHOOL_SEAL = "school_seal"


class _Department(StrEnum):
    SO_OFFICER = "so_officer"
    SO_LEAD = "so_lead"


class _Withdrawing(StrEnum):
    HOMEROOM_TEACHER = "homeroom_teacher"
    SUBJECT_TEACHER = "subject_teacher"
    PRINCIPAL = "principal"


Correction = Annotated[str, typer.Argument(help="Id of the correction: the command id of its request")]
OfYear = Annotated[str | None, typer.Option("--year", help="School year, compared with that of the request")]
Id = Annotated[str | None, typer.Option(help="Id of the command; default: derived from what it is about and the time")]
Why = Annotated[str, typer.Option(help="Why, 3 to 500 characters; kept beside the correction")]


def request(
    so: So,
    school: School,
    year: Year,
    reason: Why,
    basis: Annotated[str, typer.Option(help="Legal basis, 3 to 500 characters")],
    evidence: Evidence,
    key: Key,
    document: Annotated[str | None, typer.Option(help="SHA-256 of the locked transcript (hex)")] = None,
    field: Annotated[list[str] | None, typer.Option(help="Field to change, such as $.subjects[TOAN].year")] = None,
    items: Annotated[
        Path | None,
        typer.Option(help='Several: JSON list of {"document_sha256", "fields"}', exists=True, dir_okay=False),
    ] = None,
    issuer: Annotated[str | None, typer.Option(help="Closed school whose transcripts these are")] = None,
    role: Annotated[_Teacher, typer.Option(help="Who asks")] = _Teacher.HOMEROOM_TEACHER,
    password_file: PasswordFile = None,
    command_id: Id = None,
    yes: Yes = False,
    wait: Wait = False,
    patience_s: Patience = 60.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Ask to correct fields of locked transcripts. The id that is shown names the correction in every later step."""
    named = _named(document, field, items)
    paper, signer, at = evidence_sha256(evidence), load_key(key, password_file), datetime.now(UTC)
    statement = checked(
        steps.request_correction(
            school, year, named, reason=reason, basis=basis, evidence_sha256=paper, at=at, issuer=issuer,
            command_id=command_id,
        )
    )  # fmt: skip
    with connected(data, workers=wait) as hub:
        chosen_so(hub, so)
        asked = AskedCorrection.of(encode(statement))
        _send(hub, so, statement, asked, signer, role.value, at, yes, patience_s if wait else None, json)


def confirm(
    correction: Correction,
    so: So,
    school: School,
    key: Key,
    year: OfYear = None,
    role: Annotated[_Principal, typer.Option(help="Who confirms")] = _Principal.PRINCIPAL,
    password_file: PasswordFile = None,
    command_id: Id = None,
    yes: Yes = False,
    wait: Wait = False,
    patience_s: Patience = 60.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Agree to a teacher's request, as the principal; another person than who asked."""
    signer = load_key(key, password_file)
    _step(
        lambda asked, at: steps.confirm(asked, at, command_id), correction, so, school, year, signer, role.value, yes,
        patience_s if wait else None, data, json,
    )  # fmt: skip


def submit(
    correction: Correction,
    so: So,
    school: School,
    key: Key,
    year: OfYear = None,
    role: Annotated[_Seal, typer.Option(help="What seals it")] = _Seal.SCHOOL_SEAL,
    password_file: PasswordFile = None,
    command_id: Id = None,
    yes: Yes = False,
    wait: Wait = False,
    patience_s: Patience = 60.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Hand a confirmed request to Sở, under the school's seal."""
    signer = load_key(key, password_file)
    _step(
        lambda asked, at: steps.submit_correction(asked, at, command_id), correction, so, school, year, signer,
        role.value, yes, patience_s if wait else None, data, json,
    )  # fmt: skip


def approve(
    correction: Correction,
    so: So,
    school: School,
    number: Paper,
    reason: Why,
    key: Key,
    closes_at: Annotated[
        str | None, typer.Option(help="When the window closes: 2026-07-10 (end of that day) or 2026-07-10T10:00:00Z")
    ] = None,
    days: Annotated[int | None, typer.Option(help="Instead: at the end of that many days from today", min=0)] = None,
    year: OfYear = None,
    role: Annotated[_Department, typer.Option(help="Who decides")] = _Department.SO_OFFICER,
    password_file: PasswordFile = None,
    command_id: Id = None,
    yes: Yes = False,
    wait: Wait = False,
    patience_s: Patience = 60.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Open a window for exactly the pupils and fields of a request, as an officer of Sở."""
    closing, signer = _closing(closes_at, days, datetime.now(UTC)), load_key(key, password_file)
    _step(
        lambda asked, at: steps.approve(
            asked, so, closes_at=closing, number=number, reason=reason, at=at, command_id=command_id
        ),
        correction, so, school, year, signer, role.value, yes, patience_s if wait else None, data, json,
    )  # fmt: skip


def reject(
    correction: Correction,
    so: So,
    school: School,
    number: Paper,
    reason: Why,
    key: Key,
    year: OfYear = None,
    role: Annotated[_Department, typer.Option(help="Who decides")] = _Department.SO_OFFICER,
    password_file: PasswordFile = None,
    command_id: Id = None,
    yes: Yes = False,
    wait: Wait = False,
    patience_s: Patience = 60.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Turn a request down, as an officer of Sở; the school sees the reason."""
    signer = load_key(key, password_file)
    _step(
        lambda asked, at: steps.reject(asked, so, number=number, reason=reason, at=at, command_id=command_id),
        correction, so, school, year, signer, role.value, yes, patience_s if wait else None, data, json,
    )  # fmt: skip


def withdraw(
    correction: Correction,
    so: So,
    school: School,
    reason: Why,
    key: Key,
    year: OfYear = None,
    role: Annotated[_Withdrawing, typer.Option(help="Who withdraws")] = _Withdrawing.HOMEROOM_TEACHER,
    password_file: PasswordFile = None,
    command_id: Id = None,
    yes: Yes = False,
    wait: Wait = False,
    patience_s: Patience = 60.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Take a request back before Sở has approved it."""
    signer = load_key(key, password_file)
    _step(
        lambda asked, at: steps.withdraw(asked, reason=reason, at=at, command_id=command_id), correction, so, school,
        year, signer, role.value, yes, patience_s if wait else None, data, json,
    )  # fmt: skip


def _step(
    made: Callable[[AskedCorrection, datetime], StepCommand], correction: str, so: str, school: str, year: str | None,
    signer: Signer, role: str, yes: bool, patience_s: float | None, data: Path | None, json: bool,
) -> None:  # fmt: skip
    """Find the request, make the step that names it, and send it."""
    with connected(data, workers=patience_s is not None) as hub:
        chosen_so(hub, so)
        asked = find_request(so, hub.so_url(so), hub.bootstrap, journal_of(hub), school, correction)
        if year not in (None, asked.statement.school_year):
            raise Refused("OPTION_WRONG", {"option": "--year", "reason": asked.statement.school_year})
        at = datetime.now(UTC)
        _send(hub, so, checked(made(asked, at)), asked, signer, role, at, yes, patience_s, json)


def _send(
    hub: LocalHub, so: str, command: CorrectionRequest | StepCommand, asked: AskedCorrection, signer: Signer, role: str,
    at: datetime, yes: bool, patience_s: float | None, json: bool,
) -> None:  # fmt: skip
    """Show whom and what it is about, ask, send, and show the answer. Ends with 1 when it was refused."""
    console = Console(stderr=json)
    hashes = [item.document_sha256 for item in asked.statement.items]
    show_about(command, asked, named_transcripts(hub.so_url(so), asked.issuer, hashes), console, json)
    ask(yes)
    sending = command_sending(so, command, signer, role, int(at.timestamp()))
    outbound = Outbound(sending, steps.sent_correction(command).about(so))
    answers = send(hub, so, command.school, [outbound], patience_s=patience_s)
    raise typer.Exit(show_answers(hub, so, answers, console, json))


def _named(document: str | None, fields: list[str] | None, items: Path | None) -> Sequence[CorrectionItem]:
    """Return the items of a request. Raises Refused OPTION_MISSING, OPTION_WRONG."""
    if (items is None) == (document is None):
        raise Refused("OPTION_MISSING", {"option": "--document + --field | --items"})
    if items is not None:
        return items_of(items)
    if not fields:
        raise Refused("OPTION_MISSING", {"option": "--field"})
    return one_item(document or "", fields)


def _closing(closes_at: str | None, days: int | None, now: datetime) -> datetime:
    """Return when a window closes, a civil date at its end (UTC+7). Raises Refused OPTION_MISSING, OPTION_WRONG."""
    if (closes_at is None) == (days is None):
        raise Refused("OPTION_MISSING", {"option": "--closes-at | --days"})
    try:
        if days is not None:
            return midnight_utc(civil_date(now) + timedelta(days=days + 1))
        if len(closes_at or "") == len("2026-07-10"):
            return midnight_utc(date.fromisoformat(closes_at or "") + timedelta(days=1))
        found = datetime.fromisoformat(closes_at or "")
        if found.tzinfo is None:
            raise Refused("OPTION_WRONG", {"option": "--closes-at", "reason": "2026-07-10T10:00:00Z"})
        return found.astimezone(UTC)
    except (ValueError, OverflowError):  # no date, or one that no calendar has
        wrong = ("--closes-at", "2026-07-10") if days is None else ("--days", "30")
        raise Refused("OPTION_WRONG", {"option": wrong[0], "reason": wrong[1]}) from None
