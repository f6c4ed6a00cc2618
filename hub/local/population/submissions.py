"""Bài nộp: the transcripts of one school, split by round as `hub submit` splits a class, one school at a time.

Invariant: what a school hands in depends on the seed and the school alone, so schools can be drawn in any order, and
only one school's documents are ever in memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from hub.domain.statements import RoundName
from hub.domain.transcript import School, Transcript
from hub.local.population import codes
from hub.local.population.chance import stream
from hub.local.population.former_primary import former_primary_transcript
from hub.local.population.former_secondary import former_secondary_transcript
from hub.local.population.officials import Signer, signers_of
from hub.local.population.primary import primary_transcript
from hub.local.population.pupils import Pupil, pupils_of
from hub.local.population.schools import CLASS_SIZE_MAX, SchoolClass, SyntheticSchool
from hub.local.population.secondary import secondary_transcript
from hub.local.population.taken import taken_by_class
from hub.local.population.year import YearOfPupil

__all__ = ["ClassSubmission", "class_command_id", "school_year_before", "submissions_of_school", "transcripts_before"]

_COMPLETED = RoundName(cohort="completed", number=1)
_CLASSES_APART = 5  # so that equal classes of different schools take different subjects
_DRAWN_BY = MappingProxyType(
    {
        "TT27-2020": primary_transcript,
        "TT30-2014": former_primary_transcript,
        "TT22-2021": secondary_transcript,
        "TT58-2011": former_secondary_transcript,
    }
)


@dataclass(frozen=True, slots=True)
class ClassSubmission:
    """Unsigned transcripts of one school for one round; `signers[i]` is the chain that signs `transcripts[i]`.

    `issued_by` signs the command. `command_id` is the same on every run. `history` marks an earlier school year.
    """

    command_id: str
    so: str
    school: str
    school_year: str
    round: RoundName
    transcripts: tuple[Transcript, ...]
    signers: tuple[tuple[Signer, ...], ...]
    issued_by: Signer
    history: bool = False


def school_year_before(school_year: str) -> str:
    """Return "2024-2025" for "2025-2026"."""
    start = int(school_year[:4])
    return f"{start - 1}-{start}"


def class_command_id(school: SyntheticSchool, of: SchoolClass, school_year: str) -> str:
    """Return the command id with which a class of the current year is handed in."""
    return _command_id(school, school_year, _COMPLETED, of.name)


def submissions_of_school(seed: int, school: SyntheticSchool, school_year: str) -> Iterator[ClassSubmission]:
    """Yield last year's class, then this year's classes, then those not completed, then the pupils who left."""
    start = int(school_year[:4])
    history = school.history_class
    if history is not None:
        pupils = pupils_of(seed, school, history, start)
        years = [_year(school, history, p, school_year_before(school_year), years_ago=1) for p in pupils]
        yield _class_submission(seed, school, history, years, history=True)
    late: list[tuple[SchoolClass, YearOfPupil]] = []
    left: list[tuple[SchoolClass, YearOfPupil]] = []
    for of in school.classes:
        years = [_year(school, of, p, school_year) for p in pupils_of(seed, school, of, start)]
        late += [(of, y) for y in years if y.struggling]
        left += [(of, y) for y in years if y.pupil.leaving]
        completed = [y for y in years if not y.struggling and not y.pupil.leaving]
        if completed:
            yield _class_submission(seed, school, of, completed, history=False)
    yield from _others(seed, school, late, "supplementary", size=CLASS_SIZE_MAX)
    yield from _others(seed, school, left, "transfer", size=1)


def transcripts_before(
    seed: int, school: SyntheticSchool, now_at: SyntheticSchool, school_year: str, years_ago: int
) -> list[Transcript]:
    """Return what the first class of `now_at` had at another school so many years ago.

    ValueError where that school does not teach the grade in which they were then.
    """
    of, year = now_at.classes[0], school_year
    if of.grade - years_ago not in school.level.grades:
        raise ValueError(f"{school.code} has no grade {of.grade - years_ago}")
    for _ in range(years_ago):
        year = school_year_before(year)
    pupils = pupils_of(seed, now_at, of, int(school_year[:4]))
    return [_transcript(seed, _year(school, of, pupil, year, years_ago)) for pupil in pupils]


def _class_submission(
    seed: int, school: SyntheticSchool, of: SchoolClass, years: list[YearOfPupil], *, history: bool
) -> ClassSubmission:
    entries = [(of, year) for year in years]
    return _submission(seed, school, entries, _COMPLETED, years[0].class_name, history=history)


def _others(
    seed: int,
    school: SyntheticSchool,
    entries: list[tuple[SchoolClass, YearOfPupil]],
    cohort: Literal["supplementary", "transfer"],
    size: int,
) -> Iterator[ClassSubmission]:
    """Cut the rest of a school into submissions of `size`; a leaving pupil has a transfer round of their own."""
    for part, first in enumerate(range(0, len(entries), size), start=1):
        number = part if cohort == "transfer" else 1
        of_part = entries[first : first + size]
        yield _submission(seed, school, of_part, RoundName(cohort=cohort, number=number), f"p{part}", history=False)


def _submission(
    seed: int,
    school: SyntheticSchool,
    entries: list[tuple[SchoolClass, YearOfPupil]],
    round_name: RoundName,
    part: str,
    *,
    history: bool,
) -> ClassSubmission:
    school_year = entries[0][1].school_year
    chains = tuple(signers_of(school, of) for of, _ in entries)
    return ClassSubmission(
        command_id=_command_id(school, school_year, round_name, part),
        so=school.so_in(school_year),
        school=school.code,
        school_year=school_year,
        round=round_name,
        transcripts=tuple(_transcript(seed, year) for _, year in entries),
        signers=chains,
        issued_by=chains[0][-2],
        history=history,
    )


def _command_id(school: SyntheticSchool, school_year: str, round_name: RoundName, part: str) -> str:
    return f"{school.code}-{school_year}-{round_name.cohort}-{round_name.number}-{part}"


def _year(school: SyntheticSchool, of: SchoolClass, pupil: Pupil, school_year: str, years_ago: int = 0) -> YearOfPupil:
    grade = of.grade - years_ago
    taken = taken_by_class(school.level, school.number * _CLASSES_APART + of.number)
    return YearOfPupil(
        pupil=pupil,
        school=School(code=school.code, name=school.name, province=school.province(school_year)),
        school_year=school_year,
        regulation=codes.regulation_of(school_year, grade),
        grade=grade,
        class_name=f"{grade}{of.name.lstrip('0123456789')}",
        period="semester_1" if pupil.leaving and not years_ago else "year",
        struggling=pupil.struggling and not years_ago,
        joined_informatics=school.number % 2 == 1,
        choices=taken.choices,
        study_topics=taken.study_topics,
        elective=taken.elective,
    )


def _transcript(seed: int, year: YearOfPupil) -> Transcript:
    rng = stream(seed, "year", year.pupil.student.student_code, year.school_year)
    return _DRAWN_BY[year.regulation](rng, year)
