"""Reads what Bộ sends to schools about transfers out of `incoming` of their Sở."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing

from hub.client.transfer_incoming import Box, HeardNotice, read_incoming
from hub.connect.door import TransferMessage
from hub.errors import Refused
from hub.kafka import end_offsets
from hub.kafka.partition import partition_of
from hub.kafka.reader import Found, read_range
from hub.topics import incoming
from hub.trust import ChainCache, Snapshot

__all__ = ["read_transfers"]

_RECORDS_MAX = 500  # of one partition at once, those of other schools too
_UNSIGNED = "TRANSFER_NOTICE_UNSIGNED"
Register = Callable[[], Snapshot | None]


async def read_transfers(
    bootstrap: str, so: str, since: Mapping[str, int], registers: Sequence[Register], cache: ChainCache
) -> tuple[list[TransferMessage], dict[str, int], bool]:
    """Return the next messages to each school, the offset behind them by school, and whether there is more.

    A notice counts as not signed only by the last of `registers`, the newest. Raises Unavailable.
    """
    topic = incoming(so)
    groups: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for school, start in since.items():
        groups[partition_of(school.encode(), topic.partitions), start].add(school)
    ends = await asyncio.to_thread(end_offsets, bootstrap, [(topic.name, part) for part in {p for p, _ in groups}])
    found, reached, more = list[TransferMessage](), dict(since), False
    for (part, start), schools in groups.items():
        until = min(ends[topic.name, part], start + _RECORDS_MAX)
        if start >= until:
            continue
        async with aclosing(read_range(bootstrap, topic.name, part, start, until)) as records:
            async for record in records:
                school = (record.key or b"").decode("utf-8", "replace")
                if school in schools:
                    said = await asyncio.to_thread(_read, so, school, record, registers, cache)
                    found.append(TransferMessage(school, f"{record.topic}/{record.part}/{record.offset}", said))
        reached |= dict.fromkeys(schools, until)
        more = more or until < ends[topic.name, part]
    return found, reached, more


def _read(
    so: str, school: str, record: Found, registers: Sequence[Register], cache: ChainCache
) -> HeardNotice | Box | str:
    code = _UNSIGNED
    for register in registers:
        try:
            return read_incoming(so, school, record.value, record.at, register(), cache)
        except Refused as refused:
            code = refused.code
        if code != _UNSIGNED:
            break
    return code
