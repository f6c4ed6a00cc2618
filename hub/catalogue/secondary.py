"""Secondary school: the form of transcripts under Thông tư 22/2021 and, softened to warnings, 58/2011 and 30/2014."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_TT22 = "Thông tư 22/2021/TT-BGDĐT"
_FIX_VI = "Sửa trong phần mềm của trường, rồi lập và ký lại học bạ."
_FIX_EN = "Correct it in the school's software, then prepare and sign the transcript again."

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "SUBJECT_VALUE_MISSING",
        Severity.REFUSE,
        Certainty.CONTRACT,
        "vn.hocba.transcript/1",
        "Môn “{subject}” chưa có kết quả ở trường “{field}”.",
        "Subject “{subject}” has no result in field “{field}”.",
        _FIX_VI,
        _FIX_EN,
    ),
    Entry(
        "SUBJECT_VALUE_WRONG",
        Severity.REFUSE,
        Certainty.SECONDARY,
        f"{_TT22}, Điều 5",
        "Môn “{subject}” phải ghi {expected} ở trường “{field}”.",
        "Subject “{subject}” must have {expected} in field “{field}”.",
        "Môn đánh giá bằng điểm ghi điểm; môn đánh giá bằng nhận xét ghi Đ hoặc CĐ. Sửa rồi ký lại.",
        "Scored subjects take a mark, comment subjects take Đ or CĐ. Correct it and sign again.",
    ),
    Entry(
        "SUBJECT_MISSING_SECONDARY",
        Severity.WARN,
        Certainty.ASSUMED,
        "Thông tư 32/2018/TT-BGDĐT; Thông tư 13/2022/TT-BGDĐT",
        "Không thấy môn học bắt buộc của lớp {grade}: {subject}.",
        "A required subject of grade {grade} is not there: {subject}.",
        "Bổ sung nếu học sinh có học môn này; nếu được miễn thì ghi rõ là miễn.",
        "Add it if the pupil took it; if exempt, say so in the document.",
    ),
    Entry(
        "SUBJECT_CHOICE_COUNT",
        Severity.WARN,
        Certainty.ASSUMED,
        "Thông tư 13/2022/TT-BGDĐT",
        "Học sinh trung học phổ thông chọn 4 môn lựa chọn; học bạ có {count}.",
        "An upper secondary pupil takes 4 chosen subjects; the transcript has {count}.",
        "Kiểm tra lại các môn lựa chọn của học sinh; nếu đúng thì không phải làm gì.",
        "Check the pupil's chosen subjects; if right, nothing is to be done.",
    ),
    Entry(
        "YEAR_LEVELS_MISSING",
        Severity.REFUSE,
        Certainty.CONTRACT,
        "vn.hocba.transcript/1",
        "Thiếu {field}.",
        "There is no {field}.",
        _FIX_VI,
        _FIX_EN,
    ),
    Entry(
        "YEAR_LEVEL_WRONG",
        Severity.REFUSE,
        Certainty.SECONDARY,
        f"{_TT22}, Điều 8, Điều 9",
        "Mức đánh giá không thuộc danh mục của {regulation}: {allowed}.",
        "The level is outside the list of {regulation}: {allowed}.",
        _FIX_VI,
        _FIX_EN,
    ),
    Entry(
        "RETAKE_WITHOUT_FAILURE",
        Severity.WARN,
        Certainty.SECONDARY,
        f"{_TT22}, Điều 13, 14",
        "Có kết quả đánh giá lại ({retake}) cho {name}, nhưng cả năm đã đạt ({year}).",
        "There is a re-assessment ({retake}) for {name}, but the year was passed ({year}).",
        "Chỉ đánh giá lại môn nhận xét CĐ, môn điểm dưới 5.0, hoặc học tập, rèn luyện cả năm CĐ. Bỏ kết quả này nếu ghi nhầm.",
        "Only what failed is re-assessed: comments at CĐ, marks below 5.0, a year at CĐ. Remove it if it was entered by mistake.",
    ),
    Entry(
        "STUDY_TOPIC_COUNT",
        Severity.WARN,
        Certainty.ASSUMED,
        "Thông tư 32/2018/TT-BGDĐT; Thông tư 13/2022/TT-BGDĐT",
        "Học sinh trung học phổ thông học {expected} cụm chuyên đề; học bạ có {count}.",
        "An upper secondary pupil takes {expected} clusters of study topics; the transcript has {count}.",
        "Kiểm tra lại các chuyên đề học tập của học sinh; nếu đúng thì không phải làm gì.",
        "Check the pupil's study topics; if right, nothing is to be done.",
    ),
    Entry(
        "STUDY_TOPIC_TWICE",
        Severity.WARN,
        Certainty.ASSUMED,
        "Thông tư 32/2018/TT-BGDĐT; Thông tư 13/2022/TT-BGDĐT",
        "Chuyên đề của môn “{subject}” ghi hai lần (ở cả dòng {first}).",
        "The study topics of “{subject}” are written twice (also in row {first}).",
        "Mỗi môn chỉ ghi một cụm chuyên đề; bỏ dòng thừa rồi ký lại.",
        "A subject has one cluster of topics; remove the superfluous row and sign again.",
    ),
    Entry(
        "STUDY_TOPIC_NOT_TAKEN",
        Severity.WARN,
        Certainty.ASSUMED,
        "Thông tư 32/2018/TT-BGDĐT; Thông tư 13/2022/TT-BGDĐT",
        "Chuyên đề của môn “{subject}”: học sinh không học môn này, hoặc môn này không có chuyên đề.",
        "Study topics of “{subject}”: the pupil does not take this subject, or it has no topics.",
        "Kiểm tra lại môn của chuyên đề hoặc bổ sung môn học còn thiếu.",
        "Check the subject of the topics, or add the subject that is missing.",
    ),
)
