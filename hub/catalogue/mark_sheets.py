"""Codes of secondary sheets of marks: one subject a sheet, component marks and averages, joined into transcripts."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "Hợp đồng đọc tệp của hub"
_TT22 = "Thông tư 22/2021/TT-BGDĐT"
_LINES_VI = "Dùng dạng JSON Lines (mỗi dòng một học bạ, tệp .jsonl), nhận mọi lớp và mọi năm học."
_LINES_EN = "Use the JSON Lines form (one transcript a line, a .jsonl file), which takes every grade and year."
_REST_VI = "Bổ sung trong phần mềm của trường rồi xuất lại, hoặc lập học bạ bằng dạng JSON Lines (tệp .jsonl)."
_REST_EN = "Add it in the school's software and export again, or prepare the transcripts as JSON Lines (.jsonl)."


def _refused(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    """Return a refusal of a sheet or of a pupil's rows."""
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _told(
    code: str, vi: str, en: str, next_vi: str, next_en: str,
    certainty: Certainty = Certainty.CONTRACT, source: str = _SOURCE,
) -> Entry:  # fmt: skip
    """Return a warning."""
    return Entry(code, Severity.WARN, certainty, source, vi, en, next_vi, next_en)


_SHEETS = (
    _refused(
        "SHEET_SUBJECT_UNKNOWN",
        "Trang tính {sheet} không cho biết là môn nào, hoặc tên môn không có trong danh mục ({shown}).",
        "Sheet {sheet} does not tell its subject, or the subject is not in the list ({shown}).",
        "Ghi tên môn vào tiêu đề, ví dụ “BẢNG ĐIỂM CHI TIẾT - MÔN TOÁN HỌC - HỌC KỲ 2”, rồi chạy lại.",
        "Write the subject into the title, such as “BẢNG ĐIỂM CHI TIẾT - MÔN TOÁN HỌC - HỌC KỲ 2”, and run again.",
    ),
    _refused(
        "SHEET_SEMESTER_UNKNOWN",
        "Trang tính {sheet} không cho biết là học kỳ nào.",
        "Sheet {sheet} does not tell its semester.",
        "Ghi học kỳ vào tiêu đề, ví dụ “HỌC KỲ 2”, rồi chạy lại.",
        "Write the semester into the title, such as “HỌC KỲ 2”, and run again.",
    ),
    _refused(
        "SHEET_YEAR_DIFFERS",
        "Trang tính {sheet} là của năm học {found}, không phải {expected}.",
        "Sheet {sheet} is of school year {found}, not {expected}.",
        "Chọn đúng tệp của năm học, hoặc sửa --year, rồi chạy lại.",
        "Take the file of the right school year, or correct --year, and run again.",
    ),
    _told(
        "SHEET_SUBJECT_FROM_NAME",
        "Tiêu đề của trang tính {sheet} không ghi môn; đã lấy môn {subject} theo tên trang tính.",
        "The title of sheet {sheet} names no subject; {subject} was taken from the sheet's name.",
        "Xem lại tên trang tính có đúng môn không.",
        "See whether the sheet's name is the right subject.",
    ),
    _told(
        "SHEET_WITHOUT_PUPIL",
        "Học sinh không có trong trang tính {sheet} (môn {subject}), nên học bạ thiếu kết quả ở đó.",
        "The pupil is not on sheet {sheet} (subject {subject}), so the transcript lacks what stands there.",
        "Nếu học sinh học môn này ở lớp này, bổ sung hàng rồi chạy lại.",
        "If the pupil takes the subject in this class, add the row and run again.",
    ),
    _refused(
        "SHEET_VALUES_DIFFER",
        "Hai nơi cho hai kết quả khác nhau của môn {subject}, {part}: “{one}” và “{other}” ({where}).",
        "Two places give different results of subject {subject}, {part}: “{one}” and “{other}” ({where}).",
        "Giữ lại bảng điểm đúng, bỏ bảng kia, rồi chạy lại.",
        "Keep the right sheet, leave the other out, and run again.",
    ),
    _told(
        "SUBJECTS_NOT_IN_SHEETS",
        "Các tệp đã cho chưa có bảng điểm của lớp {class} cho các môn: {subjects}.",
        "The files given have no sheet of class {class} for the subjects: {subjects}.",
        "Thêm các bảng điểm còn thiếu rồi chạy lại.",
        "Add the missing sheets and run again.",
        Certainty.ASSUMED,
        "Thông tư 32/2018/TT-BGDĐT; Thông tư 13/2022/TT-BGDĐT",
    ),
    _told(
        "YEAR_RESULTS_NOT_IN_SHEETS",
        "Bảng điểm của lớp {class} không ghi kết quả cả năm (ĐTBmcn hoặc Đ/CĐ) của các môn: {subjects}.",
        "The sheets of class {class} state no result of the year (ĐTBmcn or Đ/CĐ) of the subjects: {subjects}.",
        _REST_VI,
        _REST_EN,
    ),
    _told(
        "RESULTS_NOT_IN_SHEETS",
        "Bảng điểm môn học không có: {missing}; chỉ để kiểm tra, chưa lập được học bạ để ký.",
        "Sheets of marks do not have: {missing}; they serve for checking, and no transcript to sign comes of them.",
        _REST_VI,
        _REST_EN,
    ),
)  # fmt: skip

