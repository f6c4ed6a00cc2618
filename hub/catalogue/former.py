"""The former circulars, Thông tư 58/2011 and Thông tư 30/2014: recomputed values and form, warnings only."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_TT58 = "Thông tư 58/2011/TT-BGDĐT (sửa đổi bởi Thông tư 26/2020/TT-BGDĐT)"
_TT30 = "Thông tư 30/2014/TT-BGDĐT (sửa đổi bởi Thông tư 22/2016/TT-BGDĐT)"
_LOOK_VI = (
    "Đối chiếu với sổ điểm, học bạ giấy của năm đó. Nếu học bạ đúng thì không phải làm gì; nếu nhầm thì sửa và ký lại."
)
_LOOK_EN = "Compare it with the books of that year. If the transcript is right, nothing is to be done; if not, correct and sign again."


def _warn(code: str, source: str, vi: str, en: str) -> Entry:
    """Return a warning on assumed ground, which no policy can raise: the texts of these circulars are not in hand."""
    return Entry(code, Severity.WARN, Certainty.ASSUMED, source, vi, en, _LOOK_VI, _LOOK_EN)


ENTRIES: tuple[Entry, ...] = (
    _warn(
        "FORMER_YEAR_MARK_DIFFERS",
        f"{_TT58}, Điều 10",
        "Môn {name}: điểm trung bình cả năm ghi {stated}, tính lại được {expected}: {working}.",
        "Subject {name}: the year's average says {stated}, recomputed it is {expected}: {working}.",
    ),
    _warn(
        "FORMER_YEAR_COMMENT_DIFFERS",
        f"{_TT58}, Điều 10",
        "Môn {name}: kết quả cả năm ghi {stated}, theo các học kì là {expected} ({inputs}; {formula}).",
        "Subject {name}: the year's result says {stated}, by its semesters it is {expected} ({inputs}; {formula}).",
    ),
    _warn(
        "FORMER_LEARNING_DIFFERS",
        f"{_TT58}, Điều 13",
        "{name} ghi {stated}, xét lại được {expected}: {working}.",
        "{name} says {stated}, recomputed it is {expected}: {working}.",
    ),
    _warn(
        "FORMER_LEARNING_UNSURE",
        f"{_TT58}, Điều 13",
        "{name} ghi {stated}, xét lại được {expected}: {working}. Lớp chuyên, việc điều chỉnh do một môn và các năm học trước 2020–2021 có thể xét khác.",
        "{name} says {stated}, recomputed it is {expected}: {working}. Chuyên classes, the adjustment for one subject and school years before 2020–2021 may differ.",
    ),
    _warn(
        "FORMER_COMPLETION_DIFFERS",
        f"{_TT58}, Điều 15; {_TT30}",
        "{name}: học bạ ghi {stated}, xét lại là {expected} ({formula}; {working}).",
        "{name}: the transcript says {stated}, recomputed it is {expected} ({formula}; {working}).",
    ),
    _warn(
        "FORMER_PROMOTION_DIFFERS",
        f"{_TT58}, Điều 15, Điều 16, Điều 17; {_TT30}",
        "Học bạ ghi “{stated}”, theo kết quả của năm học phải là {expected} ({working}).",
        "The transcript says “{stated}”, by the results of the year it should be {expected} ({working}).",
    ),
    _warn(
        "FORMER_TITLE_DIFFERS",
        f"{_TT58}, Điều 18",
        "{name} ghi {stated}, xét lại được {expected} ({formula}; {working}).",
        "{name} says {stated}, recomputed it is {expected} ({formula}; {working}).",
    ),
    _warn(
        "FORMER_LEVEL_MISSING",
        _TT30,
        "Môn “{subject}” chưa có mức đạt được (T, H hoặc C).",
        "Subject “{subject}” has no level (T, H or C).",
    ),
    _warn(
        "FORMER_SCORE_NOT_INTEGER",
        _TT30,
        "Điểm kiểm tra của môn “{subject}” có phần thập phân; ở tiểu học thường là số nguyên.",
        "The test score of “{subject}” has decimals; in primary school it is usually a whole number.",
    ),
)
