"""Check 10: what Bộ has is what Sở locked, and both have each other's signed word for it."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from hub.audit.messages import statement
from hub.audit.notes import cosignature_fault, read_head
from hub.audit.persons import Persons
from hub.audit.report import Check
from hub.audit.signatures import fault
from hub.audit.sources import Row
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "Bộ's rows, roots and checkpoints equal Sở's for every ingested lock; receipts and cosignatures verify."
_COSIGNER = "bo.hocba/witness"
_HEAD = ("size", "root", "frontier", "text", "signature", "timestamp")
_COLUMNS = (
    "lock_id", "n", "document_sha256", "leaf_sha256", "school", "pupil", "student_code", "school_year", "period",
    "version", "locator", "effective_on", "document", "signatures", "leaf",
    "action",
)  # fmt: skip


def check(world: World, check: Check) -> None:
    """Compare each Sở with what Bộ has of it."""
    for so in world.slugs:
        ingested = _locks(world, check, so)
        _documents(world, check, so, ingested)
        cosignatures = _heads(world, check, so)
        _receipts(world, check, so, cosignatures)
    for (digest,) in world.bo.rows("unopened_conflicts"):
        check.broken("CONFLICT_NOT_OPENED", document_sha256=digest)
    _conflicts_of_persons(world, check)


def _conflicts_of_persons(world: World, check: Check) -> None:
    """A person whom several schools locked under several identifiers stands in conflict under one of them."""
    persons = Persons(world.bo.rows("national_links"))
    schools: dict[tuple[str, str, str], dict[str, bytes]] = {}
    for pupil, year, period, school, digest in world.bo.rows("person_documents"):
        schools.setdefault((persons.person(pupil), year, period), {})[school] = digest
    opened = {(pupil, year, period) for pupil, year, period in world.bo.rows("conflicts")}
    for (person, year, period), found in sorted(schools.items()):
        check.saw()
        named = {(one, year, period) for one in persons.group(person)}
        if len(found) > 1 and not named & opened:
            check.broken("CONFLICT_NOT_OPENED", document_sha256=min(found.values()))


def _locks(world: World, check: Check, so: str) -> set[bytes]:
    """Compare the locks; return those that Bộ ingested."""
    at_bo = {row[0]: row for row in world.bo.rows("bo_locks", so)}
    ingested = {lock_id for lock_id, row in at_bo.items() if row[9] == "ingested"}
    for row in world.so[so].rows("answered_locks"):
        check.saw()
        lock_id, answer = row[0], row[9]
        where = {"so": so, "lock_id": lock_id}
        theirs = at_bo.pop(lock_id, None)
        if theirs is None:
            check.waits("LOCK_NOT_AT_BO", **where)
            continue
        check.same("LOCK_DIFFERS", theirs[1:9], row[1:9], **where)
        if answer is None:
            check.waits("ANSWER_NOT_AT_SO", **where)
        else:
            check.same("ANSWER_DIFFERS", answer, theirs[9], **where)
        wrong = fault(
            theirs[10] or "", theirs[8] or b"", world.registers[so], typ="vn.hocba.manifest/1", roles=("so_seal",),
            scope={"owner": f"so-{so}"},
        )  # fmt: skip
        if wrong:
            check.broken(wrong, **where)
    for lock_id in at_bo:
        check.broken("LOCK_NOT_AT_SO", so=so, lock_id=lock_id)
    return ingested


def _documents(world: World, check: Check, so: str, ingested: set[bytes]) -> None:
    """Walk both tables side by side, in the order of lock and leaf."""
    ours = (row for row in world.so[so].rows("locked_documents") if row[0] in ingested)
    for mine, theirs in _side_by_side(ours, world.bo.rows("bo_documents", so)):
        check.saw()
        row = mine or theirs or ()
        where = {"so": so, "lock_id": row[0], "n": row[1]}
        if mine is None or theirs is None:
            check.broken("TRANSCRIPT_NOT_AT_SO" if mine is None else "TRANSCRIPT_NOT_AT_BO", **where)
            continue
        for column, own, other in zip(_COLUMNS, mine, theirs, strict=True):
            if own != other:
                check.broken("TRANSCRIPT_DIFFERS", column=column, **where)


def _side_by_side(ours: Iterator[Row], theirs: Iterator[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """Yield rows of equal (lock, n) together, others alone; both streams ascend."""
    mine, other = next(ours, None), next(theirs, None)
    while mine is not None or other is not None:
        if other is None or (mine is not None and mine[:2] < other[:2]):
            yield mine, None
            mine = next(ours, None)
        elif mine is None or other[:2] < mine[:2]:
            yield None, other
            other = next(theirs, None)
        else:
            yield mine, other
            mine, other = next(ours, None), next(theirs, None)


def _heads(world: World, check: Check, so: str) -> dict[int, str]:
    """Compare the heads; return Bộ's cosignatures by tree size."""
    ours = {row[0]: row for row in world.so[so].rows("heads")}
    cosignatures: dict[int, str] = {}
    keys = world.registers[so].log_keys.get(_COSIGNER, ())
    for *row, cosignature in world.bo.rows("bo_heads", so):
        check.saw()
        size, where = row[0], {"so": so, "tree_size": row[0]}
        cosignatures[size] = cosignature
        mine = ours.get(size)
        if mine is None:
            check.broken("HEAD_NOT_AT_SO", **where)
            continue
        for name, own, other in zip_longest(_HEAD, mine, row):
            if own != other and name != "signature":
                check.broken("HEAD_DIFFERS", member=name, **where)
        head = read_head(row[3])
        if head is None or cosignature_fault(cosignature, head, keys):
            check.broken("COSIGNATURE_WRONG", **where)
    if ours and max(ours) not in cosignatures:
        check.waits("NEWEST_HEAD_NOT_AT_BO", so=so, tree_size=max(ours))
    return cosignatures


def _receipts(world: World, check: Check, so: str, cosignatures: dict[int, str]) -> None:
    """Bộ's signed word for each lock says what both have, under the cosignature of the head that covers it."""
    for row in world.so[so].rows("answered_locks"):
        lock_id, count, root, log_index, outcome, data, signature, cosignature = (*row[:1], *row[5:8], *row[9:])
        if outcome is None:
            continue
        check.saw()
        where = {"so": so, "lock_id": lock_id}
        said: dict[str, Any] = statement(data)
        expected: dict[str, Any] = {
            "lock_id": lock_id.hex(), "log_index": log_index, "outcome": outcome, "root": root.hex(), "so": so,
            "count": count if outcome == "ingested" else 0,
        }  # fmt: skip
        for name, value in expected.items():
            check.same("BO_RECEIPT_DIFFERS", said.get(name), value, member=name, **where)
        check.same("BO_RECEIPT_COSIGNATURE_DIFFERS", cosignature, cosignatures.get(said.get("tree_size", 0)), **where)
        wrong = fault(
            signature, data, world.registers[so], typ="vn.hocba.ingest-receipt/1", roles=("bo_seal",),
            scope={"owner": "bo"},
        )  # fmt: skip
        if wrong:
            check.broken(wrong, **where)
