"""The same fault in many pupils is told once: "43 pupils: subject TIN is missing"."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.catalogue import Severity
from hub.domain import Finding, render

__all__ = ["Group", "Grouping"]

_SAME_FOR_A_CLASS = ("subject", "item", "field", "award", "regulation", "grade", "label", "column")


@dataclass(slots=True)
class Group:
    """One fault: its code, what it is about (a subject, a field), how many rows have it, and how it is told.

    `vi` and `en` are the texts of the first row; `alike` says that every row has the same.
    """

    code: str
    about: tuple[str, ...]
    severity: Severity
    vi: str
    en: str
    next_vi: str
    count: int = 1
    alike: bool = True


class Grouping:
    """Counts findings as they come; memory grows with the kinds of faults, not with the rows."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, tuple[str, ...], Severity], Group] = {}

    def add(self, findings: Iterable[Finding]) -> None:
        """Count the findings of one row; a fault that a row has twice counts once."""
        seen: set[tuple[str, tuple[str, ...], Severity]] = set()
        for found in findings:
            about = tuple(found.facts[name] for name in _SAME_FOR_A_CLASS if name in found.facts)
            key = (found.code, about, found.severity)
            if key not in seen:
                seen.add(key)
                self._count(key, found)

    def groups(self, least: int = 2) -> list[Group]:
        """Return the faults that at least so many rows share: refusals first, then the most frequent."""
        shared = [group for group in self._groups.values() if group.count >= least]
        return sorted(shared, key=lambda g: (g.severity is not Severity.REFUSE, -g.count, g.code, g.about))

    def _count(self, key: tuple[str, tuple[str, ...], Severity], found: Finding) -> None:
        shown = render(found)
        known = self._groups.get(key)
        if known is None:
            self._groups[key] = Group(*key, shown["vi"], shown["en"], shown["next_vi"])
        else:
            known.count += 1
            known.alike = known.alike and known.vi == shown["vi"]
