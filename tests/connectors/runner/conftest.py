"""What steps log is kept, not printed: a traceback with every local takes seconds to draw."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def _logs_are_kept() -> Iterator[None]:
    with capture_logs():
        yield
