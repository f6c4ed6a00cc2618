"""`hub bench peers`: the same bytes and checks through two plain consumers, beside the hub's own loop, in one run.

Each consumer reads a topic that is full already, alone on the machine with broker and database; its rate is that of
the commits between a tenth and nine tenths of its work. The hub's side is the stage `validate` with everything that it
does: claims, decisions, signed receipts, outbox, relay.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psycopg import sql

from hub.bench import peer_faust, peer_plain
from hub.bench.dressing import Dressed, dress, register_of
from hub.bench.figures import per_second, us_each
from hub.bench.floor import FloorOrder
from hub.bench.ground import SO_DATABASE, Ground, a_ground, layout_of
from hub.bench.helper import Helper
from hub.bench.peer_rows import Commit
from hub.bench.processes import cpu_s, memory_of, tree_cpu_s
from hub.bench.queries import queries
from hub.bench.report import heading, settings_of
from hub.bench.sending import flood
from hub.bench.stock import Stock, stock_of
from hub.bench.wanted import SO, Wanted
from hub.kafka import create_missing
from hub.kafka.producer import Sending
from hub.store import open_connection
from hub.topics import command

__all__ = ["LACKS", "PeersOrder", "measure_peers", "steady"]

_PATIENCE_S = 600.0
_STEADY_FROM, _STEADY_TO, _COMMITS_LEAST = 0.1, 0.9, 5
_SAMPLE_S = 0.1
Tell = Callable[[str, int], None]
LACKS: Mapping[str, Sequence[str]] = {
    "plain_executemany": (
        "no fence: after a rebalance two owners may store the same batch",
        "offset and rows are committed apart: a crash between them repeats the batch, which the primary key then stops",
        "no decision: no claims of pupils, rounds, versions, repetitions",
        "no receipt, no outbox, nothing for lock and Bộ",
        "a record that does not decode stops it for ever",
        "no gap or foreign topic is ever noticed",
    ),
    "plain_faust": (
        "all of the above",
        "Faust acknowledges a record also when the agent raises: that record is lost",
        "one transaction a record",
    ),
    "hub": ("nothing: validate with claims, decisions, signed receipts, outbox and relay",),
}


@dataclass(frozen=True, slots=True)
class PeersOrder:
    """What all of them read."""

    wanted: Wanted
    cache: Path
    jars: Path
    processes: int = 2


@dataclass
class _Field:
    ground: Ground
    stock: Stock
    register: list[Sending]
    dressed: Dressed


def measure_peers(order: PeersOrder, tell: Tell) -> dict[str, Any]:
    """Run all three and return their figures side by side."""
    stock = stock_of(order.wanted, order.cache, order.processes, tell)
    report = heading("peers") | {
        "wanted": {
            "transcripts": order.wanted.transcripts, "signatures": order.wanted.signatures,
            "algorithm": order.wanted.algorithm,
        },
    }  # fmt: skip
    with a_ground(order.jars, stock.secrets) as ground:
        at = datetime.now(UTC).replace(microsecond=0)
        dressed = dress(stock, at, [order.wanted.transcripts], ground.folder, locks=False)[0]
        field = _Field(ground, stock, register_of(stock, at), dressed)
        sides = {}
        for name, consume in (("plain_executemany", peer_plain.consume), ("plain_faust", peer_faust.consume)):
            sides[name] = _peer(field, name.replace("_", "-"), consume)
            tell(name, order.wanted.transcripts)
        sides["hub"] = _hub(field)
        tell("hub", order.wanted.transcripts)
        report["settings"] = settings_of(ground)
    found = {name: side | {"lacks": list(LACKS[name])} for name, side in sides.items()}
    return report | {"sides": found, "ok": all(side["stored"] == order.wanted.transcripts for side in found.values())}


def steady(commits: Sequence[Commit]) -> tuple[float, float]:
    """Return rate and processor microseconds a transcript between a tenth and nine tenths of the work.

    With fewer than five commits there, from the first commit to the last.
    """
    total, done = sum(count for _, count, _ in commits), 0
    every: list[Commit] = []
    for time_s, count, used_s in sorted(commits):
        done += count
        every.append((time_s, done, used_s))
    middle = [c for c in every if _STEADY_FROM * total <= c[1] <= _STEADY_TO * total]
    chosen = middle if len(middle) >= _COMMITS_LEAST else every
    if len(chosen) < 2:
        return 0.0, 0.0
    first, last = chosen[0], chosen[-1]
    count = last[1] - first[1]
    return per_second(count, last[0] - first[0]), us_each(last[2] - first[2], count)


def _peer(field: _Field, name: str, consume: Callable[..., None]) -> dict[str, Any]:
    ground, database = field.ground, f"peer_{name.replace('-', '_')}"
    url = ground.copy_so_database(database)
    _make_table(ground, database)
    topic = replace(command(SO), name=f"bench.{name}")
    create_missing(ground.bootstrap, [topic])
    _fill(field, topic.name)
    order = FloorOrder(url, url, field.stock.secrets, tuple(field.register), field.dressed.path, 0)
    total = len(field.dressed.documents)
    helper = Helper(name, consume, ground.folder / f"{name}.json", ground.bootstrap, order, topic.name, total)
    try:
        helper.until_ready()
        databases = tree_cpu_s(ground.postgres.pid)
        helper.signals.go.set()
        found = helper.result(_PATIENCE_S)
    finally:
        helper.end()
    rate, own_us = steady([tuple(commit) for commit in found["commits"]])
    return {
        "rps": rate,
        "stored": sum(count for _, count, _ in found["commits"]),
        "cpu_us_each": {
            "worker": own_us,
            "databases": us_each(tree_cpu_s(ground.postgres.pid) - databases, total),
        },
        "peak_mib": found["peak_mib"],
    }


def _make_table(ground: Ground, database: str) -> None:
    """Give a peer the hub's own table, its columns, checks and indexes, without foreign keys and triggers."""
    with ground.administrator(database) as connection:
        connection.execute(queries()["peer_table"])
        connection.execute(sql.SQL("GRANT INSERT ON peer_document TO {}").format(sql.Identifier(SO_DATABASE)))


