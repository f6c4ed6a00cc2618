"""Attacks "a transfer has one effect" by kill -9 of every worker at each step of it, on real servers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hub.audit import Report, audit_hub
from hub.kafka.producer import Sending
from hub.local.workers import WorkerSpec
from tests.fault.crashing import Point, dying
from tests.journey.conftest import a_world
from tests.journey.deciding import lock_this
from tests.journey.transferring import Moving, enter_key
from tests.journey.world import World, eventually

OLD, NEW = "ha-noi", "nghe-an"
_CACHE = Path(__file__).parents[2] / ".hub" / "cache"
_PATIENCE_S = 400.0
_POINTS = {  # request and answer; release, sending, signature: each step is met by a death in somebody's worker
    "bo": (
        ("steps", "inside:outbox"), ("transfers", "after_transaction"), ("transfers", "inside:transfer_step"),
        ("transfers", "inside:transfer"), ("transfer_clock", "inside:outbox"), ("transfer_clock", "after_clock"),
        ("transfers", "inside:transfer_document"), ("transfers", "after_transaction"),
    ),
    f"so-{OLD}": (
        ("validate", "inside:inbox"), ("transfers", "inside:transfer_notice"), ("validate", "after_transaction"),
    ),
    f"so-{NEW}": (
        ("validate", "inside:outbox"), ("transfers", "inside:transfer_notice"),
        ("transfers", "inside:transfer_carried"), ("transfers", "after_transaction"),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class _Dying:
    """Workers that die at their points once the gate is open."""

    folder: Path

    @property
    def gate(self) -> Path:
        return self.folder / "gate"

    def points(self, name: str) -> list[Point]:
        """Return where a worker dies, in order."""
        named = _POINTS.get(name, ())
        return [Point(point, stage, number=n, gate=self.gate) for n, (stage, point) in enumerate(named)]

    def made(self, spec: WorkerSpec) -> WorkerSpec:
        """Return the worker as one that dies; it comes back soon, for it was killed on purpose."""
        (self.folder / spec.name).mkdir(exist_ok=True)
        return replace(dying(spec, self.points(spec.name), self.folder / spec.name), backoff_s_max=0.3)

    def missed(self) -> list[str]:
        """Return the points that were never reached."""
        listed = [(name, point) for name in _POINTS for point in self.points(name)]
        return [f"{name} {p.stage} {p.point}" for name, p in listed if not p.marker(self.folder / name).exists()]


def _state(world: World, moving: Moving) -> str:
    found = world.database("bo").execute("SELECT state FROM transfer WHERE transfer_id = %s", (moving.id,)).fetchone()
    return str(found[0]) if found else ""


def _take(world: World, moving: Moving, step: Sending, state: str) -> None:
    """Send a step once and wait for the state to which it leads, through all deaths."""
    world.send(step)
    eventually(state, lambda: _state(world, moving) == state, _PATIENCE_S)


def _count(world: World, owner: str, table: str) -> int:
    row = world.database(owner).execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def _audited(world: World) -> Report:
    urls = {so: world.hub.so_url(so) for so in (OLD, NEW)}
    return audit_hub((OLD, NEW), urls, world.hub.bo_url, world.hub.bootstrap, ())


def _quiet(world: World, owners: Sequence[str]) -> bool:
    return all(_count(world, owner, "outbox WHERE sent_at IS NULL") == 0 for owner in owners)


def test_transfer_has_one_effect_when_every_worker_dies_at_each_step(tmp_path: Path) -> None:
    """Six steps, six decisions, one delivery of one document, the same notices everywhere; the audit is clean."""
    deaths = _Dying(tmp_path)
    with a_world(_CACHE, sos=(OLD, NEW), by_hand=None, made=deaths.made) as world:
        old, new = world.school(OLD), world.school(NEW)
        enter_key(world, new)
        locked = lock_this(world, old, world.leaver(old))
        hashes = [locked.documents[0].sha256]
        moving = Moving(world, locked.transcripts[0], old, new)
        deaths.gate.touch()
        _take(world, moving, moving.ask(), "requested")
        _take(world, moving, moving.consent(), "consented")
        _take(world, moving, moving.accept(), "accepted")
        world.send(moving.release(hashes))
        eventually(f"sent, but {deaths.missed()}", lambda: _state(world, moving) == "sent", _PATIENCE_S)
        _take(world, moving, moving.acknowledge(hashes), "closed")
        eventually(
            "notices at the Sở", lambda: [_count(world, so, "transfer_notice") for so in (OLD, NEW)] == [6, 6], 120
        )
        eventually("the documents", lambda: _count(world, NEW, "transfer_carried") == 1, 120)
        eventually("the outboxes", lambda: _quiet(world, (OLD, NEW, "bo")), 120)
        assert deaths.missed() == []
        tables = ("transfer", "transfer_step", "transfer_notice", "transfer_delivery", "transfer_document")
        assert [_count(world, "bo", table) for table in tables] == [1, 6, 12, 1, 1]
        assert [_count(world, owner, "quarantine") for owner in (OLD, NEW, "bo")] == [0, 0, 0]
        world.hub.stop_workers()
        report = _audited(world)
        assert report.violations == 0, [(c.name, c.examples) for c in report.checks if c.violations]
        assert next(c for c in report.checks if c.name == "transfers").looked_at > 20
