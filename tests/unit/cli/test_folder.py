"""A demonstration empties its data folder, and no other."""

import fcntl
from pathlib import Path

import pytest

from hub.cli.folder import empty_data_folder
from hub.errors import HubError


def test_folder_of_an_earlier_run_is_removed(tmp_path: Path) -> None:
    """What a hub left goes; an absent or empty folder is fine."""
    folder = tmp_path / "data"
    empty_data_folder(folder)
    folder.mkdir()
    empty_data_folder(folder)
    (folder / "hub.lock").write_text("1\n")
    (folder / "journal.jsonl").write_text("{}\n")
    empty_data_folder(folder)
    assert not folder.exists()


def test_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    """A slip of the keyboard must not cost anybody their files."""
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(HubError) as error:
        empty_data_folder(tmp_path)
    assert error.value.code == "DATA_FOLDER_NOT_OURS"
    assert (tmp_path / "thesis.docx").exists()


def test_folder_of_a_running_hub_is_left_alone(tmp_path: Path) -> None:
    """The lock of a running hub is respected."""
    (tmp_path / "hub.lock").write_text("4711\n")
    with (tmp_path / "hub.lock").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(HubError) as error:
            empty_data_folder(tmp_path)
    assert (error.value.code, error.value.facts["pid"]) == ("DATA_FOLDER_IN_USE", "4711")
    assert (tmp_path / "hub.lock").exists()
