"""Departments: Sở Giáo dục và Đào tạo, their stable slugs, look-up symbols and dated province codes; level groups.

A slug never changes and is never reused; province codes are. The two look-up symbols are the two-digit code that the
province had among the 63, so that each Sở that ever issued a record keeps symbols of its own. Legal source: the
provinces of `hub.domain.provinces`; level groups of the national specification [secondary].
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hub.domain.provinces import MERGED_ON, PROVINCES, Province, successor_of
from hub.errors import Refused

__all__ = [
    "DEPARTMENTS", "LEVEL_GROUPS", "Department", "LevelGroup", "department",
]  # fmt: skip

_BEFORE = tuple(p for p in PROVINCES if p.valid_to == MERGED_ON)
_SLUGS = {"Thành phố Hồ Chí Minh": "ho-chi-minh", "Thừa Thiên Huế": "thua-thien-hue", "Huế": "thua-thien-hue"}


@dataclass(frozen=True, slots=True)
class LevelGroup:
    """Nhóm cấp học: a code of the national specification [secondary], its name, and the grades that it may teach."""

    code: str
    name: str
    grades: range

    def agrees(self, grades: tuple[int, int]) -> bool:
        """Tell whether a school of this group can teach the grades from–to: one of several levels shares one of them.

        A school with two levels (Tiểu học và Trung học cơ sở) has one group and grades of both [assumed].
        """
        return grades[0] < self.grades.stop and self.grades.start <= grades[1]


# The grades of 05 are wide because continuing education teaches what a person has missed [assumed].
LEVEL_GROUPS: Mapping[str, LevelGroup] = {
    group.code: group
    for group in (
        LevelGroup("01", "Mầm non", range(0)),
        LevelGroup("02", "Tiểu học", range(1, 6)),
        LevelGroup("03", "Trung học cơ sở", range(6, 10)),
        LevelGroup("04", "Trung học phổ thông", range(10, 13)),
        LevelGroup("05", "Giáo dục thường xuyên", range(1, 13)),
    )
}


@dataclass(frozen=True, slots=True)
class Department:
    """One Sở. `provinces` are its dated codes; `successor` names the Sở that took it over on `closed_on`."""

    slug: str
    name: str
    symbols: str
    provinces: tuple[Province, ...]
    successor: str | None = None

    @property
    def closed_on(self) -> date | None:
        """First civil date on which the Sở no longer exists; None while it does."""
        return self.provinces[-1].valid_to

    def province_at(self, on: date) -> Province | None:
        """Return its province on a civil date, or None when it did not exist."""
        return next((p for p in self.provinces if p.in_force(on)), None)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFD", name.replace("Đ", "D").replace("đ", "d"))
    ascii_name = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return _SLUGS.get(name) or re.sub(r"[^a-z]+", "-", ascii_name)


def _department(old: Province) -> Department:
    """Return the Sở of one of the 63; it lives on when the new province bears its name."""
    slug = _slug(old.name)
    new = successor_of(old.code)
    assert new is not None
    lives = _slug(new.name) == slug
    name = f"Sở Giáo dục và Đào tạo {new.name if lives else old.name}"
    return Department(slug, name, old.code, (old, new) if lives else (old,), None if lives else _slug(new.name))


DEPARTMENTS: tuple[Department, ...] = tuple(_department(p) for p in _BEFORE)
_BY_SLUG = {d.slug: d for d in DEPARTMENTS}


def department(slug: str) -> Department:
    """Return the Sở of a slug. Raises Refused(SO_UNKNOWN)."""
    found = _BY_SLUG.get(slug)
    if found is None:
        raise Refused("SO_UNKNOWN", {"so": slug[:60]})
    return found
