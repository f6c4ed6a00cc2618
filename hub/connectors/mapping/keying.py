"""Give a record the key and version that its mapping file names; one that has none, or is too large, is refused."""

import json
from collections.abc import Iterator

from hub.connectors.mapping.paths import ABSENT, Reading, is_blank
from hub.connectors.mapping.rules import Rules
from hub.connectors.mapping.values import plain_text
from hub.connectors.sdk.records import KEY_LENGTH_MAX, RECORD_BYTES_MAX, Raw, SourceRecord, version_of
from hub.domain.characters import FORBIDDEN
from hub.domain.findings import Finding, finding

__all__ = ["keyed"]

_SEPARATOR = "/"


def keyed(rules: Rules, value: Raw, place: str) -> SourceRecord:
    """Return the record. A refused one has a key made of its content, so that it too is told once."""
    reading, content = Reading(value), version_of(value)
    findings = [*_too_large(value)]
    parts = [_part(reading, path, alone=len(rules.file.key) == 1) for path in rules.file.key]
    key = _SEPARATOR.join(part or "" for part in parts)
    if None in parts or len(key) > KEY_LENGTH_MAX:
        paths = ", ".join(rules.file.key)
        findings.append(finding("RECORD_KEY_WRONG", paths))
        key = f"?{content}"
    if findings:
        return SourceRecord(key, content, place, None, tuple(findings))
    said = None if rules.file.record_version is None else _part(reading, rules.file.record_version, alone=True)
    return SourceRecord(key, said or content, place, value)


def _part(reading: Reading, path: str, *, alone: bool) -> str | None:
    raw = reading.get(path)
    text = None if raw is ABSENT or is_blank(raw) else plain_text(raw)
    if text is None or FORBIDDEN.search(text) or (_SEPARATOR in text and not alone):
        return None
    return text.strip()[: KEY_LENGTH_MAX + 1]


def _too_large(value: Raw) -> Iterator[Finding]:
    size = len(json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))
    if size > RECORD_BYTES_MAX:
        yield finding("RECORD_TOO_LARGE", facts={"size": str(size), "limit": str(RECORD_BYTES_MAX)})
