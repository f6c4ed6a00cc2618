"""Trường trong sổ đăng ký: grades, level group, province, closing, and who succeeds a school that has closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hub.domain.civil import civil_date as civil_date_of
from hub.domain.organisations import LEVEL_GROUPS
from hub.errors import Refused
from hub.trust.entry import Entry, newest
from hub.trust.times import civil_date

__all__ = ["RegisteredSchool", "Schools", "check_school_entry", "school_of"]

_Word = Annotated[str, Meta(min_length=1, max_length=200)]


class _Payload(msgspec.Struct, forbid_unknown_fields=True):
    code: _Word
    name: _Word
    province: _Word
    grades: tuple[int, int]
    so: _Word
    closed_on: str | UnsetType = UNSET
    level_group: Literal["01", "02", "03", "04", "05"] | UnsetType = UNSET
    successor: _Word | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class RegisteredSchool:
    """A school as the register has it; `grades` from–to inclusive, `closed_on` the first civil date (UTC+7) without it.

    `level_group` is a code of `LEVEL_GROUPS`; `successor` the code of the school that took it over.
    """

    code: str
    name: str
    province: str
    grades: tuple[int, int]
    so: str
    closed_on: date | None
    level_group: str | None = None
    successor: str | None = None

    def is_closed(self, at: datetime) -> bool:
        """Tell whether it has closed by `at`."""
        return self.closed_on is not None and self.closed_on <= civil_date_of(at)


def school_of(payload: Mapping[str, Any]) -> RegisteredSchool:
    """Read a payload as it stands in a register. Raises KeyError, ValueError, TypeError, Refused TIME_WRONG."""
    lowest, highest = payload["grades"]
    closed_on = payload.get("closed_on")
    return RegisteredSchool(
        code=payload["code"],
        name=payload["name"],
        province=payload["province"],
        grades=(int(lowest), int(highest)),
        so=payload["so"],
        closed_on=None if closed_on is None else civil_date(closed_on),
        level_group=payload.get("level_group"),
        successor=payload.get("successor"),
    )


def check_school_entry(payload: Mapping[str, Any]) -> None:
    """Refuse a school that cannot be. Raises msgspec.ValidationError, Refused as `school_of`.

    Refused SCHOOL_LEVEL_DIFFERS: no grade of the school is of its level group. Refused SCHOOL_SUCCESSOR_WRONG: it would
    succeed itself, or succeeds a school that does not close.
    """
    msgspec.convert(dict(payload), _Payload)
    school = school_of(payload)
    if school.level_group is not None and not LEVEL_GROUPS[school.level_group].agrees(school.grades):
        grades = f"{school.grades[0]}-{school.grades[1]}"
        raise Refused("SCHOOL_LEVEL_DIFFERS", {"level_group": school.level_group, "grades": grades})
    if school.successor is not None and (school.successor == school.code or school.closed_on is None):
        raise Refused("SCHOOL_SUCCESSOR_WRONG", {"school": school.code[:60], "successor": school.successor[:60]})


class Schools:
    """The schools of one register, by code and time."""

    def __init__(self) -> None:
        self._versions: dict[str, tuple[tuple[Entry, RegisteredSchool], ...]] = {}

    def add(self, entry: Entry) -> None:
        """Take in one standing entry. Raises as `school_of`."""
        school = school_of(entry.payload)
        self._versions[school.code] = (*self._versions.get(school.code, ()), (entry, school))

    def copy(self) -> "Schools":
        """Return the same schools, to which others can be added."""
        same = Schools()
        same._versions = dict(self._versions)
        return same

    def at(self, code: str, at: datetime) -> RegisteredSchool | None:
        """Return the school in force at `at`, or None."""
        return newest(self._versions.get(code, ()), at)

    def between(self, code: str, start: datetime, end: datetime) -> list[RegisteredSchool]:
        """Return the school as it was in force at each moment from `start` to `end`, both included, oldest first."""
        versions = self._versions.get(code, ())
        changes = {at for e, _ in versions for at in (e.valid_from, e.valid_to) if at is not None and start < at < end}
        held = (newest(versions, at) for at in sorted({start, *changes, end}) if at <= end)
        return [school for school in held if school is not None]

    def known_by(self, code: str, at: datetime) -> RegisteredSchool | None:
        """Return the school as the newest version that has begun by `at` has it, also when it has ended; or None."""
        begun = [(e.version, s) for e, s in self._versions.get(code, ()) if e.valid_from <= at]
        return max(begun, key=lambda item: item[0])[1] if begun else None

    def successor(self, code: str, at: datetime) -> str | None:
        """Return the code of the school that stands at `at` for a closed one, through all that closed meanwhile.

        None while the school is open, when nobody is named, or when the names lead in a circle. A school of another
        register ends the chain: it is returned as it is named.
        """
        seen: set[str] = set()
        school, answer = self.known_by(code, at), None
        while school is not None and school.is_closed(at):
            seen.add(school.code)
            answer = school.successor
            if answer is None or answer in seen:
                return None
            school = self.known_by(answer, at)
        return answer
