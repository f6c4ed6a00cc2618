"""Bytes and shape of a document: the profile HB-JCS/1 and the fields of `vn.hocba.transcript/1`."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_PROFILE = "HB-JCS/1 (RFC 8785, UTF-8, NFC)"
_SHAPE = "vn.hocba.transcript/1"
_SOFTWARE_VI = "Báo cho đơn vị cung cấp phần mềm lập học bạ sửa cách ghi tệp, rồi lập và ký lại."
_SOFTWARE_EN = "Tell the supplier of the transcript software to mend how it writes files, then prepare and sign again."
_FIX_VI = "Sửa ô này trong phần mềm của trường, rồi lập và ký lại học bạ."
_FIX_EN = "Correct this field in the school's software, then prepare and sign the transcript again."


def _bytes(code: str, vi: str, en: str) -> Entry:
    """Return a refusal of the profile that only software can mend."""
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _PROFILE, vi, en, _SOFTWARE_VI, _SOFTWARE_EN)


def _shape(code: str, vi: str, en: str, next_vi: str = _FIX_VI, next_en: str = _FIX_EN) -> Entry:
    """Return a refusal of the document's shape that a clerk can mend."""
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SHAPE, vi, en, next_vi, next_en)


ENTRIES: tuple[Entry, ...] = (
    _bytes(
        "DOCUMENT_TOO_LARGE",
        "Học bạ dài {bytes} byte, quá giới hạn {bytes_max} byte.",
        "The document has {bytes} bytes, more than the {bytes_max} allowed.",
    ),
    _bytes(
        "DOCUMENT_NOT_UTF8",
        "Tệp không phải UTF-8 (sai từ byte thứ {offset}).",
        "The document is not UTF-8 (wrong from byte {offset}).",
    ),
    _bytes(
        "DOCUMENT_BOM",
        "Tệp mở đầu bằng dấu BOM; hồ sơ ký số không được có dấu này.",
        "The document starts with a byte order mark, which a signed document must not have.",
    ),
    _bytes(
        "DOCUMENT_NOT_JSON",
        "Tệp không đọc được như JSON (sai ở vị trí {offset}).",
        "The document does not read as JSON (wrong at position {offset}).",
    ),
    _bytes(
        "DOCUMENT_TOO_DEEP",
        "Tệp lồng nhau quá {depth_max} tầng.",
        "The document is nested deeper than {depth_max} levels.",
    ),
    _bytes(
        "DOCUMENT_WHITESPACE",
        "Có dấu cách, tab hoặc xuống dòng (CRLF) nằm ngoài giá trị; dạng chuẩn không có (vị trí {offset}).",
        "There is white space or a line end (CRLF) outside values; the canonical form has none (position {offset}).",
    ),
    _bytes(
        "DOCUMENT_NOT_CANONICAL",
        "Các byte khác dạng chuẩn RFC 8785 (khác từ byte thứ {offset}).",
        "The bytes differ from the canonical form of RFC 8785 (from byte {offset}).",
    ),
    _bytes(
        "DOCUMENT_SHAPE",
        "Hồ sơ không khớp với cấu trúc học bạ.",
        "The document does not fit the transcript's structure.",
    ),
    _bytes(
        "KEY_ORDER",
        "Các trường không xếp theo thứ tự chuẩn: “{key}” phải đứng trước “{before}”.",
        "Fields are not in canonical order: “{key}” must come before “{before}”.",
    ),
    _bytes(
        "KEY_TWICE",
        "Trường “{key}” xuất hiện hai lần; không rõ giá trị nào đúng.",
        "Field “{key}” appears twice; which value counts is unknown.",
    ),
    _bytes(
        "NULL_VALUE",
        "Giá trị là null; trường không có dữ liệu thì phải bỏ hẳn.",
        "The value is null; a field without data must be left out.",
    ),
    _bytes(
        "NUMBER_NOT_INTEGER",
        "Có số thập phân viết dạng số; hồ sơ chỉ nhận số nguyên, còn điểm phải viết dạng chuỗi.",
        "A number is not a whole number; only whole numbers are taken, and marks must be text.",
    ),
    _bytes(
        "NUMBER_TOO_LARGE",
        "Số có quá nhiều chữ số ({digits}).",
        "The number has too many digits ({digits}).",
    ),
    _bytes(
        "TEXT_NOT_NFC",
        "Chữ tiếng Việt ở dạng tổ hợp (NFD) thay vì dựng sẵn (NFC); nhìn giống nhau nhưng byte khác nhau.",
        "The text is decomposed (NFD) instead of composed (NFC); it looks the same but its bytes differ.",
    ),
    _shape(
        "TEXT_FORBIDDEN_CHARACTER",
        "Có ký tự ẩn, điều khiển hoặc đảo chiều chữ: {character} ở vị trí {position}.",
        "There is an invisible, control or direction-changing character: {character} at position {position}.",
        "Xóa ký tự này (thường do dán từ nơi khác), gõ lại nội dung, rồi lập và ký lại.",
        "Delete this character (usually pasted from elsewhere), type the text again, then prepare and sign again.",
    ),
    _bytes(
        "FIELD_UNKNOWN",
        "Không có trường tên “{field}”. {hint_vi}",
        "There is no field named “{field}”. {hint_en}",
    ),
    _shape(
        "FIELD_MISSING",
        "Thiếu trường bắt buộc “{field}”.",
        "The required field “{field}” is missing.",
        "Bổ sung thông tin này trong phần mềm của trường, rồi lập và ký lại học bạ.",
        "Add it in the school's software, then prepare and sign the transcript again.",
    ),
    _bytes(
        "FIELD_TYPE",
        "Kiểu dữ liệu sai: cần {expected}, nhận được {got}.",
        "Wrong type: expected {expected}, got {got}.",
    ),
    _shape(
        "FIELD_NOT_FOR_REGULATION",
        "Trường “{field}” không thuộc học bạ theo {regulation}.",
        "Field “{field}” does not belong to a transcript under {regulation}.",
        "Kiểm tra lại khối lớp và thông tư áp dụng; bỏ trường này nếu thừa.",
        "Check the grade and the circular that applies; remove the field if it is superfluous.",
    ),
    _shape(
        "DOCUMENT_TYPE_UNKNOWN",
        "Loại hồ sơ không phải “{expected}”.",
        "The document's type is not “{expected}”.",
        _SOFTWARE_VI,
        _SOFTWARE_EN,
    ),
    _shape(
        "VALUE_NOT_IN_LIST",
        "Giá trị không thuộc danh mục: {allowed}.",
        "The value is outside its list: {allowed}.",
    ),
    _shape(
        "LEVEL_NOT_IN_LIST",
        "Mức đánh giá không thuộc danh mục của nó: {allowed}.",
        "The level is outside its list: {allowed}.",
        "Chọn lại mức đánh giá. Chú ý: môn học dùng T/H/C; phẩm chất, năng lực dùng T/Đ/C.",
        "Choose the level again. Note: subjects use T/H/C; qualities and competences use T/Đ/C.",
    ),
    _shape(
        "NUMBER_OUT_OF_RANGE",
        "Số nằm ngoài khoảng cho phép ({minimum} đến {maximum}).",
        "The number is outside its range ({minimum} to {maximum}).",
    ),
    _shape(
        "TEXT_LENGTH",
        "Nội dung để trống hoặc dài quá {length_max} ký tự.",
        "The text is empty or longer than {length_max} characters.",
    ),
    _shape(
        "TEXT_MALFORMED",
        "Giá trị không đúng dạng quy định: {expected}.",
        "The value does not have the required form: {expected}.",
    ),
    _shape(
        "ARRAY_ORDER",
        "Các dòng không theo thứ tự quy định; thứ tự đúng: {expected}.",
        "The rows are not in the defined order; the right order: {expected}.",
        _SOFTWARE_VI,
        _SOFTWARE_EN,
    ),
    _shape(
        "MARK_OUT_OF_RANGE",
        "Điểm nằm ngoài thang điểm 0 đến 10.",
        "The mark is outside the scale of 0 to 10.",
        "Đối chiếu với sổ điểm, sửa lại điểm, rồi lập và ký lại học bạ.",
        "Compare with the mark book, correct the mark, then prepare and sign the transcript again.",
    ),
    _shape(
        "MARK_DECIMAL_COMMA",
        "Điểm viết bằng dấu phẩy thập phân; đề nghị ghi “{repair}”.",
        "The mark uses a decimal comma; proposed: “{repair}”.",
        "Nếu “{repair}” đúng với sổ điểm thì ghi lại như vậy, rồi lập và ký lại.",
        "If “{repair}” agrees with the mark book, write it so, then prepare and sign again.",
    ),
    _shape(
        "MARK_TOO_PRECISE",
        "Điểm có hơn một chữ số thập phân; làm tròn sẽ là “{repair}”.",
        "The mark has more than one decimal; rounded it would be “{repair}”.",
        "Xác nhận với giáo viên điểm sau khi làm tròn, ghi lại, rồi lập và ký lại.",
        "Confirm the rounded mark with the teacher, write it, then prepare and sign again.",
    ),
    _shape(
        "MARK_NOT_TEXT",
        "Điểm phải viết dạng chuỗi có đúng một chữ số thập phân; đề nghị ghi “{repair}”.",
        "A mark must be text with exactly one decimal; proposed: “{repair}”.",
        _SOFTWARE_VI,
        _SOFTWARE_EN,
    ),
    _shape(
        "MARK_MALFORMED",
        "Không đọc được giá trị này như một điểm số.",
        "The value does not read as a mark.",
        "Đối chiếu với sổ điểm, ghi lại điểm, rồi lập và ký lại học bạ.",
        "Compare with the mark book, write the mark again, then prepare and sign the transcript again.",
    ),
)
