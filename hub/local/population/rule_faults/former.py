"""Faults of years under the former circulars, TT 58/2011 and TT 30/2014: all of them only warn."""

from collections.abc import Sequence

from hub.local.population.rule_faults.rule_fault import FORMER, TT30, TT58, Json, RuleFault, is_judged, of_kind, warned
from hub.local.population.rule_faults.secondary_edits import (
    absent,
    awarded,
    other_year_mark,
    year_of_first_semester,
)

__all__ = ["FORMER_FAULTS"]

_UNSURE = ("FORMER_LEARNING_UNSURE",)
_LEARNING = ("FORMER_LEARNING_DIFFERS", *_UNSURE)


def _learning_too_high(value: Json) -> bool:
    """Giỏi in semester I: no table and no adjustment gives it to these marks."""
    levels = value.get("learning", {})
    if not is_judged(value) or levels.get("semester_1") not in ("K", "TB", "Y"):
        return False
    if value["school_year"] < "2020-2021":
        return False  # before TT 26/2020 nothing is sure
    marks = [int(row["semester_1"].replace(".", "")) for row in of_kind(value, "score")]
    failed = any(row["semester_1"] == "CĐ" for row in of_kind(value, "comment"))
    if failed or min(marks) < 35 or sum(mark < 65 for mark in marks) < 2:
        return False  # one subject alone may be adjusted, and then the code is another
    levels["semester_1"] = "G"
    return True


def _learning_too_low(value: Json) -> bool:
    """A lower level than that of the marks: in grades 10-12 a chuyên class may have it, so the code says unsure."""
    levels = value.get("learning", {})
    if not is_judged(value) or value["grade"] < 10 or levels.get("semester_1") not in ("K", "G"):
        return False
    levels["semester_1"] = "KEM"
    return True


def _promotion_differs(value: Json) -> bool:
    """Whoever completed the class is promoted; who did not may go up or stay in primary school."""
    if not is_judged(value) or not value["result"]["completed"]:
        return False
    value["result"]["promotion"] = "retained"
    return True


def _completion_differs(value: Json) -> bool:
    if not is_judged(value) or value["result"].get("promotion") != "promoted":
        return False
    value["result"]["completed"] = False
    value["result"].pop("programme_completed", None)
    return True


def _no_lead_subject(value: Json) -> bool:
    if not is_judged(value):
        return False
    value["subjects"] = [row for row in value["subjects"] if row["code"] != "VAN"]
    return True


def _primary_level_missing(value: Json) -> bool:
    del value["subjects"][0]["level"]
    return is_judged(value)


def _primary_completion_differs(value: Json) -> bool:
    """A repeated year in which nothing is left open, or a completed one in which something is."""
    if not is_judged(value):
        return False
    if value["result"]["completed"]:
        value["result"] = {"completed": False, "promotion": "retained"}
    else:
        value["result"] = {"completed": True, "promotion": "promoted"}
    return True


def _primary_score_with_decimals(value: Json) -> bool:
    row = value["subjects"][0]
    if row.get("score", "10.0") == "10.0":
        return False
    row["score"] = row["score"].replace(".0", ".5")
    return True


FORMER_FAULTS: Sequence[RuleFault] = (
    warned("FORMER_YEAR_MARK_DIFFERS", other_year_mark, TT58, beside=_LEARNING),
    warned("FORMER_YEAR_COMMENT_DIFFERS", year_of_first_semester, TT58),
    warned("FORMER_LEARNING_DIFFERS", _learning_too_high, TT58),
    warned("FORMER_LEARNING_UNSURE", _learning_too_low, TT58),
    warned("FORMER_TITLE_DIFFERS", awarded("HSG"), TT58),
    warned("FORMER_PROMOTION_DIFFERS", _promotion_differs, FORMER),
    warned("FORMER_COMPLETION_DIFFERS", _completion_differs, TT58),
    warned(
        "FORMER_PROMOTION_DIFFERS", absent(46, 0), TT58, kind="former_promoted_though_absent",
        beside=("FORMER_COMPLETION_DIFFERS",),
    ),
    warned("SUBJECT_MISSING_SECONDARY", _no_lead_subject, TT58, kind="former_subject_missing", beside=_LEARNING),
    warned("FORMER_LEVEL_MISSING", _primary_level_missing, TT30),
    warned("FORMER_COMPLETION_DIFFERS", _primary_completion_differs, TT30, kind="former_primary_completion_differs"),
    warned("FORMER_SCORE_NOT_INTEGER", _primary_score_with_decimals, TT30),
)  # fmt: skip
