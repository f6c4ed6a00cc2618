"""Thử bộ luật: what a kept mapping makes of a record, and at which paths two of them make something else.

Offline, so a school has no name and no province here; both are the register's and no mapping's. Nothing is judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from msgspec.structs import replace

from hub.client.changing import value_at
from hub.client.correcting import Difference
from hub.connectors import UNKNOWN_SCHOOL
from hub.connectors.mapping import KeptMapping
from hub.connectors.sdk import Context, Loss, SourceRecord
from hub.domain.difference import differing_paths
from hub.domain.findings import Finding, render
from hub.domain.reading import canonical

__all__ = ["Compared", "Made", "compare", "make"]

_CONTEXT = Context(lambda code, _: replace(UNKNOWN_SCHOOL, code=code))


@dataclass(frozen=True, slots=True)
class Made:
    """What one mapping made of one record: the canonical document, or None and why."""

    place: str
    key: str
    document: bytes | None
    findings: tuple[Finding, ...]
    losses: tuple[Loss, ...]
    reason: str | None

    def shown(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "place": self.place, "key": self.key,
            "document": None if self.document is None else msgspec.json.decode(self.document),
            "document_sha256": None if self.document is None else sha256(self.document).hexdigest(),
            "reason": self.reason, "findings": [render(found) for found in self.findings], "losses": self.told()[1],
        }  # fmt: skip

    def told(self) -> tuple[list[str], list[str]]:
        """Return findings and losses as texts: code or kind, and the path."""
        findings = [f"{found.code} {found.path}" for found in self.findings]
        return findings, [f"{loss.kind} {loss.path}" for loss in self.losses]


@dataclass(frozen=True, slots=True)
class Compared:
    """One record under two mappings: the paths at which the documents differ, and whether other things are told."""

    one: Made
    other: Made
    differences: tuple[Difference, ...]

    @property
    def told_differently(self) -> bool:
        """Tell whether findings, losses or the reason of a version differ."""
        return (self.one.told(), self.one.reason) != (self.other.told(), self.other.reason)

    @property
    def equal(self) -> bool:
        """Tell whether both mappings make and say the same."""
        return not self.differences and not self.told_differently

    def shown(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        rows = [{"path": each.path, "old": each.old, "new": each.new} for each in self.differences]
        told = [[*made.told()[0], *made.told()[1]] for made in (self.one, self.other)]
        shown: dict[str, Any] = {"place": self.one.place, "key": self.one.key, "differences": rows}
        return shown | ({"told_old": told[0], "told_new": told[1]} if self.told_differently else {})


def make(kept: KeptMapping, record: SourceRecord) -> Made:
    """Return what a mapping makes of a record."""
    made = kept.mapper.forward(record, _CONTEXT)
    document = None if made.transcript is None else canonical(made.transcript)
    return Made(record.place, record.key, document, made.findings, made.losses, made.reason)


def compare(one: Made, other: Made) -> Compared:
    """Return how two outcomes of one record differ; where only one has a document, at `$`."""
    return Compared(one, other, tuple(_differences(one.document, other.document)))


def _differences(one: bytes | None, other: bytes | None) -> Sequence[Difference]:
    if one == other:
        return ()
    old, new = (None if data is None else msgspec.json.decode(data) for data in (one, other))
    if one is None or other is None:
        return (Difference("$", old, new),)
    return [Difference(path, value_at(old, path), value_at(new, path)) for path in differing_paths(one, other)]
