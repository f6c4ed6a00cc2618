"""Faults of a secondary year under TT 22/2021: subjects, averages, levels, retakes, promotion, awards, completion."""

from collections.abc import Callable, Sequence

from hub.local.population.rule_faults.rule_fault import (
    TT22,
    Json,
    RuleFault,
    is_judged,
    of_kind,
    refused,
    row_of,
    warned,
)

__all__ = ["SECONDARY_FAULTS", "other_year_mark"]

_THRESHOLDS = (20, 35, 50, 65, 80, 90)  # tenths at which a level, an award or a retake turns
_TENTHS_MAX = 100
_ORDER = ("DIA", "KTPL", "LI", "HOA", "SINH", "CN", "TIN", "AN", "MT")
_NOT_SO_1 = {  # (HK II, year) -> a level of HK I that does not lead there
    ("T", "T"): "CĐ", ("T", "K"): "T", ("K", "K"): "CĐ", ("K", "Đ"): "T", ("Đ", "K"): "CĐ", ("Đ", "Đ"): "T",
}  # fmt: skip


def _subject_missing(value: Json) -> bool:
    row = row_of(value, "HDTN", "VAN")
    if row is None or not is_judged(value):
        return False
    value["subjects"].remove(row)
    return True


def _fifth_choice(value: Json) -> bool:
    """Add a chosen subject without marks, in its place."""
    codes = [row["code"] for row in value["subjects"]]
    extra = next((code for code in ("MT", "AN") if code not in codes), None)
    if value["grade"] < 10 or extra is None or not is_judged(value):
        return False
    after = max(k for k, code in enumerate(codes) if code in _ORDER[: _ORDER.index(extra)] or code == "GDDP")
    new = {"code": extra, "kind": "comment", "semester_1": "Đ", "semester_2": "Đ", "year": "Đ"}
    value["subjects"].insert(after + 1, new)
    return True


def _art_in_both_shapes(value: Json) -> bool:
    """Write Âm nhạc and Mĩ thuật beside Nghệ thuật, all with the same passed results."""
    row = row_of(value, "NT")
    if row is None or "CĐ" in row.values():
        return False
    place = value["subjects"].index(row) + 1
    value["subjects"][place:place] = [{**row, "code": code} for code in ("AN", "MT")]
    return True


def _topic_count(value: Json) -> bool:
    if "study_topics" not in value or value["student"].get("disability_exempt"):
        return False
    value["study_topics"] = value["study_topics"][:2]
    return True


def _topic_twice(value: Json) -> bool:
    if "study_topics" not in value:
        return False
    first, _, last = value["study_topics"]
    value["study_topics"] = [first, first, last]
    return True


def _topic_not_taken(value: Json) -> bool:
    if "study_topics" not in value:
        return False
    taken = {row["code"] for row in value["subjects"]}
    order = ("VAN", "TOAN", "SU", *_ORDER)
    other = next(code for code in _ORDER if code not in taken)
    value["study_topics"] = sorted([*value["study_topics"][:2], other], key=order.index)
    return True


def other_year_mark(value: Json) -> bool:
    """Change a year average by 0.2 without crossing a threshold; shared with the former circular."""
    return _with_year_mark(value, lambda tenths, _: (tenths + 2, tenths - 2))


def _year_mark_unsure(value: Json) -> bool:
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


def _year_of_first_semester(value: Json) -> bool:
    """The year of a comment subject is said to be Đ though semester II is CĐ; its semester level is left out."""
    row = next((r for r in of_kind(value, "comment") if r.get("year") == "Đ"), None)
    if row is None or not is_judged(value):
        return False
    row["semester_2"] = "CĐ"
    del value["learning"]["semester_2"]
    return True


def _learning_differs(value: Json) -> bool:
    levels = value.get("learning")
    if levels is None or not is_judged(value) or row_of(value, "TDT", "NN2") is not None:
        return False  # a level that holds without the elective is accepted
    levels["semester_1"] = "CĐ" if levels["semester_1"] in "TK" else "T"
    return True


def _training_differs(value: Json) -> bool:
    levels = value.get("training", {})
    other = _NOT_SO_1.get((levels.get("semester_2", ""), levels.get("year", "")))
    if other is None or not is_judged(value):
        return False
    levels["semester_1"] = other
    return True


