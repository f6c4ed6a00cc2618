"""Mức chứng cứ: what a document rests on when no teacher, principal and school signed it here.

A sealed document carries one signature, whose protected header says `Origin`: grade, source system, mapping with its
version and the hash of its rules, and the SHA-256 of the source document (ADR 0028). What may claim an origin, and for
whom, stands in the register (`hub.trust.source`); that a signature is good is checked in `hub.trust.sealed`.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

__all__ = ["GRADES", "Grade", "Origin", "SealedGrade", "SystemId"]

Grade = Literal["native", "derived", "attested", "legacy_evidence"]
SealedGrade = Literal["derived", "attested", "legacy_evidence"]
GRADES: tuple[Grade, ...] = ("native", "derived", "attested", "legacy_evidence")

Sha256 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
SystemId = Annotated[str, Meta(max_length=60, pattern=r"\A[a-z0-9]+(?:-[a-z0-9]+)*\Z")]
MappingVersion = Annotated[str, Meta(max_length=60, pattern=r"\A[a-z0-9]+(?:-[a-z0-9]+)*/[1-9][0-9]{0,4}\Z")]


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The header's member `hb_origin`, members in canonical order.

    `mapping` is connector name and version ("tien-giang/2"), `mapping_sha256` the hash of its rules; both are there
    exactly where a mapping made the document: nothing is derived from a scan. `system` is the entry id of a
    `source_system` in the register.
    """

    grade: SealedGrade
    mapping: MappingVersion | UnsetType = UNSET
    mapping_sha256: Sha256 | UnsetType = UNSET
    source_sha256: Sha256
    system: SystemId

    def __post_init__(self) -> None:
        mapped = self.grade != "legacy_evidence"
        if (self.mapping is not UNSET) is not mapped or (self.mapping_sha256 is not UNSET) is not mapped:
            raise ValueError("a mapping stands with derived and attested, and with these alone")

    @property
    def mapping_name(self) -> str | None:
        """The connector whose mapping made the document, without its version; None where nothing was mapped."""
        return None if isinstance(self.mapping, UnsetType) else self.mapping.partition("/")[0]
