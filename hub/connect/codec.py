"""Records as bytes in the state, and hashes that stand for things whose name must not be shown."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from hub.connectors.sdk import Raw
from hub.domain import Transcript, canonical
from hub.domain.findings import Finding

__all__ = [
    "content_of", "identity_of", "known_as", "pack", "pack_findings", "sha256_of", "unpack", "unpack_findings",
    "value_sha256",
]  # fmt: skip

_encode = msgspec.json.Encoder(decimal_format="number").encode
_sorted = msgspec.json.Encoder(decimal_format="number", order="sorted").encode
_findings = msgspec.json.Decoder(tuple[Finding, ...]).decode


def pack(value: Raw) -> bytes:
    """Return a record as JSON, decimals exactly as written. ValueError for what no JSON holds, such as NaN."""
    try:
        return _encode(_finite(value))
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise ValueError(type(error).__name__) from None


def _finite(value: Any) -> Any:
    """Return a value. ValueError for NaN and infinity in it: the encoder would write null, and nobody be told."""
    if isinstance(value, float | Decimal) and not isfinite(value):
        raise ValueError
    for each in (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple | set) else ()
    ):
        _finite(each)
    return value


def value_sha256(value: Raw) -> str:
    """Return the hash of a record that `pack` takes, whatever the order of its fields."""
    return hashlib.sha256(_sorted(value)).hexdigest()


def unpack(data: bytes) -> dict[str, Any]:
    """Return the record again; what has a fraction is a Decimal."""
    value: dict[str, Any] = json.loads(data, parse_float=Decimal)
    return value


def pack_findings(findings: Iterable[Finding]) -> bytes:
    """Return findings as bytes; half characters that a cell may hold become question marks."""
    return msgspec.json.encode(
        tuple(replace(f, path=_whole(f.path), value=None if f.value is None else _whole(f.value)) for f in findings)
    )


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def unpack_findings(data: bytes) -> tuple[Finding, ...]:
    """Return the findings again."""
    return _findings(data)


def sha256_of(*parts: str) -> str:
    """Return one hash (hex) of several texts, none of which can run into the next."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def known_as(key: str) -> str:
    """Return what a log may call a record: twelve digits of a hash."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:12]


def content_of(transcript: Transcript) -> str:
    """Return the hash of what a document says of the pupil, whatever it replaces and why."""
    return hashlib.sha256(canonical(replace(transcript, supersedes=UNSET, reason=UNSET))).hexdigest()


def identity_of(school: str, pupil: str, school_year: str, period: str) -> str:
    """Return what stands for the one record that may be current: school, pupil, year, period."""
    return sha256_of(school, pupil, school_year, period)
