"""Học sinh: who a pupil is. One index, one identity, in every school year.

Personal ids (số định danh cá nhân, domain: PPP G YY NNNNNN) agree with sex and birth year, and no two pupils share
one: the last six digits are a permutation of the index within each million; the second million takes the other sex
where the first had one; later ones take a province of birth that the first two never have.
"""

import random
from dataclasses import dataclass
from typing import Literal

import msgspec

from hub.domain.transcript import Student
from hub.local.population.chance import stream
from hub.local.population.names import foreign_name, person_name
from hub.local.population.places import ELSEWHERE, OVERFLOW, Place, place_of
from hub.local.population.schools import SchoolClass, SyntheticSchool

__all__ = [
    "DISABLED_SHARE",
    "FOREIGN_SHARE",
    "LEAVING_SHARE",
    "PUPIL_COUNT_MAX",
    "STRUGGLING_SHARE",
    "YEAR_ONLY_SHARE",
    "Pupil",
    "pupils_of",
]

FOREIGN_SHARE = 0.004  # with a passport and without a personal id
YEAR_ONLY_SHARE = 0.004  # birth date known to the year; as many again to the month
MOVED_IN_SHARE = 0.10  # born in another province
OLDER_SHARE = 0.03  # a year older than the class
STRUGGLING_SHARE = 0.02  # does not complete the class in the first round
LEAVING_SHARE = 0.005  # leaves after semester I
DISABLED_SHARE = 0.004  # assessed by a plan of their own (MOET: cokhuyettatkhongdanhgia)
PUPIL_COUNT_MAX = 2_000_000 * (1 + len(OVERFLOW))
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Pupil:
    """One pupil of a class: identity, general ability (standard deviations) and what the current year brings."""

    student: Student
    ability: float
    struggling: bool
    leaving: bool


def pupils_of(seed: int, school: SyntheticSchool, of: SchoolClass, start_year: int) -> tuple[Pupil, ...]:
    """Draw the pupils of one class; `start_year` is the calendar year in which the current school year begins."""
    rng = stream(seed, "pupils", school.code, of.number)
    place = place_of(school.so)
    born = start_year - 5 - of.grade
    code = school.code[:2]
    return tuple(_pupil(rng, of.first_pupil + k, place, born, code) for k in range(of.size))


def _pupil(rng: random.Random, index: int, place: Place, born: int, province: str) -> Pupil:
    student = _student(rng, index, place, born, f"{province}{(index * 48_271 + 9_176_543) % 100_000_000:08d}")
    fate = rng.random()
    leaving = fate < LEAVING_SHARE
    struggling = LEAVING_SHARE <= fate < LEAVING_SHARE + STRUGGLING_SHARE
    if fate > 1 - DISABLED_SHARE:
        student = msgspec.structs.replace(student, disability_exempt=True)
    return Pupil(student, rng.gauss(0.0, 1.0), struggling, leaving)


def _student(rng: random.Random, index: int, place: Place, born: int, student_code: str) -> Student:
    random_of = rng.random
    year = born - (random_of() < OLDER_SHARE)
    female = _is_female(index)
    gender: Literal["female", "male"] = "female" if female else "male"
    birth_date = _birth_date(rng, year)
    if random_of() < FOREIGN_SHARE:
        nationality, name = foreign_name(rng)
        return Student(
            birth_date=birth_date, gender=gender, name=name, nationality=nationality,
            passport=f"X{index % 100_000_000:08d}", student_code=student_code,
        )  # fmt: skip
    ethnicity = _weighted(rng, place.ethnicities)
    return Student(
        birth_date=birth_date, ethnicity=ethnicity, gender=gender, name=person_name(rng, ethnicity, female=female),
        nationality="VN", personal_id=_personal_id(rng, index, place, year, female=female), student_code=student_code,
    )  # fmt: skip


def _birth_date(rng: random.Random, year: int) -> str:
    exact = rng.random()
    month, day = int(rng.random() * 12) + 1, int(rng.random() * 28) + 1
    if exact < YEAR_ONLY_SHARE:
        return f"{year}"
    if exact < 2 * YEAR_ONLY_SHARE:
        return f"{year}-{month:02d}"
    return f"{year}-{month:02d}-{day:02d}"


def _is_female(index: int) -> bool:
    million, within = divmod(index, _MILLION)
    return ((within * 2_654_435_761 >> 15) + million) % 2 == 1


def _personal_id(rng: random.Random, index: int, place: Place, year: int, *, female: bool) -> str:
    pair = index // (2 * _MILLION)
    moved = rng.random()
    if pair:
        province = OVERFLOW[pair - 1]
    elif moved < MOVED_IN_SHARE:
        province = ELSEWHERE[int(moved / MOVED_IN_SHARE * len(ELSEWHERE))]
    else:
        province = place.birth_prefixes[index % len(place.birth_prefixes)]
    digit = 2 * (year // 100 - 19) + female
    return f"{province}{digit}{year % 100:02d}{(index * 7_919 + 104_729) % _MILLION:06d}"


def _weighted(rng: random.Random, weights: tuple[tuple[str, int], ...]) -> str:
    mark = rng.random() * 100
    for value, weight in weights:
        mark -= weight
        if mark < 0:
            return value
    return weights[0][0]
