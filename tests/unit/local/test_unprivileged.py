"""Where PostgreSQL may live when the hub runs as root."""

import os
from pathlib import Path

import pytest

from hub.errors import Unavailable
from hub.local import unprivileged
from hub.local.unprivileged import can_walk_to, run_folder

STRANGER = (os.geteuid() + 54_321, os.getegid() + 54_321)


@pytest.fixture
def open_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder that the tests may see as the system's."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    return tmp_path


def test_walk_ends_at_a_private_folder(tmp_path: Path) -> None:
    """A private home on the way is seen, also when the data folder itself does not exist yet."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    assert not can_walk_to(private / "data" / "postgres", STRANGER)
    assert can_walk_to(private / "data", None)
    assert can_walk_to(Path("/"), STRANGER)


def test_walk_changes_no_permissions(tmp_path: Path) -> None:
    """Finding out is only looking."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    can_walk_to(private, STRANGER)
    assert private.stat().st_mode & 0o777 == 0o700


def test_run_folder_is_the_same_until_the_home_is_emptied(open_folder: Path) -> None:
    """A second start finds its data; an emptied data folder never meets the database of before."""
    home = open_folder / "home"
    home.mkdir()
    first = run_folder(home)
    assert run_folder(home) == first
    (home / "run-folder").unlink()
    assert run_folder(home) != first
    assert not first.exists()


def test_run_folder_of_another_user_is_refused(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who made the folder first must not own our database."""
    home = open_folder / "home"
    home.mkdir()
    run_folder(home)
    monkeypatch.setattr(unprivileged, "_is_ours", lambda _: False)
    with pytest.raises(Unavailable) as refused:
        run_folder(home)
    assert refused.value.code == "DATA_FOLDER_FOREIGN"
