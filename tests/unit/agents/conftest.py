"""One PKI for the session, because making keys costs."""

import pytest

from hub.agents.preparing import prepare_command
from hub.agents.stage import Record
from tests.unit.agents.world import TOPIC, Desk, an_agents_world, snapshot_of
from tests.unit.trust.trust_world import World


@pytest.fixture(scope="session")
def world() -> World:
    return an_agents_world()


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@pytest.fixture
def prepare(world: World):
    snapshot, cache = snapshot_of(world)
    return lambda record: prepare_command(record, TOPIC, snapshot, cache)


@pytest.fixture(scope="module")
def good(world: World) -> Record:
    desk = Desk(world)
    return desk.submission(desk.document())
