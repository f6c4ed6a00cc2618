"""Check 1: what the client's journal says was acknowledged, against the inbox and the quarantine.

A record that an operator sent again is the one that stood in quarantine: same bytes, asked for, first time of receipt.
"""

from collections import Counter
from datetime import datetime

from hub.audit import names
from hub.audit.facts import digest_of
from hub.audit.handling import Handling, InboxPlace
from hub.audit.report import Check
from hub.audit.sources import Line
from hub.audit.world import Stood, World

__all__ = ["PROMISE", "check"]

PROMISE = "Every acknowledged submission is handled exactly once, and nothing is handled that was never sent."


def check(world: World, check: Check) -> None:
    """Follow each acknowledged record to its one place; then each inbox row back to its record."""
    topics = {names.command(so): so for so in world.slugs}
    seen: set[tuple[str, int, int, str]] = set()
    for line in world.journal():
        place = (line.get("topic", ""), line.get("part", -1), line.get("offset", -1), line.get("record_sha256", ""))
        if line.get("step") == "acknowledged" and place[0] in topics and place not in seen:
            seen.add(place)
            _follow(world, check, world.handling(topics[place[0]]), line)
    for so in world.slugs:
        _trace_back(world, check, world.handling(so))
        _sent_again(world, check, so)


def _follow(world: World, check: Check, handling: Handling, line: Line) -> None:
    topic, part, offset, record = line["topic"], line["part"], line["offset"], line["record_sha256"]
    where = {"topic": topic, "part": part, "offset": offset, "record_sha256": record}
    check.saw()
    stood = handling.stood.get((part, offset))
    if handling.log_is_new and (stood is None or stood.fact.record_sha256.hex() != record):
        if not _before(handling, line):
            check.broken("NOT_HANDLED", **where)
        return
    if stood is None:
        if offset >= world.extent(topic).get(part, (0, 0))[0]:
            check.broken("ACKNOWLEDGED_NOT_IN_TOPIC", **where)
        elif bytes.fromhex(record) not in handling.by_record and (part, offset) not in handling.quarantined:
            check.broken("NOT_HANDLED", **where)
        return
    if not check.same("ACKNOWLEDGED_RECORD_DIFFERS", stood.fact.record_sha256.hex(), record, **where):
        return
    found = handling.of(part, offset)
    if found == "":
        check.waits("NOT_HANDLED", **where)
    elif found == "twice":
        check.broken("HANDLED_TWICE", **where)
    elif "decodes" in line and line["decodes"] == (found == "quarantined") and not _redriven(handling, stood, found):
        check.broken("HANDLED_OTHERWISE", found=found, **where)
    elif found == "first" and "transcripts" in line:
        counted = handling.by_record[stood.fact.record_sha256].transcript_count
        check.same("TRANSCRIPT_COUNT_DIFFERS", counted, line["transcripts"], **where)


def _before(handling: Handling, line: Line) -> bool:
    """Tell whether a record of a log that is gone was handled there, or stands in the new log to be handled."""
    record = bytes.fromhex(line["record_sha256"])
    place = (line["part"], line["offset"])
    return record in handling.by_record or record in handling.records or place in handling.quarantined_before


def _redriven(handling: Handling, stood: Stood, found: str) -> bool:
    """Tell whether a quarantined record was handled after all, from another place."""
    return found == "quarantined" and stood.fact.record_sha256 in handling.by_record


def _trace_back(world: World, check: Check, handling: Handling) -> None:
    extent = world.extent(handling.topic)
    doubled = [row for row, times in Counter(r.message_sha256 for r in handling.rows).items() if times > 1]
    for message in doubled:
        check.broken("HANDLED_TWICE", record_sha256=message)
    for row in handling.rows:
        check.saw()
        stood = handling.stood.get((row.part, row.offset))
        kept = row.offset >= extent.get(row.part, (0, 0))[0]
        if kept and (stood is None or stood.fact.record_sha256 != row.message_sha256):
            check.broken("HANDLED_BUT_NEVER_SENT", topic=handling.topic, part=row.part, offset=row.offset)
        elif stood is not None and not stood.redriven:
            _timed(check, handling, row, stood.at_ms)


def _sent_again(world: World, check: Check, so: str) -> None:
    """Look at every record that claims to be redriven and was not quarantined for it."""
    handling = world.handling(so)
    for (part, offset), stood in handling.stood.items():
        if not stood.redriven or (part, offset) in handling.quarantined:
            continue
        where = {"topic": handling.topic, "part": part, "offset": offset, "entry": stood.redriven}
        check.saw()
        row = handling.by_record.get(stood.fact.record_sha256)
        entry = world.entries.get(stood.redriven)
        if entry is None or not entry[1] or not _same_bytes(world, so, stood):
            if handling.of(part, offset) != "":
                check.broken("REDRIVEN_WITHOUT_ENTRY", **where)
        elif row is not None and (row.part, row.offset) == (part, offset):
            _timed(check, handling, row, _ms(entry[0]))


def _same_bytes(world: World, so: str, stood: Stood) -> bool:
    owner, stage, topic, part, offset = stood.redriven.split("/")
    if (owner, stage, topic, part) != (f"so-{so}", "validate", names.command(so), str(stood.part)):
        return False
    rows = world.so[so].rows("quarantine_record", stage, topic, int(part), int(offset))
    return any(stood.digest == digest_of(key, value) for key, value, _ in rows)


def _timed(check: Check, handling: Handling, row: InboxPlace, at_ms: int) -> None:
    where = {"topic": handling.topic, "part": row.part, "offset": row.offset}
    check.same("TIME_OF_RECEIPT_DIFFERS", _ms(row.appended_at), at_ms, **where)


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
