"""Check 11: the national stream says what Bộ has, once for each transcript and person, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hub.audit import names
from hub.audit.evidence import grade_of
from hub.audit.facts import digest_of, told_digest
from hub.audit.messages import statement
from hub.audit.persons import Persons
from hub.audit.report import Check
from hub.audit.sources import Row
from hub.audit.world import Stood, World

__all__ = ["PROMISE", "check"]

PROMISE = "Each ingested transcript has its message, under one key a person, and nothing else stands in the stream."
_OF_SUBJECT = ("semester_1", "semester_2", "year", "retake", "score", "level")
_OF_YEAR = ("semester_1", "semester_2", "year", "retake")
_MOVED = "/moved"  # ends the id of a tombstone: the transcript stands under another key now


class _Known(NamedTuple):
    """One row of Bộ: its record, version and pupil, and the hash that names it in a report."""

    record: str
    version: int
    pupil: str
    slot: tuple[str, str, str]  # year, period, school
    document_sha256: bytes


@dataclass
class _Stream:
    """What stands in the topic: messages by id and by leaf, and what is last under each key."""

    by_id: dict[str, Stood] = field(default_factory=dict)
    by_leaf: dict[str, dict[bytes | None, Stood]] = field(default_factory=dict)
    last: dict[bytes | None, Stood] = field(default_factory=dict)
    tombstones: list[Stood] = field(default_factory=list)


def check(world: World, check: Check) -> None:
    """Build what each transcript must say from Bộ's rows, and compare."""
    stream = _read(world, check)
    persons = Persons(world.bo.rows("national_links"))
    known = _expected(world, check, stream)
    _newest_last(check, known, stream)
    _keys(check, known, stream, persons)
    for message_id, stood in stream.by_id.items():
        if _leaf(message_id) not in known and stood.at_ms < world.taken_at_ms:
            check.broken("PUBLISHED_BUT_NOT_INGESTED", part=stood.part, offset=stood.offset)
    for stood in stream.tombstones:
        row = known.get(_leaf(stood.message_id))
        if stood.at_ms < world.taken_at_ms and (row is None or row.pupil not in persons.linked):
            check.broken("TOMBSTONE_UNEXPLAINED", part=stood.part, offset=stood.offset)


def _read(world: World, check: Check) -> _Stream:
    stream = _Stream()
    for stood in world.stood(names.STREAM):
        check.saw()
        if stood.fact is None and stood.digest == digest_of(stood.key, None) and stood.message_id.endswith(_MOVED):
            stream.tombstones.append(stood)
        elif stood.fact is None:
            check.broken("MESSAGE_UNREADABLE", part=stood.part, offset=stood.offset)
            continue
        else:
            earlier = stream.by_id.setdefault(stood.message_id, stood)
            check.same("MESSAGES_CONTRADICT", stood.digest, earlier.digest, part=stood.part, offset=stood.offset)
            stream.by_leaf.setdefault(_leaf(stood.message_id), {})[stood.key] = stood
        stream.last[stood.key] = stood
    return stream


def _leaf(message_id: str) -> str:
    """Return lock and leaf of a message; one that was moved has the cause in front."""
    return "/".join(message_id.removesuffix(_MOVED).split("/")[-2:])


def _expected(world: World, check: Check, stream: _Stream) -> dict[str, _Known]:
    """Compare each row with its messages; return the rows by lock and leaf."""
    known: dict[str, _Known] = {}
    missing: list[_Known] = []  # compaction may remove a message under whose key a newer one stands
    newest: dict[str, int] = {}
    for row in world.bo.rows("published"):
        check.saw()
        told = _told(row)
        leaf = f"{told['lock_id']}/{told['leaf_sha256'].hex()}"
        slot = (told["school_year"], told["period"], told["school"])
        item = known[leaf] = _Known("/".join((row[8], *slot)), row[4], row[8], slot, row[3])
        standing = stream.by_leaf.get(leaf)
        if standing is None:
            missing.append(item)
            continue
        newest[item.record] = max(newest.get(item.record, 0), item.version)
        for stood in standing.values():
            where = {"document_sha256": row[3], "part": stood.part, "offset": stood.offset}
            check.same("MESSAGE_DIFFERS", stood.fact.told, told_digest(told), **where)
            key = "/".join((stood.fact.pupil_key, *slot)).encode()
            check.same("MESSAGE_KEY_WRONG", stood.key, key, **where)
    for item in missing:
        if newest.get(item.record, 0) <= item.version:
            check.waits("INGESTED_BUT_NOT_PUBLISHED", document_sha256=item.document_sha256)
    return known


