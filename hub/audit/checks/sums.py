"""Check 3: sums by topic, by round and by lock."""

from collections import Counter
from typing import Any

from hub.audit import names
from hub.audit.checks.outcomes import told_documents
from hub.audit.messages import statement
from hub.audit.report import Check
from hub.audit.world import World

__all__ = ["PROMISE", "check"]

PROMISE = (
    "Sums agree: records per topic, accepted transcripts per school and round, locked ones per lock, Sở and Bộ alike."
)
_Round = tuple[str, str, str, int]


def check(world: World, check: Check) -> None:
    """Draw the three sums of each Sở."""
    for so in world.slugs:
        _topic(world, check, so)
        locked = _rounds(world, check, so)
        _locks(world, check, so, locked)


def _topic(world: World, check: Check, so: str) -> None:
    """Records in the command topic = first ones + repetitions + quarantined."""
    handling, topic = world.handling(so), names.command(so)
    kinds = Counter(handling.of(*place) for place in handling.stood)
    starts = {part: start for part, (start, _) in world.extent(topic).items()}
    kept = sum(row.offset >= starts.get(row.part, 0) for row in handling.rows)
    records, explained = len(handling.stood), kept + kinds["repetition"] + kinds["quarantined"]
    check.saw(records)
    if records != explained:
        check.waits("TOPIC_SUM_DIFFERS", topic=topic, records=records, explained=explained)


def _rounds(world: World, check: Check, so: str) -> Counter[_Round]:
    """Accepted by receipt = documents of the round, in whatever state; return how many of them are locked."""
    told: Counter[_Round] = Counter()
    for school, signed, receipt, _, _ in world.so[so].rows("accepting_commands"):
        said = statement(signed)
        named: Any = said.get("round", {})
        accepted = sum(d.get("outcome") == "accepted" for d in told_documents(receipt))
        told[school, said.get("school_year", ""), named.get("cohort", ""), named.get("number", 0)] += accepted
    found: Counter[_Round] = Counter()
    locked: Counter[_Round] = Counter()
    for *place, state, count in world.so[so].rows("documents_by_round"):
        key: _Round = (place[0], place[1], place[2], place[3])
        found[key] += count
        locked[key] += count if state in ("locked", "superseded") else 0
        check.saw(count)
    for key in sorted(told.keys() | found.keys()):
        where = dict(zip(("school", "school_year", "cohort", "number"), key, strict=True))
        check.same("ROUND_SUM_DIFFERS", found[key], told[key], so=so, told=told[key], found=found[key], **where)
    return locked


def _locks(world: World, check: Check, so: str, locked: Counter[_Round]) -> None:
    """Locked in the round = count of its lock = transcripts that Bộ has of it."""
    at_bo: dict[bytes, int] = dict(world.bo.rows("bo_counts", so))
    answered = {lock_id for lock_id, *_, outcome, _ in world.bo.rows("bo_locks", so) if outcome == "ingested"}
    covered: Counter[_Round] = Counter()
    for lock_id, school, year, cohort, number, count, unlocked in world.so[so].rows("locks_by_round"):
        covered[school, year, cohort, number] += count - unlocked
        if lock_id in answered:
            found = at_bo.get(lock_id, 0)
            check.same("BO_SUM_DIFFERS", found, count, so=so, lock_id=lock_id, locked=count, found=found)
    for key in sorted(covered.keys() | locked.keys()):
        where = dict(zip(("school", "school_year", "cohort", "number"), key, strict=True))
        check.same("LOCK_SUM_DIFFERS", locked[key], covered[key], so=so, lock=covered[key], locked=locked[key], **where)
