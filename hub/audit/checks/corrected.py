"""Check 18: what came of a correction: only what was approved, only in its time, and both versions in the log."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from hub.audit.changes import beyond, changed_paths
from hub.audit.corrections import asked_item
from hub.audit.merkle import leaf_hash
from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.sources import Rows
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "A corrected version changes approved fields in its window; its lock unlocks and supersedes the one before."
_OPEN = ("open", "pending", "held")
_FINAL = ("locked", "superseded")


class _Leaf(NamedTuple):
    """One leaf with its column `action`; all None where there is none."""

    lock_id: bytes | None
    action: str | None
    data: bytes | None

    @property
    def digest(self) -> str:
        return leaf_hash(self.data or b"").hex()

    def follows(self, other: "_Leaf", action: str) -> bool:
        """Tell whether this leaf does `action`, and names the other one as the leaf before it."""
        said = statement(self.data or b"")
        return (self.action, said.get("action"), said.get("previous_leaf")) == (action, action, other.digest)


class _Version(NamedTuple):
    document_sha256: bytes
    state: str
    version: int
    appended_at: datetime
    document: bytes
    school: str | None
    correction_id: str | None
    n: int | None
    of_state: str | None
    request: bytes | None
    approval: bytes | None
    approved_at: datetime | None
    base_sha256: bytes | None
    base_state: str | None
    base_version: int | None
    base: bytes | None


_WIDTH = len(_Version._fields)


def check(world: World, check: Check) -> None:
    """Look at every version that came into a round of corrections, then at the corrections that ended in a lock."""
    for so in world.slugs:
        final: Counter[tuple[Any, ...]] = Counter()
        opened: Counter[tuple[Any, ...]] = Counter()
        for row in world.so[so].rows("corrected_documents"):
            version, leaves = _Version(*row[:_WIDTH]), [_Leaf(*row[n : n + 3]) for n in range(_WIDTH, len(row), 3)]
            check.saw()
            key = (version.school, version.correction_id, version.n)
            final[key] += version.state in _FINAL
            opened[key] += version.state in _OPEN
            where = {"so": so, "document_sha256": version.document_sha256}
            for code, facts in (*_faults(version), *_chain_faults(version, *leaves)):
                check.broken(code, **where, **facts)
        _relocked(check, so, world.so[so], final, opened)
        for lock_id, cohort, unlocked, superseding in world.so[so].rows("leaves_by_action"):
            if unlocked != superseding or (unlocked > 0) != (cohort == "correction"):
                check.broken("UNLOCKED_FOR_NOTHING", so=so, lock_id=lock_id, unlocked=unlocked, superseding=superseding)


def _faults(version: _Version) -> Iterator[tuple[str, dict[str, Any]]]:
    """Hold a version against what was asked and what was decided, both as they were signed."""
    if version.request is None or version.approval is None or version.n is None or version.approved_at is None:
        yield "VERSION_WITHOUT_WINDOW", {}
        return
    asked, said = asked_item(statement(version.request), version.n), statement(version.document)
    closes_at = datetime.fromisoformat(statement(version.approval)["closes_at"])
    if not version.approved_at <= version.appended_at < closes_at:
        yield "VERSION_OUTSIDE_ITS_WINDOW", {}
    if (said.get("supersedes"), bool(said.get("reason"))) != (asked.get("document_sha256"), True):
        yield "VERSION_OF_ANOTHER_BASE", {}
    if version.base is None or version.base_sha256 is None or version.base_version is None:
        yield "BASE_NOT_READABLE", {}
        return
    paths = changed_paths(statement(version.base), said)
    unasked = beyond(asked.get("fields", ()), paths)
    if unasked or not paths:
        yield "FIELD_NOT_APPROVED" if unasked else "NOTHING_CHANGED", {"count": len(unasked)}
    if version.version <= version.base_version:
        yield "VERSION_NOT_NEWER", {}
    wanted = "superseded" if version.state in _FINAL else "locked" if version.state in _OPEN else version.base_state
    if version.base_state != wanted:
        yield "BASE_IN_ANOTHER_STATE", {"state": version.state, "base": version.base_state}


def _chain_faults(version: _Version, own: _Leaf, unlocking: _Leaf, base: _Leaf) -> Iterator[tuple[str, dict[str, Any]]]:
    """LOCK or SUPERSEDES of the base, UNLOCK of the base, SUPERSEDES of the version: each names the one before."""
    if version.state not in _FINAL:
        return
    if not own.follows(unlocking, "SUPERSEDES"):
        yield "SUPERSEDES_LEAF_BROKEN", {}
    if not unlocking.follows(base, "UNLOCK") or unlocking.lock_id != own.lock_id:
        yield "UNLOCK_LEAF_BROKEN", {}
    if base.action not in ("LOCK", "SUPERSEDES") or statement(base.data or b"").get("action") != base.action:
        yield "LEAF_BEFORE_BROKEN", {}


def _relocked(
    check: Check, so: str, rows: Rows, final: Counter[tuple[Any, ...]], opened: Counter[tuple[Any, ...]]
) -> None:
    """A correction has its one version when it says so, and none before."""
    for school, correction_id, n, *_, state, _, _, _ in rows.rows("corrections"):
        key = (school, correction_id, n)
        where = {"so": so, "school": school, "correction": correction_id, "n": n, "state": state}
        expected = (int(state == "relocked"), int(state == "resubmitted"))
        check.same("CORRECTION_WITHOUT_ITS_VERSION", (final[key], opened[key]), expected, **where)
