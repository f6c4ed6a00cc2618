"""Which time-stamp authority the workers of an embedded hub are told of."""

import socket
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from hub.local.hub import LocalHub, worker_specs
from hub.local.pki import Pki
from hub.local.servers import Addresses
from hub.local.timestamp_keys import TIMESTAMP_FOLDER, make_timestamp_keys, save_timestamp_keys
from hub.trust import TrustPolicy

SOS = ("ha-noi",)
AT = datetime(2026, 6, 20, tzinfo=UTC)
ELSEWHERE = Addresses("kafka:1", "postgresql://so@x/so", "postgresql://bo@x/bo")
SETTING = "HUB_TIMESTAMP_URL"


def a_hub(folder: Path, url: str | None = None) -> LocalHub:
    return LocalHub(folder / "data", SOS, addresses=ELSEWHERE, secrets=folder / "secrets", timestamp_url=url)


def told(hub: LocalHub) -> str | None:
    return hub._environment(worker_specs(SOS)[0]).get(SETTING)


def test_development_authority_is_started_where_its_keys_are_and_stopped_with_the_hub(tmp_path: Path) -> None:
    """Its address goes to the workers; without its keys nothing is started and nothing told."""
    with a_hub(tmp_path) as without:
        without.start_workers([])
        assert (without.timestamp_authority, told(without)) == (None, None)
    save_timestamp_keys(make_timestamp_keys(AT), tmp_path / "secrets" / TIMESTAMP_FOLDER)
    with a_hub(tmp_path) as hub:
        assert told(hub) is None
        hub.start_workers([])
        authority = hub.timestamp_authority
        assert authority is not None
        assert authority.is_running
        assert (told(hub), authority.url.startswith("http://127.0.0.1:")) == (authority.url, True)
        hub.start_workers([])
        assert hub.timestamp_authority is authority
    assert not authority.is_running


def test_authority_that_was_named_is_the_one(tmp_path: Path) -> None:
    """Then the development one is not started, keys or not."""
    save_timestamp_keys(make_timestamp_keys(AT), tmp_path / "secrets" / TIMESTAMP_FOLDER)
    with a_hub(tmp_path, "https://tsa.example/") as hub:
        hub.start_workers([])
        assert (hub.timestamp_authority, told(hub)) == (None, "https://tsa.example/")


def answers(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) == 0


def test_who_seals_gets_an_authority_for_just_so_long_also_beside_one_that_runs(tmp_path: Path) -> None:
    """Without workers and without a setting too, so that a sheet is stamped; the remembered port is left alone."""
    with a_hub(tmp_path).timestamping() as url:
        assert url is None
    save_timestamp_keys(make_timestamp_keys(AT), tmp_path / "secrets" / TIMESTAMP_FOLDER)
    with a_hub(tmp_path, "https://tsa.example/").timestamping() as url:
        assert url == "https://tsa.example/"
    with a_hub(tmp_path) as running:
        running.start_workers([])
        remembered = tmp_path / "data" / "timestamp-authority.port"
        before = remembered.read_bytes()
        with a_hub(tmp_path).timestamping() as url:
            assert url is not None
            assert url != running.timestamp_url
            assert answers(url)
        assert not answers(url)
        assert remembered.read_bytes() == before


def test_policy_of_the_development_pki_names_the_root_that_it_was_given(tmp_path: Path) -> None:
    """Also after the keys were put away and loaded again; without a root the policy is as it was."""
    pki, root = Pki.create(AT), make_timestamp_keys(AT).root
    assert "timestamp_roots" not in pki.trust_policy_payload()
    pki.timestamp_roots.append(root)
    pki.save(tmp_path)
    (named,) = TrustPolicy.of(Pki.load(tmp_path).trust_policy_payload()).timestamp_roots
    assert named.subject.rfc4514_string().startswith("CN=Development time-stamp root")
