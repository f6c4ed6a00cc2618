"""What /proc says of processes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from hub.bench.machine import busy, machine, versions
from hub.bench.processes import (
    children_of,
    cpu_s,
    database_in,
    memory_of,
    tree_cpu_s,
    tree_memory_mib,
)

NOBODY = 2**22 + 1  # beyond the highest process number


@pytest.fixture
def child() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        yield process.pid
        assert process.stdin is not None
        process.stdin.close()


def test_processor_time_grows_with_work() -> None:
    """A tenth of a second of it shows."""
    before, until = cpu_s(os.getpid()), time.process_time() + 0.1
    while time.process_time() < until:
        sum(range(1000))
    assert cpu_s(os.getpid()) - before >= 0.05


def test_tree_counts_the_children(child: int) -> None:
    """Own and inherited: a server is more than its first process."""
    assert child in children_of(os.getpid())
    assert tree_cpu_s(os.getpid()) >= cpu_s(os.getpid()) + cpu_s(child)
    assert tree_memory_mib(os.getpid()) > 0


def test_memory_peaks_at_or_above_what_is_there() -> None:
    """The kernel keeps the highest value."""
    found = memory_of(os.getpid())
    assert found is not None
    assert 0 < found.anonymous_mib <= found.rss_mib <= found.peak_mib


def test_processes_that_are_gone_count_nothing() -> None:
    """They neither raise nor invent a figure."""
    assert (cpu_s(NOBODY), memory_of(NOBODY), children_of(NOBODY), tree_cpu_s(NOBODY)) == (0.0, None, [], 0.0)


@pytest.mark.parametrize(
    ("title", "database"),
    [
        ("postgres: so_ha_noi so_ha_noi 127.0.0.1(40012) INSERT", "so_ha_noi"),
        ("postgres: bo bo 127.0.0.1(40013) idle", "bo"),
        ("postgres: walwriter ", "server"),
        ("postgres: io worker 0", "server"),
        ("", "server"),
    ],
)
def test_backend_is_counted_to_its_database(title: str, database: str) -> None:
    """By the title that PostgreSQL gives it; everything else serves all."""
    assert database_in(title) == database


def test_machine_tells_what_a_reader_needs_and_no_name() -> None:
    """Processors, memory, kernel, versions."""
    found = machine()
    assert set(found) == {"processors", "processors_usable", "processor", "memory_mib", "kernel", "python"}
    assert versions()["kafka"].count(".") == 2
    assert "absent" not in versions().values()
    assert busy().since(busy()).busy_s <= 0
