"""Addresses of the servers, without starting any."""

from pathlib import Path

import pytest

from hub.errors import Unavailable
from hub.local import Addresses, Servers
from hub.local.organisations import Organisations, Passwords

OWN = Addresses(
    kafka_bootstrap="kafka.example:9092",
    so_database_url="postgresql://{so}@db.example/{so}",
    bo_database_url="postgresql://bo@db.example/bo",
    so_owner_url="postgresql://{so}-owner@db.example/{so}",
)


def test_servers_of_your_own_are_used_and_none_is_started(tmp_path: Path) -> None:
    """With all addresses given nothing is started and nothing is written."""
    with Servers(tmp_path / "data", tmp_path / "cache", OWN) as servers:
        assert servers.bootstrap == "kafka.example:9092"
        assert servers.so_urls("ha-noi").worker_url == "postgresql://ha-noi@db.example/ha-noi"
        assert servers.so_urls("nghe-an").owner_url == "postgresql://nghe-an-owner@db.example/nghe-an"
        assert servers.bo_urls().owner_url is None
        assert servers.kafka is None
        assert servers.postgres is None
    assert not (tmp_path / "data").exists()


def test_so_address_without_a_slot_serves_one_so_only(tmp_path: Path) -> None:
    """Two Sở in one database would be two organisations that can open each other's."""
    addresses = Addresses("kafka.example:9092", "postgresql://db.example/so", "postgresql://db.example/bo")
    with Servers(tmp_path, tmp_path, addresses) as servers:
        assert servers.so_urls("ha-noi").worker_url == "postgresql://db.example/so"
        with pytest.raises(Unavailable) as refused:
            servers.so_urls("nghe-an")
    assert refused.value.code == "DATABASE_URL_ONE_SO"


def test_servers_are_unavailable_before_they_are_started(tmp_path: Path) -> None:
    """An address that does not exist yet is not made up."""
    servers = Servers(tmp_path, tmp_path)
    with pytest.raises(Unavailable):
        _ = servers.bootstrap
    with pytest.raises(Unavailable):
        servers.so_urls("ha-noi")


def test_urls_do_not_show_their_passwords() -> None:
    """A log line or a traceback that shows the addresses shows no password."""
    with Servers(Path("unused"), Path("unused"), OWN) as servers:
        assert "example" not in repr(servers.bo_urls())


@pytest.mark.parametrize("owner", ["ha-noi", "so-", "so-Ha", "so_ha", "bo2", "so-a--b", "so-a\n", "postgres"])
def test_organisation_of_another_form_is_refused(tmp_path: Path, owner: str) -> None:
    """Only an owner of topics gets a database; the name becomes part of statements."""
    with pytest.raises(ValueError, match="neither"):
        Organisations(1, Passwords(tmp_path / "passwords.json")).ensure(owner)


def test_passwords_stay_and_are_readable_by_us_alone(tmp_path: Path) -> None:
    """Each role has its own password, the same on the next start, in a file of mode 0600."""
    path = tmp_path / "passwords.json"
    first, second = Passwords(path).of("bo"), Passwords(path).of("so_ha_noi")
    assert first != second
    assert Passwords(path).of("bo") == first
    assert path.stat().st_mode & 0o777 == 0o600
