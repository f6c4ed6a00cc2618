"""Real servers, real children, real waits, and so an end for each test: one that stands still says where it stood."""

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from tests.connectors.in_memory import folder_in_memory

TEST_S_MAX = 300
"""No test of this suite takes a third of it on two cores that have nothing else to do."""
LONG = (
    "test_a_good_connector_passes_every_check", "test_a_thousand_records_have_one_effect_each",
    "test_a_reader_passes_the_checks_that_need_its_system",
)  # fmt: skip
"""What waits most, and so begins first: at the end one process would wait alone."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests first; the others stay in their random order."""
    items.sort(key=lambda item: item.name.partition("[")[0] not in LONG)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """As ever, in memory where that can be."""
    memory = folder_in_memory()
    if memory is None:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="hub-connectors-", dir=memory, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def _ends() -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"the test took longer than {TEST_S_MAX} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(TEST_S_MAX)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
