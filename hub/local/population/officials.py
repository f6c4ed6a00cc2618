"""Người ký: principal, deputy by authorisation, teachers and seal of each school, and the people of Sở and Bộ.

Persons are opaque staff ids; a population has no names of staff. Who signs a class is decided here and nowhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.local.population.schools import Level, SchoolClass, SyntheticSchool

__all__ = [
    "SUBJECT_TEACHER_COUNT",
    "Official",
    "Signer",
    "officials_of_bo",
    "officials_of_school",
    "officials_of_so",
    "signers_of",
]

SUBJECT_TEACHER_COUNT = 3  # per secondary school; every second class carries their signatures
SYSTEM_SEALS = frozenset({"tien-giang", "dong-thap"})
"""Sở with a source system that seals for itself."""
_DEPUTY_EVERY = 5  # of so many classes the last is signed by the deputy


@dataclass(frozen=True, slots=True)
class Official:
    """One person or seal in one role. `so` is the slug ("bo" for Bộ); `school` is None outside schools."""

    person: str
    role: str
    so: str
    school: str | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and as what: one step of a chain."""

    person: str
    role: str


def officials_of_school(school: SyntheticSchool) -> Iterator[Official]:
    """List the officials of one school: principal, deputy, seal, a homeroom teacher a class, subject teachers."""
    so, code = school.so, school.code
    yield Official(f"HT-{code}-001", "principal", so, code)
    yield Official(f"PHT-{code}-001", "principal", so, code, decision=f"QĐ-{code}/UQ-01")
    yield Official(f"DAU-{code}", "school_seal", so, code)
    for of in school.classes:
        yield Official(_homeroom(school, of.number), "homeroom_teacher", so, code)
    for person in _subject_teachers(school):
        yield Official(person, "subject_teacher", so, code)


def officials_of_so(so: str) -> Iterator[Official]:
    """List registrar, officer, lead and seal of one Sở, and the seal of its source system where it has one."""
    yield Official(f"DK-{so}-001", "registrar", so)
    yield Official(f"CV-{so}-001", "so_officer", so)
    yield Official(f"LD-{so}-001", "so_lead", so)
    yield Official(f"DAU-{so}", "so_seal", so)
    if so in SYSTEM_SEALS:
        yield Official(f"HS-{so}", "system_seal", so)


def officials_of_bo() -> Iterator[Official]:
    """List the seal of Bộ."""
    yield Official("DAU-bo", "bo_seal", "bo")


def signers_of(school: SyntheticSchool, of: SchoolClass) -> tuple[Signer, ...]:
    """Return the chain of one class in order: subject teachers (some classes), homeroom teacher, principal, seal."""
    subject = _subject_teachers(school) if of.number % 2 == 0 else ()
    deputy = of.number % _DEPUTY_EVERY == _DEPUTY_EVERY - 1
    return (
        *(Signer(person, "subject_teacher") for person in subject),
        Signer(_homeroom(school, of.number), "homeroom_teacher"),
        Signer(f"{'PHT' if deputy else 'HT'}-{school.code}-001", "principal"),
        Signer(f"DAU-{school.code}", "school_seal"),
    )


def _homeroom(school: SyntheticSchool, number: int) -> str:
    return f"GV-{school.code}-{number + 1:03d}"


def _subject_teachers(school: SyntheticSchool) -> tuple[str, ...]:
    if school.level is Level.PRIMARY:
        return ()
    return tuple(f"GVBM-{school.code}-{k + 1:03d}" for k in range(SUBJECT_TEACHER_COUNT))
