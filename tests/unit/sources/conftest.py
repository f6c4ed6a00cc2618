"""One played system for the session; its connector is code, so it is loaded once."""

import pytest

from hub.sources import SourceReaders

from .sealed_world import Played


@pytest.fixture(scope="session")
def played(tmp_path_factory):
    return Played(tmp_path_factory.mktemp("sealed"))


@pytest.fixture(scope="session")
def readers(played):
    """Readers whose children are kept over all tests, as they are over all requests."""
    made = SourceReaders(played.limits())
    yield made
    made.close()
