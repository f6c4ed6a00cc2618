"""Check 20: leaf, rows and stream carry the grade that follows from the signatures, and its sources are kept."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from hub.audit import names
from hub.audit.evidence import UNCLEAR, grade_of, origin_of
from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.sources import Row, Rows
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = "Every grade of evidence is the one that the signatures claim, and each source is kept under its hash."


class _System(NamedTuple):
    """What an entry of the register gives a source system: its grade and the connector whose mapping it uses."""

    so: str
    grade: str
    mapping: str | None


def check(world: World, check: Check) -> None:
    """Work out each grade again from stored signatures; compare leaves, columns, the stream, and the sources."""
    for so in world.slugs:
        _of_so(check, so, world.so[so])
    _of_bo(world, check)


def _of_so(check: Check, so: str, rows: Rows) -> None:
    systems = _systems(rows)
    kept, named = dict(_kept(check, so, rows)), set[bytes]()
    for message, n, signatures, column, source, leaf in rows.rows("graded_documents"):
        check.saw()
        where = {"so": so, "record_sha256": message, "n": n}
        grade = _graded(check, signatures, column, leaf, where)
        origin = origin_of(signatures)
        if origin is None:
            check.same("SOURCE_OF_A_NATIVE_DOCUMENT", source, None, **where)
            continue
        wanted = _digest(origin.get("source_sha256"))
        named.add(wanted)
        check.same("SOURCE_COLUMN_DIFFERS", source, wanted, **where)
        if wanted not in kept:
            check.broken("SOURCE_MISSING", **where)
        if not any(_allows(system, so, grade, origin) for system in systems.get(str(origin.get("system")), ())):
            check.broken("SOURCE_SYSTEM_NOT_REGISTERED", **where)
    for digest in kept.keys() - named:
        check.broken("SOURCE_OF_NOBODY", so=so, source_sha256=digest)


def _graded(check: Check, signatures: list[str], column: str, leaf: bytes | None, where: Mapping[str, Any]) -> str:
    """Compare column and leaf (None before the lock) with the grade of the signatures; return that."""
    grade = grade_of(signatures)
    if grade == UNCLEAR:
        check.broken("GRADE_UNCLEAR", **where)
        return grade
    check.same("GRADE_COLUMN_DIFFERS", column, grade, **where)
    if leaf is not None:
        check.same("LEAF_GRADE_DIFFERS", statement(leaf).get("evidence"), grade, **where)
    return grade


def _kept(check: Check, so: str, rows: Rows) -> Iterator[tuple[bytes, None]]:
    """Yield the hash of each source that is kept, and tell of one that has another."""
    for digest, data in rows.rows("sources_kept"):
        check.saw()
        check.same("SOURCE_HASH_DIFFERS", hashlib.sha256(data).digest(), digest, so=so, source_sha256=digest)
        yield digest, None


def _systems(rows: Rows) -> Mapping[str, list[_System]]:
    """Return what the register ever said of each source system, by its id."""
    found: dict[str, list[_System]] = {}
    for kind, data in rows.rows("register_statements"):
        if kind == "source_system":
            said = statement(data)
            payload = said.get("payload", {})
            system = _System(str(payload.get("so")), str(payload.get("grade")), payload.get("mapping"))
            found.setdefault(str(said.get("entry_id")), []).append(system)
    return found


def _allows(system: _System, so: str, grade: str, origin: Mapping[str, Any]) -> bool:
    mapping = str(origin["mapping"]).rpartition("/")[0] if "mapping" in origin else None
    return system == _System(so, grade, mapping)


def _digest(text: object) -> bytes:
    try:
        return bytes.fromhex(str(text))
    except ValueError:
        return b""


def _of_bo(world: World, check: Check) -> None:
    """Compare Bộ's rows, and every message of the stream that tells of one of them."""
    told: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for stood in world.stood(names.STREAM):
        if stood.fact is not None:
            leaf = "/".join(stood.message_id.split("/")[-2:])
            told.setdefault(leaf, []).append((stood.fact.evidence, {"part": stood.part, "offset": stood.offset}))
    for row in world.bo.rows("graded_transcripts"):
        check.saw()
        for evidence, where in told.get(_place(row), ()):
            check.same("STREAM_GRADE_DIFFERS", evidence, grade_of(row[4]), **where)
        _graded(check, row[4], row[5], row[6], {"so": row[0], "lock_id": row[1], "n": row[2]})


def _place(row: Row) -> str:
    return f"{row[1].hex()}/{row[3].hex()}"
