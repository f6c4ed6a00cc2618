"""Attacks "one sender at a time": two workers of one Sở fight for the lock of the relay."""

import asyncio
import os
import signal
import time
import zlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from hub.kafka.reader import read_topic
from hub.local.workers import WorkerSpec
from hub.topics import Topic, lock_command, locked, receipt
from tests.fault.blows import postgres_of
from tests.fault.crashing import Point, dying
from tests.fault.fresh import administrator
from tests.fault.lengths import LONG, only_long
from tests.fault.result import Result
from tests.fault.rig import SMALL, SO, SO_WORKER, Case, Rig, Run, specs

Held = Callable[[Result], None]
_BLOWS = 12 if LONG else 5
_LONGER_THAN_SESSION_S = 8.0
_PACE_S = 0.2
_LEADERS = (
    b"SELECT a.pid, a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    b"WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = %s AND a.datname = 'so_ha_noi'"
)
_QUEUED = "SELECT topic, convert_from(key, 'UTF8'), message_id FROM outbox WHERE reference IS NULL ORDER BY id"


@only_long
def test_one_relay_follows_another_when_the_leader_loses_its_session(rig: Rig, held: Held) -> None:
    """pg_terminate_backend of the session that holds the lock, again and again, with a rival that waits for it."""

    def fault(run: Run) -> None:
        led: list[str] = []
        for n in range(_BLOWS):
            run.until_share("relay", 0.12 + 0.55 * n / _BLOWS)
            run.until("a leader", partial(_leaders, run))
            hit = run.strike("session of the relay ended", "relay", lambda: led.append(_end_session(run)))
            run.recovered(hit)
        if len(set(led)) < 2:
            run.problem("there was no fight: one worker led all the time")
        run.result.hits[0].what += f" (led by {', '.join(name.removeprefix('so-') for name in led)})"
        _sent_in_order(run)

    workers = (*(_named(spec) for spec in specs(so=2, bo=0)), *specs(so=0))
    case = Case("two relays, sessions ended", "one sender, in order", SMALL, workers, batch=1, pace_s=_PACE_S)
    held(rig.run(case, 61, fault))


@pytest.mark.parametrize("point", ["before_produce", pytest.param("after_produce", marks=only_long)])
def test_heir_alone_sends_when_the_leader_froze_with_messages_in_its_hands(
    rig: Rig, held: Held, tmp_path: Path, point: str
) -> None:
    """While the frozen one keeps its session nobody sends; when it has lost it, an heir does; then it wakes up.

    What it held is sent again, under the same ids and behind its first time, and it leads no more.
    """
    frozen_at = Point(point, "relay", n=10, signal="SIGSTOP")
    first, rival = (_named(spec) for spec in specs(so=2, bo=0))

    def fault(run: Run) -> None:
        run.until("the first to lead", lambda: _leaders(run) == [SO_WORKER])
        run.hub.start_workers([rival], run.logs)
        run.until("the leader to freeze", frozen_at.marker(tmp_path).exists)
        time.sleep(0.5)  # whatever was under way
        decided, sent = run.eyes.done("validate"), run.eyes.done("relay")
        hit = run.strike(f"leader frozen {point}", "relay", lambda: None)
        hit.named = True
        run.until("the rival to decide", lambda: run.eyes.done("validate") > decided)
        time.sleep(_LONGER_THAN_SESSION_S / 4)
        if (later := run.eyes.done("relay")) != sent or _leaders(run) != [SO_WORKER]:
            run.problem(f"somebody sends beside the frozen leader: {sent} -> {later}, led by {_leaders(run)}")
        _end_session(run)
        again = time.monotonic()
        run.until("the rival to lead", lambda: _leaders(run) == [rival.name])
        run.recovered(hit, since=again)
        os.kill(run.pid(SO_WORKER), signal.SIGCONT)
        repeated = _sent_in_order(run)
        hit.what += f", {repeated} messages repeated"
        if not repeated:
            run.problem("the frozen leader held nothing: nothing was sent twice")

    workers = (dying(first, [frozen_at], tmp_path), *specs(so=0))
    case = Case(f"two relays, frozen {point}", "one sender, in order", SMALL, workers, batch=1, pace_s=_PACE_S)
    held(rig.run(case, 62, fault))


def _named(spec: WorkerSpec) -> WorkerSpec:
    """Return the worker as one whose sessions carry its name."""
    return replace(spec, environment={**spec.environment, "PGAPPNAME": spec.name})


def _leaders(run: Run) -> list[str]:
    """Return who holds the relay's lock of Sở's database now."""
    with administrator(postgres_of(run)) as connection:
        return [str(name) for _, name in connection.execute(_LEADERS, (zlib.crc32(b"relay"),)).fetchall()]


def _end_session(run: Run) -> str:
    """End the session that holds the lock, as an administrator does; return whose it was."""
    with administrator(postgres_of(run)) as connection:
        ((pid, name),) = connection.execute(_LEADERS, (zlib.crc32(b"relay"),)).fetchall()
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    return str(name)


def _sent_in_order(run: Run) -> int:
    """Wait for the end; require that each school's messages first came in the order of their decisions, and repeats
    are repeats. Return how many records were repeats.
    """
    run.over.wait(run.case.patience_s)
    run.until("silence", run.eyes.is_quiet)
    queued = defaultdict(list)
    for topic, key, message_id in run.eyes.rows("so", _QUEUED):
        queued[topic, key].append(message_id)
    repeated = 0
    for topic in (lock_command(SO), receipt(SO), locked(SO)):
        found, first = asyncio.run(_first_times(run, topic))
        repeated += found - sum(len(ids) for ids in first.values())
        for key, ids in first.items():
            known = queued[topic.name, key]
            if [i for i in ids if i in set(known)] != known:
                run.problem(f"{topic.name}: the messages of {key} came in another order, or not at all")
    return repeated


async def _first_times(run: Run, topic: Topic) -> tuple[int, dict[str, list[str]]]:
    """Return how many records stand in a topic, and of each key its message ids as they first came."""
    values: dict[tuple[str, str], bytes | None] = {}
    order: dict[str, list[str]] = defaultdict(list)
    count = 0
    async for record in read_topic(run.hub.bootstrap, topic.name, topic.partitions):
        key, message_id = (record.key or b"").decode(), (dict(record.headers)["ce_id"] or b"").decode()
        if (key, message_id) not in values:
            order[key].append(message_id)
        if values.setdefault((key, message_id), record.value) != record.value:
            run.problem(f"{topic.name}: {message_id} was sent again with other bytes")
        count += 1
    return count, order
