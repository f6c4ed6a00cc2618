"""What a check of evidence says: one verdict, every finding, and how each part of the proof ended."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.catalogue import Severity
from hub.domain.findings import FINDING_COUNT_MAX, Finding, finding, render
from hub.trust import Signatory

__all__ = ["PARTS", "Conclusion", "Findings", "Report", "report_of", "signers_shown"]

PARTS = (
    "form", "register", "document", "signatures", "accepted", "leaf", "manifest", "log", "checkpoint", "timestamp",
    "cosignature", "later", "source",
)  # fmt: skip
_TOLD = frozenset(  # facts about the record, no doubt about the proof
    {
        "BUNDLE_SUPERSEDED",
        "BUNDLE_NOT_STAMPED",
        "BUNDLE_DERIVED",
        "BUNDLE_ATTESTED",
        "BUNDLE_LEGACY_EVIDENCE",
        "SOURCE_ALGORITHM_OLD",
    }
)


class Conclusion(StrEnum):
    """How a check ended. `superseded`: everything holds, and a later version of the record is proved as well."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    SUPERSEDED = "superseded"


class Findings:
    """Gathers findings by the part of the proof that they are about; nothing stops at the first."""

    def __init__(self) -> None:
        self.found: list[tuple[str, Finding]] = []
        self._open: set[str] = set()
        self._absent: set[str] = set()

    def add(self, part: str, code: str, path: str = "$", **facts: str) -> None:
        """Note one finding."""
        self.found.append((part, finding(code, path, facts=facts)))

    def leave_open(self, part: str) -> None:
        """Note that a part could not be looked at, because of a fault that is told elsewhere."""
        self._open.add(part)

    def leave_out(self, part: str) -> None:
        """Note that the proof does without a part that it need not have."""
        self._absent.add(part)

    def take(self, part: str, found: Iterable[Finding], prefix: str = "$") -> None:
        """Note what another check found; its paths are put behind `prefix`."""
        for one in found:
            moved = Finding(one.code, prefix + one.path.removeprefix("$"), None, one.severity, one.facts)
            self.found.append((part, moved))

    def ends(self) -> dict[str, str]:
        """Return how each part ended, by name: valid, invalid, unknown, or absent where none is due."""
        ends = {part: "unknown" if part in self._open else "valid" for part in PARTS}
        ends |= dict.fromkeys(self._absent, "absent")
        for part, one in self.found:
            if one.severity is Severity.REFUSE:
                ends[part] = "invalid"
            elif one.code not in _TOLD and ends[part] == "valid":
                ends[part] = "unknown"
        if ends["form"] == "invalid":  # nothing else could be looked at
            ends |= dict.fromkeys(PARTS[1:], "unknown")
        return ends

    def conclusion(self) -> Conclusion:
        """Sum up: one broken part makes it invalid, one open part unknown; only then a later version counts."""
        ends = set(self.ends().values())
        if "invalid" in ends:
            return Conclusion.INVALID
        if "unknown" in ends:
            return Conclusion.UNKNOWN
        superseded = any(one.code == "BUNDLE_SUPERSEDED" for _, one in self.found)
        return Conclusion.SUPERSEDED if superseded else Conclusion.VALID


@dataclass(frozen=True, slots=True)
class Report:
    """The answer. `as_of`: when Bộ cosigned the head on which the proof rests; nothing is said about later times.

    `facts` name the record without saying whose it is: school, year, period, version, hashes, place in the log.
    `semesters`: of a year that takes its first semester from another school, who answers for which (`with_semesters`).
    """

    verdict: Conclusion
    as_of: datetime | None
    findings: tuple[Finding, ...]
    parts: dict[str, str]
    facts: dict[str, str] = field(default_factory=dict)
    signatories: tuple[Signatory, ...] = ()
    semesters: tuple[dict[str, Any], ...] = ()

    def shown(self) -> dict[str, Any]:
        """Return the report as one JSON object."""
        return {
            "verdict": self.verdict.value,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "parts": self.parts,
            "facts": self.facts,
            "signers": signers_shown(self.signatories),
            "findings": [render(one) for one in self.findings],
        } | ({"semesters": list(self.semesters)} if self.semesters else {})


def signers_shown(signatories: Iterable[Signatory]) -> list[dict[str, str | None]]:
    """Return who signed, as JSON shows it."""
    return [
        {
            "role": one.role, "person": one.person, "claimed_at": one.claimed_at.isoformat(),
            "certificate_sha256": one.certificate_sha256.hex(),
        }
        for one in signatories
    ]  # fmt: skip


def report_of(
    found: Findings, as_of: datetime | None, facts: dict[str, str], signatories: tuple[Signatory, ...]
) -> Report:
    """Sum up the findings; at most FINDING_COUNT_MAX are shown, the refusing ones first."""
    ordered = sorted((one for _, one in found.found), key=lambda one: one.severity is not Severity.REFUSE)
    shown = tuple(ordered[:FINDING_COUNT_MAX])
    return Report(found.conclusion(), as_of, shown, found.ends(), facts, signatories)
