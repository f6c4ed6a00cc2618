"""The synthetic population: reproducible from its seed, streamed, with the stated shares and identities."""

import re
import sys
import tracemalloc
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from itertools import islice, pairwise
from time import process_time

import pytest

from hub.domain.organisations import DEPARTMENTS, department
from hub.domain.provinces import birth_province, province_at
from hub.domain.reading import canonical
from hub.domain.transcript import Student, Transcript
from hub.errors import Refused
from hub.local.population import PLACES, Level, Population
from hub.local.population.places import ELSEWHERE, OVERFLOW, place_of
from hub.local.population.pupils import FOREIGN_SHARE, LEAVING_SHARE, STRUGGLING_SHARE, YEAR_ONLY_SHARE, pupils_of
from hub.local.population.schools import SchoolClass, SyntheticSchool

AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
EVERY_SO = tuple(PLACES)


def a_population(seed: int = 1, pupil_count: int = 2000, school_count: int = 8, **more: object) -> Population:
    return Population(seed, pupil_count=pupil_count, school_count=school_count, school_year="2025-2026", at=AT, **more)


def documents(population: Population) -> Iterator[Transcript]:
    return (t for submission in population.submissions() for t in submission.transcripts)


def fingerprint(population: Population) -> str:
    digest = sha256()
    for submission in population.submissions():
        digest.update(submission.command_id.encode())
        for transcript in submission.transcripts:
            digest.update(canonical(transcript))
    return digest.hexdigest()


def test_population_repeats_byte_for_byte_from_its_seed() -> None:
    """The same seed gives the same bytes, another seed others."""
    assert fingerprint(a_population(7, 300)) == fingerprint(a_population(7, 300))
    assert fingerprint(a_population(7, 300)) != fingerprint(a_population(8, 300))


def test_population_draws_one_school_alone_as_in_the_whole() -> None:
    """A school's submissions do not depend on which schools were drawn before it."""
    population = a_population()
    school = population.schools()[5]
    whole = [s for s in population.submissions() if s.school == school.code]
    assert list(population.submissions([school])) == whole


def test_population_has_the_pupils_asked_for() -> None:
    """Every pupil of the current year has one document; last year's come on top."""
    for count in (8, 61, 1999):
        current = [s for s in a_population(pupil_count=count).submissions() if not s.history]
        assert sum(len(s.transcripts) for s in current) == count


def test_population_covers_all_grades_and_both_circulars() -> None:
    """Two Sở with eight schools show grades 1 to 12 and all three level groups."""
    population = a_population()
    found = list(documents(population))
    assert {t.grade for t in found} == set(range(1, 13))
    assert {t.regulation for t in found} == {"TT27-2020", "TT22-2021"}
    assert {s.level for s in population.schools()} == set(Level)


def test_population_fills_classes_with_20_to_40_pupils() -> None:
    """Classes keep the size of real ones unless the whole school is smaller."""
    for count in (160, 199, 328, 2000, 7777):
        for school in a_population(pupil_count=count).schools():
            sizes = [c.size for c in school.classes]
            assert sum(sizes) == school.pupil_count
            assert all(20 <= size <= 40 for size in sizes), (count, sizes)


def test_population_marks_schools_as_synthetic_with_unique_codes() -> None:
    """School names say that they are synthetic; codes are unique, short and text."""
    schools = a_population(school_count=60, pupil_count=3000, sos=EVERY_SO).schools()
    assert len({s.code for s in schools}) == 60
    assert all(len(s.code) <= 20 and s.code.isdigit() and "(dữ liệu tổng hợp)" in s.name for s in schools)


def test_population_gives_every_pupil_one_identity_across_years() -> None:
    """Pupils with two years keep number, code, name and birth date; nobody shares a number or a code."""
    people: dict[str, set[Student]] = defaultdict(set)
    years: dict[str, set[str]] = defaultdict(set)
    for t in documents(a_population(pupil_count=3000, school_count=20, sos=EVERY_SO)):
        people[t.student.student_code].add(t.student)
        years[t.student.student_code].add(t.school_year)
    assert all(len(found) == 1 for found in people.values())
    ids = [s.personal_id for (s,) in people.values() if isinstance(s.personal_id, str)]
    passports = [s.passport for (s,) in people.values() if isinstance(s.passport, str)]
    assert len(ids) == len(set(ids))
    assert len(passports) == len(set(passports))
    assert len(ids) + len(passports) == 3000
    assert {2} <= {len(found) for found in years.values()} <= {1, 2}


def test_population_history_is_one_class_lower_in_the_year_before() -> None:
    """The class with history hands in last year's documents before this year's."""
    population = a_population()
    for school in population.schools():
        first = next(iter(population.submissions([school])))
        assert first.history
        assert first.school_year == "2024-2025"
        assert school.history_class is not None
        assert {t.grade for t in first.transcripts} == {school.history_class.grade - 1}
        assert all(t.result.completed for t in first.transcripts)


def test_population_ids_stay_unique_beyond_a_million_pupils() -> None:
    """Pupils whose indexes lie whole millions apart differ in sex or province of birth."""
    school = SyntheticSchool(0, "ha-noi", "01020001", "Trường (dữ liệu tổng hợp)", Level.PRIMARY, ())
    seen: set[str] = set()
    for million in range(2 * (1 + len(OVERFLOW))):
        of = SchoolClass(million, "1A", 1, 40, million * 1_000_000 + 137)
        found = [p.student.personal_id for p in pupils_of(1, school, of, 2025)]
        ids = {number for number in found if isinstance(number, str)}
        assert not ids & seen
        seen |= ids
    assert len(seen) > 500


