"""Edits of a secondary year that break a rule of TT 22/2021 and of TT 58/2011 alike: year results, absences, awards."""

from collections.abc import Callable

from hub.local.population.rule_faults.rule_fault import Json, Plant, is_judged, of_kind

__all__ = ["absent", "awarded", "other_year_mark", "year_mark_unsure", "year_of_first_semester"]

_THRESHOLDS = (20, 35, 50, 65, 80, 90)  # tenths at which a level, an award or a retake turns
_TENTHS_MAX = 100


def other_year_mark(value: Json) -> bool:
    """Change a year average by 0.2 without crossing a threshold."""
    return _with_year_mark(value, lambda tenths, _: (tenths + 2, tenths - 2))


def year_mark_unsure(value: Json) -> bool:
    """Change a year average by 0.1, towards what the semester averages give before rounding."""
    return _with_year_mark(value, lambda tenths, thirds: (tenths + 1,) if thirds >= 3 * tenths else (tenths - 1,))


def _with_year_mark(value: Json, others_of: Callable[[int, int], tuple[int, ...]]) -> bool:
    """Write the first other mark on the same side of all thresholds; `others_of` gets tenths, and thirds of them."""
    if not is_judged(value):
        return False
    for row in of_kind(value, "score"):
        tenths, one, two = (int(row[name].replace(".", "")) for name in ("year", "semester_1", "semester_2"))
        for other in others_of(tenths, one + 2 * two):
            crossed = any(min(tenths, other) < threshold <= max(tenths, other) for threshold in _THRESHOLDS)
            if not crossed and other <= _TENTHS_MAX:
                row["year"] = f"{other // 10}.{other % 10}"
                return True
    return False


def year_of_first_semester(value: Json) -> bool:
    """The year of a comment subject is said to be Đ though semester II is CĐ; its semester level is left out."""
    row = next((r for r in of_kind(value, "comment") if r.get("year") == "Đ"), None)
    if row is None or not is_judged(value):
        return False
    row["semester_2"] = "CĐ"
    value["learning"].pop("semester_2", None)
    return True


def absent(excused: int, unexcused: int) -> Plant:
    """Return an edit after which a promoted pupil missed that many sessions."""

    def plant(value: Json) -> bool:
        if not is_judged(value) or value["result"].get("promotion") != "promoted":
            return False
        value["absences"] = {"excused": excused, "unexcused": unexcused}
        return True

    return plant


def awarded(award: str) -> Plant:
    """Return an edit that gives `award` alone to a pupil who has not it alone."""

    def plant(value: Json) -> bool:
        if not is_judged(value) or value["result"].get("awards") == [award]:
            return False
        value["result"]["awards"] = [award]
        return True

    return plant
