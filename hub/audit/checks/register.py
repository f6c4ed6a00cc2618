"""Check 14: the register of every organisation is what the register topic says."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hub.audit import names
from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.signatures import fault
from hub.audit.sources import Row
from hub.audit.world import Stood, World

__all__ = ["PROMISE", "check"]

PROMISE = "Register rows of Sở and Bộ equal the register topic, entry by entry, each signed by a registrar or by Bộ."


def check(world: World, check: Check) -> None:
    """Compare each register with its topic, at Sở and at Bộ."""
    for so in world.slugs:
        topic = names.register(so)
        for owner, rows in ((f"so-{so}", world.so[so]), ("bo", world.bo)):
            began = world.new_logs.get(owner)
            base = 0 if began is None else int(began[1].get(topic, 0))  # versions that came from a log that is gone
            stood = {base + s.offset + 1: s for s in world.stood(topic)}
            newest = {s.key: base + s.offset + 1 for s in world.stood(topic)}
            versions = set()
            for row in rows.rows("register_rows", so):
                check.saw()
                versions.add(row[0])
                where = {"owner": owner, "so": so, "version": row[0]}
                _entry(world, check, so, row, stood, newest, where, gone=row[0] <= base)
            asked_by_others = {v for v, s in stood.items() if s.redriven and not s.redriven.startswith(f"{owner}/")}
            _missing(world, check, so, owner, base, stood.keys() - versions - asked_by_others)


def _missing(world: World, check: Check, so: str, owner: str, base: int, versions: set[int]) -> None:
    topic = names.register(so)
    quarantined = {base + place[3] + 1 for place in world.quarantined[owner] if place[:2] == ("register", topic)}
    for version in sorted(versions - quarantined):
        check.waits("ENTRY_NOT_IN_REGISTER", owner=owner, so=so, version=version)


def _entry(
    world: World, check: Check, so: str, row: Row, stood: Mapping[int, Stood], newest: Mapping[bytes | None, int],
    where: dict[str, Any], *, gone: bool,
) -> None:  # fmt: skip
    version, kind, entry_id, valid_from, valid_to, payload, data, signature = row
    record = stood.get(version)
    key = f"{kind}/{entry_id}".encode()
    if record is None:
        if not gone and newest.get(key, 0) <= version:  # compaction keeps the newest of each key
            check.broken("ENTRY_NOT_IN_TOPIC", **where)
    elif record.fact is None or record.fact.entry != hashlib.sha256(data + signature.encode()).digest():
        check.broken("ENTRY_DIFFERS_FROM_TOPIC", **where)
    said = statement(data)
    told = (said.get("kind"), said.get("entry_id"), said.get("so"), said.get("payload"))
    check.same("ENTRY_COLUMNS_DIFFER", told, (kind, entry_id, so, payload), **where)
    times = (_instant(said.get("valid_from")), _instant(said.get("valid_to")))
    check.same("ENTRY_TIMES_DIFFER", times, (valid_from, valid_to), **where)
    role, owner = _signer(so, payload)
    wrong = fault(
        signature, data, world.registers[so], typ="vn.hocba.register-entry/1", roles=(role,), scope={"owner": owner}
    )
    if wrong:
        check.broken(wrong, **where)


def _signer(so: str, payload: Mapping[str, Any]) -> tuple[str, str]:
    """Return role and owner of whoever has to have signed: Bộ's own decisions bear its seal."""
    return ("bo_seal", "bo") if payload.get("by") == "bo" else ("registrar", f"so-{so}")


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
