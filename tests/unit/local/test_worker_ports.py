"""Each worker of `hub up` gets a port of /metrics of its own."""

import socket
from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.config import Settings
from hub.errors import Refused, Unavailable
from hub.local.hub import LocalHub, worker_specs
from hub.local.servers import Addresses
from hub.metrics import serve_metrics

SOS = ("ha-noi", "nghe-an")
ELSEWHERE = Addresses("127.0.0.1:1", "postgresql://so_{so}@nowhere/so_{so}", "postgresql://bo@nowhere/bo")


def a_hub(folder: Path, port: int) -> LocalHub:
    return LocalHub(folder, SOS, addresses=ELSEWHERE, metrics_port=port)


def ports_given(hub: LocalHub) -> list[str]:
    """Return the setting that each child gets."""
    return [hub._environment(spec)["HUB_METRICS_PORT"] for spec in worker_specs(SOS)]


def test_ports_are_counted_on_from_the_setting(tmp_path: Path) -> None:
    """One each, and the same one when a worker is started again."""
    hub = a_hub(tmp_path, 9400)
    assert ports_given(hub) == ["9400", "9401", "9402"]
    assert ports_given(hub) == ["9400", "9401", "9402"]
    assert hub.metrics_port("bo") == 9402


def test_children_pick_free_ports_without_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting of the parent's environment is not handed on as it stands: all would want the same port."""
    monkeypatch.setenv("HUB_METRICS_PORT", "9400")
    assert ports_given(a_hub(tmp_path, 0)) == ["0", "0", "0"]


def test_ports_beyond_the_range_are_refused(tmp_path: Path) -> None:
    """The last worker would have none."""
    hub = a_hub(tmp_path, 65_534)
    with pytest.raises(Refused) as refused:
        ports_given(hub)
    assert refused.value.facts == {"setting": "HUB_METRICS_PORT"}


@pytest.mark.parametrize("port", ["-1", "65536", "many"])
def test_setting_that_is_no_port_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    """Before anything starts."""
    monkeypatch.setenv("HUB_METRICS_PORT", port)
    with pytest.raises(ValidationError):
        Settings()


def test_port_that_is_taken_is_said() -> None:
    """Two workers started by hand with one setting: the second says which port and which setting."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable) as stopped:
            serve_metrics(port)
    assert (stopped.value.code, stopped.value.facts["port"]) == ("METRICS_PORT_TAKEN", str(port))
