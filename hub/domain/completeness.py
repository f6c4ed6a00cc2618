"""Đủ hay thiếu: what a school reported beside what its roster (danh sách học sinh) says that it should report.

Pupils are named by their identifiers (`pupil_of`). Legal source: none that was available; a registrar signs the roster.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Completeness", "Reported", "Unexplained", "completeness", "unexplained"]


class Reported(NamedTuple):
    """One document that counts (any but a recalled, replaced or refused one): of which school, for which pupil."""

    school: str
    pupil: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """Identifiers, ascending. On the roster: `reported`, `missing`, `elsewhere`; each pupil in exactly one of them.

    `extra`: reported here, not on the roster. `elsewhere`: reported by another school alone. `double`: on the roster
    twice, reported here twice, or reported here and by another school.
    """

    reported: tuple[str, ...]
    missing: tuple[str, ...]
    elsewhere: tuple[str, ...]
    extra: tuple[str, ...]
    double: tuple[str, ...]

    @property
    def expected(self) -> int:
        """How many pupils the roster has."""
        return len(self.reported) + len(self.missing) + len(self.elsewhere)


def completeness(school: str, roster: Iterable[str], documents: Iterable[Reported]) -> Completeness:
    """Compare a school's roster with documents, its own and those of other schools for pupils of either.

    `roster` has a pupil as often as a list of a class names it. Pupils of other schools alone are passed over.
    """
    listed = Counter(roster)
    here: Counter[str] = Counter()
    there: set[str] = set()
    for document in documents:
        if document.school == school:
            here[document.pupil] += 1
        else:
            there.add(document.pupil)
    twice = {pupil for counted in (listed, here) for pupil, count in counted.items() if count > 1}
    absent = listed.keys() - here.keys()
    return Completeness(
        reported=tuple(sorted(listed.keys() & here.keys())),
        missing=tuple(sorted(absent - there)),
        elsewhere=tuple(sorted(absent & there)),
        extra=tuple(sorted(here.keys() - listed.keys())),
        double=tuple(sorted(twice | (here.keys() & there))),
    )


@dataclass(frozen=True, slots=True)
class Unexplained:
    """What reasons leave open: `pupils` whom no passing reason explains, `needless` reasons for pupils not missing."""

    pupils: tuple[str, ...]
    needless: tuple[str, ...]


def unexplained(missing: Iterable[str], reasons: Mapping[str, str], passing: frozenset[str]) -> Unexplained:
    """Return whom of the missing no reason that passes explains; `reasons` by pupil, as a lock request lists them."""
    absent = set(missing)
    explained = {pupil for pupil, reason in reasons.items() if reason in passing}
    return Unexplained(tuple(sorted(absent - explained)), tuple(sorted(reasons.keys() - absent)))
