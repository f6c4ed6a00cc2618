"""Schools that came under another Sở: their years before stay with the old one, and both know them."""

from datetime import UTC, datetime

import pytest

from hub.local.pki import Pki
from hub.local.population import Population
from hub.local.population.officials import officials_of_so
from hub.local.population.schools import Level
from hub.local.population.submissions import transcripts_before

AT = datetime(2026, 6, 15, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def population() -> Population:
    return Population(
        7, pupil_count=400, at=AT, school_year="2025-2026", school_count=8, sos=("hai-phong", "tien-giang")
    )  # fmt: skip


def test_each_school_year_belongs_to_the_so_of_its_time(population: Population) -> None:
    """Under the province code of its time; the successor takes part though no school was laid out for it."""
    assert population.organisations == ("hai-phong", "tien-giang", "dong-thap")
    found = {
        (s.school_year, s.so, t.school.province)
        for s in population.submissions([s for s in population.schools() if s.so == "tien-giang"])
        for t in s.transcripts
    }  # fmt: skip
    assert found == {("2024-2025", "tien-giang", "82"), ("2025-2026", "dong-thap", "82")}


def test_both_registers_know_the_schools_and_the_people(population: Population) -> None:
    """The old one for what was locked there, the new one from now on; the roster of this year is the new one's."""
    pki = Pki.create(AT)
    entries = list(population.register_entries(pki, population.credentials(pki)))
    schools = {s.code for s in population.schools() if s.so == "tien-giang"}
    for so in ("tien-giang", "dong-thap"):
        own = [entry for entry in entries if entry["so"] == so]
        assert {entry["entry_id"] for entry in own if entry["kind"] == "school"} == schools
        assert {entry["payload"]["so"] for entry in own if entry["kind"] == "school"} == {so}
        assert "system_seal" in {entry["payload"].get("role") for entry in own}
    assert {entry["so"] for entry in entries if entry["kind"] == "roster"} == {"hai-phong", "dong-thap"}
    assert "system_seal" not in {official.role for official in officials_of_so("hai-phong")}


def test_before_the_merger_there_is_one_so() -> None:
    """A population of an earlier year knows nothing of the successor."""
    before = Population(7, pupil_count=80, at=AT, school_year="2024-2025", school_count=4, sos=("tien-giang",))
    assert before.organisations == ("tien-giang",)


def test_older_years_are_drawn_for_the_school_of_the_time(population: Population) -> None:
    """A class of grade 6 was in grade 4 of a primary school two years ago; below its first grade nothing was."""
    schools = {s.level: s for s in population.schools() if s.so == "tien-giang"}
    primary, now_at = schools[Level.PRIMARY], schools[Level.LOWER_SECONDARY]
    drawn = transcripts_before(7, primary, now_at, "2025-2026", 2)
    assert {(t.school.code, t.school_year, t.grade) for t in drawn} == {(primary.code, "2023-2024", 4)}
    with pytest.raises(ValueError, match="no grade 0"):
        transcripts_before(7, primary, now_at, "2025-2026", 6)
