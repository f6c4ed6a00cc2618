"""Danh sách học sinh in the register: whom a school should report for a school year, class by class.

One entry a class, so that entries stay small; its id is "<school>.<school year>.<class>", and the newest version that
has begun counts. A payload holds identifiers and nothing else of a pupil. Rosters are many: a `Snapshot` leaves them
out, and who needs one reads it by school and year.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from hub.domain.transcript import Code, SchoolYear
from hub.errors import Refused
from hub.trust.entry import Entry

__all__ = ["RosterPart", "check_roster", "roster_id"]

PUPIL_COUNT_MAX = 200  # of one class
Pupil = Annotated[
    str, Meta(min_length=1, max_length=120, pattern=r"\A(?:id:[0-9]{12}|(?:passport|school):[^:\s]+:\S+)\Z")
]


class RosterPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """The pupils of one class, by the identifiers that their documents will carry (`pupil_of`)."""

    school: Code
    school_year: SchoolYear
    class_: Annotated[str, Meta(min_length=1, max_length=20, pattern=r"\A\S(?:[^\x00-\x1f]*\S)?\Z")]
    pupils: Annotated[tuple[Pupil, ...], Meta(max_length=PUPIL_COUNT_MAX)]

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> "RosterPart":
        """Read a payload. Raises msgspec.ValidationError."""
        return msgspec.convert(dict(payload), cls)


def roster_id(school: str, school_year: str, class_name: str) -> str:
    """Return the id of the entry of one class."""
    return f"{school}.{school_year}.{class_name}"


def check_roster(entry: Entry) -> None:
    """Refuse a list that names nobody's class but its own id's, or a pupil twice.

    Raises msgspec.ValidationError, Refused REGISTER_ENTRY_WRONG.
    """
    part = RosterPart.of(entry.payload)
    named = roster_id(part.school, part.school_year, part.class_)
    if entry.entry_id != named or len(set(part.pupils)) != len(part.pupils):
        raise Refused("REGISTER_ENTRY_WRONG", {"kind": entry.kind, "entry_id": entry.entry_id})
