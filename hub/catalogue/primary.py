"""Primary school: the rules of Thông tư 27/2020/TT-BGDĐT. Structure refuses, recomputed values warn."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_TT27 = "Thông tư 27/2020/TT-BGDĐT"
_GRID = "Thông tư 32/2018/TT-BGDĐT; Thông tư 27/2020/TT-BGDĐT, Điều 6"
_LISTS = "vn.hocba.transcript/1; Thông tư 27/2020/TT-BGDĐT"
_FIX_VI = "Sửa trong phần mềm của trường, rồi lập và ký lại học bạ."
_FIX_EN = "Correct it in the school's software, then prepare and sign the transcript again."
_LOOK_VI = "Kiểm tra lại. Nếu nhà trường đã xét đúng thì không phải làm gì; nếu nhầm thì sửa và ký lại trước khi chốt."
_LOOK_EN = (
    "Check it. If the school decided rightly, nothing is to be done; if not, correct and sign again before the lock."
)


def _refuse(code: str, certainty: Certainty, source: str, vi: str, en: str) -> Entry:
    return Entry(code, Severity.REFUSE, certainty, source, vi, en, _FIX_VI, _FIX_EN)


def _warn(code: str, certainty: Certainty, source: str, vi: str, en: str) -> Entry:
    return Entry(code, Severity.WARN, certainty, source, vi, en, _LOOK_VI, _LOOK_EN)


ENTRIES: tuple[Entry, ...] = (
    _refuse(
        "SUBJECT_UNKNOWN",
        Certainty.CONTRACT,
        "vn.hocba.transcript/1",
        "Mã môn học hoặc hoạt động giáo dục không có trong danh mục của {regulation}.",
        "The subject code is not in the list of {regulation}.",
    ),
    _refuse(
        "SUBJECT_NOT_IN_GRADE",
        Certainty.SECONDARY,
        _GRID,
        "Môn “{subject}” không có trong chương trình lớp {grade}.",
        "Subject “{subject}” is not taught in grade {grade}.",
    ),
    _refuse(
        "SUBJECT_MISSING",
        Certainty.SECONDARY,
        _GRID,
        "Thiếu môn học bắt buộc của lớp {grade}: {subject}.",
        "A required subject of grade {grade} is missing: {subject}.",
    ),
    _refuse(
        "SUBJECT_TWICE",
        Certainty.CONTRACT,
        "vn.hocba.transcript/1",
        "Môn “{subject}” xuất hiện hai lần (ở cả dòng {first}).",
        "Subject “{subject}” appears twice (also in row {first}).",
    ),
    _refuse(
        "SUBJECT_SHAPE_MIXED",
        Certainty.CONTRACT,
        "vn.hocba.transcript/1",
        "Một môn ghi lẫn hai cách: chỉ dùng một dòng {one}, hoặc hai dòng {two}.",
        "One subject is written in two ways: use one row {one}, or two rows {two}.",
    ),
    _refuse(
        "SUBJECT_KIND_WRONG",
        Certainty.CONTRACT,
        "vn.hocba.transcript/1",
        "Hình thức đánh giá của môn “{subject}” phải là “{expected}”.",
        "The kind of assessment of “{subject}” must be “{expected}”.",
    ),
    _refuse(
        "LEVEL_MISSING",
        Certainty.SECONDARY,
        f"{_TT27}, Điều 6",
        "Môn “{subject}” chưa có mức đạt được (T, H hoặc C).",
        "Subject “{subject}” has no level (T, H or C).",
    ),
    Entry(
        "SCORE_MISSING",
        Severity.WARN,
        Certainty.ASSUMED,
        f"{_TT27}, Điều 7",
        "Môn “{subject}” chưa có điểm kiểm tra định kì cuối năm.",
        "Subject “{subject}” has no end-of-year test score.",
        "Bổ sung điểm nếu có. Tệp C1 của lớp 3 không có cột điểm Ngoại ngữ 1 và Tin học và Công nghệ.",
        "Add the score if there is one. The C1 sheet of grade 3 has no score columns for Ngoại ngữ 1 and TH-CN.",
    ),
    _warn(
        "SCORE_UNEXPECTED",
        Certainty.ASSUMED,
        f"{_TT27}, Điều 7",
        "Môn “{subject}” ở lớp {grade} không có bài kiểm tra định kì nhưng lại có điểm.",
        "Subject “{subject}” in grade {grade} has no periodic test, yet there is a score.",
    ),
    _refuse(
        "SCORE_NOT_INTEGER",
        Certainty.SECONDARY,
        f"{_TT27}, Điều 7",
        "Điểm kiểm tra ở tiểu học không có phần thập phân; phải là số nguyên, ví dụ “9.0”.",
        "A primary test score has no decimals; it must be a whole number, such as “9.0”.",
    ),
    _refuse(
        "QUALITY_UNKNOWN",
        Certainty.CONTRACT,
        _LISTS,
        "Mã phẩm chất không có trong danh mục: {allowed}.",
        "The code of the quality is outside its list: {allowed}.",
    ),
    _refuse(
        "QUALITY_MISSING",
        Certainty.SECONDARY,
        f"{_TT27}, Điều 8",
        "Thiếu đánh giá phẩm chất: {item}.",
        "The assessment of a quality is missing: {item}.",
    ),
    _refuse(
        "QUALITY_TWICE",
        Certainty.CONTRACT,
        "vn.hocba.transcript/1",
        "Phẩm chất “{item}” xuất hiện hai lần.",
        "Quality “{item}” appears twice.",
    ),
    _refuse(
        "COMPETENCE_UNKNOWN",
        Certainty.CONTRACT,
        _LISTS,
        "Mã năng lực không có trong danh mục: {allowed}.",
        "The code of the competence is outside its list: {allowed}.",
    ),
    _refuse(
        "COMPETENCE_MISSING",
        Certainty.SECONDARY,
        f"{_TT27}, Điều 8",
        "Thiếu đánh giá năng lực: {item}.",
        "The assessment of a competence is missing: {item}.",
    ),
    Entry(
        "COMPETENCE_MISSING_FROM_GRADE_3",
        Severity.WARN,
        Certainty.ASSUMED,
        f"{_TT27}, Điều 8",
        "Từ lớp 3 nên có đánh giá năng lực: {item}.",
        "From grade 3 on the competence should be assessed: {item}.",
        "Bổ sung nếu có. Tệp C1 của lớp 3 không có cột năng lực Công nghệ và Tin học.",
        "Add it if there is one. The C1 sheet of grade 3 has no columns for technology and informatics.",
    ),
    _warn(
        "COMPETENCE_UNEXPECTED",
        Certainty.ASSUMED,
        f"{_TT27}, Điều 8",
        "Năng lực “{item}” thường chỉ đánh giá từ lớp 3.",
        "Competence “{item}” is usually assessed from grade 3 on.",
    ),
    _refuse(
        "COMPETENCE_TWICE",
        Certainty.CONTRACT,
        "vn.hocba.transcript/1",
        "Năng lực “{item}” xuất hiện hai lần.",
        "Competence “{item}” appears twice.",
    ),
    _refuse(
        "RATING_MISSING",
        Certainty.SECONDARY,
        f"{_TT27}, Điều 9",
        "Học bạ cả năm chưa có đánh giá kết quả giáo dục (HTXS, HTT, HT hoặc CHT).",
        "A year transcript has no overall rating (HTXS, HTT, HT or CHT).",
    ),
    _warn(
        "RATING_DIFFERS",
        Certainty.ASSUMED,
        f"{_TT27}, Điều 9",
        "Đánh giá kết quả giáo dục ghi {stated}; xét lại theo Điều 9 được {expected}: {working}.",
        "The overall rating says {stated}; recomputed under Điều 9 it is {expected}: {working}.",
    ),
    _warn(
        "COMPLETION_DIFFERS",
        Certainty.ASSUMED,
        f"{_TT27}, Điều 9, Điều 11",
        "{name}: học bạ ghi {stated}, theo kết quả đánh giá là {expected} ({working}).",
        "{name}: the transcript says {stated}, by its rating it is {expected} ({working}).",
    ),
    _warn(
        "PROMOTION_DIFFERS",
        Certainty.ASSUMED,
        f"{_TT27}, Điều 11",
        "Ghi “{stated}” không hợp với kết quả hoàn thành chương trình lớp học ở tiểu học ({working}).",
        "“{stated}” does not agree with the completion of the class in primary school ({working}).",
    ),
    _refuse(
        "PROGRAMME_COMPLETED_WRONG",
        Certainty.TEXT,
        "Luật Giáo dục 43/2019/QH14, Điều 34",
        "Hoàn thành chương trình tiểu học chỉ xác nhận ở lớp 5 và khi đã hoàn thành lớp đó.",
        "Completion of primary school is confirmed only in grade 5 and when that grade is completed.",
    ),
    _warn(
        "PROGRAMME_COMPLETED_MISSING",
        Certainty.SECONDARY,
        "Luật Giáo dục 43/2019/QH14, Điều 34",
        "Học sinh đã hoàn thành lớp 5 nhưng chưa xác nhận hoàn thành chương trình tiểu học.",
        "The pupil completed grade 5, but completion of primary school is not confirmed.",
    ),
    _refuse(
        "AWARD_UNKNOWN",
        Certainty.CONTRACT,
        "vn.hocba.transcript/1",
        "Mã danh hiệu không có trong danh mục: {allowed}.",
        "The award code is outside its list: {allowed}.",
    ),
    _refuse(
        "AWARD_TWICE",
        Certainty.CONTRACT,
        "vn.hocba.transcript/1",
        "Danh hiệu “{award}” ghi hai lần.",
        "Award “{award}” is written twice.",
    ),
    _warn(
        "AWARD_NOT_FOR_REGULATION",
        Certainty.ASSUMED,
        f"{_TT27}, Điều 13; Thông tư 22/2021/TT-BGDĐT, Điều 15",
        "Danh hiệu “{award}” không có trong {regulation}.",
        "Award “{award}” does not exist under {regulation}.",
    ),
    _warn(
        "AWARD_NOT_EARNED",
        Certainty.ASSUMED,
        f"{_TT27}, Điều 13",
        "Học bạ ghi danh hiệu {name}, nhưng kết quả không đủ điều kiện: {working} ({formula}).",
        "The transcript has the award {name}, but its rating does not allow it: {working} ({formula}).",
    ),
    _warn(
        "AWARD_MISSING",
        Certainty.ASSUMED,
        f"{_TT27}, Điều 13",
        "Kết quả đủ điều kiện danh hiệu {name}, nhưng phần khen thưởng của học bạ không ghi ({working}).",
        "The rating earns the award {name}, but the awards of the transcript lack it ({working}).",
    ),
)
