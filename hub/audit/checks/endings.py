"""Check 9b: a log that its register closed has exactly one final head, over all its manifests, and nothing after it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.audit import names
from hub.audit.merkle import leaf_hash, root
from hub.audit.messages import statement
from hub.audit.notes import Head, cosignature_fault, note_fault, read_head
from hub.audit.report import Check
from hub.audit.signatures import fault
from hub.audit.sources import Row
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = (
    "A closed log has one final head over all its manifests, cosigned by Bộ; nothing is accepted or sent after it."
)
_OF_NO_LOCK = ("IdentityLink", "Acceptance")
_COSIGNER = "bo.hocba/witness"


def check(world: World, check: Check) -> None:
    """Look at the end of each Sở's log: in its register, its tables, its topic, and at Bộ."""
    for so in world.slugs:
        entries = list(world.so[so].rows("closing_entries"))
        own, theirs = next(world.so[so].rows("closing"), None), next(world.bo.rows("bo_closing", so), None)
        _late(world, check, so, entries)
        _final_heads(world, check, so, own)
        if own is None:
            if entries and entries[-1][3]:
                check.waits("LOG_NOT_CLOSED", so=so)
            if theirs is not None:
                check.broken("CLOSING_NOT_AT_SO", so=so, tree_size=theirs[0])
            continue
        check.saw()
        check.same("CLOSED_WITHOUT_ENTRY", entries[-1][2] if entries else None, own[2], so=so)
        _head(world, check, so, own)
        _at_bo(world, check, so, own, theirs)


def _late(world: World, check: Check, so: str, entries: list[Row]) -> None:
    """Nothing is accepted after the end, by the register that decided it."""
    for digest, at, version in world.so[so].rows("decided_by"):
        check.saw()
        since: datetime | None = next((e[1] for e in reversed(entries) if e[0] <= version), None)
        if since is not None and at >= since:
            check.broken("ACCEPTED_AFTER_THE_END", so=so, message_sha256=digest)


def _head(world: World, check: Check, so: str, row: Row) -> None:
    size, digest, successor, text, signature, _ = row
    where: dict[str, Any] = {"so": so, "tree_size": size}
    manifests = [manifest for _, _, manifest in world.so[so].rows("manifests_in_order")]
    check.same("FINAL_HEAD_NOT_OVER_ALL", size, len(manifests), **where)
    true_root = root([leaf_hash(manifest) for manifest in manifests])
    check.same("FINAL_HEAD_ROOT_DIFFERS", digest, true_root, **where)
    head, register, origin = read_head(text), world.registers[so], f"so-{so}.hocba/log"
    if head is None or head[:3] + head[4:] != (origin, size, true_root, successor):
        check.broken("FINAL_HEAD_TEXT_DIFFERS", **where)
        return
    wrong = note_fault(text, head, register.log_keys.get(origin, ())) or fault(
        signature, text, register, typ="vn.hocba.checkpoint/1", roles=("so_seal",), scope={"owner": f"so-{so}"}
    )
    if wrong:
        check.broken(wrong, **where)


def _at_bo(world: World, check: Check, so: str, own: Row, theirs: Row | None) -> None:
    """Bộ has the same, cosigned it, and said so under its seal."""
    where = {"so": so, "tree_size": own[0]}
    if theirs is None:
        check.waits("CLOSING_NOT_AT_BO", **where)
        return
    check.same("CLOSING_DIFFERS", theirs[:5], (*own[:4], own[5]), **where)
    head: Head | None = read_head(theirs[3])
    if head is None or cosignature_fault(theirs[5], head, world.registers[so].log_keys.get(_COSIGNER, ())):
        check.broken("COSIGNATURE_WRONG", **where)
    receipt = next(world.so[so].rows("closing_receipts"), None)
    if receipt is None:
        check.waits("CLOSING_NOT_ANSWERED", **where)
        return
    data, signature, cosignature = receipt
    said: Mapping[str, Any] = statement(data)
    told = tuple(said.get(name) for name in ("so", "tree_size", "root", "successor"))
    check.same("CLOSING_RECEIPT_DIFFERS", told, (so, own[0], own[1].hex(), own[2]), **where)
    check.same("CLOSING_RECEIPT_COSIGNATURE_DIFFERS", cosignature, theirs[5], **where)
    wrong = fault(
        signature, data, world.registers[so], typ="vn.hocba.closing-receipt/1", roles=("bo_seal",),
        scope={"owner": "bo"},
    )  # fmt: skip
    if wrong:
        check.broken(wrong, **where)


def _final_heads(world: World, check: Check, so: str, own: Row | None) -> None:
    """In the topic stands one final head; behind it nothing new, but what Bộ put into quarantine."""
    topic = names.locked(so)
    refused = {place[2:] for place in world.quarantined["bo"] if place[:2] == ("ingest", topic)}
    before: set[bytes] = set()
    ended: bytes | None = None
    for stood in world.stood(topic):
        if stood.fact is None or stood.at_ms >= world.taken_at_ms or (stood.part, stood.offset) in refused:
            continue
        where = {"so": so, "offset": stood.offset, "kind": stood.fact.name}
        if stood.fact.name == "Closing":
            check.saw()
            if ended not in (None, stood.fact.carries) or own is None:
                check.broken("FINAL_HEAD_OF_NOBODY" if own is None else "SECOND_FINAL_HEAD", **where)
            ended = stood.fact.carries
        elif ended is not None and stood.digest not in before and stood.fact.name not in _OF_NO_LOCK:
            check.broken("SENT_AFTER_THE_END", **where)
        before.add(stood.digest)
