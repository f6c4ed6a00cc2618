"""A stage without Kafka and without the loop: its own functions, called one after the other on records from a file."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any, TypeVar

from hub.agents.stage import Outgoing, Record, Stage
from hub.bench.dressing import read_parcels
from hub.bench.wanted import SO
from hub.kafka.partition import partition_of
from hub.kafka.producer import Sending
from hub.store import Connection
from hub.topics import command

__all__ = ["in_batches", "records_of", "register_records", "run_stage"]

_T = TypeVar("_T")


def records_of(parcels: Path, *, transcripts: int) -> list[Record]:
    """Return the first submissions of a file as records, as the broker would hand them over."""
    topic, at = command(SO), datetime.now(UTC)
    found: list[Record] = []
    offset = count()
    for parcel in read_parcels(parcels):
        if transcripts <= 0:
            break
        if parcel.transcripts:
            part = partition_of(parcel.key, topic.partitions)
            headers = tuple(parcel.headers)
            found.append(Record(topic.name, part, next(offset), parcel.key, parcel.value, headers, at, True))
            transcripts -= parcel.transcripts
    return found


def register_records(entries: Sequence[Sending]) -> list[Record]:
    """Return register entries as records."""
    at = datetime.now(UTC)
    return [Record(e.topic, 0, n, e.key, e.value, tuple(e.headers), at, True) for n, e in enumerate(entries)]


def run_stage(
    stage: Stage[Any, Any, Any, Any], connection: Connection, records: Sequence[Record]
) -> Sequence[Sequence[Outgoing]]:
    """Do one batch in one transaction as the loop does, without position, parking and outbox."""
    snapshot = stage.read(connection)
    prepared = [stage.prepare(record, snapshot) for record in records]
    with connection.transaction():
        known = stage.load(connection, prepared)
        effects = []
        for item in prepared:
            effect, known = stage.decide(item, known)
            effects.append(effect)
        return stage.write(connection, effects)


def in_batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Cut into lists of `size`, the last one shorter."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch
