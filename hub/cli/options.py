"""Options that several commands share, so that they are called and explained alike."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hub.domain import Cohort, Machine, transitions
from hub.errors import Refused

__all__ = [
    "Caller",
    "CohortOption",
    "Data",
    "Evidence",
    "IssuerRole",
    "Json",
    "Key",
    "LockCohort",
    "Number",
    "Paper",
    "PasswordFile",
    "Patience",
    "Role",
    "School",
    "So",
    "Wait",
    "Year",
    "Yes",
    "check_caller",
]


class Role(StrEnum):
    """Who signs a document, in the order of the chain."""

    SUBJECT_TEACHER = "subject_teacher"
    HOMEROOM_TEACHER = "homeroom_teacher"
    PRINCIPAL = "principal"
    SCHOOL_SEAL = "school_seal"


class IssuerRole(StrEnum):
    """Who may sign a command of a school."""

    PRINCIPAL = "principal"
    SCHOOL_SEAL = "school_seal"


Caller = Annotated[str | None, typer.Option("--role", help="Show what a holder of this office may do now")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable: JSON on standard output, nothing else")]
Data = Annotated[Path | None, typer.Option(help="Data folder of the hub; default HUB_DATA_DIR, else ./data")]
So = Annotated[str, typer.Option(help="Slug of the Sở, such as ha-noi")]
School = Annotated[str, typer.Option(help="Code of the school")]
Year = Annotated[str, typer.Option(help="School year, such as 2025-2026")]
CohortOption = Annotated[Cohort, typer.Option(help="Round: completed, supplementary, transfer or correction")]
LockCohort = Annotated[
    Cohort, typer.Option("--cohort", "--round", help="Round: completed, supplementary, transfer or correction")
]
Number = Annotated[int, typer.Option(help="Number of the round", min=1, max=9999)]
Key = Annotated[Path, typer.Option(help="Key file (PKCS#12: .p12 or .pfx)")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="File with the key's password; else HUB_KEY_PASSWORD, else asked on a terminal")
]
Paper = Annotated[str, typer.Option(help="Number of the decision's paper, such as 12/QĐ-SGDĐT")]
Evidence = Annotated[str, typer.Option(help="The paper behind it: a file, or its SHA-256 (hex)")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before sending")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the receipt and show it")]
Patience = Annotated[float, typer.Option("--patience-s", help="How long --wait waits, seconds", min=1)]


def check_caller(role: str | None, machine: Machine) -> None:
    """Raise Refused(OPTION_WRONG) for an office that can cause nothing in this machine."""
    roles = sorted({office for row in transitions(machine) for office in row.roles})
    if role is not None and role not in roles:
        raise Refused("OPTION_WRONG", {"option": "--role", "reason": ", ".join(roles)})
