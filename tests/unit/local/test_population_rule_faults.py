"""Generator and rules agree in both directions: what is right has no finding, what is broken has its code.

The population's tables and arithmetic are written apart from the rules, from the same source; each checks the other.
"""

import json
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import msgspec
import pytest

from hub.catalogue import (
    CATALOGUE,
    Severity,
    form,
    former,
    identity,
    organisation,
    primary,
    school,
    secondary,
    secondary_results,
    text,
)
from hub.domain import examine, refuses, regulation_for
from hub.domain.findings import Finding
from hub.domain.reading import canonical
from hub.domain.transcript import Transcript
from hub.local.population import FAULTS, RULE_FAULTS, Population, RuleFault
from hub.local.population.codes import regulation_of

AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
YEARS = tuple(f"{y}-{y + 1}" for y in range(2020, 2026))
TRIED_PER_REGULATION = 10  # documents that each fault is planted into; far more than the shapes that differ
FORMER = ("TT58-2011", "TT30-2014")

# Families of rules that one document alone can break, and those of their codes that it cannot, with the reason.
FAMILIES = (form, former, identity, organisation, primary, school, secondary, secondary_results, text)
_REASONS = {
    "depends on the day of receipt": ("SCHOOL_YEAR_NOT_ENDED",),
    "compares with the register": ("SCHOOL_PROVINCE_DIFFERS", "BASIS_SCHOOL_UNKNOWN", "BASIS_SCHOOL_CLOSED"),
    "component marks stand in sheets, not in a document": ("SEMESTER_MARK_DIFFERS", "SEMESTER_COMMENT_DIFFERS"),
    "a keyword that the schema of today does not use": ("DOCUMENT_SHAPE",),
    "states of a record, a round or a correction": (
        "CORRECTION_CLOSED", "DOCUMENT_HELD", "DOCUMENT_LOCKED", "DOCUMENT_PENDING", "DOCUMENT_RECALLED",
        "DOCUMENT_REFUSED", "DOCUMENT_REPLACED", "DOCUMENT_SUPERSEDED", "ROUND_CLOSING", "ROUND_LOCKED",
        "TRANSITION_NOT_ALLOWED",
    ),
    "names in commands": ("COHORT_UNKNOWN", "SO_UNKNOWN"),
    "typed by who looks a record up": ("LOCATOR_CHECK_SYMBOL", "LOCATOR_MALFORMED"),
    "a mistake of the program": ("CLOCK_WITHOUT_ZONE", "LIFECYCLE_UNKNOWN"),
}  # fmt: skip
NOT_BY_A_RULE = {code: reason for reason, codes in _REASONS.items() for code in codes}


def population_of(year: str) -> Population:
    """Make eight schools of every level in two Sở, one of which changed its code; another seed for each year."""
    seed = int(year[:4])
    return Population(seed, pupil_count=1600, school_count=8, sos=("nghe-an", "dong-thap"), school_year=year, at=AT)


@cache
def documents_of(year: str) -> tuple[Transcript, ...]:
    return tuple(t for s in population_of(year).submissions() for t in s.transcripts)


@cache
def pool() -> tuple[tuple[Transcript, bytes], ...]:
    """Return the documents of all years with their bytes, shuffled the same way on every run."""
    everything = [(t, canonical(t)) for year in YEARS for t in documents_of(year)]
    return tuple(sorted(everything, key=lambda pair: zlib.crc32(pair[1])))


def findings_of(fault: RuleFault, value: dict[str, Any]) -> list[Finding]:
    document = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    return list(examine(document if fault.rewrite is None else fault.rewrite(document), AT.date()).findings)


def faulty(fault: RuleFault) -> Iterator[tuple[Transcript, list[Finding]]]:
    """Plant the fault into the first documents of each of its circulars that it fits."""
    tried: Counter[str] = Counter()
    for transcript, document in pool():
        regulation = transcript.regulation
        if regulation not in fault.regulations or tried[regulation] == TRIED_PER_REGULATION:
            continue
        value = msgspec.json.decode(document)
        if fault.plant(value):
            tried[regulation] += 1
            yield transcript, findings_of(fault, value)


@pytest.mark.parametrize("year", YEARS)
def test_correct_documents_of_every_year_have_no_findings(year: str) -> None:
    """Every grade, under the circular of its year, this year's and last year's documents: nothing to say."""
    found: Counter[str] = Counter()
    for transcript in documents_of(year):
        found.update(f"{f.code} {f.path} {f.value}" for f in examine(canonical(transcript), AT.date()).findings)
    assert not found
    assert {t.grade for t in documents_of(year)} == set(range(1, 13))


def test_correct_documents_cover_all_four_circulars_in_every_grade_that_had_them() -> None:
    """From 2020-2021 on each pair of circular and grade occurs that the table of years allows."""
    seen = {(t.regulation, t.grade) for t, _ in pool()}
    assert seen >= {("TT27-2020", g) for g in range(1, 6)} | {("TT22-2021", g) for g in range(6, 13)}
    assert seen >= {("TT30-2014", g) for g in range(1, 6)} | {("TT58-2011", g) for g in range(6, 13)}


@pytest.mark.parametrize("year", ["2019-2020", *YEARS, "2026-2027"])
def test_circular_of_a_year_and_grade_is_read_twice_and_the_same(year: str) -> None:
    """The population's table of years and the hub's were written apart."""
    assert [regulation_of(year, g) for g in range(1, 13)] == [regulation_for(year, g) for g in range(1, 13)]


@pytest.mark.parametrize("fault", RULE_FAULTS, ids=lambda fault: fault.kind)
def test_planted_rule_fault_is_found_with_its_code(fault: RuleFault) -> None:
    """The planted code is there, beside it only the named companions, and it refuses where the table says so."""
    tried = 0
    for transcript, found in faulty(fault):
        codes = {f.code for f in found}
        about = (transcript.regulation, transcript.school_year, transcript.grade, transcript.class_, codes)
        assert fault.code in codes, about
        assert codes <= {fault.code, *fault.companions}, about
        lenient = transcript.regulation in FORMER or transcript.student.disability_exempt is True
        if not lenient:
            assert refuses(found) is fault.refuses, about
        tried += 1
    assert tried


def test_rule_faults_have_names_of_their_own_and_the_severity_of_the_catalogue() -> None:
    """No kind is used twice, also not by the faults of signatures, commands and records."""
    kinds = [f.kind for f in FAULTS] + [f.kind for f in RULE_FAULTS]
    assert len(kinds) == len(set(kinds))
    assert [f.kind for f in RULE_FAULTS if (CATALOGUE[f.code].severity is Severity.REFUSE) is not f.refuses] == []
    assert {code for f in RULE_FAULTS for code in f.companions} <= set(CATALOGUE)


def test_every_code_of_the_rule_families_has_a_fault_or_a_reason() -> None:
    """A new rule comes with a fault that breaks it, or with the reason why a document alone cannot."""
    codes = {entry.code for family in FAMILIES for entry in family.ENTRIES}
    planted = {f.code for f in RULE_FAULTS} | {code for f in FAULTS for code in f.codes}
    assert codes - planted - set(NOT_BY_A_RULE) == set()
    assert set(NOT_BY_A_RULE) & planted == set()
    assert set(NOT_BY_A_RULE) <= codes


def test_no_fault_depends_on_the_day() -> None:
    """Received a year later, the correct documents have no finding either."""
    later = date(2027, 6, 10)
    assert not [t for t, document in pool()[:300] if examine(document, later).findings]
