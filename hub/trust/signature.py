"""One signature against what it should say: type, scope, time, role in the register, certificate, bytes.

Used for each signature of a document and for the single one of a statement. Nothing stops at the first fault.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.errors import Refused
from hub.trust.certificates import CertificateFacts, ChainCache, judge_facts
from hub.trust.jws import Parsed, read, verify
from hub.trust.register import Holding, Snapshot
from hub.trust.verdict import Signatory

__all__ = ["CLOCK_SKEW_MAX", "COMMAND_AGE_MAX", "Expected", "Judged", "Judgement", "read_all", "shown_role"]

CLOCK_SKEW_MAX = timedelta(minutes=5)  # a claimed time may lie this much after the proven one
_SKEW_S = int(CLOCK_SKEW_MAX.total_seconds())
COMMAND_AGE_MAX = timedelta(hours=24)  # and that of a command so much before it: what a trusted door has to append it
_SCOPE_CODES = {
    "school": "SIGNATURE_SCOPE_SCHOOL",
    "school_year": "SIGNATURE_SCOPE_YEAR",
    "period": "SIGNATURE_SCOPE_PERIOD",
    "round": "SIGNATURE_SCOPE_ROUND",
    "owner": "SIGNATURE_SCOPE_OWNER",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What a signature must say and who may have made it: for `school`, or for `so`, or (both None) for Bộ.

    `commands`: it asks for something to be done now, so its signer must hold the office at the proven time; `ages`: and
    must have signed it lately. `seals`: it is a seal that says what its document rests on, as no other may.
    """

    typ: str
    scope: Mapping[str, str]
    roles: frozenset[str]
    school: str | None
    so: str | None
    commands: bool = False
    ages: bool = False
    seals: bool = False


class Judged(NamedTuple):
    """The outcome of one signature."""

    signatory: Signatory
    findings: list[Finding]


def read_all(signatures: Sequence[str]) -> tuple[list[tuple[str, Parsed]], list[Finding]]:
    """Read compact signatures; return (path, parsed) of the readable ones and a finding for each of the others."""
    parsed: list[tuple[str, Parsed]] = []
    findings: list[Finding] = []
    for index, compact in enumerate(signatures):
        path = f"$.signatures[{index}]"
        try:
            parsed.append((path, read(compact)))
        except Refused as refused:
            findings.append(finding(refused.code, path, facts=refused.facts))
    return parsed, findings


