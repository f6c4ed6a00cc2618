"""Bộ's database is put back to before a transfer: the replay says what was said, sends nothing twice, ends alike."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.agents.stage.worker import EXIT_BEHIND
from hub.audit import Report, audit_hub
from hub.kafka.admin import end_offsets, group_members
from hub.kafka.deployment import group_prefix
from hub.local.hub import worker_specs
from hub.recovery import is_replaying, read_back
from hub.signing import COSIGNER, load_keyring
from hub.topics import BO_STAGES, bo_transfer, incoming
from tests.fault.restoring import copied, put_back
from tests.journey.conftest import a_world
from tests.journey.deciding import lock_this
from tests.journey.transferring import Moving, boxes, enter_key
from tests.journey.world import World, eventually

OLD, NEW = "ha-noi", "nghe-an"
TABLES = {
    "transfer": "transfer_id", "transfer_step": "place", "transfer_notice": "transfer_id, so, school, n",
    "transfer_delivery": "transfer_id, delivery", "transfer_document": "transfer_id, delivery, n",
}  # fmt: skip


@dataclass(frozen=True)
class Restored:
    """What stood in the tables and at the ends of the topics, before and after."""

    tables: tuple[dict[str, list[Any]], dict[str, list[Any]]]
    ends: tuple[dict[Any, int], dict[Any, int]]
    recovered: dict[str, int]
    moving: Moving
    refused_to_start: int
    report: Report


@pytest.fixture(scope="module")
def restored(cache: Path) -> Iterator[Restored]:
    """A transfer is gone through to its end; then Bộ's database is that of before, and is recovered."""
    with a_world(cache, sos=(OLD, NEW), by_hand=None) as world:
        yield _restored(world)


def _restored(world: World) -> Restored:
    old, new = world.school(OLD), world.school(NEW)
    enter_key(world, new)
    locked = lock_this(world, old, world.leaver(old))
    hashes = [locked.documents[0].sha256]
    _sent(world)
    before = copied(world, "bo")  # type: ignore[arg-type]  # it asks for the hub alone
    moving = Moving(world, locked.transcripts[0], old, new)
    for step in (moving.ask(), moving.consent(), moving.accept(), moving.release([]), moving.release(hashes)):
        moving.take(step)
    boxes(moving, 1, 1)
    moving.take(moving.acknowledge(hashes))
    _sent(world)
    tables, ends = _tables(world), _ends(world)
    left, found = _recover(world, before)
    urls = {so: world.hub.so_url(so) for so in (OLD, NEW)}
    report = audit_hub((OLD, NEW), urls, world.hub.bo_url, world.hub.bootstrap, [])
    return Restored((tables, _tables(world)), (ends, _ends(world)), found, moving, left, report)


def _recover(world: World, before: Any) -> tuple[int, dict[str, int]]:
    """Put the database back, see the worker refuse to start, read back, and wait for the replay."""
    keeper = world.hub.worker("bo")
    keeper.stop()
    world.hub.workers.remove(keeper)
    groups = [group_prefix("bo") + stage for stage in BO_STAGES]
    eventually("the groups to be empty", lambda: not any(group_members(world.hub.bootstrap, groups).values()))
    world._connections.pop("bo").close()
    put_back(world, "bo", before)  # type: ignore[arg-type]
    (spec,) = (spec for spec in worker_specs((OLD, NEW)) if spec.name == "bo")
    command = [sys.executable, "-m", "hub.cli", "worker", *spec.arguments]
    environment = {**os.environ, **world.hub._environment(spec)}
    left = subprocess.run(command, env=environment, timeout=60, capture_output=True, check=False).returncode
    secret = load_keyring(world.hub.secrets / "bo", COSIGNER).secret
    owner_url = world.hub.servers.bo_urls().owner_url or ""
    found = asyncio.run(read_back("bo", world.hub.slugs, owner_url, world.hub.bootstrap, "tester", "restored", secret))
    world.hub.start_workers([spec])
    eventually("the replay", lambda: not is_replaying(world.database("bo")), 120)
    _sent(world)
    return left, dict(found.recovered)


def _sent(world: World) -> None:
    unsent = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
    eventually("the outbox", lambda: world.database("bo").execute(unsent).fetchone() == (0,))


def _tables(world: World) -> dict[str, list[Any]]:
    rows = {}
    for table, order in TABLES.items():
        query = f"SELECT * FROM {table} ORDER BY {order}"
        rows[table] = world.database("bo").execute(query.encode()).fetchall()
    return rows


def _ends(world: World) -> dict[Any, int]:
    topics = (incoming(OLD), incoming(NEW), bo_transfer())
    return end_offsets(world.hub.bootstrap, [(topic.name, n) for topic in topics for n in range(topic.partitions)])


@pytest.mark.long
def test_worker_behind_its_own_words_does_not_start(restored: Restored) -> None:
    assert restored.refused_to_start == EXIT_BEHIND


@pytest.mark.long
def test_every_step_notice_and_document_is_read_back(restored: Restored) -> None:
    """Six steps of schools and one of Bộ's own; a notice for each, to one school or both; one sealed document."""
    found = restored.recovered
    assert (found["TransferEntry"], found["TransferDocument"]) == (7, 1)
    assert found["TransferNotice"] == len(restored.tables[0]["transfer_notice"])


@pytest.mark.long
def test_replay_gives_the_same_rows_and_sends_nothing_again(restored: Restored) -> None:
    """Down to the bytes of the box, which would come out otherwise if it was sealed anew."""
    before, after = restored.tables
    for table in TABLES:
        assert after[table] == before[table], table
    assert len(before["transfer_step"]) == 7
    assert restored.ends[0] == restored.ends[1]


@pytest.mark.long
def test_audit_finds_nothing_wrong_after_the_replay(restored: Restored) -> None:
    broken = [(check.name, check.examples) for check in restored.report.checks if check.violations]
    assert broken == []
