"""Giới hạn: no page is larger than asked for, a record beyond the limits is refused by itself, nothing ends."""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.connect.check.outcome import NotApplicable, left_out
from hub.connect.check.pulling import Pulled, drain
from hub.connect.check.subject import Subject
from hub.connect.check.systems import opened_source, playing, served
from hub.connectors.mapping.paths import leaves, put
from hub.connectors.sdk import CURSOR_LENGTH_MAX, RECORD_BYTES_MAX, SourceRecord, version_of
from hub.domain.findings import Finding, finding

__all__ = ["check_limits", "with_text"]

_DOCUMENT_COUNT = 60
_PAGES = (1, 7)


async def check_limits(subject: Subject) -> list[Finding] | NotApplicable:
    """Ask for small pages, and map a record with a text beyond every limit."""
    found = list(_large_records(subject))
    if subject.simulator is None:
        return [*found, left_out("page_records", subject.unplayed)]
    async with playing(subject, "limits", _DOCUMENT_COUNT) as (_, settings):
        for limit in _PAGES:
            async with opened_source(subject, settings, f"limits-{limit}") as source:
                pulled = await drain(
                    source, Pulled(), patience_s=60, now=subject.now, limit=limit, enough=lambda p: bool(p.records)
                )
            found += _over("page_records", pulled.largest_page, limit)
            found += _over("cursor", len(pulled.cursor or ""), CURSOR_LENGTH_MAX)
    return found


def _large_records(subject: Subject) -> Iterator[Finding]:
    """Put a text of twice the limit into each text field of one record: it must not become a document."""
    for document in served(subject, 1):
        value, _ = subject.connector.mapper.backward(document)
        for path, held in leaves(value):
            if isinstance(held, str) and held:
                large: dict[str, Any] = with_text(value, path, "x" * RECORD_BYTES_MAX)
                mapped = subject.connector.mapper.forward(
                    SourceRecord("large", version_of(large), "kiểm thử", large), subject.context
                )
                if mapped.transcript is not None and "x" * 4_000 in repr(mapped.transcript):
                    yield from _over("record_bytes", 2 * RECORD_BYTES_MAX, RECORD_BYTES_MAX)
                    return


def with_text(value: Mapping[str, Any], path: str, text: str) -> dict[str, Any]:
    """Return a copy of a record with a text at one path."""
    made = _copied(value)
    put(made, path, text)
    return made


def _copied(value: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _copied(each) if isinstance(each, Mapping) else each for name, each in value.items()}


def _over(limit: str, found: int, allowed: int) -> Iterator[Finding]:
    if found > allowed:
        facts = {"limit": limit, "found": str(found), "allowed": str(allowed)}
        yield finding("CONFORMANCE_LIMIT_IGNORED", limit, facts=facts)
