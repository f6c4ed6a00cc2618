"""What a connector reads: records of an outside system, page by page."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from hub.domain.findings import Finding

__all__ = [
    "CURSOR_LENGTH_MAX",
    "KEY_LENGTH_MAX",
    "RECORD_BYTES_MAX",
    "Page",
    "Raw",
    "SourceRecord",
    "UnlockRequest",
    "Unreadable",
    "version_of",
]

Raw = Mapping[str, Any]
"""A record as the system has it: JSON values alone (text, whole numbers, Decimal, bool, None, lists, objects)."""

KEY_LENGTH_MAX = 200
CURSOR_LENGTH_MAX = 1_048_576
RECORD_BYTES_MAX = 262_144


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands in a record for a value that no record can hold (NaN, too many digits); the mapper refuses it alone."""

    reason: str


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record. Equal (key, version) is equal content; versions have no order but that of their arrival.

    One that comes back after another counts as new: the system changed back.

    `place` tells a person where it stands ("trang 3, dòng 12", "5A.xlsx!5A!9"). `value` is None where the reader
    refused the row: then `findings` say why. `source_sha256` (hex) names one of the page's `sources`: the signed
    document in which a record of a system whose records are sealed stands.
    """

    key: str
    version: str
    place: str
    value: Raw | None
    findings: tuple[Finding, ...] = ()
    source_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class UnlockRequest:
    """Yêu cầu mở khóa: people of the system ask to change a record that is locked there. Answered once by number."""

    number: str
    record_key: str
    place: str


@dataclass(frozen=True, slots=True)
class Page:
    """Records in the system's order; the next pull begins at `cursor`, which only the connector understands.

    `more` is False when nothing more is there now. `findings` are about the page or a file as a whole. `batches` are
    signed batch folders of a system that signs for itself. `sources` are signed documents, byte for byte, in which
    records of the page stand; each is given once. `requests` to unlock are answered by what the hub holds of the
    record. `lag_bytes`: what the system keeps back until we have read it, where it is known.
    """

    records: tuple[SourceRecord, ...]
    cursor: str
    more: bool
    findings: tuple[Finding, ...] = ()
    batches: tuple[Path, ...] = ()
    sources: tuple[bytes, ...] = ()
    requests: tuple[UnlockRequest, ...] = ()
    lag_bytes: int | None = None


def version_of(value: Raw) -> str:
    """Return a version for a record whose system counts none: SHA-256 (hex) of its content, whatever the key order."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_as_text)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no JSON value: {type(value).__name__}")
