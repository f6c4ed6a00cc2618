"""How far back a worker looks before it starts."""

import asyncio
from datetime import UTC, datetime

from hub.kafka.dead_letter import REDRIVEN
from hub.kafka.headers import headers_of
from hub.kafka.reader import Found
from hub.recovery.behind import _newest_signs
from hub.recovery.messages import Written, written
from tests.unit.recovery.test_messages import RECEIPTS, SO, a_found
from tests.unit.recovery.test_same import a_receipt

AT = datetime(2026, 6, 20, 3, 0, tzinfo=UTC)


def looked(ours: set[int], end: int) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the offsets of the signs that are found when only `ours` are messages of ours, and the ranges read."""
    asked: list[tuple[int, int]] = []

    async def read(start: int, until: int) -> list[Written]:
        asked.append((start, until))
        places = [offset for offset in range(start, until) if offset in ours]
        return [Written(Found("t", 0, n, None, None, (), AT, False), str(n), "Receipt", b"") for n in places]

    found = asyncio.run(_newest_signs(read, end))
    return [record.found.offset for record in found], asked


def test_newest_messages_are_read_once_when_they_are_ours() -> None:
    """A normal start costs one short read of each partition."""
    assert looked(set(range(1000)), 1000) == (list(range(984, 1000)), [(984, 1000)])


def test_strangers_records_do_not_hide_our_newest_messages() -> None:
    """They are passed over, as far back as the bound allows."""
    assert looked(set(range(900)), 1000) == (list(range(884, 900)), [(984, 1000), (744, 984)])
    assert looked(set(range(700)), 1000) == ([], [(984, 1000), (744, 984)])
    assert looked({0, 1}, 2) == ([0, 1], [(0, 2)])


def test_redriven_copy_and_strangers_record_are_no_signs() -> None:
    """Neither shows how far this organisation had come."""
    headers = headers_of("Receipt", "r-1", f"/so/{SO}")
    assert written(RECEIPTS, a_found(a_receipt(), headers)).is_sign
    assert not written(RECEIPTS, a_found(a_receipt(), [*headers, (REDRIVEN, b"x")])).is_sign
    assert not written(RECEIPTS, a_found(b"junk", headers)).is_sign
