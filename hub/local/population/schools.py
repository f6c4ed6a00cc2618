"""Trường, lớp: schools of three level groups (tiểu học, THCS, THPT), their classes and the seats in them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from hub.local.population.places import place_of

__all__ = ["CLASS_SIZE_MAX", "CLASS_SIZE_MIN", "Level", "SchoolClass", "SyntheticSchool", "schools_of"]

CLASS_SIZE_MIN, CLASS_SIZE_MAX, _CLASS_SIZE = 20, 40, 32


class Level(Enum):
    """Level group: code of the national specification (02, 03, 04 [secondary]), title, first and last grade."""

    PRIMARY = ("02", "Tiểu học", 1, 5)
    LOWER_SECONDARY = ("03", "Trung học cơ sở", 6, 9)
    UPPER_SECONDARY = ("04", "Trung học phổ thông", 10, 12)

    @property
    def code(self) -> str:
        """Two digits, the part of a school code that tells the level group."""
        return self.value[0]

    @property
    def title(self) -> str:
        """Vietnamese name of the level group."""
        return self.value[1]

    @property
    def grades(self) -> range:
        """Grades taught, lowest first."""
        return range(self.value[2], self.value[3] + 1)


@dataclass(frozen=True, slots=True)
class SchoolClass:
    """One class of the current year. `number` is its place in the school, `first_pupil` its first pupil's index."""

    number: int
    name: str
    grade: int
    size: int
    first_pupil: int


@dataclass(frozen=True, slots=True)
class SyntheticSchool:
    """One school that does not exist: its name says so. `number` counts the schools of the population from 0."""

    number: int
    so: str
    code: str
    name: str
    level: Level
    classes: tuple[SchoolClass, ...]

    @property
    def pupil_count(self) -> int:
        """Pupils of the current year."""
        return sum(c.size for c in self.classes)

    @property
    def history_class(self) -> SchoolClass | None:
        """The class whose pupils have the year before in this school too: the first one above the lowest grade."""
        return next((c for c in self.classes if c.grade > self.level.grades[0]), None)

    def so_in(self, school_year: str) -> str:
        """Slug of the Sở that it belongs to in that school year; `so` is the one that it always belonged to before."""
        return place_of(self.so).so_in(school_year)

    def province(self, school_year: str) -> str:
        """Two-digit province code in that school year."""
        return place_of(self.so).province_code(school_year)


def schools_of(sos: Sequence[str], school_count: int, pupil_count: int, school_year: str) -> Iterator[SyntheticSchool]:
    """Lay out the schools: Sở in turn; half of a Sở's schools primary, a quarter each lower and upper secondary."""
    pattern = (Level.PRIMARY, Level.LOWER_SECONDARY, Level.UPPER_SECONDARY, Level.PRIMARY)
    used: Counter[str] = Counter()
    first = 0
    for number in range(school_count):
        so = sos[number % len(sos)]
        level = pattern[number // len(sos) % len(pattern)]
        size = pupil_count // school_count + (number < pupil_count % school_count)
        prefix = place_of(so).province_code(school_year) + level.code
        used[prefix] += 1
        ordinal = used[prefix]
        name = f"Trường {level.title} Mẫu số {ordinal} (dữ liệu tổng hợp)"
        yield SyntheticSchool(number, so, f"{prefix}{ordinal:04d}", name, level, _classes(level, size, first))
        first += size


def _classes(level: Level, pupil_count: int, first: int) -> tuple[SchoolClass, ...]:
    classes: list[SchoolClass] = []
    sizes = _sizes(pupil_count)
    for number, size in enumerate(sizes):
        grade, letter = _grade_and_letter(level, len(sizes), number)
        classes.append(SchoolClass(number, f"{grade}{letter}", grade, size, first))
        first += size
    return tuple(classes)


def _sizes(pupil_count: int) -> list[int]:
    """Split a school into classes of 20 to 40 (fewer only when the whole school has fewer), unequal in pairs."""
    count = max(
        1, -(-pupil_count // CLASS_SIZE_MAX), min(pupil_count // CLASS_SIZE_MIN, round(pupil_count / _CLASS_SIZE))
    )
    sizes = [pupil_count // count + (k < pupil_count % count) for k in range(count)]
    for k in range(0, count - 1, 2):
        shift = max(0, min(k % 6 + 1, CLASS_SIZE_MAX - sizes[k], sizes[k + 1] - CLASS_SIZE_MIN))
        sizes[k], sizes[k + 1] = sizes[k] + shift, sizes[k + 1] - shift
    return [size for size in sizes if size]


def _grade_and_letter(level: Level, class_count: int, number: int) -> tuple[int, str]:
    grades = level.grades
    base, extra = divmod(class_count, len(grades))
    for grade in grades:
        in_grade = base + (grade - grades[0] < extra)
        if number < in_grade:
            return grade, _letters(number)
        number -= in_grade
    raise AssertionError("more classes than seats in the grades")


def _letters(number: int) -> str:
    """Return A, B, ..., Z, AA, AB, ... for 0, 1, ..."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
