"""Secondary school: values recomputed under Thông tư 22/2021, and what follows from them. Recomputed values warn by default."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_TT22 = "Thông tư 22/2021/TT-BGDĐT"
_LOOK_VI = "Nếu nhà trường đã xét đúng thì không phải làm gì; nếu nhầm thì sửa trong phần mềm, lập và ký lại học bạ trước khi chốt."
_LOOK_EN = "If the school decided rightly, nothing is to be done; if not, correct it, then prepare and sign again before the lock."


def _warn(code: str, certainty: Certainty, source: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.WARN, certainty, source, vi, en, f"{next_vi} {_LOOK_VI}", f"{next_en} {_LOOK_EN}")


_MARKS = (
    _warn(
        "SEMESTER_MARK_DIFFERS",
        Certainty.SECONDARY,
        f"{_TT22}, Điều 9 khoản 1",
        "{name}: ghi {stated}, tính lại được {expected}: {working}.",
        "{name}: it says {stated}, recomputed it is {expected}: {working}.",
        "So lại các điểm thường xuyên, giữa kì, cuối kì của môn này với sổ điểm.",
        "Compare the regular, midterm and final marks of this subject with the mark book.",
    ),
    _warn(
        "SEMESTER_COMMENT_DIFFERS",
        Certainty.SECONDARY,
        f"{_TT22}, Điều 9 khoản 1",
        "{name}: ghi {stated}, xét lại được {expected}: {working}.",
        "{name}: it says {stated}, recomputed it is {expected}: {working}.",
        "So lại các lần đánh giá của môn này với sổ theo dõi.",
        "Compare the assessments of this subject with the teacher's book.",
    ),
    _warn(
        "YEAR_MARK_DIFFERS",
        Certainty.SECONDARY,
        f"{_TT22}, Điều 9 khoản 1",
        "{name}: học bạ ghi {stated}, tính lại được {expected}: {working}.",
        "{name}: the transcript says {stated}, recomputed it is {expected}: {working}.",
        "So lại điểm trung bình hai học kì; điểm cả năm tính từ hai điểm đã làm tròn, phần lẻ từ 0.05 làm tròn lên.",
        "Compare both semester averages; the year is computed from the rounded ones, and 0.05 rounds up.",
    ),
    _warn(
        "YEAR_MARK_UNSURE",
        Certainty.ASSUMED,
        f"{_TT22}, Điều 9 khoản 1",
        "{name}: học bạ ghi {stated}, tính từ hai điểm học kì đã làm tròn được {expected}: {working}.",
        "{name}: the transcript says {stated}; from the rounded semester averages it is {expected}: {working}.",
        "Chênh lệch nhỏ này có thể do tính từ điểm học kì chưa làm tròn.",
        "So small a difference may come from semester averages that were not rounded first.",
    ),
    _warn(
        "YEAR_COMMENT_DIFFERS",
        Certainty.SECONDARY,
        f"{_TT22}, Điều 9 khoản 1",
        "{name}: học bạ ghi {stated}, nhưng cả năm lấy theo học kì II là {expected} ({inputs}).",
        "{name}: the transcript says {stated}, but the year is that of semester II, {expected} ({inputs}).",
        "Môn đánh giá bằng nhận xét lấy kết quả học kì II làm kết quả cả năm.",
        "A subject assessed by comments takes the result of semester II for the year.",
    ),
)
_RESULTS = (
    _warn(
        "LEARNING_DIFFERS",
        Certainty.SECONDARY,
        f"{_TT22}, Điều 9 khoản 2, 3",
        "{name}: học bạ ghi {stated}, xét lại được {expected}: {working}.",
        "{name}: the transcript says {stated}, recomputed it is {expected}: {working}.",
        "So lại kết quả từng môn và việc điều chỉnh do một môn.",
        "Compare the result of each subject, and the adjustment for one subject.",
    ),
    _warn(
        "TRAINING_DIFFERS",
        Certainty.SECONDARY,
        f"{_TT22}, Điều 8",
        "{name}: học bạ ghi {stated}, theo hai học kì là {expected}: {working}.",
        "{name}: the transcript says {stated}, by both semesters it is {expected}: {working}.",
        "So lại mức rèn luyện của hai học kì với bảng xếp mức cả năm.",
        "Compare the levels of both semesters with the table for the year.",
    ),
    _warn(
        "PROMOTION_DIFFERS_SECONDARY",
        Certainty.SECONDARY,
        f"{_TT22}, Điều 12, 13, 14",
        "{name}: học bạ ghi “{stated}”, theo kết quả cả năm là “{expected}”: {working}.",
        "{name}: the transcript says “{stated}”, by the year's results it is “{expected}”: {working}.",
        "So lại kết quả học tập, rèn luyện, đánh giá lại và số buổi nghỉ.",
        "Compare learning, training, re-assessment and absences.",
    ),
    _warn(
        "COMPLETION_DIFFERS_SECONDARY",
        Certainty.ASSUMED,
        f"{_TT22}, Điều 12; vn.hocba.transcript/1",
        "{name}: học bạ ghi “{stated}”, theo kết quả là “{expected}”: {working}.",
        "{name}: the transcript says “{stated}”, by its result it is “{expected}”: {working}.",
        "Học sinh được lên lớp là hoàn thành lớp học.",
        "A pupil who is promoted has completed the class.",
    ),
    _warn(
        "AWARD_NOT_EARNED_SECONDARY",
        Certainty.SECONDARY,
        f"{_TT22}, Điều 15",
        "Danh hiệu “{name}” cần: {formula}; học bạ có {inputs}.",
        "The award “{name}” needs: {formula}; the transcript has {inputs}.",
        "So lại kết quả cả năm với điều kiện của danh hiệu.",
        "Compare the year's results with the conditions of the award.",
    ),
)
_PROGRAMME = (
    Entry(
        "PROGRAMME_COMPLETED_WRONG_SECONDARY",
        Severity.REFUSE,
        Certainty.SECONDARY,
        "Luật Giáo dục 43/2019/QH14, Điều 34; Luật 123/2025/QH15",
        "Hoàn thành chương trình trung học cơ sở hoặc trung học phổ thông chỉ xác nhận ở lớp 9 hoặc lớp 12, và khi đã hoàn thành lớp đó.",
        "Completion of lower or upper secondary school is confirmed only in grade 9 or 12, and when that grade is completed.",
        "Sửa trong phần mềm của trường, rồi lập và ký lại học bạ.",
        "Correct it in the school's software, then prepare and sign the transcript again.",
    ),
    _warn(
        "LOWER_SECONDARY_NOT_EARNED",
        Certainty.SECONDARY,
        "Luật 123/2025/QH15",
        "Chưa đủ điều kiện xác nhận hoàn thành chương trình giáo dục trung học cơ sở: {working}. Điều kiện: {formula}.",
        "The conditions for confirming lower secondary school do not hold: {working}. They are: {formula}.",
        "So lại kết quả của học sinh lớp 9 với điều kiện.",
        "Compare the results of the grade 9 pupil with the conditions.",
    ),
    _warn(
        "LOWER_SECONDARY_NOT_CONFIRMED",
        Certainty.SECONDARY,
        "Luật 123/2025/QH15; Luật Giáo dục 43/2019/QH14, Điều 34",
        "Học sinh đã hoàn thành lớp 9 nhưng học bạ chưa xác nhận hoàn thành chương trình giáo dục trung học cơ sở.",
        "The pupil completed grade 9, but completion of lower secondary school is not confirmed in the transcript.",
        "Hiệu trưởng xác nhận ngay trong học bạ, thay cho bằng tốt nghiệp.",
        "The headmaster confirms it in the transcript itself, in place of a diploma.",
    ),
)

ENTRIES: tuple[Entry, ...] = _MARKS + _RESULTS + _PROGRAMME
