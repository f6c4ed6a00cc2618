"""One PKI for the session, because making keys costs."""

import pytest

from tests.unit.agents.world import Desk, an_agents_world
from tests.unit.trust.trust_world import World


@pytest.fixture(scope="session")
def world() -> World:
    return an_agents_world()


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
