"""Read receipts back: a school's answers from its Sở, with their signatures verifiable by anyone."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.domain.statements import ReceiptStatement, read
from hub.kafka.partition import partition_of
from hub.kafka.reader import read_range
from hub.schemas import decode
from hub.topics import receipt as receipt_topic

__all__ = ["ReadReceipt", "read_receipts"]

_NO_END = 2**62


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """One receipt; `statement_bytes` and `signature` are what Sở signed."""

    receipt_id: str
    statement: ReceiptStatement
    statement_bytes: bytes
    signature: str
    at: datetime


async def read_receipts(bootstrap: str, so: str, school: str | None = None) -> AsyncIterator[ReadReceipt]:
    """Yield the receipts that stand in the topic now, of one school or of all, repetitions included."""
    topic = receipt_topic(so)
    parts: Iterable[int] = range(topic.partitions)
    if school is not None:
        parts = [partition_of(school.encode(), topic.partitions)]
    for part in parts:
        async for found in read_range(bootstrap, topic.name, part, 0, _NO_END):
            if school is not None and found.key != school.encode():
                continue
            value = decode(found.value, topic.messages).value
            statement = read(value["statement"], ReceiptStatement)
            yield ReadReceipt(value["receipt_id"], statement, value["statement"], value["signature"], found.at)
