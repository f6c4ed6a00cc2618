"""Codes of one row of a result sheet, and of its meeting with the pupil list."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ROWS"]

_SOURCE = "Hợp đồng đọc tệp của hub"
_C1 = "Mẫu kết quả cấp tiểu học của cơ sở dữ liệu ngành (35 cột)"


def _row(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    """Return a code that keeps the row out."""
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _told(
    code: str, vi: str, en: str, next_vi: str, next_en: str, *, certainty: Certainty = Certainty.CONTRACT
) -> Entry:
    """Return a code that goes with a row that is read."""
    source = _SOURCE if certainty is Certainty.CONTRACT else _C1
    return Entry(code, Severity.WARN, certainty, source, vi, en, next_vi, next_en)


ROWS: tuple[Entry, ...] = (
    _row(
        "ROW_HIDDEN",
        "Hàng {row} đang bị ẩn (hoặc bị lọc) nên không được dùng.",
        "Row {row} is hidden (or filtered away) and is not used.",
        "Bỏ lọc và bỏ ẩn hàng, xem lại; xóa hàng nếu thừa, lưu, rồi chạy lại.",
        "Clear the filter, unhide the row and look at it; delete it if spare, save, and run again.",
    ),
    _told(
        "ROW_IGNORED",
        "Hàng {row} không có mã học sinh, họ tên hay kết quả nào nên không phải hàng học sinh.",
        "Row {row} has no student code, no name and no result, so it is not a pupil's row.",
        "Không cần làm gì nếu đó là dòng ghi chú hay chữ ký; nếu là học sinh, ghi mã và họ tên.",
        "Nothing to do if it is a note or a signature line; if it is a pupil, write code and name.",
    ),
    _row(
        "ROW_NOT_A_DOCUMENT",
        "Hàng {row} không lập được thành học bạ ({reason}).",
        "Row {row} does not make a transcript ({reason}).",
        "Kiểm tra các ô của hàng này, rồi chạy lại.",
        "Check the cells of this row and run again.",
    ),
    _row(
        "STUDENT_CODE_ZERO_LOST",
        "Mã học sinh “{shown}” có vẻ đã mất số 0 ở đầu; đề nghị “{proposal}”.",
        "The student code “{shown}” seems to have lost its leading zero; proposed: “{proposal}”.",
        "Đổi kiểu cột thành Văn bản (Text), ghi đủ mã “{proposal}” nếu đúng, lưu, rồi chạy lại.",
        "Format the column as Text, write “{proposal}” if that is right, save, and run again.",
    ),
    _told(
        "STUDENT_CODE_LENGTH",
        "Mã học sinh thường có 10 chữ số; mã này không như vậy.",
        "A student code usually has 10 digits; this one has not.",
        "Đối chiếu mã với cơ sở dữ liệu ngành.",
        "Compare the code with the sector's database.",
        certainty=Certainty.ASSUMED,
    ),
    _row(
        "PUPIL_ROW_TWICE",
        "Học sinh có ở nhiều hàng: {rows}; không hàng nào được dùng.",
        "The pupil stands in several rows: {rows}; none of them is used.",
        "Giữ lại một hàng đúng, xóa các hàng kia, lưu, rồi chạy lại.",
        "Keep the one right row, delete the others, save, and run again.",
    ),
    _row(
        "PUPIL_LIST_TWICE",
        "Mã học sinh có ở nhiều hàng trong danh sách học sinh: {rows}.",
        "The student code stands in several rows of the pupil list: {rows}.",
        "Xuất lại danh sách học sinh, hoặc bỏ hàng trùng, rồi chạy lại.",
        "Export the pupil list again, or remove the repeated row, and run again.",
    ),
    _row(
        "PUPIL_NOT_IN_LIST",
        "Mã học sinh không có trong danh sách học sinh.",
        "The student code is not in the pupil list.",
        "Kiểm tra mã, hoặc xuất lại danh sách học sinh đúng năm học.",
        "Check the code, or export the pupil list of the right school year again.",
    ),
    _row(
        "PUPIL_LIST_ROW_REFUSED",
        "Hàng của học sinh này trong danh sách học sinh ({where}) có lỗi: {codes}.",
        "This pupil's row in the pupil list ({where}) has faults: {codes}.",
        "Sửa hàng đó trong danh sách học sinh, rồi chạy lại.",
        "Correct that row of the pupil list and run again.",
    ),
    _told(
        "PUPIL_WITHOUT_RESULT",
        "Học sinh có trong danh sách nhưng không có hàng kết quả.",
        "The pupil is in the list but has no row of results.",
        "Nếu học sinh còn học ở trường, bổ sung hàng kết quả.",
        "If the pupil is still at the school, add the row of results.",
    ),
    _told(
        "PUPIL_LIST_ABSENT",
        "Không có danh sách học sinh nên chưa biết giới tính, dân tộc, số định danh; chỉ để kiểm tra, không ký được.",
        "There is no pupil list, so gender, ethnicity and personal number are unknown: for checking only, not signing.",
        "Chạy lại với --pupils và tệp C1-HocSinh để lập học bạ.",
        "Run again with --pupils and the C1-HocSinh file to prepare transcripts.",
    ),
    _row(
        "PUPIL_NAME_DIFFERS",
        "Họ tên ở bảng kết quả khác họ tên trong danh sách học sinh ({where}) của cùng mã.",
        "The name in the result sheet is not the name in the pupil list ({where}) under the same code.",
        "Kiểm tra mã học sinh có bị gán nhầm người không; sửa rồi chạy lại.",
        "Check whether the code was given to the wrong pupil; correct it and run again.",
    ),
    _told(
        "PUPIL_NAME_SPELLING",
        "Họ tên hai nơi chỉ khác cách viết (hoa/thường, vị trí dấu); đã lấy theo danh sách học sinh ({where}).",
        "The names differ in spelling only (case, place of the tone mark); the pupil list ({where}) is used.",
        "Sửa cho hai nơi giống nhau.",
        "Make the two agree.",
    ),
    _told(
        "PUPIL_BIRTH_DATE_DIFFERS",
        "Ngày sinh ở bảng kết quả khác danh sách học sinh ({where}); đã lấy theo danh sách học sinh.",
        "The birth date differs from the pupil list ({where}); that of the pupil list is used.",
        "Đối chiếu giấy khai sinh và sửa nơi sai trước khi ký.",
        "Compare with the birth certificate and correct the wrong place before signing.",
    ),
    _told(
        "PUPIL_CLASS_DIFFERS",
        "Lớp ở bảng kết quả khác lớp trong danh sách học sinh ({where}); đã lấy theo bảng kết quả.",
        "The class differs from the pupil list ({where}); that of the result sheet is used.",
        "Kiểm tra học sinh có chuyển lớp trong năm không.",
        "Check whether the pupil changed class during the year.",
    ),
    _told(
        "PUPIL_STATUS",
        "Trạng thái trong danh sách học sinh ({where}) không phải “đang học”.",
        "The status in the pupil list ({where}) is not “đang học” (attending).",
        "Kiểm tra học sinh còn thuộc trường khi kết thúc năm học không.",
        "Check whether the pupil still belonged to the school at the end of the year.",
    ),
    _row(
        "PUPIL_NAME_NOT_IN_LIST",
        "Bảng không có mã học sinh, và không học sinh nào trong danh sách mang họ tên này.",
        "The sheet has no student code, and no pupil of the list has this name.",
        "Sửa họ tên cho giống danh sách học sinh, hoặc xuất lại danh sách đúng năm học, rồi chạy lại.",
        "Make the name agree with the pupil list, or export the list of the right school year, and run again.",
    ),
    _row(
        "PUPIL_NAME_OTHER_BIRTH_DATE",
        "Trong danh sách có học sinh cùng họ tên nhưng khác ngày sinh ({rows}); chưa dùng.",
        "The list has a pupil of this name with another birth date ({rows}), who is not used.",
        "Đối chiếu giấy khai sinh, sửa ngày sinh ở nơi sai, rồi chạy lại.",
        "Compare with the birth certificate, correct the wrong birth date, and run again.",
    ),
    _row(
        "PUPIL_NAME_SEVERAL",
        "Nhiều học sinh trong danh sách hợp với họ tên, ngày sinh và lớp này: {rows}.",
        "Several pupils of the list have this name, birth date and class: {rows}.",
        "Xuất bảng có cột “Mã học sinh”, hoặc dùng dạng JSON Lines (tệp .jsonl) cho các học sinh này.",
        "Export the sheet with a column “Mã học sinh”, or use the JSON Lines form (.jsonl) for these pupils.",
    ),
    _row(
        "CLASS_SHEET_WITHOUT_CLASS",
        "Trang tính {sheet} không có dòng “Lớp: …” phía trên bảng.",
        "Sheet {sheet} has no line “Lớp: …” above the table.",
        "Ghi “Lớp: ” và tên lớp phía trên bảng (ví dụ Lớp: 1A), lưu, rồi chạy lại.",
        "Write “Lớp: ” and the class above the table (such as Lớp: 1A), save, and run again.",
    ),
    _row(
        "CLASS_SHEET_YEAR_DIFFERS",
        "Trang tính {sheet} ghi năm học {found}, khác năm học đang lập ({expected}).",
        "Sheet {sheet} says school year {found}, not the one asked for ({expected}).",
        "Chọn đúng tệp hoặc đúng năm học (--year), rồi chạy lại.",
        "Choose the right file or the right school year (--year), and run again.",
    ),
    _row(
        "CLASS_SHEET_OTHER_PERIOD",
        "Trang tính {sheet} là bảng của kỳ đánh giá khác (“{found}”), không phải cuối năm.",
        "Sheet {sheet} is of another period (“{found}”), not of the end of the year.",
        "Xuất bảng tổng hợp cuối năm học, rồi chạy lại.",
        "Export the summary of the end of the school year and run again.",
    ),
    _row(
        "RATING_BOX_NONE",
        "Chưa đánh dấu ô nào trong bốn mức đánh giá kết quả giáo dục.",
        "None of the four boxes of the overall result is ticked.",
        "Đánh dấu đúng một ô theo sổ gốc, lưu, rồi chạy lại; học sinh được miễn đánh giá thì dùng JSON Lines (.jsonl).",
        "Tick exactly one box as the original record says, save, and run again; for exempt pupils use JSON Lines.",
    ),
    _row(
        "RATING_BOXES_SEVERAL",
        "Đánh dấu nhiều hơn một mức đánh giá kết quả giáo dục ({boxes}); không biết mức nào đúng.",
        "More than one box of the overall result is ticked ({boxes}); which one is right cannot be known.",
        "Chỉ giữ dấu ở một ô theo sổ gốc, lưu, rồi chạy lại.",
        "Leave the one tick that the original record says, save, and run again.",
    ),
    _told(
        "COMPLETION_DERIVED",
        "Trang tính không có cột Hoàn thành chương trình lớp học; theo ô đánh giá thì “{derived_vi}”; chỉ để kiểm tra.",
        "No column says who completed the grade; by the ticked box: “{derived_en}”. For checking only, not for signing.",
        "Thêm cột Hoàn thành chương trình lớp học, đánh dấu cho từng học sinh, rồi chạy lại để lập học bạ.",
        "Add a column Hoàn thành chương trình lớp học, tick it pupil by pupil, and run again to prepare transcripts.",
    ),
    _row(
        "GRADE_UNKNOWN",
        "Không biết học sinh học lớp mấy từ mã lớp và danh sách học sinh.",
        "The pupil's grade cannot be known from the class code and the pupil list.",
        "Ghi mã lớp bắt đầu bằng số lớp (ví dụ 1A, 3B), hoặc thêm cột Khối vào danh sách học sinh.",
        "Write the class code so that it starts with the grade (1A, 3B), or add a column Khối to the pupil list.",
    ),
    _row(
        "GRADE_DIFFERS",
        "Khối lớp ở hai nơi khác nhau ({grades}).",
        "The two places give different grades ({grades}).",
        "Sửa mã lớp hoặc khối ở nơi sai, rồi chạy lại.",
        "Correct the class code or the grade where it is wrong, and run again.",
    ),
    _row(
        "GRADE_COLUMNS_UNKNOWN",
        "Mẫu bảng này chỉ dùng cho lớp 1 đến lớp 3; cột của lớp {grade} chưa biết.",
        "This sheet serves grades 1 to 3; the columns of grade {grade} are not known.",
        "Với lớp 4 trở lên, dùng dạng JSON Lines (mỗi dòng một học bạ, tệp .jsonl).",
        "From grade 4 on, use the JSON Lines form (one transcript a line, a .jsonl file).",
    ),
    _told(
        "GRADE_3_COLUMNS_ABSENT",
        "Mẫu bảng không có điểm Ngoại ngữ 1, TH-CN, cũng không có năng lực công nghệ và tin học của lớp 3.",
        "The sheet has no scores of Ngoại ngữ 1 and TH-CN, and not the competences công nghệ and tin học of grade 3.",
        "Nếu học bạ cần các mục này, dùng dạng JSON Lines (tệp .jsonl).",
        "If the transcript needs them, use the JSON Lines form (.jsonl).",
        certainty=Certainty.SECONDARY,
    ),
    _row(
        "REGULATION_NOT_OF_SHEET",
        "Lớp {grade} năm học {school_year} theo quy định {regulation}; mẫu bảng này theo TT 27/2020.",
        "Grade {grade} in {school_year} follows {regulation}; this sheet follows TT 27/2020.",
        "Dùng dạng JSON Lines (tệp .jsonl) cho năm học này.",
        "Use the JSON Lines form (.jsonl) for this school year.",
    ),
)
