"""The bare loop: the worker's own decode, verify, parse, rules and COPY in one process, without Kafka and Faust.

The database is a copy of the Sở's, on the same server, with every index and trigger; each batch is one transaction
that is committed. Beside the loop stand its parts by themselves, and the whole stage (claims, what is known, signed
receipts) without Kafka: what lies between the two is what a decision costs beyond its checks.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hub.agents.preparing import prepare_command
from hub.agents.register import register_stage
from hub.agents.sealing import no_reader
from hub.agents.snapshots import Snapshots
from hub.agents.stage import Record
from hub.agents.validate import validate_stage
from hub.bench.driving import in_batches, records_of, register_records, run_stage
from hub.bench.figures import per_second, us_each
from hub.bench.parts import Part, measure_parts
from hub.bench.processes import cpu_s, memory_of
from hub.bench.queries import queries
from hub.bench.wanted import SO
from hub.decision import Known, Outcome, Prepared, decide
from hub.errors import Corrupt
from hub.kafka.producer import Sending
from hub.signing import load_keyring, log_origin
from hub.store import Connection, open_connection
from hub.store.queries import queries_of
from hub.store.so import write_outcome
from hub.topics import command
from hub.trust import ChainCache, Snapshot

__all__ = ["BATCH_MESSAGES", "FloorOrder", "bare_loop", "measure_floor", "snapshot_in"]

BATCH_MESSAGES = 12  # some 400 transcripts: what one partition gets of a worker's batch; 400 to 2,000 cost alike
_WARM_SHARE = 10
_SQL = queries_of("so")


@dataclass(frozen=True, slots=True)
class FloorOrder:
    """What one measurement of the bare loop needs. `stage_url`: a second copy, for the whole stage."""

    url: str
    stage_url: str
    secrets: Path
    register: tuple[Sending, ...]
    parcels: Path
    transcripts: int


def measure_floor(order: FloorOrder) -> dict[str, Any]:
    """Run it; call it in a process of its own. Raises Corrupt BALANCE_DIFFERS when a transcript is not accepted."""
    records = records_of(order.parcels, transcripts=order.transcripts)
    with open_connection(order.url) as connection, open_connection(order.stage_url) as second:
        snapshot, cache = snapshot_in(connection, order), ChainCache()
        snapshot_in(second, order)
        warm = records[: max(1, len(records) // _WARM_SHARE)]
        _rolled_back(connection, lambda: bare_loop(connection, warm, snapshot, cache, Writing()))
        writing = Writing()
        loop = _timed(connection, lambda: bare_loop(connection, records, snapshot, cache, writing))
        count = loop.pop("count")
        stage = validate_stage(
            SO, load_keyring(order.secrets / f"so-{SO}", log_origin(SO)).seal, Snapshots(), no_reader
        )
        whole = _timed(second, lambda: _whole(stage, second, records))
        parts = measure_parts(records, snapshot, cache)
    parts["copy"] = Part(us_each(writing.cpu_s, count), us_each(writing.wall_s, count))
    memory = memory_of(os.getpid())
    return {
        "transcripts": count,
        "floor_rps": per_second(count, loop["wall_s"]),
        "floor_us": {name.removesuffix("_s"): us_each(seconds, count) for name, seconds in loop.items()},
        "stage_rps": per_second(whole.pop("count"), whole["wall_s"]),
        "stage_us": {name.removesuffix("_s"): us_each(seconds, count) for name, seconds in whole.items()},
        "parts_us": {name: asdict(part) for name, part in parts.items()},
        "peak_mib": round(memory.peak_mib, 1) if memory else None,
    }


@dataclass
class Writing:
    """What the transactions of the bare loop took: the client's processor time and wall time, in seconds."""

    cpu_s: float = 0.0
    wall_s: float = 0.0


def bare_loop(
    connection: Connection, records: Sequence[Record], snapshot: Snapshot, cache: ChainCache, writing: Writing
) -> int:
    """Decode, verify, judge and COPY everything; return how many transcripts were written."""
    topic, count = command(SO), 0
    for batch in in_batches(records, BATCH_MESSAGES):
        prepared = [prepare_command(record, topic, snapshot, cache) for record in batch]
        outcomes = [decide(command, Known(), SO)[0] for command in prepared]
        _write(connection, prepared, outcomes, writing)
        count += _accepted(outcomes)
    return count


def snapshot_in(connection: Connection, order: FloorOrder) -> Snapshot:
    """Project the register into a copy, with the stage that does it for the worker, and return its snapshot."""
    stage = register_stage((SO,), load_keyring(order.secrets / f"so-{SO}", log_origin(SO)).anchors, Snapshots())
    run_stage(stage, connection, register_records(order.register))
    return stage.read(connection)[SO]


def _whole(stage: Any, connection: Connection, records: Sequence[Record]) -> int:
    for batch in in_batches(records, BATCH_MESSAGES):
        run_stage(stage, connection, batch)
    row = connection.execute(queries()["accepted"]).fetchone()
    return int(row[0]) if row else 0


def _write(connection: Connection, prepared: Sequence[Prepared], outcomes: Sequence[Outcome], writing: Writing) -> None:
    """Write with the store's own functions: the command's row, then its transcripts by binary COPY."""
    wall, cpu = time.perf_counter(), time.process_time()
    with connection.transaction():
        _open_rounds(connection, prepared)
        for outcome in outcomes:
            write_outcome(connection, outcome, outcome.command.message_sha256.hex()[:32], b"-")
    writing.wall_s += time.perf_counter() - wall
    writing.cpu_s += time.process_time() - cpu


def _open_rounds(connection: Connection, prepared: Sequence[Prepared]) -> None:
    rounds = sorted({p.round for p in prepared if p.round is not None})
    connection.execute(_SQL["open_rounds"], tuple([key[i] for key in rounds] for i in range(4)))


def _accepted(outcomes: Sequence[Outcome]) -> int:
    accepted = sum(len(outcome.accepted) for outcome in outcomes)
    refused = [f.code for o in outcomes for f in o.findings] + [
        f.code for o in outcomes for a in o.answers if a.outcome != "accepted" for f in a.findings
    ]
    if accepted != sum(outcome.command.transcript_count for outcome in outcomes):
        raise Corrupt("BALANCE_DIFFERS", {"problems": f"refused: {sorted(set(refused))}"})
    return accepted


def _rolled_back(connection: Connection, work: Callable[[], object]) -> None:
    with connection.transaction(force_rollback=True):
        work()


def _timed(connection: Connection, work: Callable[[], int]) -> dict[str, Any]:
    """Return wall time, own processor time, and processor time of the backend behind the connection."""
    backend = connection.info.backend_pid
    wall, own, server = time.perf_counter(), time.process_time(), cpu_s(backend)
    count = work()
    return {
        "count": count,
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - own,
        "backend_cpu_s": cpu_s(backend) - server,
    }
