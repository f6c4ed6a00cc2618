"""Check 15: behind each lock at Bộ stands a request: the one that the manifest names, signed, over exactly this set."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from hub.audit.merkle import leaf_hash, root
from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.signatures import Register, fault
from hub.audit.sources import Row
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "Each ingested lock was asked for by who may: the request's hash, set and signature agree with the manifest."
_KINDS: Mapping[str, tuple[str, ...]] = {
    "vn.hocba.lock-request/1": ("principal",), "vn.hocba.so-lock/1": ("so_lead",),
}  # fmt: skip


def check(world: World, check: Check) -> None:
    """Look behind the locks that Bộ took in; one without any request came from an older hub."""
    for so in world.slugs:
        seen = False
        for row in _by_place(world, so):
            lock_id, requests = row[0], [pair for pair in zip(row[6], row[7], strict=True) if pair[0] is not None]
            check.saw()
            where = {"so": so, "lock_id": lock_id}
            if not requests and seen:
                check.broken("LOCK_WITHOUT_REQUEST", **where)
            seen = seen or bool(requests)
            judged = [list(_faults(so, row, *request, world.registers[so])) for request in requests]
            for wrong in judged[-1] if judged and [] not in judged else ():
                check.broken(wrong, **where)


def _by_place(world: World, so: str) -> list[Row]:
    """Return the locks in the order of the log."""
    places = {lock_id: index for _, lock_id, index in world.bo.rows("manifest_places", so)}
    return sorted(world.bo.rows("lock_requests", so), key=lambda row: places.get(row[0], -1))


def _faults(so: str, row: Row, data: bytes, signature: str, register: Register) -> Iterator[str]:
    _, school, year, cohort, number, manifest, *_, documents = row
    said = statement(data)
    if statement(manifest).get("requested_by") != hashlib.sha256(data).hexdigest():
        yield "REQUEST_FOREIGN"
    typ, named = said.get("type", ""), said.get("round", {})
    asked = _asked(said, school)
    own = asked.get("school") == school or cohort == "correction"  # there a successor may ask
    if not own or (said.get("school_year"), named) != (year, {"cohort": cohort, "number": number}):
        yield "REQUEST_ROUND_DIFFERS"
    hashes = documents or []
    wanted = root(leaf_hash(digest) for digest in hashes)
    if (asked.get("count"), asked.get("root")) != (len(hashes), wanted.hex()):
        yield "REQUEST_SET_DIFFERS"
    wrong = fault(signature, data, register, typ=typ, roles=_KINDS.get(typ, ()), scope=_scope(so, said))
    if wrong:
        yield wrong


def _asked(said: Mapping[str, Any], school: str) -> Mapping[str, Any]:
    """Return what is asked of one school: the request itself, or its part of an act of the Sở."""
    if said.get("type") != "vn.hocba.so-lock/1":
        return said
    return next((item for item in said.get("locks", ()) if item.get("school") == school), {})


def _scope(so: str, said: Mapping[str, Any]) -> dict[str, str]:
    year, named = str(said.get("school_year")), said.get("round", {})
    if said.get("type") == "vn.hocba.so-lock/1":
        return {"owner": f"so-{so}", "school_year": year}
    round_ = f"{year}/{named.get('cohort')}/{named.get('number')}"
    return {"school": str(said.get("school")), "school_year": year, "round": round_}
