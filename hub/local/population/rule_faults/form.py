"""Faults of form: rows that are unknown, doubled, out of place or of the wrong kind, under every circular."""

from collections.abc import Sequence

from hub.local.population.rule_faults.rule_fault import (
    TT22,
    TT27,
    TT30,
    TT58,
    Json,
    RuleFault,
    is_judged,
    of_kind,
    refused,
    warned,
)

__all__ = ["FORM_FAULTS"]

_LAST_GRADES = (5, 9, 12)
_OTHER_AWARD = {"TT27-2020": "HSTT", "TT22-2021": "HSTT", "TT58-2011": "HSXS"}


def _plain_row(value: Json) -> Json | None:
    """Return a row whose doubling changes no level: one without marks."""
    rows = (row for row in value["subjects"] if row["kind"] != "score" and not row.get("exempt") and "score" not in row)
    return next((row for row in rows if "CĐ" not in row.values()), None)


def _unknown(value: Json) -> bool:
    row = _plain_row(value)
    if row is None:
        return False
    value["subjects"].append({**row, "code": "XYZ"})
    return True


def _twice(value: Json) -> bool:
    row = _plain_row(value)
    if row is None:
        return False
    value["subjects"].insert(value["subjects"].index(row), dict(row))
    return True


def _out_of_order(value: Json) -> bool:
    rows = value["subjects"]
    rows[0], rows[1] = rows[1], rows[0]
    return True


def _other_kind(value: Json) -> bool:
    row = _plain_row(value)
    if row is None:
        return False
    row["kind"] = "comment" if row["kind"] == "level" else "score"
    return True


def _foreign_group(value: Json) -> bool:
    if value["grade"] <= 5:
        value["learning"] = {"semester_1": "T"}
    else:
        value["rating"] = "HT"
    return bool(value["period"] == "year")


def _programme_completed_wrong(value: Json) -> bool:
    result = value["result"]
    if value["grade"] in _LAST_GRADES and result["completed"]:
        return False
    result["programme_completed"] = True
    return bool(value["period"] == "year")


def _award_unknown(value: Json) -> bool:
    value["result"].setdefault("awards", []).append("XYZ")
    return True


def _award_twice(value: Json) -> bool:
    awards = value["result"].get("awards")
    if not awards:
        return False
    awards.append(awards[-1])
    return True


def _award_of_other_circular(value: Json) -> bool:
    award = _OTHER_AWARD.get(value["regulation"])
    if award is None:
        return False
    value["result"]["awards"] = [award]
    return True


def _value_missing(value: Json) -> bool:
    row = next(of_kind(value, "comment"), None)
    if row is None or not is_judged(value):
        return False
    del row["year"]
    return True


def _value_wrong(value: Json) -> bool:
    row = next(of_kind(value, "comment"), None)
    if row is None or value["period"] != "year":
        return False
    row["year"] = "8.0"
    return True


def _year_level_missing(value: Json) -> bool:
    group = "conduct" if "conduct" in value else "training"
    if not is_judged(value):
        return False
    del value[group]["year"]
    value["result"].pop("awards", None)
    return True


def _year_level_wrong(value: Json) -> bool:
    group = "conduct" if "conduct" in value else "training"
    if group not in value:
        return False
    value[group]["semester_1"] = "XYZ"
    return True


_KNOWN_LISTS = TT27 | TT22 | TT58
_PRIMARY, _SECONDARY = TT27 | TT30, TT22 | TT58
_FORMER_RESULTS = ("FORMER_YEAR_COMMENT_DIFFERS", "FORMER_LEARNING_DIFFERS", "FORMER_LEARNING_UNSURE")

FORM_FAULTS: Sequence[RuleFault] = (
    refused("SUBJECT_UNKNOWN", _unknown, _KNOWN_LISTS),
    refused("SUBJECT_TWICE", _twice),
    refused("ARRAY_ORDER", _out_of_order, _KNOWN_LISTS),
    refused("SUBJECT_KIND_WRONG", _other_kind),
    refused("FIELD_NOT_FOR_REGULATION", _foreign_group),
    refused("PROGRAMME_COMPLETED_WRONG", _programme_completed_wrong, _PRIMARY),
    refused("PROGRAMME_COMPLETED_WRONG_SECONDARY", _programme_completed_wrong, _SECONDARY),
    refused("AWARD_UNKNOWN", _award_unknown),
    refused("AWARD_TWICE", _award_twice, beside=("FORMER_TITLE_DIFFERS",)),
    warned("AWARD_NOT_FOR_REGULATION", _award_of_other_circular, _KNOWN_LISTS, beside=("FORMER_TITLE_DIFFERS",)),
    refused("SUBJECT_VALUE_MISSING", _value_missing, _SECONDARY),
    refused("SUBJECT_VALUE_WRONG", _value_wrong, _SECONDARY, beside=_FORMER_RESULTS),
    refused("YEAR_LEVELS_MISSING", _year_level_missing, _SECONDARY),
    refused("YEAR_LEVEL_WRONG", _year_level_wrong, _SECONDARY),
)
