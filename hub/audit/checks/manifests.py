"""Check 8: each manifest is the root over its leaves, and each leaf speaks of its document."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from hub.audit.acts import LOCKS, asked_of
from hub.audit.merkle import leaf_hash, root
from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.signatures import fault
from hub.audit.sources import Row
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "The root of each manifest equals the root recomputed from its rows, and Sở's signature on it verifies."
_CORRECTION = "correction"


class _Lock(NamedTuple):
    lock_id: bytes
    school: str
    school_year: str
    cohort: str
    number: int
    leaf_count: int
    root: bytes
    effective_on: date
    manifest: bytes
    signature: str
    log_index: int | None


def check(world: World, check: Check) -> None:
    """Walk locks and leaves side by side."""
    for so in world.slugs:
        requests = {
            (digest.hex(), school): asked_of(statement(data), school)
            for kind, school, data, digest in world.so[so].rows("orders")
            if kind in LOCKS
        }
        leaves = world.so[so].rows("leaves")
        leaf = next(leaves, None)
        for row in world.so[so].rows("locks"):
            lock, own = _Lock(*row), list[Row]()
            while leaf is not None and leaf[0] <= lock.lock_id:
                own.append(leaf)
                leaf = next(leaves, None)
            check.saw(len(own))
            where = {"so": so, "lock_id": lock.lock_id}
            for wrong, facts in _faults(so, lock, own, requests):
                check.broken(wrong, **where, **facts)
            wrong_signature = fault(
                lock.signature, lock.manifest, world.registers[so], typ="vn.hocba.manifest/1", roles=("so_seal",),
                scope={"owner": f"so-{so}"},
            )  # fmt: skip
            if wrong_signature:
                check.broken(wrong_signature, **where)


def _faults(
    so: str, lock: _Lock, leaves: list[Row], requests: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    hashes = [leaf_hash(row[3]) for row in leaves]
    if [row[1] for row in leaves] != list(range(lock.leaf_count)):
        yield "LEAVES_MISSING", {"count": lock.leaf_count, "found": len(leaves)}
    if hashes != sorted(hashes) or hashes != [row[2] for row in leaves]:
        yield "LEAF_HASHES_DIFFER", {}
    if root(sorted(hashes)) != lock.root:
        yield "ROOT_DIFFERS", {}
    manifest = statement(lock.manifest)
    for name, expected in _manifest_of(so, lock).items():
        if manifest.get(name) != expected:
            yield "MANIFEST_DIFFERS", {"member": name}
    yield from _request_faults(lock, leaves, requests.get((manifest.get("requested_by", ""), lock.school)))
    for row in leaves:
        for member in _leaf_differences(lock, row):
            yield "LEAF_DIFFERS", {"n": row[1], "member": member}


def _manifest_of(so: str, lock: _Lock) -> dict[str, Any]:
    return {
        "count": lock.leaf_count,
        "effective_on": lock.effective_on.isoformat(),
        "lock_id": lock.lock_id.hex(),
        "root": lock.root.hex(),
        "round": {"cohort": lock.cohort, "number": lock.number},
        "school": lock.school,
        "school_year": lock.school_year,
        "so": so,
        "type": "vn.hocba.manifest/1",
    }


def _request_faults(
    lock: _Lock, leaves: list[Row], request: Mapping[str, Any] | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The school asked for exactly this set: count and root over the document hashes, ascending."""
    if request is None:
        yield "LOCK_REQUESTED_BY_NOBODY", {}
        return
    documents = sorted(row[6] for row in leaves if row[6] is not None and statement(row[3]).get("action") != "UNLOCK")
    wanted = root(leaf_hash(digest) for digest in documents)
    if (request.get("count"), request.get("root")) != (len(documents), wanted.hex()):
        yield "LOCK_SET_DIFFERS", {}
    own = request.get("school") == lock.school or lock.cohort == _CORRECTION  # there a successor may ask
    named = (request.get("school_year"), request.get("round"))
    if not own or named != (lock.school_year, {"cohort": lock.cohort, "number": lock.number}):
        yield "LOCK_REQUEST_OF_ANOTHER_ROUND", {}


def _leaf_differences(lock: _Lock, row: Row) -> Iterator[str]:
    """Yield the members of a leaf that do not agree with document, locator and lock."""
    leaf = statement(row[3])
    _, _, _, _, locator, owner, digest, envelope, pupil, school, year, period, version, cohort, number, action = row
    expected = {
        "action": action,
        "document_sha256": (digest or b"").hex(),
        "effective_on": lock.effective_on.isoformat(),
        "envelope_sha256": (envelope or b"").hex(),
        "locator": locator,
        "period": period,
        "pupil": pupil,
        "type": "vn.hocba.leaf/1",
        "version": version,
        "year": year,
    }
    yield from (name for name, value in expected.items() if leaf.get(name) != value)
    if action not in (("UNLOCK", "SUPERSEDES") if lock.cohort == _CORRECTION else ("LOCK",)):
        yield "action"
    if (action == "LOCK") != ("previous_leaf" not in leaf):
        yield "previous_leaf"
    if len(leaf.get("salt", "")) != 2 * hashlib.sha256().digest_size:
        yield "salt"
    if owner != pupil:
        yield "locator's pupil"
    of_round = (cohort, number) == (lock.cohort, lock.number)  # what is unlocked was locked in another one
    if (school, year) != (lock.school, lock.school_year) or of_round is (action == "UNLOCK"):
        yield "round"
