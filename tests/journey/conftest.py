"""Real servers for the whole session: a bare pair, and a founded hub with its workers, each in a folder of its own."""

import asyncio
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from hub.app import COSIGNER
from hub.errors import Unavailable
from hub.kafka.producer import Sender, Sending
from hub.local import Servers
from hub.local.demo.waiting import until_registered
from hub.local.founding import found_keys, signed_register
from hub.local.hub import LocalHub, worker_specs
from hub.local.population import Population
from hub.local.servers import Addresses
from hub.local.workers import WorkerSpec
from hub.signing import load_keyring
from hub.store import open_connection
from hub.store.bo.portal import PortalDatabase, open_portal
from tests.journey.so_log import SO, SoLog
from tests.journey.typed_transfers import Run, typed_by
from tests.journey.world import CANARY, World

SOS = ("ha-noi", "nghe-an", "khanh-hoa")
_SEED = 70_420_26
_SHOWN_CHARACTERS = 4_000


@pytest.fixture(scope="session")
def cache() -> Path:
    """The folder of jars, shared with every other run of this clone."""
    return Path(__file__).parents[2] / ".hub" / "cache"


@pytest.fixture(scope="session")
def servers(cache: Path) -> Iterator[Servers]:
    """Both servers, started once."""
    with (
        tempfile.TemporaryDirectory(prefix="hub-journey-", ignore_cleanup_errors=True) as folder,
        Servers(_open(Path(folder)), cache) as running,
    ):
        yield running


@pytest.fixture(scope="session")
def world(cache: Path) -> Iterator[World]:
    """A founded hub with a small population and running workers; tests of Bộ write the log of khanh-hoa themselves."""
    with a_world(cache) as made:
        yield made


@contextmanager
def a_world(
    cache: Path, environment: Mapping[str, str] | None = None, sos: Sequence[str] = SOS, by_hand: str | None = SO,
    made: Callable[[WorkerSpec], WorkerSpec] = lambda spec: spec, addresses: Addresses | None = None,
) -> Iterator[World]:  # fmt: skip
    """Found a hub of one's own and run its workers, with this environment beside their own.

    Of the Sở `by_hand` only the register is read: its log belongs to the tests. `made` changes how a worker is run,
    `addresses` names servers that are not to be embedded.
    """
    at = datetime.now(UTC).replace(microsecond=0)
    population = Population(_SEED, pupil_count=180, at=at, school_year="2025-2026", school_count=15, sos=sos)
    with (
        tempfile.TemporaryDirectory(prefix="hub-world-", ignore_cleanup_errors=True) as folder,
        LocalHub(_open(Path(folder)), population.organisations, cache, addresses) as hub,
    ):
        hub.make_stores()
        founded = found_keys(population, hub.secrets)
        register_only = [WorkerSpec(f"so-{by_hand}", ("so", by_hand, "--stages", "register"))] if by_hand else []
        impatient = {"HUB_SEALING_ALARM_S": "2"}  # counts only while a test keeps the time-stamp authority away
        specs = [
            made(replace(spec, environment=impatient | dict(environment or {})))
            for spec in worker_specs([so for so in population.organisations if so != by_hand])
        ]
        hub.start_workers([*specs, *register_only])
        try:
            asyncio.run(_publish(hub, [sending for _, sending in signed_register(population, founded)]))
        except Unavailable as error:
            error.add_note("\n".join(_log_tails(hub)))  # the folder goes with the session; what was said must not
            raise
        world = World(hub, population, founded)
        yield world
        world.close()
        hub.stop_workers()
        spoken = [path.name for path in (hub.data / "logs").iterdir() if CANARY.encode() in path.read_bytes()]
        assert spoken == [], "a worker wrote the name of a pupil into its log"


@pytest.fixture(scope="session")
def session_log(world: World) -> SoLog:
    """The one log of the session."""
    return SoLog(world, SO)


@pytest.fixture
def log(session_log: SoLog) -> Iterator[SoLog]:
    """The log; whatever a test did to Bộ, a good lock is promoted afterwards."""
    yield session_log
    session_log.promoted(session_log.lock())


@pytest.fixture(scope="session")
def hub(world: World) -> LocalHub:
    """The running hub itself."""
    return world.hub


@pytest.fixture(scope="session")
def door(world: World) -> Iterator[PortalDatabase]:
    """The portal's door, by the portal's role."""
    key = load_keyring(world.hub.secrets / "bo", COSIGNER).slip_key
    opened = open_portal(world.hub.portal_database_url or "", key, secrets.token_bytes)
    yield opened
    opened.close()


@pytest.fixture
def run(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Type `hub transfer …` in the session's hub."""
    return typed_by(world, tmp_path, monkeypatch, capsys)


@pytest.fixture
def unlimited(world: World) -> Iterator[psycopg.Connection]:
    """The owner's connection; limits are what they were afterwards, and nothing counted stays in force."""
    with open_connection(world.hub.servers.bo_urls().owner_url or "") as owner:
        before = owner.execute("SELECT count_max, window_s, scope FROM look_limit").fetchall()
        owner.execute("UPDATE look_limit SET count_max = 1000000000")
        yield owner
        for row in before:
            owner.execute("UPDATE look_limit SET count_max = %s, window_s = %s WHERE scope = %s", row)
        owner.execute(
            "UPDATE look_failure SET begun_at = begun_at - interval '1 hour' - random() * interval '1 minute'"
        )  # what comes next starts afresh


def _log_tails(hub: LocalHub) -> Iterator[str]:
    for path in sorted((hub.data / "logs").glob("*.log")):
        yield f"{path.name}: {path.read_text(encoding='utf-8')[-_SHOWN_CHARACTERS:]}"


async def _publish(hub: LocalHub, records: list[Sending]) -> None:
    sender = Sender(hub.bootstrap)
    try:
        await sender.send(records)
    finally:
        await sender.close()
    await until_registered(hub)


def _open(folder: Path) -> Path:
    """Let the database's own user walk in when the tests run as root (temporary folders are private)."""
    folder.chmod(0o711)
    return folder / "data"
