"""`hub lag` on real servers: OK while a worker works, STALL while it is stuck, STOP when it is gone; true figures."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.client import OrganisationLag, bo_source, lag_of, so_source
from hub.client.lag_report import StageLag
from hub.errors import Unavailable
from hub.kafka import first_undone
from hub.operate import Status
from hub.topics import command
from tests.journey.alone import Alone
from tests.journey.world import World, eventually

SO = "vinh-long"
ALONE = "ben-tre"  # its offsets are those of one test
_WINDOW = timedelta(seconds=3)
_PATIENCE_S = 40.0
_TIMEOUT_S = 60
_SHOWN_CHARACTERS = 6_000


def _a_worker(world: World, so: str) -> Iterator[Alone]:
    made = Alone(world, so, "validate", command(so))
    yield made
    made.stop()
    if made.logs.exists():
        sys.stdout.write(made.logs.read_text(encoding="utf-8")[-_SHOWN_CHARACTERS:])  # seen only when the test failed


@pytest.fixture
def worker(world: World) -> Iterator[Alone]:
    """A worker of validate alone, on a Sở that only this file uses; ended with the test."""
    yield from _a_worker(world, SO)


@pytest.fixture
def fresh_worker(world: World) -> Iterator[Alone]:
    """The same, on a Sở that only one test uses."""
    yield from _a_worker(world, ALONE)


def look(world: World, so: str = SO) -> OrganisationLag:
    (found,) = lag_of(world.hub.bootstrap, [so_source(so, world.hub.so_url(so))], window=_WINDOW)
    return found


def validate(world: World, so: str = SO) -> StageLag:
    return next(stage for stage in look(world, so).stages if stage.stage == "validate")


def until(world: World, so: str, status: Status) -> StageLag:
    """Wait until the stage has a status, and return what was seen then."""
    found = eventually(status, lambda: s if (s := validate(world, so)).status is status else None, _PATIENCE_S)
    assert isinstance(found, StageLag)
    return found


def test_worker_is_ok_then_stuck_then_gone_then_ok(world: World, fresh_worker: Alone) -> None:
    """Its records are counted one by one in each state, and the seconds are the age of the first.

    Stuck behind a lock of its positions it stays a member of its group, however long that lasts.
    """
    worker = fresh_worker
    worker.send(b"one", b"two")
    before = validate(world, ALONE)
    assert (before.status, before.lag_messages, before.members) == (Status.STOP, 2, ())
    worker.start()
    worker.until_position(2)
    up = until(world, ALONE, Status.OK)
    assert (up.lag_messages, up.lag_seconds, len(up.members)) == (0, 0, 1)

    with worker.owner() as connection, connection.transaction():
        connection.execute("SELECT FROM position WHERE stage = 'validate' FOR UPDATE")
        sent_at = time.monotonic()
        worker.send(b"three", b"four", b"five")
        worker.send(b"six", part=3)
        stuck = until(world, ALONE, Status.STALL)
        assert (stuck.lag_messages, len(stuck.members)) == (4, 1)
        assert 3 <= stuck.lag_seconds <= time.monotonic() - sent_at + 1
        behind = {p.part: (p.position, p.end, p.lag_messages, p.status) for p in stuck.partitions if p.lag_messages}
        assert behind == {0: (2, 5, 3, Status.STALL), 3: (0, 1, 1, Status.STALL)}

        os.kill(worker.pid, signal.SIGKILL)
        worker.stop()
        gone = until(world, ALONE, Status.STOP)
        assert (gone.lag_messages, gone.members) == (4, ())
        assert gone.lag_seconds > stuck.lag_seconds

    worker.start()
    worker.until_position(5)
    again = until(world, ALONE, Status.OK)
    assert (again.lag_messages, again.lag_seconds) == (0, 0)


def test_position_beyond_the_log_is_rewind(world: World, worker: Alone) -> None:
    """As after a restored log: whatever comes next would be taken for done already."""
    worker.start()
    eventually("a claim", lambda: worker.position(part=7) is not None, _PATIENCE_S)
    worker.stop()
    with worker.owner() as connection:
        connection.execute("UPDATE position SET next_offset = 9 WHERE stage = 'validate' AND part = 7")
    try:
        stage = validate(world)
        assert stage.status is Status.REWIND
        assert {p.part: p.status for p in stage.partitions if p.status is Status.REWIND} == {7: Status.REWIND}
    finally:
        with worker.owner() as connection:
            connection.execute("UPDATE position SET next_offset = 0 WHERE stage = 'validate' AND part = 7")


_PLANT = """
INSERT INTO outbox (source_topic, source_part, source_offset, n, topic, kind, message_id, value, queued_at)
VALUES ('planted', 0, 0, 0, 'nowhere', 'Receipt', 'planted-1', 'x', now() - interval '90 seconds')
"""


def test_unsent_messages_are_counted_with_their_age(world: World, worker: Alone) -> None:
    """A decided answer that waits for the relay is no lag of the stage, and is told beside it."""
    with worker.owner() as connection:
        connection.execute(_PLANT)
        try:
            told = {w.kind: (w.count, w.oldest_s) for w in look(world).waiting}
        finally:
            connection.execute("UPDATE outbox SET sent_at = now() WHERE source_topic = 'planted'")
    count, oldest_s = told["outbox"]
    assert count == 1
    assert oldest_s is not None
    assert 90 <= oldest_s <= 120
    assert told["parked"] == (0, None)


def test_oldest_record_is_read_from_the_log(world: World, worker: Alone) -> None:
    """From a position on, and nothing where nothing stands; each partition of one question has its own answer."""
    ends = {p.part: p.end for p in validate(world).partitions}
    worker.send(b"first", part=5)
    worker.send(b"second", part=5)
    worker.send(b"other", part=6)
    topic, bootstrap = command(SO).name, world.hub.bootstrap
    asked = {(topic, 5): (ends[5], ends[5] + 2), (topic, 6): (ends[6], ends[6] + 1)}
    found = asyncio.run(first_undone(bootstrap, asked))
    assert {place: undone and undone.offset for place, undone in found.items()} == {
        (topic, 5): ends[5], (topic, 6): ends[6],
    }  # fmt: skip
    later = asyncio.run(first_undone(bootstrap, {(topic, 5): (ends[5] + 1, ends[5] + 2)}))[topic, 5]
    first = found[topic, 5]
    assert first is not None
    assert later is not None
    assert (later.offset, later.at >= first.at) == (ends[5] + 1, True)


def test_absent_cluster_is_said_within_the_time() -> None:
    """No answer, no guess."""
    started = time.monotonic()
    with pytest.raises(Unavailable) as away:
        asyncio.run(first_undone("127.0.0.1:1", {("topic", 0): (0, 1)}, timeout_s=3))
    assert away.value.code == "KAFKA_UNAVAILABLE"
    assert time.monotonic() - started < 10


def hub_lag(world: World, data: Path, *arguments: str, **setting: str) -> tuple[int, list[dict[str, Any]], str]:
    """Run the command as an operator does, against the running servers; return exit code, output, standard error."""
    environment = {
        "HUB_KAFKA_BOOTSTRAP": world.hub.bootstrap,
        "HUB_SO_DATABASE_URL": world.hub.so_url(SO),
        "HUB_BO_DATABASE_URL": world.hub.bo_url,
        "HUB_SO_SLUGS": json.dumps([SO]),
        "HUB_DATA_DIR": str(data),
    }
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli", "lag", "--json", *arguments],
        env={**os.environ, **environment, **setting}, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False,
    )  # fmt: skip
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_command_says_by_its_exit_code_that_a_stage_is_behind(world: World, worker: Alone, tmp_path: Path) -> None:
    """5 while records wait for nobody, with the figures; every stage has its status."""
    already = validate(world).lag_messages
    worker.send(b"waits", b"waits too")
    code, lines, _ = hub_lag(world, tmp_path)
    assert code == 5
    ours = next(line for line in lines if line["owner"] == f"so-{SO}")
    stages = {stage["stage"]: stage for stage in ours["stages"]}
    assert (ours["status"], stages["validate"]["status"], stages["lock"]["status"]) == ("STOP", "STOP", "OK")
    assert stages["validate"]["lag_messages"] == already + 2
    assert {w["kind"] for w in ours["waiting"]} >= {"outbox", "parked"}
    assert {line["owner"] for line in lines} == {f"so-{SO}", "bo"}


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ({"HUB_SO_DATABASE_URL": "postgresql://so@127.0.0.1:1/so"}, "DATABASE_UNAVAILABLE"),
        ({"HUB_KAFKA_BOOTSTRAP": "127.0.0.1:1"}, "BROKER_UNREACHABLE"),
    ],
)
def test_absent_server_is_named(
    world: World, worker: Alone, tmp_path: Path, setting: dict[str, str], code: str
) -> None:
    """Exit code 3, a code with its next step, and no traceback."""
    left, lines, told = hub_lag(world, tmp_path, **setting)
    assert (left, lines) == (3, [])
    assert code in told
    assert "Traceback" not in told
    assert ("so-vinh-long" in told) == (code == "DATABASE_UNAVAILABLE")


def test_bo_is_told_too(world: World) -> None:
    """Its stages read the topics of every Sở."""
    (found,) = lag_of(world.hub.bootstrap, [bo_source(world.hub.slugs, world.hub.bo_url)], window=_WINDOW)
    read = {"register": 3, "ingest": 3, "slips": 3, "steps": 3, "transfers": 1}
    assert {stage.stage: len(stage.partitions) for stage in found.stages} == read
