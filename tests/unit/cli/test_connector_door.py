"""Where a connector leads to: what the settings name is enough, and a hub beside it is not needed."""

from pathlib import Path

import pytest

from hub.cli.connector_door import open_door, so_urls_of
from hub.config import Settings
from hub.connect import Instance
from hub.errors import Refused, Unavailable

SOS = '["hai-phong", "hai-duong"]'


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """An instance of Hải Phòng, in a data folder without a hub; the settings name two Sở."""
    for name in ("HUB_KAFKA_BOOTSTRAP", "HUB_SO_DATABASE_URL", "HUB_BO_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUB_SO_SLUGS", SOS)
    return Instance("hai-phong", tmp_path / "connectors" / "hai-phong", "hai-phong", {})


@pytest.mark.parametrize(
    ("address", "urls"),
    [
        (None, {"hai-phong": None, "hai-duong": None}),
        ("postgresql://db/so_{so}", {"hai-phong": "postgresql://db/so_hai-phong", "hai-duong": "postgresql://db/so_hai-duong"}),
        ("postgresql://db/so", {"hai-phong": "postgresql://db/so", "hai-duong": None}),
    ],
    ids=["none", "of-each", "of-one"],
)  # fmt: skip
def test_addresses_are_those_of_the_settings(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, address: str | None, urls: dict[str, str | None]
) -> None:
    """An address that stands for one Sở is never taken for another one's."""
    if address is not None:
        monkeypatch.setenv("HUB_SO_DATABASE_URL", address)
    assert so_urls_of(Settings(), instance.so) == urls


def test_door_needs_no_hub_when_the_settings_name_the_broker(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A province is given addresses, not a data folder; nothing is started there."""
    monkeypatch.setenv("HUB_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    with open_door(instance, tmp_path) as door:
        assert (door.serves("hai-phong"), door.serves("ha-noi")) == (True, False)
        assert door.school("hai-phong", "31020001", "2025-2026") is None
    assert list(tmp_path.iterdir()) == []


def test_door_is_refused_when_the_hub_does_not_serve_the_so(
    instance: Instance, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Else every record would be held back, and nobody would know why."""
    monkeypatch.setenv("HUB_KAFKA_BOOTSTRAP", "127.0.0.1:9")
    monkeypatch.setenv("HUB_SO_SLUGS", '["ha-noi"]')
    with pytest.raises(Refused, match="SO_NOT_SERVED"), open_door(instance, tmp_path):
        raise AssertionError


def test_door_is_not_there_when_nothing_is_named_and_no_hub_was_founded(instance: Instance, tmp_path: Path) -> None:
    """The wrong data folder is told as such."""
    with pytest.raises(Unavailable, match="DATA_FOLDER_NOT_FOUNDED"), open_door(instance, tmp_path):
        raise AssertionError