def _newest_last(check: Check, known: Mapping[str, _Known], stream: _Stream) -> None:
    """Whoever reads a compacted topic gets what stands last under a key: that must be the newest version."""
    newest: dict[str, int] = {}
    for leaf in stream.by_leaf:
        if leaf in known:
            newest[known[leaf].record] = max(newest.get(known[leaf].record, 0), known[leaf].version)
    for stood in stream.last.values():
        row = known.get(_leaf(stood.message_id))
        if row is not None and stood.fact is not None and row.version < newest.get(row.record, 0):
            check.broken("OLD_VERSION_STANDS_LAST", part=stood.part, offset=stood.offset)


def _keys(check: Check, known: Mapping[str, _Known], stream: _Stream, persons: Persons) -> None:
    """Each record stands under one key, and keys and persons belong together one to one."""
    pupils: dict[tuple[str, tuple[str, str, str]], set[str]] = {}
    for row in known.values():
        pupils.setdefault((persons.person(row.pupil), row.slot), set()).add(row.pupil)
    owners: dict[str, str] = {}
    keys: dict[str, str] = {}
    for leaf, row in known.items():
        standing = [s for s in stream.by_leaf.get(leaf, {}).values() if _stands(stream, known, s, row)]
        where = {"document_sha256": row.document_sha256, "keys": len(standing)}
        told = check.waits if row.pupil in persons.linked else check.broken  # a link may still be on its way
        if leaf in stream.by_leaf and len(standing) != 1:
            told("STANDS_UNDER_TWO_KEYS" if standing else "STANDS_NOWHERE", **where)
        owner = _owner(row, persons, pupils[persons.person(row.pupil), row.slot])
        for key in (stood.fact.pupil_key for stood in standing):
            if owners.setdefault(key, owner) != owner or keys.setdefault(owner, key) != key:
                told("PUPIL_KEY_NOT_ONE_TO_ONE", **where)


def _stands(stream: _Stream, known: Mapping[str, _Known], stood: Stood, row: _Known) -> bool:
    """Tell whether the record is what stands last under the key of one of its messages."""
    last = stream.last[stood.key]
    held = known.get(_leaf(last.message_id))
    return last.fact is not None and held is not None and held.record == row.record


def _owner(row: _Known, persons: Persons, pupils: set[str]) -> str:
    """Return under whose key a record belongs: the person's, unless the school locked two records of the person."""
    person = persons.person(row.pupil)
    holder = person if person in pupils else min(pupils)
    return person if row.pupil == holder else row.pupil


def _told(row: Row) -> dict[str, Any]:
    """Return what the message of a transcript must say: structure and hashes, no name, address or parent."""
    so, lock_id, leaf_sha256, document_sha256, version, effective_on, log_index, data, _, signatures = row
    content = statement(data)
    return {
        "school": content.get("school", {}).get("code"),
        "school_year": content.get("school_year"),
        "period": content.get("period"),
        "grade": content.get("grade"),
        "regulation": content.get("regulation"),
        "version": version,
        "document_sha256": document_sha256,
        "leaf_sha256": leaf_sha256,
        "so": so,
        "lock_id": lock_id.hex(),
        "log_index": log_index,
        "effective_on": effective_on.isoformat(),
        "evidence": grade_of(signatures),
        "completed": content.get("result", {}).get("completed"),
        "rating": content.get("rating"),
        "subjects": [_subject(subject) for subject in content.get("subjects", ())],
        "qualities": _levels(content.get("qualities", ())),
        "competences": _levels(content.get("competences", ())),
        "learning": _year(content.get("learning")),
        "training": _year(content.get("training")),
    }


def _subject(subject: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: subject.get(name) for name in _OF_SUBJECT}
    return {"code": subject["code"], "kind": subject["kind"], "exempt": subject.get("exempt") is True} | shown


def _levels(rows: Any) -> list[dict[str, Any]]:
    return [{"code": row["code"], "level": row["level"]} for row in rows]


def _year(levels: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if levels is None else {name: levels.get(name) for name in _OF_YEAR}
