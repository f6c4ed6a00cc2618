"""Ports of the embedded servers."""

import socket
from pathlib import Path

from hub.local.ports import is_free, port_of


def test_port_is_the_same_on_the_next_start(tmp_path: Path) -> None:
    """Clients of a server that was restarted find it where it was."""
    first = port_of(tmp_path / "port")
    assert port_of(tmp_path / "port") == first


def test_port_is_another_when_the_remembered_one_is_taken(tmp_path: Path) -> None:
    """A stranger on our port is avoided, not fought."""
    first = port_of(tmp_path / "port")
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", first))
        stranger.listen(1)
        assert not is_free(first)
        assert port_of(tmp_path / "port") != first


def test_port_lies_outside_the_ephemeral_range(tmp_path: Path) -> None:
    """Inside it a client that keeps trying a dead server could take the server's port for itself."""
    assert all(20_000 <= port_of(tmp_path / str(n)) < 30_000 for n in range(20))


def test_port_ignores_a_memory_that_is_no_number(tmp_path: Path) -> None:
    """A damaged file costs a new port, not the start."""
    (tmp_path / "port").write_text("none", encoding="ascii")
    port = port_of(tmp_path / "port")
    assert (tmp_path / "port").read_text(encoding="ascii") == f"{port}\n"
