"""Give a record the key and version that its mapping file names; one that has none, or is too large, is refused."""

import json
from collections.abc import Iterable, Iterator

from hub.connectors.formats import readable
from hub.connectors.mapping.paths import ABSENT, Reading, is_blank
from hub.connectors.mapping.rules import Rules
from hub.connectors.mapping.values import plain_text
from hub.connectors.sdk.records import KEY_LENGTH_MAX, RECORD_BYTES_MAX, Raw, SourceRecord, version_of
from hub.domain.characters import FORBIDDEN, visible
from hub.domain.findings import Finding, finding

__all__ = ["keyed"]

_SEPARATOR = "/"
_PATH_LENGTH_MAX = 100


def keyed(rules: Rules, value: Raw, place: str) -> SourceRecord:
    """Return the record. One without a usable key has one made of its content, so that it too is told once."""
    value, faults = readable(value)
    reading, content = Reading(value), version_of({"value": value, "faults": dict(faults)} if faults else value)
    findings = [*_too_large(value), *_unreadable(faults)]
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


def _unreadable(faults: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    for path, reason in faults:
        shown = visible(path[:_PATH_LENGTH_MAX])
        yield finding("JSON_WRONG", shown, facts={"reason": f"{reason}: {shown}"})


def _too_large(value: Raw) -> Iterator[Finding]:
    size = len(json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))
    if size > RECORD_BYTES_MAX:
        yield finding("RECORD_TOO_LARGE", facts={"size": str(size), "limit": str(RECORD_BYTES_MAX)})