class Judgement:
    """The fixed ground of one check: register snapshot, proven time, cache; the policy is the one of that time."""

    def __init__(self, snapshot: Snapshot, proven_at: datetime, cache: ChainCache) -> None:
        self.snapshot = snapshot
        self.proven_at = proven_at
        self.policy = snapshot.policy(proven_at)
        self._cache = cache
        self._latest_iat = int(proven_at.timestamp()) + _SKEW_S  # in seconds: years end at 9999
        self._earliest_iat_of_command = int(proven_at.timestamp()) - int(COMMAND_AGE_MAX.total_seconds())

    def of(self, parsed: Parsed, payload: bytes, expected: Expected, path: str) -> Judged:
        """Judge one signature over `payload`; findings carry the role as a fact and no person."""
        claimed_at = datetime.fromtimestamp(parsed.header.iat, UTC)
        holding, codes = self._holding(parsed, expected, self.proven_at if expected.commands else claimed_at)
        codes += self._claims(parsed, expected)
        codes += self._certificate(parsed, payload, expected)
        signatory = Signatory(
            role=parsed.header.hb_role,
            person=None if holding is None else holding.person,
            certificate_sha256=parsed.certificate_sha256,
            claimed_at=claimed_at,
        )
        facts = {"role": shown_role(parsed.header.hb_role)} if codes else {}
        return Judged(signatory, [finding(code, path, facts=facts) for code in codes])

    def _claims(self, parsed: Parsed, expected: Expected) -> Iterator[str]:
        header = parsed.header
        if header.hb_origin is not UNSET and not expected.seals:
            yield "SIGNATURE_HEADER_WRONG"
        if header.typ != expected.typ:
            yield "SIGNATURE_TYPE_WRONG"
        if header.hb_scope != expected.scope:
            yield from _scope_codes(header.hb_scope, expected.scope)
        if header.iat > self._latest_iat:
            yield "SIGNATURE_TIME_AHEAD"
        if expected.ages and header.iat < self._earliest_iat_of_command:
            yield "COMMAND_TOO_OLD"

    def _certificate(self, parsed: Parsed, payload: bytes, expected: Expected) -> Iterator[str]:
        if self.policy is None:
            yield "TRUST_POLICY_MISSING"
            return
        if not self.policy.allows(parsed.header.alg, self.proven_at):
            yield "SIGNATURE_ALGORITHM_ENDED"
        facts = self.facts(parsed.certificate_sha256)
        if facts is None:
            return  # told as an unknown signer
        yield from judge_facts(facts, self.proven_at).codes
        if expected.school is not None and _precedes(parsed.header.iat, facts):
            yield "SIGNATURE_TIME_BEFORE_CERTIFICATE"  # an authority's seal repeats derived times under a newer one
        if facts.public_key is not None:
            try:
                verify(parsed, payload, facts.public_key)
            except Refused as refused:
                yield refused.code

    def facts(self, sha256: bytes) -> CertificateFacts | None:
        """Return the facts of a registered certificate under the policy of the proven time, or None."""
        der = self.snapshot.certificate(sha256)
        if der is None or self.policy is None:
            return None
        return self._cache.facts(sha256, der, self.policy, self.snapshot.revocation)

    def _holding(self, parsed: Parsed, expected: Expected, at: datetime) -> tuple[Holding | None, list[str]]:
        """Look up by which office the signer signed; without one, tell what is wrong."""
        sha256, role = parsed.certificate_sha256, parsed.header.hb_role
        if role not in expected.roles:
            return None, ["SIGNER_ROLE_NOT_ALLOWED"]
        if self.snapshot.certificate(sha256) is None:
            return None, ["SIGNER_UNKNOWN"]
        if role == "registrar" and self.policy is not None:
            return None, [] if sha256 in self.policy.registrars else ["SIGNER_UNKNOWN"]
        for holding in self.snapshot.official_of_certificate(sha256, at):
            if holding.role == role and _is_for(holding, expected):
                return holding, []
        return None, _why_not(self.snapshot.holdings_ever(sha256), role, expected)


def shown_role(role: str) -> str:
    """Return a role as it may stand in a receipt: a stranger's text is not repeated."""
    return role if role.isascii() and role.isidentifier() and len(role) <= 32 else "?"


def _precedes(iat: int, facts: CertificateFacts) -> bool:
    return facts.valid_from is not None and iat < int(facts.valid_from.timestamp()) - _SKEW_S


def _is_for(holding: Holding, expected: Expected) -> bool:
    if expected.school is not None:
        return holding.school == expected.school
    return holding.school is None and holding.so == expected.so


def _why_not(ever: Iterable[Holding], role: str, expected: Expected) -> list[str]:
    offices = {(holding.role == role, _is_for(holding, expected)) for holding in ever}
    if not offices:
        return ["SIGNER_UNKNOWN"]
    if (True, True) in offices:
        return ["SIGNER_ROLE_NOT_HELD"]
    if (False, True) in offices:
        return ["SIGNER_ROLE_WRONG"]
    place = "SIGNER_SCHOOL_WRONG" if expected.school is not None else "SIGNER_OWNER_WRONG"
    return [place] if (True, False) in offices else [place, "SIGNER_ROLE_WRONG"]


def _scope_codes(found: Mapping[str, str], expected: Mapping[str, str]) -> Iterator[str]:
    others = (name for name in expected if name not in _SCOPE_CODES)
    if found.keys() != expected.keys() or any(found[name] != expected[name] for name in others):
        yield "SIGNATURE_SCOPE_WRONG"
    for name, code in _SCOPE_CODES.items():
        if name in found and name in expected and found[name] != expected[name]:
            yield code