def _promotion_differs(value: Json) -> bool:
    if not is_judged(value) or value["result"].get("promotion") != "promoted":
        return False
    value["result"] = {"completed": False, "promotion": "retained"}
    # A pupil who passed only in the summer might have been retained in another reading; the year's own levels decide.
    return "retake" not in value["learning"] and "retake" not in value["training"]


def _promoted_though_absent(value: Json) -> bool:
    if not is_judged(value) or value["result"].get("promotion") != "promoted":
        return False
    value["absences"] = {"excused": 40, "unexcused": 6}
    return True


def _completion_differs(value: Json) -> bool:
    if not is_judged(value) or value["result"].get("promotion") != "promoted":
        return False
    value["result"] = {"completed": False, "promotion": "promoted"}
    return True


def _retake_of_what_passed(value: Json) -> bool:
    if not is_judged(value) or value["result"].get("promotion") != "promoted":
        return False
    row = next((r for r in of_kind(value, "score") if len(r["year"]) == 4 or r["year"] >= "5.0"), None)
    if row is None:
        return False
    row["retake"] = row["year"]
    return True


def _award_not_earned(value: Json) -> bool:
    if not is_judged(value) or value["result"].get("awards") == ["HSXS"]:
        return False
    value["result"]["awards"] = ["HSXS"]
    return True


def _is_new_grade_9(value: Json) -> bool:
    """The diploma is abolished from 2025-2026 on."""
    ready = value["grade"] == 9 and value["school_year"] >= "2025-2026" and is_judged(value)
    return bool(ready and value["result"]["completed"])


def _level_not_confirmed(value: Json) -> bool:
    return _is_new_grade_9(value) and value["result"].pop("programme_completed", False)


def _level_not_earned(value: Json) -> bool:
    """One comment subject at CĐ leaves a learning level Đạt as it is, but does not complete the level."""
    if not _is_new_grade_9(value) or {value["learning"]["semester_2"], value["learning"]["year"]} != {"Đ"}:
        return False
    row = row_of(value, "HDTN", "GDDP")
    if row is None or min(int(r["year"].replace(".", "")) for r in of_kind(value, "score")) < 35:
        return False
    row |= {"semester_2": "CĐ", "year": "CĐ"}
    return True


SECONDARY_FAULTS: Sequence[RuleFault] = (
    warned("SUBJECT_MISSING_SECONDARY", _subject_missing, TT22),
    warned("SUBJECT_CHOICE_COUNT", _fifth_choice, TT22),
    refused("SUBJECT_SHAPE_MIXED", _art_in_both_shapes, TT22, kind="art_in_both_shapes"),
    warned("STUDY_TOPIC_COUNT", _topic_count, TT22),
    warned("STUDY_TOPIC_TWICE", _topic_twice, TT22),
    warned("STUDY_TOPIC_NOT_TAKEN", _topic_not_taken, TT22),
    warned("YEAR_MARK_DIFFERS", other_year_mark, TT22),
    warned("YEAR_MARK_UNSURE", _year_mark_unsure, TT22),
    warned("YEAR_COMMENT_DIFFERS", _year_of_first_semester, TT22),
    warned("LEARNING_DIFFERS", _learning_differs, TT22),
    warned("TRAINING_DIFFERS", _training_differs, TT22),
    warned("PROMOTION_DIFFERS_SECONDARY", _promotion_differs, TT22),
    warned(
        "PROMOTION_DIFFERS_SECONDARY", _promoted_though_absent, TT22, kind="promoted_though_absent",
        beside=("LOWER_SECONDARY_NOT_EARNED",),
    ),
    warned("COMPLETION_DIFFERS_SECONDARY", _completion_differs, TT22),
    warned("RETAKE_WITHOUT_FAILURE", _retake_of_what_passed, TT22),
    warned("AWARD_NOT_EARNED_SECONDARY", _award_not_earned, TT22),
    warned("LOWER_SECONDARY_NOT_CONFIRMED", _level_not_confirmed, TT22),
    warned("LOWER_SECONDARY_NOT_EARNED", _level_not_earned, TT22, beside=("LEARNING_DIFFERS",)),
)  # fmt: skip
