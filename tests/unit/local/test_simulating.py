"""Populations behind provincial systems: made again from a file, and each system has its own Sở's pupils."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.connectors.simulating import Faults
from hub.errors import Refused
from hub.local.population import Population
from hub.local.simulating import (
    PopulationFile,
    check_playable,
    instance_text,
    played_provinces,
    simulator_of,
    transcripts_of,
)

AT = datetime(2026, 6, 1, tzinfo=UTC)


def a_population() -> Population:
    """Two Sở with two schools each."""
    return Population(
        3, pupil_count=240, at=AT, school_year="2025-2026", school_count=4, sos=("hai-phong", "khanh-hoa")
    )


def test_population_is_the_same_when_made_from_its_file(tmp_path: Path) -> None:
    """A child process has the pupils of its parent."""
    population, path = a_population(), tmp_path / "simulators" / "population.json"
    PopulationFile.of(population).write(path)
    again = PopulationFile.read(path).population()
    assert list(again.submissions()) == list(population.submissions())
    assert again.at == AT


@pytest.mark.parametrize("text", ["", "{}", '{"seed": 1, "x": 2}'])
def test_population_file_is_refused_when_it_says_something_else(tmp_path: Path, text: str) -> None:
    """With the option that named it."""
    path = tmp_path / "population.json"
    path.write_text(text)
    with pytest.raises(Refused, match="OPTION_WRONG"):
        PopulationFile.read(path)


def test_system_has_the_pupils_of_its_own_so() -> None:
    """All of them, the year before included, and nobody else's."""
    population = a_population()
    of_so = {so: list(transcripts_of(population, so)) for so in population.sos}
    codes = {so: {s.code for s in population.schools() if s.so == so} for so in population.sos}
    assert all({t.school.code for t in found} == codes[so] for so, found in of_so.items())
    assert sum(map(len, of_so.values())) == sum(len(s.transcripts) for s in population.submissions())
    assert {t.school_year for t in of_so["hai-phong"]} == {"2024-2025", "2025-2026"}


@pytest.mark.parametrize("name", ["hai-fong", "../sdk", ""])
def test_simulator_is_refused_when_no_connector_has_the_name(tmp_path: Path, name: str) -> None:
    """A path is no name."""
    with pytest.raises(Refused, match="CONNECTOR_UNKNOWN"):
        simulator_of(name, a_population(), "hai-phong", tmp_path, Faults())


def test_simulator_is_refused_when_the_connector_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connector may come without a system to play."""
    monkeypatch.delattr("hub.connectors.hai_phong.simulator")
    with pytest.raises(Refused, match="SIMULATOR_MISSING"):
        simulator_of("hai-phong", a_population(), "hai-phong", tmp_path, Faults())


def test_unknown_connector_is_told_with_the_nearest_name() -> None:
    """A letter too few is no riddle."""
    with pytest.raises(Refused, match="hai-phong"):
        check_playable("hai-phog")


def test_provinces_that_are_played_have_a_connector_of_their_name() -> None:
    """File shapes and Sở without a system of their own are not among them."""
    assert played_provinces() == ("ha-noi", "hai-phong", "khanh-hoa", "nghe-an", "tien-giang")


def test_instance_reads_back_as_it_was_said() -> None:
    """Texts with every letter, numbers, truth values, one table a transport."""
    settings = {
        "settle_s": 0.5,
        "http": {"base_url": "http://127.0.0.1:1/", "client_secret_file": "secret"},
        "ok": True,
    }
    text = instance_text("hai-phong", "hai-phong", settings | {"note": 'Hải "Phòng"\\'})
    assert tomllib.loads(text) == {"connector": "hai-phong", "so": "hai-phong", "note": 'Hải "Phòng"\\'} | settings
