"""Chính sách tin cậy: which roots, algorithms, registrars and log keys hold, as one signed and dated payload.

Two families of roots stand in it: public-service certificates (NĐ 68/2024/NĐ-CP) and licensed public authorities
(NĐ 23/2025/NĐ-CP) [secondary]. It is data; nothing here names an authority.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

import msgspec
from cryptography import x509
from msgspec import UNSET, Meta, UnsetType

from hub.errors import HubError, Refused
from hub.trust.algorithms import ALGORITHMS
from hub.trust.canonical import canonical
from hub.trust.der import certificate_of_base64
from hub.trust.note import NoteKey
from hub.trust.times import civil_date, end_of_day, instant

__all__ = ["LogKey", "TrustPolicy"]

ROOT_COUNT_MAX = 32
INTERMEDIATE_COUNT_MAX = 128
_OID = r"^[0-2](\.(0|[1-9][0-9]*))+$"


class LogKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One note key of a log or cosigner: `key` is its C2SP verifier key `name+keyid+base64`."""

    origin: str
    key: str


class _Algorithm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    alg: str
    until: str | UnsetType = UNSET


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    roots: Annotated[list[str], Meta(min_length=1, max_length=ROOT_COUNT_MAX)]
    intermediates: Annotated[list[str], Meta(max_length=INTERMEDIATE_COUNT_MAX)]
    algorithms: Annotated[list[_Algorithm], Meta(min_length=1, max_length=len(ALGORITHMS))]
    registrars: list[str]
    log_keys: list[LogKey]
    same_person_exceptions: list[str]
    timestamp_roots: Annotated[list[str], Meta(max_length=ROOT_COUNT_MAX)] = []
    timestamp_required: bool = False
    timestamp_policy: Annotated[str, Meta(pattern=_OID, max_length=100)] | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """One version of the policy, parsed. `digest` (SHA-256 of the canonical payload) names it in caches.

    `algorithms` maps a name to the first instant at which it no longer holds, or None. `registrars` are certificate
    hashes (32 bytes); `same_person_exceptions` are school codes. `timestamp_roots` are the roots of time-stamp
    authorities (none: tokens prove nothing), of which `timestamp_policy` (OID) may narrow the tokens; with
    `timestamp_required` Bộ refuses a head without one. Policies from before time-stamps have none of the three.
    """

    digest: bytes
    roots: tuple[x509.Certificate, ...] = field(repr=False)
    intermediates: tuple[x509.Certificate, ...] = field(repr=False)
    algorithms: Mapping[str, datetime | None]
    registrars: frozenset[bytes]
    log_keys: tuple[LogKey, ...]
    same_person_exceptions: frozenset[str]
    timestamp_roots: tuple[x509.Certificate, ...] = field(default=(), repr=False)
    timestamp_required: bool = False
    timestamp_policy: str | None = None

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "TrustPolicy":
        """Parse the payload of a `trust_policy` register entry. Raises Refused TRUST_POLICY_WRONG."""
        try:
            return cls._of(payload)
        except (msgspec.ValidationError, HubError, ValueError) as fault:
            reason = fault.code if isinstance(fault, HubError) else "shape"
            raise Refused("TRUST_POLICY_WRONG", {"reason": reason}) from None

    @classmethod
    def _of(cls, payload: Mapping[str, Any]) -> "TrustPolicy":
        found = msgspec.convert(dict(payload), _Payload)
        if any(item.alg not in ALGORITHMS for item in found.algorithms):
            raise Refused("SIGNATURE_ALGORITHM_UNKNOWN")
        for item in found.log_keys:
            NoteKey.of(item.key)
        if found.timestamp_required and not found.timestamp_roots:
            raise ValueError("time-stamps of nobody")
        return cls(
            digest=hashlib.sha256(canonical(dict(payload))).digest(),
            roots=tuple(certificate_of_base64(text) for text in found.roots),
            intermediates=tuple(certificate_of_base64(text) for text in found.intermediates),
            algorithms={item.alg: _end_of(item) for item in found.algorithms},
            registrars=frozenset(bytes.fromhex(text) for text in found.registrars),
            log_keys=tuple(found.log_keys),
            same_person_exceptions=frozenset(found.same_person_exceptions),
            timestamp_roots=tuple(certificate_of_base64(text) for text in found.timestamp_roots),
            timestamp_required=found.timestamp_required,
            timestamp_policy=None if isinstance(found.timestamp_policy, UnsetType) else found.timestamp_policy,
        )

    def note_keys(self, origin: str) -> tuple[NoteKey, ...]:
        """Return the note keys of one log or cosigner, for checkpoints and for cosignatures alike."""
        return tuple(NoteKey.of(item.key) for item in self.log_keys if item.origin == origin)

    def allows(self, alg: str, at: datetime) -> bool:
        """Tell whether signatures by `alg` are accepted at `at`; a sunset counts from its first instant."""
        if alg not in self.algorithms:
            return False
        until = self.algorithms[alg]
        return until is None or at < until


def _end_of(item: _Algorithm) -> datetime | None:
    """`until` is an instant (first one after), or a civil date (the last day, UTC+7)."""
    if isinstance(item.until, UnsetType):
        return None
    return instant(item.until) if "T" in item.until else end_of_day(civil_date(item.until))