def test_population_writes_composed_names() -> None:
    """Names are NFC and look like names; both sexes and several ethnicities occur."""
    found = {t.student for t in documents(a_population(sos=EVERY_SO, school_count=24))}
    assert all(unicodedata.is_normalized("NFC", s.name) and 2 <= len(s.name.split()) <= 6 for s in found)
    assert len({s.ethnicity for s in found if isinstance(s.ethnicity, str)}) >= 6
    assert {s.gender for s in found} == {"male", "female"}
    assert len({s.name for s in found}) > len(found) * 0.8


def test_population_keeps_its_stated_shares() -> None:
    """Foreigners, inexact birth dates, pupils who leave or do not complete: within a factor of the stated share."""
    people: Counter[str] = Counter()
    for s in a_population(pupil_count=8000, school_count=40).submissions():
        if s.history:
            continue
        for t in s.transcripts:
            people["foreign"] += isinstance(t.student.passport, str)
            people["year_only"] += re.fullmatch(r"\d{4}", t.student.birth_date) is not None
            people["month_only"] += re.fullmatch(r"\d{4}-\d{2}", t.student.birth_date) is not None
        people[s.round.cohort] += len(s.transcripts)
    stated = {
        "foreign": FOREIGN_SHARE,
        "year_only": YEAR_ONLY_SHARE,
        "month_only": YEAR_ONLY_SHARE,
        "transfer": LEAVING_SHARE,
        "supplementary": STRUGGLING_SHARE,
    }
    for name, share in stated.items():
        assert 0.6 * share < people[name] / 8000 < 1.5 * share, name


def test_population_numbers_rounds_as_schools_do() -> None:
    """Completed and supplementary have number 1; each leaving pupil has a transfer round alone."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for s in a_population(pupil_count=6000).submissions():
        if s.round.cohort == "transfer":
            assert len(s.transcripts) == 1
            numbers[s.school].append(s.round.number)
        else:
            assert s.round.number == 1
    assert numbers
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def test_population_gives_every_command_an_id_of_its_own() -> None:
    """Command ids are unique and fit the statement's pattern."""
    ids = [s.command_id for s in a_population(pupil_count=6000).submissions()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[0-9A-Za-z._-]{8,64}", found) for found in ids)


def test_population_places_agree_with_the_departments() -> None:
    """Slugs, province codes and birth prefixes are those of the register of Sở."""
    for place in PLACES.values():
        known = department(place.slug)
        before, since = (known.province_at(date(y, 9, 5)) for y in (2024, 2025))
        assert before is not None
        assert place.code_before == before.code == place.province_code("2024-2025")
        if since is not None:
            assert place.code_since == since.code == place.province_code("2025-2026")
        assert not {*place.birth_prefixes, *ELSEWHERE} & set(OVERFLOW)


def test_population_streams_without_holding_documents() -> None:
    """Two million pupils cost the layout of their schools; documents are dropped as they are read."""
    population = a_population(pupil_count=2_200_000, school_count=2900, sos=("ha-noi",))
    tracemalloc.start()
    try:
        assert sum(len(s.transcripts) for s in islice(population.submissions(), 15)) > 400
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        for s in islice(population.submissions(population.schools()[1500:]), 15):
            assert s.transcripts
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert before < 60_000_000
    assert peak - before < 12_000_000


def test_population_draws_faster_than_the_hub_reads(capsys: pytest.CaptureFixture[str]) -> None:
    """At least 3,000 unsigned documents a second of processor time: a load test never waits for it."""
    population = a_population(pupil_count=4000, school_count=20)
    started = process_time()
    count = sum(len(s.transcripts) for s in population.submissions())
    rate = count / (process_time() - started)
    with capsys.disabled():
        sys.stdout.write(f" {rate:,.0f} documents/s ")
    assert rate > 3000


@pytest.mark.parametrize(
    "wrong",
    [{"sos": ()}, {"pupil_count": 7}, {"pupil_count": 15_000_000}],
)
def test_population_refuses_what_cannot_be(wrong: dict[str, object]) -> None:
    """No Sở, fewer pupils than schools or more than the identities last are refused at once."""
    with pytest.raises(ValueError):
        a_population(**wrong)  # type: ignore[arg-type]


def test_population_can_be_of_any_department_and_of_no_other() -> None:
    """A province that is not drawn in detail has its own codes and birth prefixes; a name that no Sở has is refused."""
    population = a_population(sos=tuple(one.slug for one in DEPARTMENTS), school_count=63)
    assert {school.so for school in population.schools()} == {one.slug for one in DEPARTMENTS}
    for place in (place_of(one.slug) for one in DEPARTMENTS):
        assert all(birth_province(prefix) for prefix in place.birth_prefixes)
        assert province_at(place.code_before, date(2025, 6, 30))
    with pytest.raises(Refused) as refused:
        a_population(sos=("atlantis",))
    assert refused.value.code == "SO_UNKNOWN"


def test_population_classes_take_consecutive_pupils() -> None:
    """Each pupil index belongs to exactly one class."""
    classes = [c for s in a_population(pupil_count=3001).schools() for c in s.classes]
    assert classes[0].first_pupil == 0
    assert all(one.first_pupil + one.size == two.first_pupil for one, two in pairwise(classes))
