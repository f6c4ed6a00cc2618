"""Fixtures over `trust_world`: one PKI for the session, because making keys costs."""

from dataclasses import replace

import pytest
from trust_nodes import a_node
from trust_world import World, build_world

from hub.trust import ChainCache


@pytest.fixture(scope="session")
def shared_world() -> World:
    return build_world()


@pytest.fixture
def world(shared_world: World) -> World:
    """The shared world with its own cache; a test that revokes builds its own PKI."""
    return replace(shared_world, cache=ChainCache())


@pytest.fixture
def fresh_world() -> World:
    return build_world()


@pytest.fixture(scope="module")
def root():
    return a_node("root", ca=True)


@pytest.fixture(scope="module")
def middle(root):
    return a_node("middle", root, ca=True, path_length=0)


@pytest.fixture(scope="module")
def person(middle):
    return a_node("person", middle)
