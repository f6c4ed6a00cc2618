"""Class summaries of the population: every grade comes back, and each planted row is named with its code."""

from collections import defaultdict
from pathlib import Path

import pytest

from hub.catalogue import CATALOGUE
from hub.connectors import Prepared
from hub.connectors.vnedu_primary import prepare_files
from hub.local.population import SUMMARY_FAULTS, ClassSummaries, Population
from tests.unit.connectors.class_sheets import expressible
from tests.unit.local.test_population_workbooks import AT

YEAR = "2025-2026"


@pytest.fixture(scope="module")
def population() -> Population:
    return Population(11, pupil_count=2000, school_year=YEAR, at=AT)


def _read(made: ClassSummaries) -> Prepared:
    return prepare_files(made.summary, made.pupils, school=made.transcripts[0].school, school_year=YEAR)


def test_class_summaries_without_faults_come_back_in_every_grade(population: Population, tmp_path: Path) -> None:
    """A whole school in one workbook: what the shape can say is exactly what was written."""
    made = population.class_summaries(tmp_path, population.schools()[0], faults=())
    prepared = _read(made)
    assert {transcript.grade for transcript in made.transcripts} == {1, 2, 3, 4, 5}
    assert [row.transcript for row in prepared.documents] == [expressible(t) for t in made.transcripts]
    assert (prepared.rejected, prepared.findings, prepared.absent) == ((), (), ())


def test_class_summaries_plant_every_fault(population: Population, tmp_path: Path) -> None:
    """The connector names each planted row with its code, and no other row."""
    assert {fault.code for fault in SUMMARY_FAULTS} <= set(CATALOGUE)
    made = population.class_summaries(tmp_path, population.schools()[0])
    assert [planted.kind for planted in made.planted] == [fault.kind for fault in SUMMARY_FAULTS]
    prepared = _read(made)
    codes = defaultdict(set)
    for row in (*prepared.documents, *prepared.rejected):
        codes[row.sheet, row.row] |= {found.code for found in row.findings}
    good = {(row.sheet, row.row) for row in prepared.documents}
    for planted in made.planted:
        assert planted.code in codes[planted.sheet, planted.row], planted.kind
        assert ((planted.sheet, planted.row) in good) is not planted.refuses, planted.kind
    assert {place for place, found in codes.items() if found} == {(p.sheet, p.row) for p in made.planted}
