"""Each part of the bare loop by itself: the same functions over the same records, processor time and wall time."""

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from hub.agents.preparing import prepare_command
from hub.agents.stage import Record
from hub.bench.figures import us_each
from hub.bench.wanted import SO
from hub.decision import KINDS, Known, decide
from hub.domain import civil_date, judge, read
from hub.domain.statements import read as read_statement
from hub.schemas import decode
from hub.topics import command
from hub.trust import ChainCache, Snapshot, check_placing, envelope_sha256, verify_document, verify_statement

__all__ = ["Part", "measure_parts"]

_PASSES = 3
_RECORDS_MAX = 60  # some 2,000 transcripts: a second for each pass


@dataclass(frozen=True, slots=True)
class Part:
    """Microseconds a transcript: processor time of this process, and wall time; medians over some passes."""

    cpu_us: float
    wall_us: float


def measure_parts(records: Sequence[Record], snapshot: Snapshot, cache: ChainCache) -> dict[str, Part]:
    """Measure decode, hashes, signatures, typed decode, rules, the command itself, and all of it together."""
    chosen = records[:_RECORDS_MAX]
    messages = [(r, decode(r.value, command(SO).messages)) for r in chosen]
    rows = [(record, row) for record, message in messages for row in message.value["documents"]]
    typed = [(record, row, read(row["document"]).transcript) for record, row in rows]
    count = len(rows)
    parts: dict[str, Callable[[], object]] = {
        "envelope_decode": lambda: _each(lambda r: decode(r.value, command(SO).messages), chosen),
        "hashes": lambda: _each(_hashes, rows),
        "typed_decode": lambda: _each(lambda row: read(row[1]["document"]), rows),
        "signatures": lambda: _each(lambda item: _signatures(item, snapshot, cache), typed),
        "rules": lambda: _each(lambda item: _rules(item, snapshot), typed),
        "command": lambda: _each(lambda item: _command(item, snapshot, cache), messages),
        "prepare": lambda: _each(lambda r: prepare_command(r, command(SO), snapshot, cache), chosen),
    }
    prepared = [prepare_command(record, command(SO), snapshot, cache) for record in chosen]
    parts["decide"] = lambda: _each(lambda p: decide(p, Known(), SO), prepared)
    return _measured(parts, count)


def _measured(parts: Mapping[str, Callable[[], object]], count: int) -> dict[str, Part]:
    """Let the parts take turns, so that what else the machine does meets all of them alike."""
    cpu: dict[str, list[float]] = {name: [] for name in parts}
    wall: dict[str, list[float]] = {name: [] for name in parts}
    for turn in range(_PASSES + 1):
        for name, work in parts.items():
            started, began = time.process_time(), time.perf_counter()
            work()
            if turn:  # the first one fills the caches
                cpu[name].append(time.process_time() - started)
                wall[name].append(time.perf_counter() - began)
    return {name: Part(us_each(median(cpu[name]), count), us_each(median(wall[name]), count)) for name in parts}


def _each(work: Callable[[Any], object], items: Iterable[Any]) -> None:
    for item in items:
        work(item)


def _hashes(item: tuple[Record, Mapping[str, Any]]) -> None:
    _, row = item
    hashlib.sha256(row["document"]).digest()
    envelope_sha256(row["signatures"])


def _signatures(item: tuple[Record, Mapping[str, Any], Any], snapshot: Snapshot, cache: ChainCache) -> None:
    record, row, transcript = item
    verify_document(
        row["document"], row["signatures"], school=transcript.school.code, school_year=transcript.school_year,
        period=transcript.period, snapshot=snapshot, proven_at=record.at, cache=cache,
    )  # fmt: skip


def _rules(item: tuple[Record, Mapping[str, Any], Any], snapshot: Snapshot) -> None:
    record, _, transcript = item
    check_placing(transcript, snapshot, record.at)
    judge(transcript, civil_date(record.at), snapshot.severities(record.at))


def _command(item: tuple[Record, Any], snapshot: Snapshot, cache: ChainCache) -> None:
    record, message = item
    value, kind = message.value, KINDS[message.name]
    statement = read_statement(value["statement"], kind.statement)
    verify_statement(
        value["statement"], value["signature"], typ=statement.type, scope=statement.scope, roles=kind.roles,
        snapshot=snapshot, proven_at=record.at, cache=cache,
    )  # fmt: skip
