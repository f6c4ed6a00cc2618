"""`hub lock act`: the Sở locks rounds of its schools itself, as far as its own policy lets it: look first, then sign.

The act is signed by a lead of the Sở and, above the policy's number of schools, by a second person, here or on another
machine; then each school gets one command that carries the act whole.
"""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hub.cli.connect import chosen_so, connected
from hub.cli.deciding import open_owner
from hub.cli.keys import load_key
from hub.cli.lock_act_showing import answers_table, plan_table, print_plan, shown_act
from hub.cli.options import Data, Json, Key, LockCohort, Number, PasswordFile, Patience, So, Wait, Year
from hub.cli.sending import FINAL, ask, is_refused, send, show_answers
from hub.cli.showing import print_line
from hub.client import (
    SignedAct,
    act_outbounds,
    agree_to_act,
    lock_act,
    read_act,
    read_unreported_of_schools,
    sign_act,
    write_act,
)
from hub.domain.statements import RoundName, SoLock, Unreported
from hub.errors import Refused
from hub.local.hub import LocalHub
from hub.operate import LockPlan, SchoolPlan, lock_plan
from hub.store import Connection

__all__ = ["act", "act_agree", "act_send"]

_NAMED_MAX = 10


class SecondRole(StrEnum):
    """By which office the second person signs."""

    SO_OFFICER = "so_officer"
    SO_LEAD = "so_lead"


_ActFile = Annotated[Path, typer.Argument(help="File of the act", exists=True, dir_okay=False)]
_SecondRole = Annotated[SecondRole, typer.Option("--second-role", help="Office of the second person")]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before signing or sending")]


