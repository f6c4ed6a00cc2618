"""Trước khi Sở chốt thay: what an act would lock at each school, and what each still lacks. Nothing is locked by it.

It follows the decision step by step, on one moment of the database. What the lock judges besides is revocation.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.decision import set_root
from hub.domain import asks_roster
from hub.domain.statements import SoLockItem, Unreported
from hub.store import Connection, unavailable
from hub.store.queries import queries_of
from hub.trust import Entry, LockPolicy, Snapshot

__all__ = ["LockPlan", "SchoolPlan", "lock_plan"]

_SQL = queries_of("so")


@dataclass(frozen=True, slots=True)
class SchoolPlan:
    """One school in a round. `count` documents would be locked under `root` (hex, RFC 9162); "" where none stands open.

    `pending`, `held`: documents; `refused`: every refusal so far; `expected`: pupils of the roster, None without one;
    `missing`: those of them who are not reported and have no reason. `blocking`: codes that keep the lock from being;
    `told`: codes that the lock only tells.
    """

    school: str
    name: str
    state: str
    count: int
    root: str
    pending: int
    held: int
    refused: int
    expected: int | None
    missing: int
    blocking: tuple[str, ...]
    told: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Tell whether nothing stands in the way, and nothing is left behind that a later decision might bring."""
        return not self.blocking and not self.told and not self.held

    def shown(self) -> dict[str, Any]:
        """Return the row as one JSON object; nothing personal."""
        return {
            "school": self.school, "name": self.name, "ready": self.is_ready, "round": self.state, "count": self.count,
            "root": self.root, "pending": self.pending, "held": self.held, "refused": self.refused,
            "expected": self.expected, "missing": self.missing, "blocking": list(self.blocking),
            "told": list(self.told),
        }  # fmt: skip

    def item(self, unreported: tuple[Unreported, ...]) -> SoLockItem:
        """Return what an act says of the school. ValueError where there is nothing to lock."""
        if not self.count:
            raise ValueError(self.school)
        return SoLockItem(
            count=self.count, root=self.root, school=self.school, **({"unreported": unreported} if unreported else {})
        )


@dataclass(frozen=True, slots=True)
class LockPlan:
    """Every school of a Sở that is open, or those that were asked for; `policy` is the one in force."""

    so: str
    policy: LockPolicy
    schools: tuple[SchoolPlan, ...]


def lock_plan(
    connection: Connection, so: str, *, school_year: str, cohort: str, number: int, at: datetime,
    schools: Collection[str] | None = None, unreported: Mapping[str, tuple[Unreported, ...]] | None = None,
) -> LockPlan:  # fmt: skip
    """Read what stands at `at` (aware). `unreported`: pupils with reasons, by school. Raises Unavailable."""
    named: dict[str, Any] = {
        "school_year": school_year, "cohort": cohort, "number": number, "at": at,
        "schools": None if schools is None else sorted(schools),
    }  # fmt: skip
    with unavailable(), connection.transaction():
        connection.execute(_SQL["deadline_moment"])
        entries = [Entry(*row) for row in connection.execute(_SQL["plan_register"])]
        snapshot = Snapshot.of(entries)
        policy = snapshot.lock_policy(at)
        found = _read(connection, named | _explained(unreported or {}, policy))
    names = _names(snapshot, entries, at)
    wanted = sorted({*names, *found.states}) if schools is None else sorted(schools)
    rows = (_plan(code, names.get(code), found, policy, cohort) for code in wanted)
    return LockPlan(so, policy, tuple(rows))


@dataclass(frozen=True, slots=True)
class _Found:
    """What the queries gave, by school."""

    documents: Mapping[str, tuple[int, int, list[bytes]]]
    states: Mapping[str, str]
    refused: Mapping[str, int]
    rosters: Mapping[str, tuple[int, int]]


def _read(connection: Connection, named: Mapping[str, Any]) -> _Found:
    return _Found(
        {
            school: (pending, held, open_ or [])
            for school, pending, held, open_ in _rows(connection, "plan_documents", named)
        },
        dict(_rows(connection, "plan_rounds", named)),
        dict(_rows(connection, "plan_refused", named)),
        {school: (expected, missing) for school, expected, missing in _rows(connection, "plan_rosters", named)},
    )


def _rows(connection: Connection, query: str, named: Mapping[str, Any]) -> Iterable[Any]:
    return connection.execute(_SQL[query], named).fetchall()


def _explained(unreported: Mapping[str, tuple[Unreported, ...]], policy: LockPolicy) -> dict[str, list[str]]:
    """Return the pupils whose reasons pass, as two columns."""
    pairs = [(code, said.pupil) for code, all_ in unreported.items() for said in all_ if said.reason in policy.reasons]
    return {"of": [code for code, _ in pairs], "pupils": [pupil for _, pupil in pairs]}


def _names(snapshot: Snapshot, entries: Iterable[Entry], at: datetime) -> dict[str, str]:
    known = (snapshot.school(e.payload["code"], at) for e in entries if e.kind == "school")
    return {school.code: school.name for school in known if school is not None and not school.is_closed(at)}


def _plan(code: str, name: str | None, found: _Found, policy: LockPolicy, cohort: str) -> SchoolPlan:
    pending, held, open_ = found.documents.get(code, (0, 0, []))
    expected, missing = found.rosters.get(code, (None, 0))
    state = found.states.get(code, "none")
    gaps, refuses = _gaps(expected, missing, policy, cohort), policy.completeness == "refuse"
    blocking = [*_blocking(name, state, pending, len(open_))]
    if gaps == "LOCK_ROSTER_INCOMPLETE" and refuses:
        blocking.append(gaps)
    told = (gaps,) if gaps and gaps not in blocking else ()
    return SchoolPlan(
        code, name or "", state, len(open_), set_root(open_).hex() if open_ else "", pending, held,
        found.refused.get(code, 0), expected, missing, tuple(blocking), told,
    )  # fmt: skip


def _blocking(name: str | None, state: str, pending: int, open_: int) -> Iterable[str]:
    if name is None:
        yield "SCHOOL_UNKNOWN"
    if state == "none":
        yield "ROUND_UNKNOWN"
    elif state != "open":
        yield "ROUND_CLOSED"
    elif pending:
        yield "LOCK_PENDING"
    elif not open_:
        yield "LOCK_EMPTY"


def _gaps(expected: int | None, missing: int, policy: LockPolicy, cohort: str) -> str | None:
    if not asks_roster(cohort) or policy.completeness == "ignore":
        return None
    if expected is None:
        return "LOCK_ROSTER_ABSENT" if policy.completeness == "refuse" else None
    return "LOCK_ROSTER_INCOMPLETE" if missing else None
