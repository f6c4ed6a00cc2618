"""Codes with dates: what a code means in a school year, on both sides of 1/7/2025."""

from datetime import date

import pytest

from hub.connectors.mapping import TableRow, Tables, table_day
from tests.unit.connectors.mapping.builders import MERGED, TABLES, a_mapper, a_value, lost, mapped, told, transcript_of


@pytest.mark.parametrize(("school_year", "means"), [("2024-2025", "HSTB"), ("2025-2026", "HSXS")])
def test_a_code_means_what_it_meant_in_its_school_year(school_year, means):
    """G1 changed hands with the merger; written back it is G1 again."""
    document = transcript_of(a_value(nam_hoc=school_year, khen_thuong=["G1"]))
    assert document.result.awards == (means,)
    raw, losses = a_mapper().backward(document)
    assert (raw["khen_thuong"], losses) == (["G1"], ())


def test_tables_are_read_before_the_summer_of_their_year():
    """A table that changes on 1/7 does not reach the year that is over."""
    assert table_day("2024-2025") == date(2025, 6, 30)
    row = TableRow("G1", "HSTB", None, MERGED)
    assert (row.in_force(date(2025, 6, 30)), row.in_force(MERGED)) == (True, False)


@pytest.mark.parametrize(
    ("award", "school_year", "code"),
    [("G3", "2025-2026", "MAPPING_CODE_NOT_IN_FORCE"), ("G4", "2024-2025", "MAPPING_CODE_NOT_IN_FORCE"),
     ("G9", "2025-2026", "MAPPING_CODE_UNKNOWN"), ("", "2025-2026", None)],
)  # fmt: skip
def test_a_code_of_no_time_or_another_refuses(award, school_year, code):
    """A wrong meaning would be worse than none; a blank is none."""
    made = mapped(a_value(nam_hoc=school_year, khen_thuong=[award]))
    assert told(made) == (set() if code is None else {(code, "khen_thuong")})
    assert (made.transcript is None) == (code is not None)


def test_an_unknown_code_proposes_the_nearest_one_in_force():
    """The value stands beside the finding and not among its facts."""
    made = mapped(a_value(mon_hoc=[{"ma": "M-TOANN", "muc": "1"}]))
    (found,) = made.findings
    assert (found.code, found.value, found.facts["proposal"]) == ("MAPPING_CODE_UNKNOWN", "M-TOANN", "M-TOAN")
    assert "M-TOANN" not in found.facts.values()


def test_a_code_of_another_spelling_is_a_guess():
    """Case and spaces are repaired and told."""
    made = mapped(a_value(mon_hoc=[{"ma": "m-toan ", "muc": "1"}]))
    assert made.transcript.subjects[0].code == "TOAN"
    assert ("guessed", "mon_hoc[*].ma") in lost(made)


def test_two_codes_of_one_meaning_are_widened():
    """HTT is read as what 1 means and comes back as 1, which is told."""
    made = mapped(a_value(mon_hoc=[{"ma": "M-TOAN", "muc": "HTT"}]))
    assert made.transcript.subjects[0].level == "T"
    assert ("widened", "mon_hoc[*].muc") in lost(made)
    assert a_mapper().backward(made.transcript)[0]["mon_hoc"][0]["muc"] == "1"


@pytest.mark.parametrize(
    ("one", "other"),
    [((None, None), (None, None)), ((None, MERGED), (date(2025, 6, 30), None)), ((MERGED, None), (MERGED, None))],
)
def test_rows_of_one_code_that_overlap_are_no_table(one, other):
    """What such a code means would be open."""
    with pytest.raises(ValueError, match="G1"):
        Tables({"award": (TableRow("G1", "HSTB", *one), TableRow("G1", "HSXS", *other))})


def test_every_row_of_a_sound_table_maps_both_ways_while_it_is_in_force():
    """But for those that widen, which go one way."""
    tables = a_mapper().rules.tables
    for on in (date(2025, 6, 30), MERGED):
        for name in TABLES:
            for row in tables.rows(name, on):
                assert tables.means(name, row.code, on).means == row.means
                assert row.widens or tables.code_of(name, row.means, on) == row.code


def test_a_meaning_without_a_code_is_a_loss_on_the_way_out():
    """An award that the system has no word for; a subject goes as a whole."""
    document = transcript_of(a_value(khen_thuong=["G1", "G2"]))
    award = [row for row in TABLES["award"] if row["code"] != "G2"]
    subject = [row for row in TABLES["subject"] if row["means"] != "TV"]
    raw, losses = a_mapper(tables=TABLES | {"award": award, "subject": subject}).backward(document)
    assert {(loss.kind, loss.path, loss.direction) for loss in losses} == {
        ("dropped", "$.result.awards", "out"), ("dropped", "$.subjects[*]", "out")
    }  # fmt: skip
    assert (raw["khen_thuong"], [row["ma"] for row in raw["mon_hoc"]]) == (["G1"], ["M-TOAN"])