_ROWS = (
    _refused(
        "MARK_SHEET_GRADE",
        "Bảng điểm môn học này dùng cho lớp 6 đến lớp 12, không dùng cho lớp {grade}.",
        "This sheet of marks serves grades 6 to 12, not grade {grade}.",
        "Kiểm tra tên lớp; với lớp 1 đến lớp 5 dùng mẫu của tiểu học.",
        "Check the class; for grades 1 to 5 use the sheets of primary school.",
    ),
    _refused(
        "MARK_SHEET_REGULATION",
        "Lớp {grade} năm học {school_year} theo quy định {regulation}; bảng điểm này theo Thông tư 22/2021.",
        "Grade {grade} in {school_year} follows {regulation}; this sheet of marks follows Thông tư 22/2021.",
        _LINES_VI,
        _LINES_EN,
    ),
    _told(
        "CELL_MARK_PRECISE",
        "Điểm có hơn một chữ số thập phân (làm tròn là {rounded}); đã tính với điểm như đang ghi.",
        "The mark has more than one decimal (rounded: {rounded}); it was used as it stands.",
        "Sửa điểm thành số có một chữ số thập phân trong phần mềm của trường.",
        "Write the mark with one decimal in the school's software.",
        Certainty.SECONDARY,
        f"{_TT22}, Điều 5.3.b",
    ),
    _told(
        "MARKS_INCOMPLETE",
        "Thiếu {missing}, nên chưa kiểm tra được kết quả học kỳ {semester} là “{stated}”.",
        "There is no {missing}, so the result “{stated}” of semester {semester} could not be checked.",
        "Bổ sung điểm còn thiếu, hoặc xem vì sao có kết quả khi chưa đủ điểm.",
        "Add the missing marks, or see why there is a result without them.",
        Certainty.ASSUMED,
        f"{_TT22}, Điều 6, Điều 9.1",
    ),
    _told(
        "MARK_COUNT_FEWER",
        "Có {count} ĐĐGtx trong học kỳ {semester}; cần ít nhất {needed} ({ground_vi}).",
        "There are {count} ĐĐGtx in semester {semester}; at least {needed} are needed ({ground_en}).",
        "Bổ sung điểm đánh giá thường xuyên nếu học sinh chưa được kiểm tra đủ.",
        "Add regular marks if the pupil has not been assessed often enough.",
        Certainty.ASSUMED,
        f"{_TT22}, Điều 6.2; số tiết theo Thông tư 32/2018/TT-BGDĐT",
    ),
    _told(
        "MARK_RESULT_ABSENT",
        "Hàng của học sinh không ghi kết quả học kỳ {semester} của môn {subject}; học bạ để trống kết quả này.",
        "The pupil's row states no result of semester {semester} in subject {subject}; the transcript leaves it out.",
        "Bổ sung kết quả nếu học sinh có học môn này; nếu được miễn, dùng dạng JSON Lines và ghi rõ là miễn.",
        "Add the result if the pupil takes the subject; if exempt, use JSON Lines and say so.",
    ),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = (*_SHEETS, *_ROWS)
