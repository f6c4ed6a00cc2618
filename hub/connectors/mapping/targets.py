"""The places of a document that a mapping may fill, and which kind of value each takes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from hub.connectors.mapping.spec import Kind
from hub.domain.transcript import Absences, Assessed, Result, Student, Subject, YearLevels

__all__ = ["FRAME_PLACES", "ITEM_PLACES", "PLACES", "REQUIRED_ANSWERS", "many"]

_GROUPS: Final[dict[str, type[msgspec.Struct]]] = {
    "absences": Absences, "conduct": YearLevels, "learning": YearLevels, "result": Result, "student": Student,
    "training": YearLevels,
}  # fmt: skip
_ITEMS: Final[dict[str, type[msgspec.Struct]]] = {"subjects": Subject, "qualities": Assessed, "competences": Assessed}
_KINDS: Final[Mapping[str, Kind]] = MappingProxyType({
    "absences.excused": "count", "absences.unexcused": "count", "class": "text", "period": "period", "rating": "code",
    "remarks": "long_text", "result.awards": "list", "result.completed": "yes_no",
    "result.programme_completed": "yes_no", "student.birth_date": "birth_date",
    "student.disability_exempt": "yes_no", "student.ethnicity": "text", "student.name": "text", "study_topics": "list",
    "comment": "long_text", "exempt": "yes_no", "retake": "mark", "score": "mark", "semester_1": "mark",
    "semester_2": "mark", "year": "mark",
})  # fmt: skip


def _kinds(prefix: str, struct: type[msgspec.Struct]) -> dict[str, Kind]:
    names = (field.encode_name for field in msgspec.structs.fields(struct))
    return {f"{prefix}{name}": _KINDS.get(f"{prefix}{name}", "code") for name in names}


_GROUPED = {path: kind for name, struct in _GROUPS.items() for path, kind in _kinds(f"{name}.", struct).items()}
_ALONE: Final = ("class", "period", "rating", "remarks", "study_topics")

PLACES: Final[Mapping[str, Kind]] = MappingProxyType(_GROUPED | {name: _KINDS[name] for name in _ALONE})
"""Kind of each place outside the lists; `regulation`, `type` and the school are made, not mapped."""

ITEM_PLACES: Final[Mapping[str, Mapping[str, Kind]]] = MappingProxyType(
    {
        name: MappingProxyType({path: kind for path, kind in _kinds("", struct).items() if path != "kind"})
        for name, struct in _ITEMS.items()
    }
)
"""Kind of each field of an item, by list; the `kind` of a subject follows from the circular."""

FRAME_PLACES: Final = ("school.code", "school.province", "school_year", "grade")

REQUIRED_ANSWERS: Final = frozenset({"result.completed"})
"""Yes or no that a document must say; every other one says yes or nothing."""


def many(place: str) -> bool:
    """Tell whether a place holds a list of codes."""
    return PLACES.get(place) == "list"
