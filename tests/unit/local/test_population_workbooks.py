"""Workbooks of the population: the connector reads back what was written and names each planted row."""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.catalogue import CATALOGUE
from hub.connectors.csdl_c1 import prepare_files
from hub.local.population import ROW_FAULTS, Population

AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def population() -> Population:
    return Population(11, pupil_count=2000, school_year="2025-2026", at=AT)


def test_workbooks_expect_only_codes_of_the_catalogue() -> None:
    """Every expected code has an entry."""
    assert {fault.code for fault in ROW_FAULTS} <= set(CATALOGUE)


def test_workbooks_plant_every_row_fault_where_codes_begin_with_zero(population: Population, tmp_path: Path) -> None:
    """The connector refuses or warns of each planted row with its code, and of no other row."""
    made = population.workbooks(tmp_path, population.schools()[0])
    assert {p.kind for p in made.planted} == {fault.kind for fault in ROW_FAULTS}
    school = made.transcripts[0].school
    prepared = prepare_files(made.results, made.pupils, school=school, school_year="2025-2026")
    codes = defaultdict(set)
    for row in (*prepared.documents, *prepared.rejected):
        codes[row.row] |= {f.code for f in row.findings}
    good = {row.row for row in prepared.documents}
    for planted in made.planted:
        assert planted.code in codes[planted.row], planted.kind
        assert (planted.row in good) is not planted.refuses, planted.kind
    faulty = {p.row for p in made.planted}
    copies = {4 + len(made.transcripts)}
    assert {row for row, found in codes.items() if found} == faulty | copies


def test_workbooks_without_faults_give_every_mark_back(population: Population, tmp_path: Path) -> None:
    """All pupils, levels and scores of a class come back; comments and absences have no column."""
    made = population.workbooks(tmp_path, population.schools()[1], faults=())
    school = made.transcripts[0].school
    prepared = prepare_files(made.results, made.pupils, school=school, school_year="2025-2026")
    assert not prepared.rejected
    read = {row.transcript.student.student_code: row.transcript for row in prepared.documents}
    for written in made.transcripts:
        found = read[written.student.student_code]
        assert found.student == written.student
        assert (found.rating, found.result.completed) == (written.rating, written.result.completed)
        assert [(s.code, s.level, s.score) for s in found.subjects] == [
            (s.code, s.level, s.score) for s in written.subjects
        ]
