"""A state that is no database any more: a code with its remedy, in the run and in the status, never a traceback."""

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hub.cli import main
from hub.connect import open_store
from hub.errors import Corrupt
from tests.unit.connect.world import SO, World, a_pupil, a_value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The state of a connector that has worked."""
    world = World(tmp_path).start()
    for n in range(40):
        world.system.put(f"k{n}", a_value(a_pupil(n)))
    world.work()
    world.state.close()
    return world.folder / "state.db"


def _drop(path: Path) -> object:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("DROP TABLE answer")


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b"\x17" * 5000), lambda path: path.write_bytes(b""), _drop,
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
    ],
)  # fmt: skip
def test_damaged_state_is_told_with_its_remedy(
    path: Path, harm: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing goes on with it, and nothing heals it but a person; the status goes on with the others."""
    harm(path)
    with pytest.raises(Corrupt) as damaged:
        open_store(path.parent, "tinh", SO)
    assert damaged.value.code == "CONNECTOR_STATE_DAMAGED"
    data = path.parent.parent.parent
    open_store(data / "connectors" / "zz", "zz", SO).close()
    for names, code in (((), 1), (("tinh",), 4)):
        monkeypatch.setattr(sys, "argv", ["hub", "connector", "status", *names, "--data", str(data), "--json"])
        with pytest.raises(SystemExit) as left:
            main()
        shown = capsys.readouterr()
        assert (left.value.code, "CONNECTOR_STATE_DAMAGED" in shown.err) == (code, True)
        found = [json.loads(line) for line in shown.out.splitlines()]
        assert [one["connector"] for one in found] == ([] if names else ["tinh", "zz"])
