"""What a run leaves: bytes in each topic, on the broker's disk, in each database and in the write-ahead log."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hub.bench.ground import SO_DATABASE, Ground
from hub.bench.queries import queries

__all__ = ["Sizes", "codec_of", "measure_sizes", "sizes_each", "tables_each"]

_CODECS = ("none", "gzip", "snappy", "lz4", "zstd")  # the last three bits of a record batch's attributes
_ATTRIBUTES_AT = 21  # offset, length, leader epoch, magic, checksum stand before them
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes now. `topics`: record batches as they came over the wire (compressed as their producer chose)."""

    topics: dict[str, int]
    kafka_disk: int
    databases: dict[str, int]
    tables: dict[str, dict[str, tuple[int, int]]]
    wal: int


def measure_sizes(ground: Ground) -> Sizes:
    """Look at the folders of the broker and ask the database server."""
    topics: Counter[str] = Counter()
    for folder in ground.kafka_log.iterdir():
        if folder.name.startswith("hocba."):
            topics[folder.name.rpartition("-")[0]] += sum(file.stat().st_size for file in folder.glob("*.log"))
    disk = sum(file.stat().st_blocks * _BLOCK for file in ground.kafka_log.rglob("*") if file.is_file())
    databases, tables = {}, {}
    for name in (SO_DATABASE, "bo"):
        with ground.administrator(name) as connection:
            databases[name] = _number(connection.execute(queries()["database_bytes"], (name,)).fetchone())
            rows = connection.execute(queries()["table_bytes"]).fetchall()
            tables[name] = {table: (int(heap), int(indexes)) for table, heap, indexes in rows}
    with ground.administrator() as connection:
        wal = _number(connection.execute(queries()["wal"]).fetchone())
    return Sizes(dict(topics), disk, databases, tables, wal)


def sizes_each(before: Sizes, after: Sizes, count: int) -> dict[str, object]:
    """Return what came between two looks, in bytes for each of `count` transcripts."""
    return {
        "topics": {
            name: _each(before.topics.get(name, 0), size, count)
            for name, size in sorted(after.topics.items())
            if size > before.topics.get(name, 0)
        },
        "kafka_disk": _each(before.kafka_disk, after.kafka_disk, count),
        "databases": {name: _each(before.databases[name], size, count) for name, size in after.databases.items()},
        "wal": _each(before.wal, after.wal, count),
    }


def tables_each(before: Sizes, after: Sizes, count: int) -> dict[str, dict[str, dict[str, int]]]:
    """Return the growth of each table, in bytes a transcript: rows with outlying values, and indexes."""
    none = (0, 0)
    return {
        database: {
            name: {
                "rows": _each(before.tables[database].get(name, none)[0], heap, count),
                "indexes": _each(before.tables[database].get(name, none)[1], indexes, count),
            }
            for name, (heap, indexes) in tables.items()
            if heap + indexes > sum(before.tables[database].get(name, none))
        }
        for database, tables in after.tables.items()
    }


def codec_of(kafka_log: Path, topic: str) -> str:
    """Return how the first record batch of a topic is compressed; "empty" when there is none."""
    for file in sorted(kafka_log.glob(f"{topic}-*/*.log")):
        with file.open("rb") as log:
            head = log.read(_ATTRIBUTES_AT + 2)
        if len(head) == _ATTRIBUTES_AT + 2:
            return _CODECS[int.from_bytes(head[_ATTRIBUTES_AT:]) & 0b111]
    return "empty"


def _each(before: int, after: int, count: int) -> int:
    return round((after - before) / count) if count else 0


def _number(row: tuple[object, ...] | None) -> int:
    return int(str(row[0])) if row is not None else 0
