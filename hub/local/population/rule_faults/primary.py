"""Faults of a primary year under TT 27/2020: subjects, scores, phẩm chất, năng lực, rating, result."""

from collections.abc import Sequence

from hub.local.population.codes import QUALITIES
from hub.local.population.rule_faults.rule_fault import (
    TT27,
    TT30,
    Json,
    Plant,
    RuleFault,
    is_judged,
    refused,
    row_of,
    warned,
)

__all__ = ["PRIMARY_FAULTS"]

_UNTESTED = ("DD", "GDTC", "AN", "MT", "HDTN")


def _good_untested(value: Json) -> Json | None:
    """Return a row without a test whose level T leaves the rating as it is when the row goes."""
    if not is_judged(value):
        return None
    return next((r for r in value["subjects"] if r["code"] in _UNTESTED and r.get("level") == "T"), None)


def _subject_missing(value: Json) -> bool:
    row = _good_untested(value)
    if row is None:
        return False
    value["subjects"].remove(row)
    return True


def _level_missing(value: Json) -> bool:
    row = _good_untested(value)
    if row is None:
        return False
    del row["level"]
    return True


def _not_in_grade(value: Json) -> bool:
    """Khoa học in grades 1-3, Tự nhiên và Xã hội in grades 4-5; each in its place."""
    code, after = ("KH", "TNXH") if value["grade"] <= 3 else ("TNXH", "DD")
    before = row_of(value, after)
    if before is None:
        return False
    value["subjects"].insert(value["subjects"].index(before) + 1, {"code": code, "kind": "level", "level": "T"})
    return True


def _both_shapes(value: Json) -> bool:
    rows = value["subjects"]
    codes = [row["code"] for row in rows]
    new = {"kind": "level", "level": "T", "score": "10.0"}
    if "THCN" in codes:
        place = codes.index("THCN") + 1
        rows[place:place] = [{"code": "TIN", **new}, {"code": "CN", **new}]
    elif "TIN" in codes:
        rows.insert(codes.index("TIN"), {"code": "THCN", **new})
    return bool(value["grade"] >= 3)


def _score_missing(value: Json) -> bool:
    row = row_of(value, "TOAN")
    if row is None or not is_judged(value) or "score" not in row:
        return False
    del row["score"]
    return True


def _score_unexpected(value: Json) -> bool:
    row = _good_untested(value)
    if row is None:
        return False
    row["score"] = "10.0"
    return True


def _score_with_decimals(value: Json) -> bool:
    """Half a mark more keeps the score on its side of 5, 7 and 9."""
    row = row_of(value, "TOAN")
    if row is None or row.get("score", "10.0") == "10.0":
        return False
    row["score"] = row["score"].replace(".0", ".5")
    return True


def _assessed_unknown(group: str) -> Plant:
    def plant(value: Json) -> bool:
        value[group].append({"code": "XYZ", "level": "T"})
        return True

    return plant


def _assessed_twice(group: str) -> Plant:
    def plant(value: Json) -> bool:
        value[group].insert(0, dict(value[group][0]))
        return True

    return plant


def _assessed_missing(group: str, *wanted: str) -> Plant:
    """Return an edit that drops one of the wanted rows, at level T."""

    def plant(value: Json) -> bool:
        rows = value[group]
        row = next((r for r in rows if r["code"] in wanted and r["level"] == "T"), None)
        if row is None or not is_judged(value):
            return False
        rows.remove(row)
        return True

    return plant


def _competence_too_early(value: Json) -> bool:
    rows = value["competences"]
    if value["grade"] >= 3:
        return False
    place = [row["code"] for row in rows].index("THAM_MI")
    rows.insert(place, {"code": "TIN_HOC", "level": "T"})
    return True


def _rating_missing(value: Json) -> bool:
    return is_judged(value) and value.pop("rating", None) is not None


def _has_elective(value: Json) -> bool:
    """A rating that holds without the elective is accepted, so that another one need not be wrong."""
    return row_of(value, "TDT") is not None or (value["grade"] < 3 and row_of(value, "NN1") is not None)


def _rating_differs(value: Json) -> bool:
    other = {"HTXS": "HTT", "HTT": "HTXS", "HT": "HTT"}.get(value.get("rating", ""))
    if other is None or _has_elective(value):
        return False
    value["rating"] = other
    value["result"].pop("awards", None)
    return True


def _completion_differs(value: Json) -> bool:
    if not is_judged(value):
        return False
    if value["result"]["completed"]:
        value["result"] = {"completed": False, "promotion": "retained"}
    else:
        value["result"] = {"completed": True, "promotion": "promoted"}
        if value["grade"] == 5:
            value["result"]["programme_completed"] = True
    return True


def _promotion_differs(value: Json) -> bool:
    value["result"]["promotion"] = "retained" if value["result"]["completed"] else "retake"
    return is_judged(value)


def _programme_not_confirmed(value: Json) -> bool:
    return is_judged(value) and value["grade"] == 5 and value["result"].pop("programme_completed", False)


def _award_not_earned(value: Json) -> bool:
    if value.get("rating") not in ("HTT", "HT"):
        return False
    value["result"]["awards"] = ["HSXS"]
    return True


def _award_missing(value: Json) -> bool:
    if value.get("rating") != "HTXS":
        return False
    value["result"]["awards"] = []
    return True


PRIMARY_FAULTS: Sequence[RuleFault] = (
    refused("SUBJECT_MISSING", _subject_missing, TT27, kind="subject_missing_untested"),
    refused("SUBJECT_NOT_IN_GRADE", _not_in_grade, TT27),
    refused("SUBJECT_SHAPE_MIXED", _both_shapes, TT27),
    refused("LEVEL_MISSING", _level_missing, TT27),
    warned("SCORE_MISSING", _score_missing, TT27),
    warned("SCORE_UNEXPECTED", _score_unexpected, TT27),
    refused("SCORE_NOT_INTEGER", _score_with_decimals, TT27),
    refused("QUALITY_UNKNOWN", _assessed_unknown("qualities"), TT27),
    refused("QUALITY_TWICE", _assessed_twice("qualities"), TT27 | TT30),
    refused("QUALITY_MISSING", _assessed_missing("qualities", *QUALITIES), TT27),
    refused("COMPETENCE_UNKNOWN", _assessed_unknown("competences"), TT27),
    refused("COMPETENCE_TWICE", _assessed_twice("competences"), TT27 | TT30),
    refused("COMPETENCE_MISSING", _assessed_missing("competences", "TU_CHU", "NGON_NGU", "THE_CHAT"), TT27),
    warned("COMPETENCE_MISSING_FROM_GRADE_3", _assessed_missing("competences", "CONG_NGHE", "TIN_HOC"), TT27),
    warned("COMPETENCE_UNEXPECTED", _competence_too_early, TT27),
    refused("RATING_MISSING", _rating_missing, TT27),
    warned("RATING_DIFFERS", _rating_differs, TT27),
    warned("COMPLETION_DIFFERS", _completion_differs, TT27),
    warned("PROMOTION_DIFFERS", _promotion_differs, TT27),
    warned("PROGRAMME_COMPLETED_MISSING", _programme_not_confirmed, TT27),
    warned("AWARD_NOT_EARNED", _award_not_earned, TT27),
    warned("AWARD_MISSING", _award_missing, TT27),
)
