"""What cannot be fetched skips a test only where no network is there; everything else that goes wrong fails it."""

import sys
from pathlib import Path

import pytest

from tests.journey import installing
from tests.journey.installing import Absent


def _that_says(said: str, code: int) -> list[str]:
    return [sys.executable, "-c", f"import sys; print({said!r}); sys.exit({code})"]


@pytest.mark.parametrize("said", ["npm error code EAI_AGAIN", "Failed to establish a new connection: [Errno 111]"])
def test_installer_without_network_is_absent(said: str) -> None:
    """As npm and pip say it."""
    with pytest.raises(Absent, match="no network"):
        installing._install("a client", _that_says(said, 1))


def test_installer_that_fails_otherwise_is_no_excuse() -> None:
    """A package that does not match its digest is not a machine without network."""
    with pytest.raises(AssertionError, match="DO NOT MATCH"):
        installing._install("a client", _that_says("THESE PACKAGES DO NOT MATCH THE HASHES", 1))


def test_folder_is_made_again_when_its_lock_file_changed_or_its_making_broke_off(tmp_path: Path) -> None:
    """And not otherwise: nothing is asked of the network twice."""
    folder, lock, found = tmp_path / "made", tmp_path / "lock.txt", []

    def make(*, breaks: bool = False) -> None:
        with installing._making(folder, "python 3.11", lock) as is_there:
            found.append(is_there)
            folder.mkdir(exist_ok=True)
            if breaks:
                raise KeyboardInterrupt

    lock.write_text("a==1", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        make(breaks=True)
    make()
    make()
    lock.write_text("a==2", encoding="utf-8")
    make()
    make()
    assert found == [False, False, True, False, True]
