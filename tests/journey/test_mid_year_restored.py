"""Bộ's and the new school's Sở are put back to before a transfer in the middle of a year: the replay ends alike."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.audit import Report, audit_hub
from hub.kafka.admin import end_offsets, group_members
from hub.kafka.deployment import group_prefix
from hub.local.hub import worker_specs
from hub.recovery import is_replaying, read_back
from hub.signing import COSIGNER, load_keyring
from hub.topics import BO_STAGES, SO_STAGES, bo_transfer, incoming, receipt
from hub.trust import log_origin
from tests.fault.restoring import copied, put_back
from tests.journey.conftest import a_world
from tests.journey.staying import Stay, a_stay, basis_codes, lock_years
from tests.journey.transferring import enter_key
from tests.journey.world import World, eventually

OLD, NEW = "ha-noi", "nghe-an"
OWNERS = {"bo": "bo", f"so-{NEW}": NEW}  # organisation -> name of its database in a world
pytestmark = pytest.mark.long
QUERIES = {
    "bo": (
        "SELECT kind, command_id, outcome, codes, state FROM transfer_step ORDER BY place",
        "SELECT document_sha256, n, basis_sha256, period, looked FROM document_basis ORDER BY 1, 2",
        "SELECT transfer_id, so, school, n, step_sha256 FROM transfer_notice ORDER BY 1, 2, 3, 4",
    ),
    NEW: (
        "SELECT command_id, kind, outcome, codes FROM inbox ORDER BY school, command_id, message_sha256",
        "SELECT document_sha256, outcome, codes FROM answer ORDER BY message_sha256, n",
        "SELECT document_sha256, state, codes FROM document ORDER BY message_sha256, n",
        "SELECT transfer_id, school, n, step, codes FROM transfer_notice ORDER BY 1, 2, 3",
    ),
}


@dataclass(frozen=True)
class Restored:
    """What stood in the tables and at the ends of the topics, before and after; what was read back."""

    stay: Stay
    tables: tuple[Any, Any]
    ends: tuple[Any, Any]
    recovered: dict[str, dict[str, int]]
    report: Report


@pytest.fixture(scope="module")
def restored(cache: Path) -> Iterator[Restored]:
    """A year that claims another mark than was issued is tried, refused, submitted, locked and flagged."""
    with a_world(cache, sos=(OLD, NEW), by_hand=None) as world:
        yield _restored(world)


def _restored(world: World) -> Restored:
    old, new = world.school(OLD, 1), world.school(NEW, 1)
    stay = a_stay(world, old, new, enter_key(world, new), spoil=True)
    _sent(world)
    before = {owner: copied(world, owner) for owner in OWNERS}  # type: ignore[arg-type]  # it asks for the hub alone
    stay.move()
    stay.tries["delivered"], document = stay.submit()
    lock_years(world, new, [document])
    stay.flagged("BASIS_MARKS_DIFFER")
    eventually("the flag at the Sở", lambda: "TransferFlag" in {row[3] for row in _tables(world)[NEW][3]})
    _sent(world)
    tables, ends = _tables(world), _ends(world)
    found = _recover(world, before)
    urls = {so: world.hub.so_url(so) for so in (OLD, NEW)}
    report = audit_hub((OLD, NEW), urls, world.hub.bo_url, world.hub.bootstrap, [])
    return Restored(stay, (tables, _tables(world)), (ends, _ends(world)), found, report)


def _recover(world: World, before: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Put both databases back, read back what they had sent, and wait for the replays."""
    for owner in OWNERS:
        keeper = world.hub.worker(owner)
        keeper.stop()
        world.hub.workers.remove(keeper)
    groups = [group_prefix(o) + stage for o in OWNERS for stage in (BO_STAGES if o == "bo" else SO_STAGES)]
    eventually("the groups to be empty", lambda: not any(group_members(world.hub.bootstrap, groups).values()))
    found = {}
    for owner, name in OWNERS.items():
        world._connections.pop(name).close()
        put_back(world, owner, before[owner])  # type: ignore[arg-type]
        found[owner] = _read_back(world, owner, name)
    world.hub.start_workers([spec for spec in worker_specs((OLD, NEW)) if spec.name in OWNERS])
    for name in OWNERS.values():
        eventually(f"the replay of {name}", lambda of=name: not is_replaying(world.database(of)), 120)  # type: ignore[misc]
    _sent(world)
    return found


def _read_back(world: World, owner: str, name: str) -> dict[str, int]:
    servers = world.hub.servers
    urls = servers.bo_urls() if owner == "bo" else servers.so_urls(name)
    origin = COSIGNER if owner == "bo" else log_origin(name)
    secret = load_keyring(world.hub.secrets / owner, origin).secret
    registers = world.hub.slugs if owner == "bo" else (name,)
    back = read_back(owner, registers, urls.owner_url or "", world.hub.bootstrap, "tester", "restored", secret)
    return dict(asyncio.run(back).recovered)


def _sent(world: World) -> None:
    unsent = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
    for name in OWNERS.values():
        eventually("the outbox", lambda of=name: world.database(of).execute(unsent).fetchone() == (0,))  # type: ignore[misc]


def _tables(world: World) -> dict[str, list[Any]]:
    return {
        name: [world.database(name).execute(query.encode()).fetchall() for query in queries]
        for name, queries in QUERIES.items()
    }


def _ends(world: World) -> dict[Any, int]:
    topics = (incoming(OLD), incoming(NEW), bo_transfer(), receipt(NEW))
    return end_offsets(world.hub.bootstrap, [(topic.name, n) for topic in topics for n in range(topic.partitions)])


def test_answers_about_the_basis_are_given_again(restored: Restored) -> None:
    """Whatever the Sở reads first, commands or notices: what was refused stays refused, what was taken stays taken."""
    tries = {name: (answer.outcome, basis_codes(answer)) for name, answer in restored.stay.tries.items()}
    assert tries == {
        "before": ("refused", {"BASIS_UNKNOWN"}),
        "on its way": ("refused", {"BASIS_NOT_DELIVERED"}),
        "delivered": ("accepted", set()),
    }
    before, after = restored.tables
    assert after[NEW] == before[NEW]


def test_flag_is_read_back_and_said_once(restored: Restored) -> None:
    """Also where what was compared is forgotten, and compared again."""
    before, after = restored.tables
    assert after["bo"] == before["bo"]
    assert [row[0] for row in after["bo"][0]].count("TransferFlag") == 1
    assert restored.ends[0] == restored.ends[1]
    assert restored.recovered["bo"]["TransferEntry"] >= 6


def test_audit_finds_nothing_wrong_after_the_replay(restored: Restored) -> None:
    broken = [(check.name, check.examples) for check in restored.report.checks if check.violations]
    assert broken == [], broken
