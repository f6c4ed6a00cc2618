"""Jars of Kafka: fetched exactly as locked, checked by SHA-256, kept in a cache folder; offline from the second start.

jgo writes a lock and never obeys it: its own `sync` resolves again. So the lock is read here, every file named in it is
fetched without asking for a POM, and a file whose digest differs is never put on the class path.
`python -m hub.local relock` makes the lock anew from jgo.toml.
"""

import fcntl
import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from jgo.env import EnvironmentSpec, LockFile
from jgo.maven import MavenContext

from hub.errors import Unavailable

__all__ = ["LOCK", "SPEC", "fetch", "relock", "spec_hash"]

SPEC = Path(__file__).with_name("jgo.toml")
LOCK = Path(__file__).with_name("jars.lock.toml")
Locked = Any  # jgo's LockedDependency: groupId, artifactId, version, packaging, classifier, sha256
_THREADS = 8  # 24 were slower
_TIMEOUT_S = 30


def fetch(cache: Path, lock: Path = LOCK) -> tuple[Path, ...]:
    """Return the class path: every jar of `lock`, below `cache`, each with the digest that the lock names.

    Asks the network only for what is missing or damaged. Processes that share a cache wait for each other.
    Raises Unavailable JARS_NOT_FETCHED (try again) and JARS_DIFFER (the source no longer has the locked file).
    """
    locked = LockFile.load(lock).dependencies
    repository = cache / "repository"
    repository.mkdir(parents=True, exist_ok=True)
    with _alone(cache / "repository.lock"):
        missing = [jar for jar in locked if not _is_good(jar, repository)]
        if missing:
            _download(missing, repository)
        bad = [jar for jar in missing if not _is_good(jar, repository)]
    if bad:
        raise Unavailable("JARS_DIFFER", {"jar": _path(bad[0], repository).name})
    return tuple(_path(jar, repository) for jar in locked)


def relock(cache: Path, generated: datetime, spec: Path = SPEC, lock: Path = LOCK) -> int:
    """Resolve the coordinates of `spec` anew and write `lock`; return how many jars it names. Needs the network."""
    context = MavenContext(repo_cache=cache / "repository", timeout=_TIMEOUT_S)
    wanted = EnvironmentSpec.load(spec)
    inputs, others = context.resolver.resolve([context.create_dependency(c) for c in wanted.coordinates])
    made = LockFile.from_resolved_dependencies(inputs + others, environment_name=wanted.name, spec_hash=spec_hash(spec))
    made.generated = generated
    made.save(lock)
    return len(made.dependencies)


def spec_hash(spec: Path = SPEC) -> str:
    """Return what the lock keeps of `spec`: a lock with another value was made from other coordinates."""
    return hashlib.sha256(spec.read_bytes()).hexdigest()[:16]


def _download(jars: Sequence[Locked], repository: Path) -> None:
    for jar in jars:  # a damaged file: jgo takes what is there, whole or not
        _path(jar, repository).unlink(missing_ok=True)
    context = MavenContext(repo_cache=repository, timeout=_TIMEOUT_S)
    pool = ThreadPoolExecutor(_THREADS)
    try:
        for _ in pool.map(lambda jar: _artifact(context, jar), jars):
            pass
    except Exception as error:  # jgo raises RuntimeError and whatever its HTTP client raises
        still = sum(not _path(jar, repository).exists() for jar in jars)
        facts = {"missing": str(still), "reason": type(error).__name__}
        raise Unavailable("JARS_NOT_FETCHED", facts) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _artifact(context: MavenContext, jar: Locked) -> None:
    component = context.project(jar.groupId, jar.artifactId).at_version(jar.version)
    component.artifact(classifier=jar.classifier or "", packaging=jar.packaging or "jar").resolve()


def _path(jar: Locked, repository: Path) -> Path:
    suffix = f"-{jar.classifier}" if jar.classifier else ""
    name = f"{jar.artifactId}-{jar.version}{suffix}.{jar.packaging}"
    return repository.joinpath(*jar.groupId.split("."), jar.artifactId, jar.version, name)


def _is_good(jar: Locked, repository: Path) -> bool:
    path = _path(jar, repository)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == str(jar.sha256)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
