"""Faults of a secondary year under TT 22/2021: subjects, averages, levels, retakes, promotion, awards, completion."""

from collections.abc import Sequence

from hub.local.population.codes import CHOSEN_SUBJECTS, STUDY_TOPICS
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
from hub.local.population.rule_faults.secondary_edits import (
    absent,
    awarded,
    other_year_mark,
    year_mark_unsure,
    year_of_first_semester,
)

__all__ = ["SECONDARY_FAULTS"]

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
    after = max(
        k for k, code in enumerate(codes) if code in CHOSEN_SUBJECTS[: CHOSEN_SUBJECTS.index(extra)] or code == "GDDP"
    )
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
    other = next(code for code in CHOSEN_SUBJECTS if code not in taken)
    value["study_topics"] = sorted([*value["study_topics"][:2], other], key=STUDY_TOPICS.index)
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
    warned("YEAR_MARK_UNSURE", year_mark_unsure, TT22),
    warned("YEAR_COMMENT_DIFFERS", year_of_first_semester, TT22),
    warned("LEARNING_DIFFERS", _learning_differs, TT22),
    warned("TRAINING_DIFFERS", _training_differs, TT22),
    warned("PROMOTION_DIFFERS_SECONDARY", _promotion_differs, TT22),
    warned(
        "PROMOTION_DIFFERS_SECONDARY", absent(40, 6), TT22, kind="promoted_though_absent",
        beside=("LOWER_SECONDARY_NOT_EARNED",),
    ),
    warned("COMPLETION_DIFFERS_SECONDARY", _completion_differs, TT22),
    warned("RETAKE_WITHOUT_FAILURE", _retake_of_what_passed, TT22),
    warned("AWARD_NOT_EARNED_SECONDARY", awarded("HSXS"), TT22),
    warned("LOWER_SECONDARY_NOT_CONFIRMED", _level_not_confirmed, TT22),
    warned("LOWER_SECONDARY_NOT_EARNED", _level_not_earned, TT22, beside=("LEARNING_DIFFERS",)),
)  # fmt: skip