def act(
    so: So,
    year: Year,
    cohort: LockCohort,
    number: Number = 1,
    schools: Annotated[str | None, typer.Option(help="Codes of schools, separated by commas")] = None,
    all_ready: Annotated[bool, typer.Option("--all-ready", help="Every school that lacks nothing")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what each school lacks; sign nothing")] = False,
    decision: Annotated[str | None, typer.Option(help="Number of the decision on paper")] = None,
    reason: Annotated[str | None, typer.Option(help="Why the Sở locks itself")] = None,
    key: Annotated[Path | None, typer.Option(help="Key file of a lead of the Sở (PKCS#12)")] = None,
    password_file: PasswordFile = None,
    second_key: Annotated[Path | None, typer.Option(help="Key file of the second person")] = None,
    second_role: _SecondRole = SecondRole.SO_OFFICER,
    second_password_file: PasswordFile = None,
    unreported: Annotated[
        Path | None,
        typer.Option(help="JSON or CSV of school,pupil,reason: who is not reported", exists=True, dir_okay=False),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the act into this file for the second person")] = None,
    yes: _Yes = False,
    wait: Wait = False,
    patience_s: Patience = 120.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Lock a round of many schools by one signed act of the Sở. --dry-run first: it lists what each of them lacks.

    Only where the Sở's lock policy says so. With --out nothing is sent: see act-agree and act-send.
    """
    if (schools is None) != all_ready and not dry_run:
        raise Refused("OPTION_WRONG", {"option": "--schools | --all-ready", "reason": "1"})
    wanted = None if schools is None else [code.strip() for code in schools.split(",") if code.strip()]
    left_out = {} if unreported is None else read_unreported_of_schools(unreported)
    name, console = RoundName(cohort=cohort.value, number=number), Console(stderr=json)
    with connected(data, workers=wait) as hub, open_owner(hub, f"so-{chosen_so(hub, so)}") as connection:
        plan = _plan(connection, so, year, name, wanted, left_out)
        chosen = [row for row in plan.schools if wanted is not None or not all_ready or row.is_ready]
        if json:
            print_plan(plan, chosen)
        else:
            console.print(plan_table(plan, chosen, name.text(year), console.width))
        if dry_run:
            raise typer.Exit(1 if wanted is not None and any(row.blocking for row in chosen) else 0)
        _check(plan, chosen, name, alone=second_key is None and out is None)
        items = [row.item(left_out.get(row.school, ())) for row in chosen]
        now = datetime.now(UTC)
        made = lock_act(so, year, name, items, _needed("--decision", decision), _needed("--reason", reason), now)
        signed = _signed(made, key, password_file, (second_key, second_password_file, second_role), now)
        if out is not None:
            write_act(out, signed)
            console.print(f"{out}: hub lock act-agree, hub lock act-send", highlight=False)
            return
        ask(yes, FINAL)
        code = _send(hub, signed, patience_s if wait else None, console, json)
    raise typer.Exit(code)


def act_agree(
    file: _ActFile,
    key: Key,
    role: Annotated[SecondRole, typer.Option(help="Office by which you sign")] = SecondRole.SO_OFFICER,
    password_file: PasswordFile = None,
    yes: _Yes = False,
    json: Json = False,
) -> None:
    """Sign an act as its second person: shows what it locks, then adds the signature to the file. Needs no hub."""
    signed = read_act(file)
    _show(signed, Console(stderr=json), json)
    ask(yes, "Ký cùng? / Sign too?")
    agreed = agree_to_act(signed, load_key(key, password_file), role.value, int(datetime.now(UTC).timestamp()))
    write_act(file, agreed)


def act_send(
    file: _ActFile,
    yes: _Yes = False,
    wait: Wait = False,
    patience_s: Patience = 120.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Send an act that is signed: one command for each of its schools. Within a day of its signatures."""
    signed, console = read_act(file), Console(stderr=json)
    with connected(data, workers=wait) as hub:
        chosen_so(hub, signed.statement.so)
        _show(signed, console, json)
        ask(yes, FINAL)
        code = _send(hub, signed, patience_s if wait else None, console, json)
    raise typer.Exit(code)


def _plan(
    connection: Connection, so: str, year: str, name: RoundName, wanted: list[str] | None,
    left_out: dict[str, tuple[Unreported, ...]],
) -> LockPlan:  # fmt: skip
    return lock_plan(
        connection, so, school_year=year, cohort=name.cohort, number=name.number, at=datetime.now(UTC),
        schools=wanted, unreported=left_out,
    )  # fmt: skip


def _check(plan: LockPlan, chosen: list[SchoolPlan], name: RoundName, *, alone: bool) -> None:
    """Refuse before anything is signed what Sở would refuse afterwards."""
    if name.cohort not in plan.policy.so_cohorts:
        raise Refused("LOCK_NOT_BY_SO", {"cohort": name.cohort})
    blocked = [row.school for row in chosen if row.blocking]
    if blocked:
        raise Refused("LOCK_ACT_NOT_READY", {"count": str(len(blocked)), "schools": ", ".join(blocked[:_NAMED_MAX])})
    above = plan.policy.second_person_above
    if alone and len(chosen) > above:
        raise Refused("LOCK_SECOND_PERSON_MISSING", {"schools": str(len(chosen)), "above": str(above)})


def _signed(
    made: SoLock, key: Path | None, password_file: Path | None, second: tuple[Path | None, Path | None, SecondRole],
    now: datetime,
) -> SignedAct:  # fmt: skip
    iat, (second_key, second_password_file, role) = int(now.timestamp()), second
    if key is None:
        raise Refused("OPTION_WRONG", {"option": "--key", "reason": "PKCS#12"})
    signed = sign_act(made, load_key(key, password_file), iat)
    if second_key is None:
        return signed
    return agree_to_act(signed, load_key(second_key, second_password_file), role.value, iat)


def _send(hub: LocalHub, signed: SignedAct, patience_s: float | None, console: Console, as_json: bool) -> int:
    """Send the commands and, with patience, wait for every answer; return the exit code."""
    act_ = signed.statement
    answers = send(hub, act_.so, None, act_outbounds(signed), patience_s=patience_s)
    if not as_json:
        console.print(answers_table(act_, answers))
        return int(is_refused(answers))
    code = show_answers(hub, act_.so, answers, console, as_json)
    print_line({"act": shown_act(signed), "answers": len(answers)})
    return code


def _show(signed: SignedAct, console: Console, as_json: bool) -> None:
    shown = shown_act(signed)
    if as_json:
        print_line({"act": shown})
        return
    console.print(
        *(f"{field}: {value}" for field, value in shown.items() if field != "schools"), sep="\n", markup=False
    )
    for item in signed.statement.locks:
        console.print(f"  {item.school} {item.count} {item.root}", highlight=False, markup=False)


def _needed(option: str, text: str | None) -> str:
    if text is None or not text.strip():
        raise Refused("OPTION_WRONG", {"option": option, "reason": "1-500"})
    return text.strip()
