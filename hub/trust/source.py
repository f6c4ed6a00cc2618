"""Hệ thống nguồn: which system a Sở may seal for, and what a check of its source documents is given.

A dated register entry of kind "source_system", signed by a registrar; its entry id names the system in every seal.
The check itself reads formats that strangers wrote and lives elsewhere (`hub.sources`); here is only its shape.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hub.domain.findings import Finding
from hub.trust.origin import Origin, SealedGrade, Sha256, SystemId

__all__ = ["SealedItem", "SourceCheck", "SourceFormat", "SourceSystem"]

SourceFormat = Literal["xades", "extract", "pades", "scan"]
_FORMATS: Mapping[str, tuple[str, ...]] = {
    "derived": ("xades",),
    "attested": ("extract",),
    "legacy_evidence": ("pades", "scan"),
}


class _Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: SourceFormat
    grade: SealedGrade
    so: Annotated[str, Meta(max_length=30, pattern=r"\A[a-z]+(?:-[a-z]+)*\Z")]
    mapping: Annotated[str, Meta(max_length=50, pattern=r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z")] | UnsetType = UNSET
    signers: Annotated[tuple[Sha256, ...], Meta(max_length=16)] = ()

    def __post_init__(self) -> None:
        if self.format not in _FORMATS[self.grade]:
            raise ValueError("this grade has another format")
        if (self.mapping is not UNSET) is not (self.grade != "legacy_evidence"):
            raise ValueError("a mapping stands with derived and attested, and with these alone")
        if (self.format == "xades" and not self.signers) or (self.format in {"extract", "scan"} and self.signers):
            raise ValueError("signers are pinned where the source is signed")


@dataclass(frozen=True, slots=True)
class SourceSystem:
    """One source system: whose it is (`so`, a slug), the one grade of its documents and the form of its sources.

    `mapping` is the connector whose mappings count, None where a person types. `signers` are the pinned certificates of
    signed sources, hex SHA-256 of each; their DER are register entries of kind `certificate`.
    """

    system: str
    so: str
    grade: SealedGrade
    format: SourceFormat
    mapping: str | None = None
    signers: tuple[str, ...] = ()

    @classmethod
    def of(cls, system: str, payload: Mapping[str, Any]) -> "SourceSystem":
        """Read the payload of an entry. Raises msgspec.ValidationError."""
        msgspec.convert(system, SystemId)
        found = msgspec.convert(dict(payload), _Payload)
        mapping = None if isinstance(found.mapping, UnsetType) else found.mapping
        return cls(system, found.so, found.grade, found.format, mapping, found.signers)

    @property
    def role(self) -> str:
        """The role whose seal counts for this system."""
        return "system_seal" if self.grade == "derived" else "so_seal"


@dataclass(frozen=True, slots=True)
class SealedItem:
    """One sealed document with its source, as a check gets it: `signers` are DER, `at` is the proven time (aware).

    `allows_rs256`: whether the trust policy still took PKCS#1 v1.5 at that time.
    """

    document: bytes
    origin: Origin
    system: SourceSystem
    signers: tuple[bytes, ...]
    source: bytes
    at: datetime
    allows_rs256: bool = False


SourceCheck = Callable[[Sequence[SealedItem]], Sequence[tuple[Finding, ...]]]
"""Says of each item, in order, what its source does not bear out; an empty tuple when the source says just this."""
