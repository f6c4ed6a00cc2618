"""Check 12: positions are neither behind nor ahead of their effects."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from hub.audit import names
from hub.audit.report import Check
from hub.audit.sources import Rows
from hub.audit.world import Stood, World

__all__ = ["PROMISE", "check"]

PROMISE = "Each position stands at the end of its partition; all before it has its effect, nothing from it on has one."
_Place = tuple[str, str, int]


def check(world: World, check: Check) -> None:
    """Compare positions with ends, with the last record done, and with the effects of every record."""
    for so in world.slugs:
        positions = _compare(world, check, f"so-{so}", world.so[so], list(names.stages(so)))
        _commands(world, check, so, positions)
        _orders(world, check, so, positions)
        _answers(world, check, so, positions)
    stages = [(stage, topic(so)) for so in world.slugs for stage, topic in _STAGES_OF_BO]
    positions = _compare(world, check, "bo", world.bo, stages)
    for so in world.slugs:
        _staged(world, check, so, positions)


_STAGES_OF_BO = (("register", names.register), ("ingest", names.locked), ("slips", names.slip))


def _compare(world: World, check: Check, owner: str, rows: Rows, stages: list[tuple[str, str]]) -> Mapping[_Place, int]:
    """Compare with the ends; return the next offset by (stage, topic, part)."""
    found: dict[_Place, int] = {}
    last: dict[_Place, bytes] = {}
    for stage, topic, part, next_offset, last_sha256 in rows.rows("positions"):
        found[stage, topic, part] = next_offset
        if last_sha256 is not None:
            last[stage, topic, part] = last_sha256
    for stage, topic in stages:
        for part, (_, end) in world.extent(topic).items():
            check.saw()
            where = {"owner": owner, "stage": stage, "topic": topic, "part": part, "end": end}
            next_offset = found.get((stage, topic, part), 0)
            if next_offset > end:
                check.broken("POSITION_AHEAD", position=next_offset, **where)
            elif next_offset < end:
                check.waits("POSITION_BEHIND", position=next_offset, **where)
        done = {(s.part, s.offset): s.digest for s in world.stood(topic)}
        for (of, name, part), digest in last.items():
            before = done.get((part, found[of, name, part] - 1)) if (of, name) == (stage, topic) else None
            if before is not None and before != digest:
                check.broken("POSITION_FOREIGN", owner=owner, stage=stage, topic=topic, part=part)
    return found


def _commands(world: World, check: Check, so: str, positions: Mapping[_Place, int]) -> None:
    handling = world.handling(so)
    effects = {(row.part, row.offset) for row in handling.rows} | handling.quarantined
    for place in sorted(handling.stood.keys() | effects):
        position = positions.get(("validate", handling.topic, place[0]), 0)
        where = {"topic": handling.topic, "part": place[0], "offset": place[1], "position": position}
        parked = ("validate", handling.topic, *place) in world.parked[f"so-{so}"]
        has = place in effects or handling.of(*place) != ""
        _judge(check, place in handling.stood, has, place[1] < position, where, parked=parked)


def _orders(world: World, check: Check, so: str, positions: Mapping[_Place, int]) -> None:
    locks = {row[0].hex() for row in world.so[so].rows("locks_by_round")}
    _records(world, check, f"so-{so}", "lock", names.lock_command(so), positions, lambda s: s.fact in locks)


def _answers(world: World, check: Check, so: str, positions: Mapping[_Place, int]) -> None:
    answered = {row[0].hex() for row in world.so[so].rows("answered_locks") if row[9] is not None}
    answered |= {"" for _ in world.so[so].rows("closing_receipts")}  # about the end of the log, and so of no lock
    mine = so.encode()
    _records(
        world, check, f"so-{so}", "acknowledge", names.BO_RECEIPT, positions,
        lambda s: s.key != mine or s.fact in answered, ahead=False,
    )  # fmt: skip


def _staged(world: World, check: Check, so: str, positions: Mapping[_Place, int]) -> None:
    staged = {(name, lock_id.hex(), number) for name, lock_id, number in world.bo.rows("staged", so, so)}
    heads = [row[0] for row in world.bo.rows("bo_heads", so)]
    ended = any(True for _ in world.bo.rows("bo_closing", so))
    links = {hashlib.sha256(row[1]).digest() for row in world.bo.rows("bo_links")}
    receipts = {bytes(row[0]) for row in world.bo.rows("bo_acceptances", so)}

    def effect(stood: Stood) -> bool:
        fact = stood.fact
        if fact is None:
            return False
        if fact.name == "IdentityLink":
            return fact.carries in links
        if fact.name == "Acceptance":
            return fact.carries in receipts
        if fact.name == "Closing":
            return ended
        if fact.name == "Checkpoint":
            return bool(heads) and fact.number <= max(heads)
        return (fact.name, fact.lock_id, fact.number) in staged

    _records(world, check, "bo", "ingest", names.locked(so), positions, effect)


def _records(
    world: World, check: Check, owner: str, stage: str, topic: str, positions: Mapping[_Place, int], effect: Any,
    *, ahead: bool = True,
) -> None:  # fmt: skip
    """Look at every record of a topic; a repetition of a handled record beyond the position is no effect of its own."""
    quarantined = set(_places(world, owner, stage, topic))
    handled: set[bytes] = set()
    for stood in world.stood(topic):
        position = positions.get((stage, topic, stood.part), 0)
        where = {"topic": topic, "part": stood.part, "offset": stood.offset, "position": position}
        has = effect(stood) or (stood.part, stood.offset) in quarantined
        below = stood.offset < position
        if has and not below and (not ahead or stood.digest in handled):
            continue
        parked = (stage, topic, stood.part, stood.offset) in world.parked[owner]
        _judge(check, True, has, below, where, parked=parked)
        if below:
            handled.add(stood.digest)


def _places(world: World, owner: str, stage: str, topic: str) -> Iterator[tuple[int, int]]:
    return ((part, offset) for of, name, part, offset in world.quarantined[owner] if (of, name) == (stage, topic))


def _judge(check: Check, stands: bool, has_effect: bool, below: bool, where: dict[str, Any], *, parked: bool) -> None:
    check.saw()
    if parked and not has_effect:
        check.waits("PARKED", **where)
    elif below and stands and not has_effect:
        check.broken("DONE_WITHOUT_EFFECT", **where)
    elif has_effect and not below:
        check.broken("EFFECT_BEYOND_POSITION", **where)
