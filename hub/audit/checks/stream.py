"""Check 11: the national stream says what Bộ has, once for each transcript, and nothing else."""

from collections.abc import Mapping
from typing import Any

from hub.audit import names
from hub.audit.facts import told_digest
from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.sources import Row
from hub.audit.world import Stood, World

__all__ = ["PROMISE", "check"]

PROMISE = "The national stream has one message for each ingested transcript, under its key, and nothing else."
_OF_SUBJECT = ("semester_1", "semester_2", "year", "retake", "score", "level")
_OF_YEAR = ("semester_1", "semester_2", "year", "retake")


def check(world: World, check: Check) -> None:
    """Build what each transcript must say from Bộ's rows, and compare."""
    found: dict[str, Stood] = {}
    newest: dict[bytes | None, Stood] = {}
    for stood in world.stood(names.STREAM):
        check.saw()
        if stood.fact is None:
            check.broken("MESSAGE_UNREADABLE", part=stood.part, offset=stood.offset)
            continue
        earlier = found.setdefault(stood.message_id, stood)
        check.same("MESSAGES_CONTRADICT", stood.digest, earlier.digest, part=stood.part, offset=stood.offset)
        newest[stood.key] = stood
    keys = _expected(world, check, found, newest)
    for message_id, stood in found.items():
        if message_id not in keys and stood.at_ms < world.taken_at_ms:
            check.broken("PUBLISHED_BUT_NOT_INGESTED", part=stood.part, offset=stood.offset)


def _expected(world: World, check: Check, found: Mapping[str, Stood], newest: Mapping[bytes | None, Stood]) -> set[str]:
    """Compare each row with its message; return the ids of all that may be there."""
    known: dict[str, tuple[str, int]] = {}  # message id -> record and version
    missing: list[tuple[str, str, str, int]] = []  # compaction may remove a message under whose key a newer one stands
    newest_version: dict[str, int] = {}
    pupils: dict[str, str] = {}
    owners: dict[str, str] = {}
    for row in world.bo.rows("published"):
        check.saw()
        told = _told(row)
        message_id = f"{told['lock_id']}/{told['leaf_sha256'].hex()}"
        record = f"{row[8]}/{told['school_year']}/{told['period']}/{told['school']}"
        known[message_id] = (record, row[4])
        stood = found.get(message_id)
        if stood is None:
            missing.append((message_id, record, row[3].hex(), row[4]))
            continue
        newest_version[record] = max(newest_version.get(record, 0), row[4])
        where = {"document_sha256": row[3], "part": stood.part, "offset": stood.offset}
        check.same("MESSAGE_DIFFERS", stood.fact.told, told_digest(told), **where)
        pupil_key = stood.fact.pupil_key
        key = f"{pupil_key}/{told['school_year']}/{told['period']}/{told['school']}".encode()
        check.same("MESSAGE_KEY_WRONG", stood.key, key, **where)
        if owners.setdefault(pupil_key, row[8]) != row[8] or pupils.setdefault(row[8], pupil_key) != pupil_key:
            check.broken("PUPIL_KEY_NOT_ONE_TO_ONE", **where)
    for _, record, digest, version in missing:
        if newest_version.get(record, 0) <= version:
            check.waits("INGESTED_BUT_NOT_PUBLISHED", document_sha256=digest)
    _newest_last(check, known, newest, newest_version)
    return set(known)


def _newest_last(
    check: Check, known: Mapping[str, tuple[str, int]], last: Mapping[bytes | None, Stood], newest: Mapping[str, int]
) -> None:
    """Whoever reads a compacted topic gets what stands last under a key: that must be the newest version."""
    for stood in last.values():
        record, version = known.get(stood.message_id, ("", 0))
        if version < newest.get(record, 0):
            check.broken("OLD_VERSION_STANDS_LAST", part=stood.part, offset=stood.offset)


def _told(row: Row) -> dict[str, Any]:
    """Return what the message of a transcript must say: structure and hashes, no name, address or parent."""
    so, lock_id, leaf_sha256, document_sha256, version, effective_on, log_index, data, _ = row
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
