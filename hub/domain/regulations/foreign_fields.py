"""Trường không thuộc quy định: what belongs to another circular or kind of school has no place in a document.

Legal source: none; the contract of the document itself, the same under every circular.
"""

from collections.abc import Iterable, Iterator

from msgspec import UNSET

from hub.domain.findings import Finding, finding
from hub.domain.transcript import Subject, Transcript

__all__ = ["foreign", "foreign_groups", "foreign_values"]


def foreign(field: str, path: str, regulation: str, value: str | None = None) -> Finding:
    """Return the finding that `field`, which stands at `path`, is none of the circular."""
    return finding("FIELD_NOT_FOR_REGULATION", path, value, {"field": field, "regulation": regulation})


def foreign_groups(transcript: Transcript, fields: Iterable[str], regulation: str) -> Iterator[Finding]:
    """Yield a finding for each of the fields of a document that is there."""
    for field in fields:
        if getattr(transcript, field) is not UNSET:
            yield foreign(field, f"$.{field}", regulation)


def foreign_values(row: Subject, path: str, fields: Iterable[str], regulation: str) -> Iterator[Finding]:
    """Yield a finding for each of the fields of a row, which stands at `path`, that is there."""
    for field in fields:
        if getattr(row, field) is not UNSET:
            yield foreign(field, f"{path}.{field}", regulation, getattr(row, field))
