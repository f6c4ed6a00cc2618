"""The jars of Kafka are the locked ones, and no others."""

import hashlib
from pathlib import Path

import pytest
from jgo.env import EnvironmentSpec, LockFile

from hub.errors import Unavailable
from hub.local import jars

DIGEST = hashlib.sha256(b"good").hexdigest()


def _lock(folder: Path, digest: str = DIGEST) -> Path:
    path = folder / "lock.toml"
    path.write_text(
        '[metadata]\njgo_version = "2.0.0"\n\n[[dependencies]]\ngroupId = "vn.hocba"\nartifactId = "none"\n'
        f'version = "1"\npackaging = "jar"\nsha256 = "{digest}"\n',
        encoding="utf-8",
    )
    return path


def _put(cache: Path, content: bytes) -> Path:
    jar = cache / "repository" / "vn" / "hocba" / "none" / "1" / "none-1.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(content)
    return jar


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Downloads are counted and put a tampered file in place; the network is never asked."""
    asked: list[str] = []

    def download(missing: list[jars.Locked], repository: Path) -> None:
        for jar in missing:
            asked.append(jar.artifactId)
            path = repository / "vn" / "hocba" / "none" / "1" / "none-1.jar"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"tampered")

    monkeypatch.setattr(jars, "_download", download)
    return asked


def test_lock_was_made_from_the_coordinates_beside_it() -> None:
    """Changed coordinates without a new lock would start another Kafka than the one declared."""
    assert LockFile.load(jars.LOCK).spec_hash == jars.spec_hash()


def test_lock_names_every_coordinate_with_a_digest() -> None:
    """Nothing reaches the class path without a digest to check."""
    locked = LockFile.load(jars.LOCK).dependencies
    named = {f"{jar.groupId}:{jar.artifactId}:{jar.version}" for jar in locked}
    assert set(EnvironmentSpec.load(jars.SPEC).coordinates) <= named
    assert all(len(jar.sha256) == 64 for jar in locked)


def test_lock_and_coordinates_name_no_host() -> None:
    """Where files are fetched from is the resolver's business, not the repository's."""
    assert all("://" not in path.read_text(encoding="utf-8") for path in (jars.LOCK, jars.SPEC))


def test_fetch_asks_nobody_when_every_jar_is_there(tmp_path: Path, no_network: list[str]) -> None:
    """The second start works offline."""
    jar = _put(tmp_path, b"good")
    assert jars.fetch(tmp_path, _lock(tmp_path)) == (jar,)
    assert no_network == []


def test_fetch_refuses_a_jar_that_differs_from_the_lock(tmp_path: Path, no_network: list[str]) -> None:
    """A damaged jar is fetched again, and one that still differs is never used."""
    _put(tmp_path, b"damaged")
    with pytest.raises(Unavailable) as refused:
        jars.fetch(tmp_path, _lock(tmp_path))
    assert refused.value.code == "JARS_DIFFER"
    assert no_network == ["none"]


def test_fetch_is_unavailable_when_the_source_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing network is the world's fault and carries its own code."""

    def fail(*_: object) -> None:
        raise RuntimeError("no network")

    monkeypatch.setattr(jars, "_artifact", fail)
    with pytest.raises(Unavailable) as failed:
        jars.fetch(tmp_path, _lock(tmp_path))
    assert failed.value.code == "JARS_NOT_FETCHED"
    assert failed.value.facts == {"missing": "1", "reason": "RuntimeError"}
