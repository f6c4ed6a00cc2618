"""Check 9: the Sở's log: a place for each lock, no gap, and every head is the root of the manifests before it."""

import hashlib
from collections.abc import Sequence

from hub.audit import names
from hub.audit.facts import head_digest
from hub.audit.merkle import heads, leaf_hash
from hub.audit.notes import note_fault, read_head
from hub.audit.report import Check
from hub.audit.signatures import fault
from hub.audit.sources import Row
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "Checkpoints are consistent: each is the root of the manifests in order, signed by log and Sở; none forks."


def check(world: World, check: Check) -> None:
    """Recompute each Sở's log from its manifests."""
    for so in world.slugs:
        roots = _log(world, check, so)
        rows = list(world.so[so].rows("heads"))
        for row in rows:
            _head(world, check, so, row, roots)
        newest = rows[-1][0] if rows else 0
        if newest != len(roots):
            check.broken("HEAD_BEHIND_LOG", so=so, tree_size=newest, log=len(roots))
        for kind, first, second in world.bo.rows("forks", so):
            check.broken("LOG_FORKED", so=so, kind=kind, first=first, second=second)
        _published(world, check, so, {row[0]: head_digest(row[3], row[5]) for row in rows})


def _log(world: World, check: Check, so: str) -> list[tuple[bytes, list[bytes]]]:
    """Return (root, peaks) for each size from 1 on."""
    leaves: list[bytes] = []
    for lock_id, log_index, manifest in world.so[so].rows("manifests_in_order"):
        check.saw()
        if log_index is None:
            check.waits("LOCK_NOT_IN_LOG", so=so, lock_id=lock_id)
        elif check.same("LOG_WITH_GAPS", log_index, len(leaves), so=so, lock_id=lock_id, log_index=log_index):
            leaves.append(leaf_hash(manifest))
    return list(heads(leaves))


def _head(world: World, check: Check, so: str, row: Row, roots: Sequence[tuple[bytes, list[bytes]]]) -> None:
    size, root, frontier, text, signature, token = row
    where = {"so": so, "tree_size": size}
    check.saw()
    if not 0 < size <= len(roots):
        check.broken("HEAD_BEYOND_LOG", **where)
        return
    true_root, peaks = roots[size - 1]
    check.same("HEAD_ROOT_DIFFERS", root, true_root, **where)
    check.same("FRONTIER_DIFFERS", list(frontier), [peak.hex() for peak in peaks], **where)
    head, register = read_head(text), world.registers[so]
    origin = f"so-{so}.hocba/log"
    if head is None or (head.origin, head.size, head.root) != (origin, size, true_root):
        check.broken("HEAD_TEXT_DIFFERS", **where)
        return
    wrong = note_fault(text, head, register.log_keys.get(origin, ()))
    if wrong:
        check.broken(wrong, **where)
    wrong = fault(
        signature, text, register, typ="vn.hocba.checkpoint/1", roles=("so_seal",), scope={"owner": f"so-{so}"}
    )  # fmt: skip
    if wrong:
        check.broken(wrong, **where)
    if token and hashlib.sha256(text).digest() not in token:
        check.broken("TIMESTAMP_OF_ANOTHER_HEAD", **where)


def _published(world: World, check: Check, so: str, texts: dict[int, bytes]) -> None:
    """Every head that was ever published is one of the log's."""
    for stood in world.stood(names.locked(so)):
        fact = stood.fact
        if fact is not None and fact.name == "Checkpoint" and stood.at_ms < world.taken_at_ms:
            check.saw()
            where = {"so": so, "tree_size": fact.number, "offset": stood.offset}
            check.same("PUBLISHED_HEAD_DIFFERS", fact.carries, texts.get(fact.number), **where)
