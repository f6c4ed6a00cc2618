"""Attacks "one effect per record": a connector is killed again and again while 1,000 records go through it.

Each province has a system and a connector of its own: a REST server, workbooks over SFTP, signed batches, signed class
files in lots, a database that is followed, and CSV files that one configuration file describes. People sign what waits,
or a system's seal is given, schools or the Sở lock, the seed chooses the moments (SEED=n others). Afterwards everything
is audited and held beside the system. `make fault-connectors` plays it.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hub.audit import audit_hub
from hub.local.demo.sealed import organisations_of
from hub.local.demo.systems import Province
from tests.connectors.checking import printed_file
from tests.fault.connecting import (
    FromOneFile,
    Killer,
    Scene,
    a_scene,
    know_system,
    play,
    restarting,
    starts_of,
    until,
)
from tests.fault.ledger import ledger_of

_SEED = os.environ.get("SEED", "1")
_SOS = ("ha-noi", "hai-phong", "khanh-hoa")
_PUPILS = 3_000  # a third in each province; last year's records come to them
_GENERIC_SO, _GENERIC_PUPILS = "dong-thap", 1_750  # three of its five schools are primary, as the file wants
_LOTS_SO, _LOTS_PUPILS = "tien-giang", 900
_LOT_FAULTS = ("late-lot", "extra-file", "errors=40")
_DATABASE_SO, _DATABASE_PUPILS = "nghe-an", 900
_DATABASE_FAULTS = ("restarts", "slot-lost", "unlock-requests")
_RECORDS_LEAST = 1_000
_KILLS = 20


@pytest.fixture(scope="module")
def scene(cache: Path) -> Iterator[Scene]:
    """One hub for all provinces; each test plays one of them."""
    with a_scene(cache, _SOS, _PUPILS, 18, 31) as made:
        yield made


@pytest.mark.parametrize("so", _SOS)
def test_each_record_takes_effect_once_when_its_connector_is_killed_at_random(scene: Scene, so: str) -> None:
    """Nothing lost, nothing doubled, and the system holds each answer once."""
    _attack(scene, Province(scene.hub, scene.population, so))


def test_a_province_from_one_file_has_each_effect_once_when_killed_at_random(cache: Path, tmp_path: Path) -> None:
    """The same for the file that docs/connectors.md prints."""
    file = tmp_path / "dong-thap.toml"
    file.write_text(printed_file(), encoding="utf-8")
    with a_scene(cache, (_GENERIC_SO,), _GENERIC_PUPILS, 5, 32) as scene:
        _attack(scene, FromOneFile(scene, _GENERIC_SO, file))


def test_lots_of_two_so_have_each_effect_once_when_killed_at_random(cache: Path) -> None:
    """Signed files sealed for the Sở of their year, through a late lot and a line that breaks."""
    with a_scene(cache, (_LOTS_SO,), _LOTS_PUPILS, 6, 33) as scene:
        province = Province(scene.hub, scene.population, _LOTS_SO, _LOT_FAULTS)
        _attack(scene, province, refused=1)  # the file that no control file names
        assert _grades(scene) == {"derived": province.records()["locked"]}


def test_a_followed_database_has_each_effect_once_when_everything_is_killed_and_its_slot_is_lost(cache: Path) -> None:
    """The connector 20 times, its database three times; the lost slot is told, and people begin reading anew."""
    with a_scene(cache, (_DATABASE_SO,), _DATABASE_PUPILS, 6, 34) as scene:
        province = Province(scene.hub, scene.population, _DATABASE_SO, _DATABASE_FAULTS)
        with restarting(province, "SLOT_LOST") as told:
            _attack(scene, province)
        assert told == ["SLOT_LOST"]
        assert _grades(scene) == {"attested": province.records()["locked"]}


def _attack(scene: Scene, province: Province, refused: int = 0) -> None:
    province.expect_all()
    killer = Killer(province, random.Random(f"{province.so}-{_SEED}"), _KILLS, province.in_system().records)
    province.start_system()
    try:
        until("the system", lambda: province.is_up)
        know_system(scene, province)
        province.start_connector()
        play(scene, province, killer)
    finally:
        province.stop()
    assert killer.hits == _KILLS
    assert starts_of(province) > _KILLS
    _check_hub(scene, province)
    _check_system(province, refused)


def _check_hub(scene: Scene, province: Province) -> None:
    """The oracle finds nothing, and each document that was sent stands once, locked, at Sở and at Bộ."""
    hub, (url, *others) = scene.hub, [scene.hub.so_url(so) for so in organisations_of(scene.population, province.so)]
    journals = [hub.data / "journal.jsonl", *sorted((hub.data / "connectors").glob("*/journal.jsonl"))]
    report = audit_hub(hub.slugs, {so: hub.so_url(so) for so in hub.slugs}, hub.bo_url, hub.bootstrap, journals)
    assert {c.name: c.examples[:2] for c in report.checks if c.violations} == {}
    ledger = ledger_of([province.journal], url, hub.bo_url, *others)
    assert (ledger.lost, ledger.changed) == (0, 0)
    assert ledger.sent == ledger.accepted == ledger.locked == province.records()["locked"]
    assert sum(province.records().values()) >= _RECORDS_LEAST


def _grades(scene: Scene) -> dict[str, int]:
    """Return how many transcripts Bộ has of each grade of evidence."""
    with psycopg.connect(scene.hub.bo_url) as bo:
        return dict(bo.execute("SELECT evidence, count(*) FROM document GROUP BY 1").fetchall())


def _check_system(province: Province, refused: int) -> None:
    """It holds exactly the answers that the connector has written, each once; every record was pulled once.

    `refused` more stand for files that could not be read.
    """
    system = province.in_system()
    ids = Counter(row["id"] for row in system.answers)
    assert set(ids.values()) == {1}
    assert sum(ids.values()) == sum(n for (_, state), n in province.answers().items() if state == "written")
    assert not any(row.get("refused") for row in system.answers), "other bytes under an id that was there"
    assert system.records + refused == sum(province.records().values())
