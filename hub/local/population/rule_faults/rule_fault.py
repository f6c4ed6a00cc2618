"""What a planted fault against a rule is: an edit of a correct document after which the judge names its code."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

__all__ = [
    "ALL",
    "FORMER",
    "TT22",
    "TT27",
    "TT30",
    "TT58",
    "Json",
    "Plant",
    "RuleFault",
    "is_judged",
    "of_kind",
    "refused",
    "rewritten",
    "row_of",
    "warned",
]

Json = dict[str, Any]
Plant = Callable[[Json], bool]
"""Edits a document (plain JSON values) in place; returns False, and changes nothing, when it does not fit."""

TT27, TT22, TT58, TT30 = (frozenset({name}) for name in ("TT27-2020", "TT22-2021", "TT58-2011", "TT30-2014"))
FORMER = TT58 | TT30
ALL = TT27 | TT22 | FORMER


@dataclass(frozen=True, slots=True)
class RuleFault:
    """One fault: `code` is what the judge must name, `companions` what it cannot help naming beside it.

    `rewrite` changes the bytes that come of the edited document. `refuses` holds for documents under TT 27 and TT 22;
    documents under a former circular only draw warnings.
    """

    kind: str
    code: str
    refuses: bool
    plant: Plant
    regulations: frozenset[str] = ALL
    companions: frozenset[str] = frozenset()
    rewrite: Callable[[bytes], bytes] | None = None


def refused(
    code: str, plant: Plant, regulations: frozenset[str] = ALL, *, kind: str = "", beside: tuple[str, ...] = ()
) -> RuleFault:
    """Declare a fault that keeps a document out; `beside`: unavoidable companions."""
    return RuleFault(kind or code.lower(), code, True, plant, regulations, frozenset(beside))


def warned(
    code: str, plant: Plant, regulations: frozenset[str] = ALL, *, kind: str = "", beside: tuple[str, ...] = ()
) -> RuleFault:
    """Declare a fault that is only told."""
    return RuleFault(kind or code.lower(), code, False, plant, regulations, frozenset(beside))


def rewritten(code: str, rewrite: Callable[[bytes], bytes], *, beside: tuple[str, ...] = ()) -> RuleFault:
    """Declare a fault of the bytes, which keeps a document out under every circular."""
    return RuleFault(code.lower(), code, True, lambda _: True, ALL, frozenset(beside), rewrite)


def is_judged(value: Json) -> bool:
    """Tell whether everything is asked for: a year document of a pupil without a plan of their own."""
    return value["period"] == "year" and not value["student"].get("disability_exempt")


def row_of(value: Json, *wanted: str, group: str = "subjects") -> Json | None:
    """Return the first of the wanted rows that has a result; None where there is none."""
    rows = {row["code"]: row for row in value[group] if not row.get("exempt")}
    return next((rows[code] for code in wanted if code in rows), None)


def of_kind(value: Json, kind: str) -> Iterator[Json]:
    """Yield the rows of a kind that have a result and were not taken again."""
    return (row for row in value["subjects"] if row["kind"] == kind and not row.get("exempt") and "retake" not in row)
