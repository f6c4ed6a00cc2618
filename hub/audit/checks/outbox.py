"""Check 13: what the outbox says was sent stands in the topics, and nothing stands there that it did not send."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from hub.audit import names
from hub.audit.facts import digest_of, document_pair
from hub.audit.report import Check
from hub.audit.sources import Row, Rows
from hub.audit.world import Stood, World

__all__ = ["PROMISE", "check"]

PROMISE = "Every sent message stands in its topic at least once with its bytes, and every message there was sent."
_Index = dict[str, dict[str, list[Stood]]]


def check(world: World, check: Check) -> None:
    """Compare the outbox of each organisation with the topics that it alone writes."""
    for owner, rows in world.owners:
        topics = _of_bo(world) if owner == "bo" else names.owned(owner.removeprefix("so-"))
        found: _Index = {topic: {} for topic in topics}
        for topic in topics:
            for stood in world.stood(topic):
                name = stood.message_id.split("/")[0] if topic == names.STREAM else stood.message_id
                found[topic].setdefault(name, []).append(stood)
        known = {topic: set[str]() for topic in topics}
        if owner != "bo":  # others write there too: what is there is explained by the inbox
            found[names.command(owner.removeprefix("so-"))] = _windows(world, owner.removeprefix("so-"))
        for row in rows.rows("outbox"):
            check.saw()
            known.setdefault(row[1], set()).add(row[4])
            _sent(world, check, owner, rows, row, found)
        _unexplained(world, check, owner, {topic: found[topic] for topic in topics}, known)


def _of_bo(world: World) -> tuple[str, ...]:
    """Return the topics that Bộ's outbox writes to; of those to the schools, of the Sở that are looked at."""
    told = (names.incoming(so) for so in world.slugs)
    return (names.BO_RECEIPT, names.BO_TRANSFER, names.STREAM, names.quarantine("bo"), *told)


def _windows(world: World, so: str) -> dict[str, list[Stood]]:
    """Return what a Sở's own scheduler wrote among the commands, by message id; a stranger's id harms nothing."""
    found: dict[str, list[Stood]] = {}
    for stood in world.stood(names.command(so)):
        if stood.message_id.startswith("window-"):
            found.setdefault(stood.message_id, []).append(stood)
    return found


def _sent(world: World, check: Check, owner: str, rows: Rows, row: Row, found: _Index) -> None:
    number, topic, _, kind, message_id, _, _, sent = row
    where = {"owner": owner, "outbox": number, "kind": kind, "message_id": message_id}
    if not sent:
        check.waits("MESSAGE_UNSENT", **where)
        return
    standing = found.get(topic, {}).get(message_id, [])
    if names.family(topic) == "incoming" and topic not in found:
        return  # to the schools of a Sở that this audit does not look at
    if not standing:
        if all(start == 0 for start, _ in world.extent(topic).values()):  # else retention may have passed
            check.broken("SENT_BUT_NOT_IN_TOPIC", **where)
        return
    if not all(_agrees(rows, row, stood) for stood in standing):
        check.broken("MESSAGE_DIFFERS", **where)


def _agrees(rows: Rows, row: Row, stood: Stood) -> bool:
    """Tell whether a message is what its row, or what the row refers to, says."""
    _, _, key, _, _, value, reference, _ = row
    if reference is None:
        return stood.digest == digest_of(key, value)
    if "receipt" in reference:
        return all(stood.key == school.encode() for school, _, _ in _rows_of(rows, reference))
    if "again" in reference:
        return all(_agrees(rows, first, stood) for first in rows.rows("outbox_row", reference["again"]))
    if "chunk" in reference:
        return stood.fact is not None and stood.fact.carries == _chunk_hash(rows, reference["chunk"])
    if "quarantine" in reference:
        return all(
            stood.digest == digest_of(key, data) or (too_large and stood.digest == digest_of(None, None))
            for key, data, too_large in rows.rows("quarantine_record", *reference["quarantine"])
        )
    return True  # a lock's transcripts: the national stream has a check of its own


def _rows_of(rows: Rows, reference: Mapping[str, Any]) -> Iterator[Row]:
    return rows.rows("receipt_of", bytes.fromhex(reference["receipt"]))


def _chunk_hash(rows: Rows, place: list[Any]) -> bytes:
    lock_id, _, _, start, end = place
    whole = hashlib.sha256()
    for document, signatures, leaf in rows.rows("chunk_rows", bytes.fromhex(lock_id), start, end):
        whole.update(document_pair(document, signatures) + hashlib.sha256(b"\0" + leaf).digest())
    return whole.digest()


def _unexplained(world: World, check: Check, owner: str, found: _Index, known: Mapping[str, set[str]]) -> None:
    for topic, messages in found.items():
        for message_id, standing in messages.items():
            check.saw(len(standing))
            stood = standing[0]
            if message_id not in known[topic] and stood.at_ms < world.taken_at_ms:
                check.broken("NEVER_SENT", owner=owner, topic=topic, part=stood.part, offset=stood.offset)
