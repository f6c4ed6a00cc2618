"""`hub connector simulate` as a process that is killed: its reader must not be told anew where it is."""

import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.connectors.checking import printed_file

_PATIENCE_S = 60.0


@pytest.mark.parametrize(
    "name",
    ["hai-phong", *(pytest.param(each, marks=pytest.mark.long) for each in ("khanh-hoa", "nghe-an", "tien-giang"))],
)
def test_a_system_that_was_killed_comes_back_where_it_was(tmp_path: Path, name: str) -> None:
    """Address, login and keys are those of before: a connector that runs finds it again."""
    first = _settings_of_a_start(tmp_path, name)
    second = _settings_of_a_start(tmp_path, name)
    assert second == first


def test_system_of_one_file_is_played(tmp_path: Path) -> None:
    """As for a name: its `connector.toml` names the file."""
    file = tmp_path / "dong-thap.toml"
    file.write_text(printed_file(), encoding="utf-8")
    settings = _settings_of_a_start(tmp_path, str(file), "dong-thap")
    assert (settings["connector"], settings["so"]) == (str(file), "dong-thap")
    assert len(list(Path(settings["folder"]["path"]).glob("gui/*.csv"))) == 1


def _settings_of_a_start(data: Path, connector: str, name: str = "") -> dict[str, Any]:
    """Start the system, kill it when it has told its settings, and return them."""
    told = data / "connectors" / (name or connector) / "connector.toml"
    told.unlink(missing_ok=True)
    command = [sys.executable, "-m", "hub.cli", "connector", "simulate", connector, "--pupils", "30", "--write"]
    with (data / "log").open("ab") as log:
        child = subprocess.Popen([*command, "--data", str(data)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + _PATIENCE_S
        while not told.exists():
            assert child.poll() is None, (data / "log").read_text(encoding="utf-8")
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return tomllib.loads(told.read_text(encoding="utf-8"))
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
