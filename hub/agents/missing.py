"""Còn thiếu: what Bộ says that it does not have, as the school may read it: there a pupil has an identifier again."""

from collections.abc import Iterator
from typing import Any

from msgspec import UnsetType

from hub.domain.findings import Finding, finding, render
from hub.domain.statements import Missing
from hub.store import Connection
from hub.store.queries import queries_of

__all__ = ["left_off", "missing_findings", "shown_findings"]

_SQL = queries_of("so")
_LISTED_MAX = 2000  # in one receipt; the count beside them says how many there are
_FULL_MAX = 100  # beyond this, findings keep code, path and value; their texts stand in the catalogue


def missing_findings(connection: Connection, so: str, school: str, missing: Missing) -> list[Finding]:
    """Return a finding for each thing that is missing, pupils by the school's own roster at Sở.

    A place that this roster does not have stays a place; a list of another school is passed over.
    """
    found = [*_whole(missing), *(_chunk(index) for index in _given(missing.chunks))]
    found += [finding("BO_MISSES_LEAF", "$.leaves", facts={"leaf": leaf}) for leaf in _given(missing.leaves)]
    for listed in _given(missing.pupils):
        row = connection.execute(_SQL["roster_issued"], (so, school, listed.roster, listed.issued_at)).fetchone()
        pupils = [] if row is None else row[0]
        for place in listed.positions if row is not None else ():
            path = f"$.roster[{listed.roster}][{place}]"
            found.append(finding("BO_MISSES_PUPIL", path, pupils[place] if 0 <= place < len(pupils) else None))
    return found


def left_off(missing: Missing) -> int:
    """Return how many leaves and pupils Bộ counts without naming them."""
    named = sum(len(listed.positions) for listed in _given(missing.pupils))
    leaves = missing.leaves_count - len(_given(missing.leaves)) if isinstance(missing.leaves_count, int) else 0
    return leaves + (missing.pupils_count - named if isinstance(missing.pupils_count, int) else 0)


def shown_findings(found: list[Finding]) -> tuple[dict[str, Any], ...]:
    """Return findings as a receipt carries them, bounded."""
    if len(found) <= _FULL_MAX:
        return tuple(render(one) for one in found)
    return tuple(
        {"code": one.code, "path": one.path, "severity": one.severity.value, **_valued(one)}
        for one in found[:_LISTED_MAX]
    )  # fmt: skip


def _whole(missing: Missing) -> Iterator[Finding]:
    if missing.request is True:
        yield finding("BO_MISSES_REQUEST", "$.request")
    if missing.roster is True:
        yield finding("BO_MISSES_ROSTER", "$.roster")


def _chunk(index: int) -> Finding:
    return finding("BO_MISSES_CHUNK", f"$.chunks[{index}]", facts={"index": str(index)})


def _given(values: Any) -> tuple[Any, ...]:
    return () if isinstance(values, UnsetType) else tuple(values)


def _valued(one: Finding) -> dict[str, str]:
    return {} if one.value is None else {"value": one.value}
