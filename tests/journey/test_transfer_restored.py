"""Bộ's database is put back to before a transfer: the replay says what was said, sends nothing twice, ends alike."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub.agents.stage.worker import EXIT_BEHIND
from hub.audit import Report, audit_hub
from hub.kafka.admin import end_offsets, group_members
from hub.kafka.deployment import group_prefix
from hub.local.hub import worker_specs
from hub.local.population import SyntheticSchool
from hub.local.workers import WorkerSpec
from hub.recovery import is_replaying, read_back
from hub.signing import COSIGNER, load_keyring
from hub.store.bo.portal import Consented, open_portal
from hub.topics import BO_STAGES, bo_transfer, incoming
from hub.web.portal.transfer_rows import wish_fields
from hub.web.portal.transfer_store import NewWish, SchoolPlace
from tests.fault.restoring import copied, put_back
from tests.journey.conftest import a_world
from tests.journey.deciding import lock_this
from tests.journey.families import Family, a_family, now
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
    said: list[tuple[bool, str]]


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
    family = a_family(world)
    keeper = stopped(world)
    _wish(world, family, new)
    before = copied(world, "bo")  # type: ignore[arg-type]  # it asks for the hub alone
    world.hub.start_workers([keeper])
    eventually("the family's request", lambda: _said(world, family) == [(True, "accepted")])
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
    eventually("the wish to be noted", lambda: _said(world, family)[0][0])
    said = _said(world, family)
    return Restored((tables, _tables(world)), (ends, _ends(world)), found, moving, left, report, said)


def stopped(world: World) -> WorkerSpec:
    """Stop Bộ's worker; returns what it is started with."""
    keeper = world.hub.worker("bo")
    keeper.stop()
    world.hub.workers.remove(keeper)
    return keeper._children["bo"].spec


def _wish(world: World, family: Family, new: SyntheticSchool) -> None:
    """Let a family ask at the portal while Bộ's worker stands still."""
    student, old = family.locked.transcripts[0].student, family.locked.school
    request = NewWish(
        "TransferRequest", (), None, "Gia đình chuyển nơi ở", SchoolPlace(new.so, new.code),
        SchoolPlace(old.so, old.code), "2026-2027", 5, date.fromisoformat(str(student.birth_date)),
    )  # fmt: skip
    key = load_keyring(world.hub.secrets / "bo", COSIGNER).slip_key
    door = open_portal(world.hub.portal_database_url or "", key, os.urandom)
    both = [Consented("pupil", "i", "p", now()), Consented("guardian", "i", "g", now())]
    assert door.wish(family.key, wish_fields(request), both, now()) == ""
    door.close()


def _said(world: World, family: Family) -> list[tuple[Any, ...]]:
    """Return of each wish whether it is noted as said, and what became of each step that it made."""
    return world.database("bo").execute(
        "SELECT w.said_at IS NOT NULL, s.outcome FROM transfer_wish w"
        " LEFT JOIN transfer_step s ON s.command_id = 'family-' || w.wish_id WHERE w.pupil = %s", (family.pupil,),
    ).fetchall()  # fmt: skip


def _recover(world: World, before: Any) -> tuple[int, dict[str, int]]:
    """Put the database back, see the worker refuse to start, read back, and wait for the replay."""
    stopped(world)
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
    """Six steps of schools, one of Bộ's own, one of a family; notices to one school or both; one document."""
    found = restored.recovered
    assert (found["TransferEntry"], found["TransferDocument"]) == (8, 1)
    assert found["TransferNotice"] == len(restored.tables[0]["transfer_notice"])


@pytest.mark.long
def test_replay_gives_the_same_rows_and_sends_nothing_again(restored: Restored) -> None:
    """Down to the bytes of the box, which would come out otherwise if it was sealed anew."""
    before, after = restored.tables
    for table in TABLES:
        assert after[table] == before[table], table
    assert len(before["transfer_step"]) == 8
    assert restored.ends[0] == restored.ends[1]


@pytest.mark.long
def test_wish_that_the_copy_has_and_the_log_too_is_not_said_again(restored: Restored) -> None:
    """In the copy nobody had said it; its step came back from the log, and the topics did not grow."""
    assert restored.said == [(True, "accepted")]


@pytest.mark.long
def test_audit_finds_nothing_wrong_after_the_replay(restored: Restored) -> None:
    broken = [(check.name, check.examples) for check in restored.report.checks if check.violations]
    assert broken == []
