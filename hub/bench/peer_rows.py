"""What both peers share: their start and end, the hub's checks, and the rows that they store."""

import asyncio
import json
import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg

from hub.agents.preparing import prepare_command
from hub.agents.stage import Record
from hub.bench.floor import FloorOrder, snapshot_in
from hub.bench.helper import Signals
from hub.bench.processes import memory_of
from hub.bench.queries import queries
from hub.bench.wanted import SO
from hub.decision import Prepared
from hub.errors import Corrupt
from hub.store import open_connection
from hub.topics import command
from hub.trust import ChainCache, Snapshot

__all__ = ["Commit", "checked_rows", "rows_of", "run_peer", "store"]

Commit = tuple[float, int, float]
"""When it ended (Unix time), how many transcripts, and the processor seconds of the process so far."""
Consume = Callable[[Any, Snapshot], Coroutine[Any, Any, list[Commit]]]


def rows_of(prepared: Prepared) -> Iterator[tuple[Any, ...]]:
    """Yield one row a transcript. Raises Corrupt BALANCE_DIFFERS for a refused one: peers are given good ones only."""
    if prepared.round is None or not prepared.authentic:
        raise Corrupt("BALANCE_DIFFERS", {"problems": "a peer met a refused command"})
    for d in prepared.documents:
        if d.record is None or d.transcript is None:
            raise Corrupt("BALANCE_DIFFERS", {"problems": "a peer met a refused transcript"})
        yield (
            prepared.message_sha256, d.n, d.document_sha256, d.envelope_sha256, d.record.school, d.record.pupil,
            d.transcript.student.student_code, d.record.school_year, d.record.period, prepared.round.cohort,
            prepared.round.number, sorted({f.code for f in d.findings}), prepared.at, d.document, list(d.signatures),
        )  # fmt: skip


def checked_rows(record: Record, snapshot: Snapshot, cache: ChainCache) -> list[tuple[Any, ...]]:
    """Return the rows of a record that the hub's own checks accept."""
    return list(rows_of(prepare_command(record, command(SO), snapshot, cache)))


def store(connection: "psycopg.Connection[Any]", rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows in one transaction."""
    with connection.cursor() as cursor:
        cursor.executemany(queries()["peer_insert"], rows)
    connection.commit()


def run_peer(signals: Signals, result: Path, order: FloorOrder, consume: Consume) -> None:
    """Project the register, wait for the start, consume, and leave every commit with the highest memory (MiB)."""
    with open_connection(order.url) as connection:
        snapshot = snapshot_in(connection, order)
    signals.ready.set()
    signals.go.wait()
    with psycopg.connect(order.url) as connection:
        commits = asyncio.run(consume(connection, snapshot))
    memory = memory_of(os.getpid())
    peak = round(memory.peak_mib, 1) if memory else None
    result.write_text(json.dumps({"commits": commits, "peak_mib": peak}), encoding="utf-8")
