"""The outcome vocabulary of every check (ETSI EN 319 102-1 has the same three): valid, invalid, unknown.

`unknown` means that a status source is down or outdated: accepted as pending, judged again, never a refusal.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from hub.domain.findings import FINDING_COUNT_MAX, Finding, refuses

__all__ = ["CertificateVerdict", "Signatory", "Status", "Verdict"]


class Status(StrEnum):
    """How a check ended."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CertificateVerdict:
    """One certificate at one time; `codes` is empty exactly when it is valid."""

    status: Status
    codes: tuple[str, ...] = ()

    @property
    def code(self) -> str | None:
        """The first code, or None."""
        return self.codes[0] if self.codes else None


class Signatory(NamedTuple):
    """Who signed, as far as it could be established; `person` is the register's opaque staff id."""

    role: str
    person: str | None
    certificate_sha256: bytes
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """A whole check: every finding of every signature at once, and the signatories in order."""

    status: Status
    findings: tuple[Finding, ...]
    signatories: tuple[Signatory, ...]

    @classmethod
    def of(cls, findings: Iterable[Finding], signatories: Iterable[Signatory]) -> "Verdict":
        """Sum up: a refusing finding makes it invalid; otherwise an unsettled status makes it unknown."""
        found = tuple(findings)
        settled = Status.UNKNOWN if found else Status.VALID
        status = Status.INVALID if refuses(found) else settled
        return cls(status, found[:FINDING_COUNT_MAX], tuple(signatories))
