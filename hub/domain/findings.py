"""What a check says about one document: a code, where, which value, and the arithmetic behind it."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from hub.catalogue import Severity, entry_of

__all__ = ["FINDING_COUNT_MAX", "Finding", "finding", "refuses", "render"]

FINDING_COUNT_MAX = 50  # a document with more faults than this needs a person, not a longer list


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One finding. `path` is a JSON path ("$.subjects[2].score") or a cell ("Sheet1!F7"); `value` may be personal."""

    code: str
    path: str = "$"
    value: str | None = None
    severity: Severity = Severity.REFUSE
    facts: dict[str, str] = {}


def finding(code: str, path: str = "$", value: object = None, facts: Mapping[str, str] | None = None) -> Finding:
    """Make a finding with the default severity of its code. KeyError for a code outside the catalogue."""
    shown = None if value is None else str(value)[:200]
    return Finding(code, path, shown, entry_of(code).severity, dict(facts or {}))


def refuses(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding keeps its document out."""
    return any(f.severity is Severity.REFUSE for f in findings)


def render(found: Finding) -> dict[str, Any]:
    """Return the finding as a receipt or `hub check` shows it: with both languages, ground and next step."""
    entry = entry_of(found.code)
    shown: dict[str, Any] = {
        "code": found.code,
        "path": found.path,
        "severity": found.severity.value,
        "certainty": entry.certainty.value,
        "source": entry.source,
        "vi": _fill(entry.vi, found.facts),
        "en": _fill(entry.en, found.facts),
        "next_vi": _fill(entry.next_vi, found.facts),
        "next_en": _fill(entry.next_en, found.facts),
    }
    if found.value is not None:
        shown["value"] = found.value
    if found.facts:
        shown["facts"] = dict(found.facts)
    return shown


class _Slots(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _fill(text: str, facts: Mapping[str, str]) -> str:
    return text.format_map(_Slots(facts))
