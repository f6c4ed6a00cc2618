"""Mức xử lý: what a dated policy of Bộ or Sở makes of the catalogue's warnings. Pure data over the catalogue.

Three layers: the catalogue, then Bộ, then Sở. A policy raises a warning to a refusal, or says that a warning stays
one. No policy lowers what refuses by itself (bytes, structure, signatures, lifecycle) or raises a rule whose ground is
assumed, and a Sở never weakens what Bộ set. Whatever tries is refused when it is registered; where two layers speak of
one rule, the stricter counts, so no order of registration weakens anything.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hub.catalogue import CATALOGUE, Certainty, Severity, family_of
from hub.domain.findings import Finding
from hub.errors import Refused

__all__ = [
    "RULE_COUNT_MAX", "Severities", "SeverityPolicy", "check_severities", "is_adjustable", "merged", "raised_by",
    "read_policy", "under", "weakened",
]  # fmt: skip

Severities = Mapping[str, Severity]
RULE_COUNT_MAX = 500
# Families whose findings judge what a transcript says. All others (trust, transport, files and sheets, the hub itself)
# are no matter of a policy: an unknown revocation status and a second claimant are told and waited for, never refused
# (docs/design.md, 5 and 8). A new family stays outside until it is named here.
_OF_DOCUMENTS = frozenset(
    {"form", "former", "identity", "organisation", "primary", "school", "secondary", "secondary_results", "text"}
)

_Code = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\A[A-Z][A-Z0-9_]*\Z")]


class SeverityPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One policy: who sets it, and the severity of each rule that it names."""

    by: Literal["bo", "so"]
    severities: Annotated[dict[_Code, Severity], Meta(max_length=RULE_COUNT_MAX)]
    decision: Annotated[str, Meta(min_length=1, max_length=200)] = ""

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "SeverityPolicy":
        """Read a payload. Raises Refused SEVERITY_POLICY_WRONG; what it says is `check_severities`' matter."""
        try:
            return msgspec.convert(dict(payload), cls)
        except msgspec.ValidationError:
            raise Refused("SEVERITY_POLICY_WRONG") from None


def is_adjustable(code: str) -> bool:
    """Tell whether a policy may raise this code: a rule about transcripts that warns, on a ground that is known."""
    entry = CATALOGUE.get(code)
    return (
        entry is not None
        and entry.severity is Severity.WARN
        and entry.certainty is not Certainty.ASSUMED
        and family_of(code) in _OF_DOCUMENTS
    )


def check_severities(severities: Severities) -> None:
    """Refuse a policy that says what no policy may say; the first such rule, by code, is named.

    Raises Refused SEVERITY_RULE_UNKNOWN (no rule about transcripts), SEVERITY_RULE_ASSUMED (raised to a refusal on
    assumed ground), SEVERITY_RULE_FIXED (a refusal of the catalogue lowered).
    """
    for code in sorted(severities):
        entry = CATALOGUE.get(code)
        if entry is None or family_of(code) not in _OF_DOCUMENTS:
            raise Refused("SEVERITY_RULE_UNKNOWN", {"rule": code})
        if severities[code] is Severity.REFUSE and entry.certainty is Certainty.ASSUMED:
            raise Refused("SEVERITY_RULE_ASSUMED", {"rule": code})
        if severities[code] is Severity.WARN and entry.severity is Severity.REFUSE:
            raise Refused("SEVERITY_RULE_FIXED", {"rule": code})


def weakened(bo: Severities, so: Severities) -> list[str]:
    """Return the rules, by code, that Bộ made refuse and that a Sở's policy would let pass."""
    return sorted(
        code for code, severity in so.items() if severity is Severity.WARN and bo.get(code) is Severity.REFUSE
    )


def merged(bo: Severities, so: Severities) -> Severities:
    """Return what counts under both: for each adjustable rule that one of them names the stricter severity.

    What a catalogue of today no longer lets a policy say has no effect: a policy outlives the release it was made for.
    """
    return {
        code: Severity.REFUSE if Severity.REFUSE in (bo.get(code), so.get(code)) else Severity.WARN
        for code in {**bo, **so}
        if is_adjustable(code)
    }


def under(policy: Severities, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with the severities that a policy gives them; a refusal is never lowered."""
    return [
        msgspec.structs.replace(found, severity=Severity.REFUSE) if _raises(policy, found) else found
        for found in findings
    ]


def raised_by(policy: Severities, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return, as refusals, only the findings that refuse because of the policy."""
    return tuple(under(policy, (found for found in findings if _raises(policy, found))))


def read_policy(data: bytes) -> Severities:
    """Read a policy from a file: a payload {"by", "severities"}, or a whole register statement that carries one.

    For checks without a register: nothing is verified but the shape and what a policy may say. Raises Refused
    SEVERITY_POLICY_WRONG, or as `check_severities`.
    """
    try:
        read = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refused("SEVERITY_POLICY_WRONG") from None
    if isinstance(read, dict) and read.get("kind") == "severity_policy":
        read = read.get("payload")
    if not isinstance(read, dict):
        raise Refused("SEVERITY_POLICY_WRONG")
    severities = SeverityPolicy.of(read).severities
    check_severities(severities)
    return merged(severities, {})


def _raises(policy: Severities, found: Finding) -> bool:
    """A finding that a check of its own lowered, such as under a circular of which only the form is known, stays."""
    return policy.get(found.code) is Severity.REFUSE and found.severity is Severity.WARN and is_adjustable(found.code)
