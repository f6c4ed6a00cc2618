"""What steps log is kept, not printed: a traceback with every local takes seconds to draw."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def _logs_are_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command that sets up the logging of its process must not do so in the one that runs the tests."""
    monkeypatch.setattr("hub.cli.connector_run.set_up_logs", lambda: None)
    with capture_logs():
        yield
