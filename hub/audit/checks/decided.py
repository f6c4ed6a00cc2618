"""Check 16: what the Sở decided about pupils: as it was signed, told to whom it concerns, and known at Bộ."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from hub.audit import names
from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.signatures import fault
from hub.audit.sources import Row
from hub.audit.world import World

__all__ = ["PROMISE", "SIGNERS", "check", "is_decision"]

PROMISE = "Each ruling and link stands as a person of the Sở signed it; whom it moved was told; Bộ has each link."
SIGNERS = ("so_officer", "so_lead")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "ConflictDecision": ("pupil", "school_year", "period", "school", "not_of", "number", "reason"),
    "IdentityCorrection": ("action", "former", "present", "evidence_sha256", "number", "reason"),
}
_TYPES = ("vn.hocba.conflict-decision/1", "vn.hocba.identity-correction/1")
_FOLLOW_UP = "Conflict"


def is_decision(said: Mapping[str, Any]) -> bool:
    """Tell whether a statement is a ruling or a link."""
    return said.get("type") in _TYPES


def check(world: World, check: Check) -> None:
    """Hold rows against statements, receipts against rows, and Bộ's links against Sở's."""
    for so in world.slugs:
        _rows(world, check, so)
        _told(world, check, so)
    _at_bo(world, check)


def _rows(world: World, check: Check, so: str) -> None:
    """Each accepted command has its row, each row its command, and both say the same."""
    for message, kind, data, outcome, *columns in world.so[so].rows("decisions"):
        check.saw()
        where = {"so": so, "record_sha256": message}
        if data is None or columns[0] is None or outcome != "accepted":
            check.broken("DECISION_WITHOUT_COMMAND" if data is None else "DECISION_WITHOUT_ROW", **where)
            continue
        said = statement(data)
        signed = [str(said.get(name)) for name in _COLUMNS[kind]]
        check.same("DECISION_DIFFERS", [str(value) for value in columns if value is not None], signed, **where)


def _told(world: World, check: Check, so: str) -> None:
    """Each transcript that a decision moved was told to its school, once, and stands where it can have come from."""
    told: Counter[tuple[str, ...]] = Counter()
    for stood in {s.message_id: s for s in world.stood(names.receipt(so))}.values():
        if stood.fact is not None and stood.fact.kind == _FOLLOW_UP:
            told[(stood.fact.school, stood.fact.command_id, *stood.fact.documents)] += 1
    expected: Counter[tuple[str, ...]] = Counter()
    for school, command_id, digest, state, now in world.so[so].rows("decided_documents"):
        expected[school, command_id, f"{digest.hex()} {state}"] += 1
        if state == "refused":
            check.same("RULED_AGAINST_BUT_STANDS", now, "refused", so=so, document_sha256=digest, state=now)
    for step in sorted(told | expected):
        check.saw()
        where = {"so": so, "school": step[0], "about": step[-1]}
        if told[step] < expected[step]:
            check.waits("FOLLOW_UP_MISSING", **where)
        elif told[step] > expected[step]:
            check.broken("FOLLOW_UP_UNEXPLAINED", **where)


def _at_bo(world: World, check: Check) -> None:
    """Bộ has the links of each Sở as these were signed, and no other."""
    at_bo: dict[str, list[Row]] = {}
    for so, *row in world.bo.rows("bo_links"):
        at_bo.setdefault(so, []).append(tuple(row))
    for so in world.slugs:
        rows = at_bo.pop(so, [])
        theirs = {_digest(row): row for row in rows}
        ours = {_digest(row) for row in world.so[so].rows("signed_links")}
        for digest in sorted(ours - theirs.keys()):
            check.waits("LINK_NOT_AT_BO", so=so, link=digest)
        for digest in sorted(theirs.keys() - ours):
            check.broken("LINK_NOT_AT_SO", so=so, link=digest)
        _signed(world, check, so, rows)
    for so in sorted(at_bo):
        check.broken("LINK_OF_NOBODY", so=so)


def _signed(world: World, check: Check, so: str, rows: Iterable[Row]) -> None:
    for data, compact, *columns in rows:
        check.saw()
        said, where = statement(data), {"so": so, "link": hashlib.sha256(data).digest()}
        scope = {"owner": f"so-{so}", "school_year": said.get("school_year", "")}
        wrong = fault(compact, data, world.registers[so], typ=_TYPES[1], roles=SIGNERS, scope=scope)
        if wrong:
            check.broken(wrong, **where)
        named = [said.get(name) for name in ("action", "former", "present")]
        check.same("LINK_DIFFERS", list(columns), named, **where)


def _digest(row: Row) -> bytes:
    """Name a link by its statement: a repetition under another signature is the same one."""
    return hashlib.sha256(row[0]).digest()
