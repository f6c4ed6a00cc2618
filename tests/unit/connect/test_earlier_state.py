"""A state of an earlier version goes on: nothing is lost, and nothing is read as damaged."""

import sqlite3
from pathlib import Path

import pytest

from hub.connect import STATE_FILE, open_store
from hub.connect.store import Store
from hub.errors import Corrupt
from tests.unit.connect.world import SO, World, a_pupil, a_value

BEFORE = (Path(__file__).parent / "state_1.sql").read_text("utf-8")


def an_earlier_state(path: Path) -> None:
    """Make a state with a record that waits in a batch, as it was before records could be sealed."""
    path.parent.mkdir(parents=True)
    made = sqlite3.connect(path)
    made.executescript(BEFORE)
    made.execute("INSERT INTO connector (id, name, so) VALUES (1, 'tinh', 'ha-noi')")
    made.execute(
        "INSERT INTO batch VALUES ('b', 'ha-noi', '0101001', '2025-2026', '3A', 'f', 0, 'waiting', '2026-06-01')"
    )
    made.execute(
        "INSERT INTO record (key, version, place, findings, pulled_at, state, batch_id)"
        " VALUES ('k1', '1', 'p', x'5b5d', '2026-06-01T00:00:00Z', 'batched', 'b')"
    )
    made.commit()
    made.close()


def test_state_of_an_earlier_version_is_opened_with_all_that_it_holds(tmp_path: Path) -> None:
    """By the runner, and again; columns are new, rows are not."""
    an_earlier_state(tmp_path / "tinh" / STATE_FILE)
    for _ in range(2):
        store = open_store(tmp_path / "tinh", "tinh", SO)
        assert (store.one("record", n=1)["source_sha256"], store.one("batch", batch_id="b")["sealed"]) == (None, None)
        store.do("set_lag", lag_bytes=7)
        assert store.one("connector")["lag_bytes"] == 7
        store.do("add_source", sha256="00", data=b"x")
        assert store.one("source", sha256="00")["data"] == b"x"
        store.close()


def test_state_of_an_earlier_version_is_opened_for_a_look(tmp_path: Path) -> None:
    """By whoever looks first."""
    an_earlier_state(tmp_path / "tinh" / STATE_FILE)
    store = Store(tmp_path / "tinh" / STATE_FILE)
    assert store.one("record", n=1)["key"] == "k1"
    store.close()


def _without(path: Path, *tables: str) -> None:
    made = sqlite3.connect(path)
    for table in tables:
        made.execute(f"DROP TABLE {table}")
    made.commit()
    made.close()


def test_state_before_transfers_were_taken_is_opened_and_takes_them(tmp_path: Path) -> None:
    """One that lost only some of their tables is damaged."""
    path = tmp_path / "tinh" / STATE_FILE
    open_store(tmp_path / "tinh", "tinh", SO).close()
    _without(path, "transfer", "transfer_position", "transfer_notice", "transfer_box")
    store = open_store(tmp_path / "tinh", "tinh", SO)
    store.do("set_transfer_position", so=SO, school="0101001", next_offset=7)
    assert [tuple(row) for row in store.all("transfer_positions", so=SO)] == [("0101001", 7)]
    store.close()
    _without(path, "transfer_box")
    with pytest.raises(Corrupt, match="CONNECTOR_STATE_DAMAGED"):
        Store(path)


def test_state_that_lost_its_sources_is_damaged(tmp_path: Path) -> None:
    """Of today's version: it is not taken for an earlier one."""
    world = World(tmp_path).seals()
    world.system.put("k1", a_value(a_pupil(1)))
    world.start().work()
    world.state.close()
    path = world.folder / STATE_FILE
    _without(path, "source")
    with pytest.raises(Corrupt, match="CONNECTOR_STATE_DAMAGED"):
        Store(path)