def _fill(field: _Field, topic: str) -> None:
    producer = Helper(
        "producer", flood, field.ground.folder / "sent.json", field.ground.bootstrap, str(field.dressed.path), topic
    )
    try:
        producer.until_ready()
        producer.signals.go.set()
        producer.result(_PATIENCE_S)
    finally:
        producer.end()


def _hub(field: _Field) -> dict[str, Any]:
    """Fill the command topic behind a worker that waits for its register, and watch its commits by the position."""
    ground, total = field.ground, len(field.dressed.documents)
    ground.send(field.register)
    ground.start(layout_of(1, "together"))
    ground.hub.stop_workers()
    _fill(field, command(SO).name)
    databases = tree_cpu_s(ground.postgres.pid)
    ground.hub.start_workers(layout_of(1, "together")[:1])
    pid = ground.worker_pids()["so-0"]
    with open_connection(ground.so_url) as connection:
        commits = _watched(connection, field.dressed, pid)
        row = connection.execute(queries()["accepted"]).fetchone()
    memory = memory_of(pid)
    ground.hub.stop_workers()
    rate, own_us = steady(commits)
    return {
        "rps": rate,
        "stored": int(row[0]) if row else 0,
        "cpu_us_each": {
            "worker": own_us,
            "databases": us_each(tree_cpu_s(ground.postgres.pid) - databases, total),
        },
        "peak_mib": round(memory.peak_mib, 1) if memory else None,
    }


def _watched(connection: Any, dressed: Dressed, pid: int) -> list[Commit]:
    """Note how the position moves; each message counts as the mean one."""
    each, passed, first = len(dressed.documents) / dressed.submissions, 0, _decided(connection)
    commits: list[Commit] = []
    deadline = time.monotonic() + _PATIENCE_S
    while passed < dressed.submissions and time.monotonic() < deadline:
        now = _decided(connection) - first
        if now > passed:
            commits.append((time.time(), round((now - passed) * each), cpu_s(pid)))
            passed = now
        time.sleep(_SAMPLE_S)
    return commits


def _decided(connection: Any) -> int:
    row = connection.execute(queries()["decided"]).fetchone()
    return int(row[0]) if row else 0
