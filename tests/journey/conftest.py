"""One real broker and one real database for the whole session, in a folder of their own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.local import Servers


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


def _open(folder: Path) -> Path:
    """Let the database's own user walk in when the tests run as root (temporary folders are private)."""
    folder.chmod(0o711)
    return folder / "data"
