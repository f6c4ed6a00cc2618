"""Read receipts back: a school's answers from its Sở, with their signatures verifiable by anyone."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.domain.findings import Finding
from hub.domain.statements import ReceiptStatement, read
from hub.errors import Unavailable
from hub.kafka import end_offsets
from hub.kafka.partition import partition_of
from hub.kafka.reader import read_range
from hub.schemas import decode
from hub.topics import receipt as receipt_topic
from hub.trust import ChainCache, Snapshot, Status, verify_statement

__all__ = ["ReadReceipt", "next_receipts", "read_receipts", "receipt_ends", "verify_receipt"]

_NO_END = 2**62
_POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """One receipt; `statement_bytes` and `signature` are what Sở signed."""

    receipt_id: str
    statement: ReceiptStatement
    statement_bytes: bytes
    signature: str
    at: datetime


async def read_receipts(
    bootstrap: str, so: str, school: str | None = None, since: Mapping[tuple[str, int], int] | None = None
) -> AsyncIterator[ReadReceipt]:
    """Yield the receipts that stand in the topic now, of one school or of all, repetitions included.

    `since` gives the offset to begin at for each (topic, partition), as `receipt_ends` returned it earlier.
    """
    topic = receipt_topic(so)
    for part in _parts(so, school):
        async for found in read_range(bootstrap, topic.name, part, (since or {}).get((topic.name, part), 0), _NO_END):
            if school is not None and found.key != school.encode():
                continue
            value = decode(found.value, topic.messages).value
            statement = read(value["statement"], ReceiptStatement)
            yield ReadReceipt(value["receipt_id"], statement, value["statement"], value["signature"], found.at)


def receipt_ends(bootstrap: str, so: str, school: str | None) -> dict[tuple[str, int], int]:
    """Return where the receipts of a school (None: of all) end now: what is sent after this is answered after it."""
    return end_offsets(bootstrap, [(receipt_topic(so).name, part) for part in _parts(so, school)])


async def next_receipts(
    bootstrap: str, so: str, school: str | None, wanted: Collection[str], since: Mapping[tuple[str, int], int],
    *, patience_s: float, ends: Callable[[ReadReceipt], bool] = lambda _: True,
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, ReadReceipt]:  # fmt: skip
    """Wait for the receipt of each command id in `wanted` for which `ends` holds.

    Raises Unavailable WAITED_IN_VAIN after `patience_s`: the commands are sent and will be answered all the same.
    """
    deadline = time.monotonic() + patience_s
    found: dict[str, ReadReceipt] = {}
    while True:
        told = len(found)
        async for receipt in read_receipts(bootstrap, so, school, since):
            if receipt.statement.command_id in wanted and ends(receipt):
                found[receipt.statement.command_id] = receipt
        tell(len(found) - told)
        if len(found) == len(set(wanted)):
            return found
        if time.monotonic() > deadline:
            waiting = ", ".join(sorted(set(wanted) - set(found))[:5])
            raise Unavailable("WAITED_IN_VAIN", {"what": f"receipts: {waiting}", "seconds": f"{patience_s:g}"})
        await asyncio.sleep(_POLL_S)


def verify_receipt(receipt: ReadReceipt, snapshot: Snapshot, cache: ChainCache) -> tuple[Status, tuple[Finding, ...]]:
    """Judge Sở's signature over a receipt by the register, at the time at which the receipt was sent."""
    verdict = verify_statement(
        receipt.statement_bytes, receipt.signature, typ=receipt.statement.type,
        scope={"owner": f"so-{receipt.statement.so}"}, roles={"so_seal"}, snapshot=snapshot, proven_at=receipt.at,
        cache=cache,
    )  # fmt: skip
    return verdict.status, tuple(verdict.findings)


def _parts(so: str, school: str | None) -> Iterable[int]:
    topic = receipt_topic(so)
    return range(topic.partitions) if school is None else [partition_of(school.encode(), topic.partitions)]
