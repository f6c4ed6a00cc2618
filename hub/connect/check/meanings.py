"""The values that a document of some grades may have at a place, as the circulars in force name them."""

from collections.abc import Iterable, Sequence

from hub.domain import regulation_for, subject_order
from hub.domain.regulations import COMPETENCES, QUALITIES

__all__ = ["meanings_of"]

_PRIMARY_LAST = 5
_RESULTS = ("T", "K", "Đ", "CĐ")
_SECONDARY_ONLY = ("learning", "training")


def meanings_of(place: str, grades: Sequence[int], school_year: str) -> tuple[str, ...]:
    """Return the codes that a table for this place must reach; () for a place of no closed list.

    Places of lists are "subjects.code", "subjects.level" and so on.
    """
    primary = [grade for grade in grades if grade <= _PRIMARY_LAST]
    secondary = [grade for grade in grades if grade > _PRIMARY_LAST]
    if place == "subjects.code":
        return _subjects(grades, school_year)
    if place.split(".", 1)[0] in _SECONDARY_ONLY:
        return _RESULTS if secondary else ()
    found: dict[str, tuple[str, ...]] = {
        "student.gender": ("male", "female"),
        "result.promotion": ("promoted", "retained", *(("retake", "summer_training") if secondary else ())),
        "result.awards": ("HSXS", *(("HSTB",) if primary else ()), *(("HSG",) if secondary else ())),
    }
    if primary:
        found |= {
            "rating": ("HTXS", "HTT", "HT", "CHT"), "subjects.level": ("T", "H", "C"),
            "qualities.code": QUALITIES, "qualities.level": ("T", "Đ", "C"),
            "competences.code": COMPETENCES, "competences.level": ("T", "Đ", "C"),
        }  # fmt: skip
    return found.get(place, ()) if grades else ()


def _subjects(grades: Iterable[int], school_year: str) -> tuple[str, ...]:
    """Return every subject of the circulars in force for these grades."""
    found: dict[str, None] = {}
    for grade in grades:
        regulation = regulation_for(school_year, grade)
        if regulation is not None:
            found |= dict.fromkeys(subject_order(regulation, grade))
    return tuple(found)
