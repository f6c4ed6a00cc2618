"""Codes of connectors: what the conformance kit finds. Each is a fault of the connector, never of a record."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["CONFORMANCE"]

_SOURCE = "Bộ kiểm thử kết nối của hub"


def _fault(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    """Return a fault of a connector: with it, the connector does not pass."""
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


CONFORMANCE: tuple[Entry, ...] = (
    Entry(
        "CONFORMANCE_NOT_APPLICABLE",
        Severity.WARN,
        Certainty.CONTRACT,
        _SOURCE,
        "Không kiểm được {what}: {reason_vi}.",
        "{what} was not checked: {reason_en}.",
        "Không phải lỗi. Muốn được kiểm, bổ sung phần còn thiếu theo docs/connectors.md.",
        "Not a fault. To have it checked, add what is missing as docs/connectors.md says.",
    ),
    _fault(
        "CONFORMANCE_MANIFEST",
        "Bản khai của kết nối không đúng với thực tế: {what}.",
        "The manifest does not say what the connector is: {what}.",
        "Sửa manifest.toml (hoặc bổ sung tệp còn thiếu) theo docs/connectors.md.",
        "Correct manifest.toml, or add the missing file, as docs/connectors.md says.",
    ),
    _fault(
        "CONFORMANCE_CODE_UNCOVERED",
        "Mã {code} của {table} không chuyển được ở năm học {school_year} ({direction}).",
        "Code {code} of {table} does not map in school year {school_year} ({direction}).",
        "Thêm dòng vào bảng mã, hoặc khai ở cannot_express nếu hệ thống không có giá trị này.",
        "Add a row to the code table, or declare it in cannot_express when the system has no such value.",
    ),
    _fault(
        "CONFORMANCE_GOLDEN_DIFFERS",
        "Hồ sơ mẫu {record} cho kết quả khác với bản lưu, ở {path}.",
        "Golden record {record} gives something other than what is stored, at {path}.",
        "So kết quả với tệp trong golden/; sửa ánh xạ, hoặc sửa tệp mẫu nếu nó sai.",
        "Compare the outcome with the file in golden/; correct the mapping, or the golden file when that is wrong.",
    ),
    _fault(
        "CONFORMANCE_GOLDEN_UNSIGNED",
        "Hồ sơ của hệ thống có chữ ký nhưng golden/ không có tệp mẫu nào đã ký.",
        "The system's records are signed there, and golden/ has no signed document.",
        "Thêm một tệp đã ký bằng khóa thử, và nêu tệp đó ở signed, chứng thư ở signers của tệp hồ sơ mẫu.",
        "Add a document signed with a test key, and name it under signed, its certificate under signers.",
    ),
    _fault(
        "CONFORMANCE_SOURCE_DIFFERS",
        "Ở {count} hồ sơ, tài liệu gốc thiếu, hoặc đọc lại tài liệu gốc cho hồ sơ khác với khi kéo về.",
        "Of {count} records the source document is missing, or gives another record when it is read again.",
        "Mỗi hồ sơ nêu tài liệu gốc trong trang của nó, và rows() đọc lại đúng hồ sơ ấy từ phần đã ký.",
        "Each record names its source among those of its page, and rows() reads just that record from the signed part.",
    ),
    _fault(
        "CONFORMANCE_ROUND_TRIP_DIFFERS",
        "Đi một vòng (học bạ → hệ thống → học bạ) làm thay đổi {path} ở {count} hồ sơ mà bản khai không nói.",
        "There and back again changes {path} in {count} records, which the manifest does not declare.",
        "Sửa ánh xạ hai chiều, hoặc khai mất mát này ở loss hay cannot_express.",
        "Correct the mapping in both directions, or declare this loss in loss or cannot_express.",
    ),
    _fault(
        "CONFORMANCE_FIELD_DROPPED",
        "Trường {path} bị bỏ mà không báo ({count} hồ sơ).",
        "Field {path} is dropped without a word ({count} records).",
        "Ánh xạ trường này; nếu cố ý bỏ, khai ở known của ánh xạ và loss của bản khai.",
        "Map the field; where it is left out on purpose, name it in `known` of the mapping and `loss` of the manifest.",
    ),
    _fault(
        "CONFORMANCE_CHANGE_UNTOLD",
        "Trường {path} bị {change} mà kết nối không báo, hoặc không gợi ý tên đúng.",
        "Field {path} was {change} and the connector does not tell it, or does not propose the right name.",
        "Báo trường lạ (cảnh báo) và trường thiếu (từ chối), kèm gợi ý tên gần nhất.",
        "Tell unknown fields (a warning) and missing ones (a refusal), with the nearest name as proposal.",
    ),
    _fault(
        "CONFORMANCE_TEXT_CHANGED",
        "Chữ trong mẫu thử {sample} bị đổi ở {path} mà không báo.",
        "The text of sample {sample} is changed at {path} without a word.",
        "Giữ nguyên từng ký tự; chỗ nào phải chuẩn hoá thì báo là guessed.",
        "Keep every character; what must be normalised is told as guessed.",
    ),
    _fault(
        "CONFORMANCE_RECORD_DOUBLED",
        "{count} hồ sơ có tác dụng nhiều lần ({when}).",
        "{count} records took effect more than once ({when}).",
        "Dùng khoá ổn định của hệ thống (không phải vị trí, trang, giờ) làm khoá hồ sơ.",
        "Make the record's key of what is stable in the system, never of its place, page or time.",
    ),
    _fault(
        "CONFORMANCE_RECORD_LOST",
        "{count} hồ sơ không đến nơi ({when}).",
        "{count} records did not arrive ({when}).",
        "Chỉ dời con trỏ qua những hồ sơ đã trả về; xem cách lật trang và cách sắp thứ tự.",
        "Move the cursor only past records that were returned; look at paging and at the order of records.",
    ),
    _fault(
        "CONFORMANCE_CURSOR_LOST",
        "Sau khi khởi động lại, kết nối đọc lại từ đầu: {asked} lượt đọc, đủ là {enough}.",
        "After a restart the connector reads from the beginning: {asked} pulls where {enough} are enough.",
        "Trả về con trỏ chỉ đúng chỗ đọc tiếp, và dùng con trỏ được đưa vào.",
        "Return a cursor that says where to go on, and use the cursor that comes in.",
    ),
    _fault(
        "CONFORMANCE_FAULT_STOPS",
        "Với lỗi {fault}, dữ liệu không đến đủ: {arrived} trên {count}.",
        "With the fault {fault} not everything arrives: {arrived} of {count}.",
        "Nâng lỗi tạm thời thành Unavailable (kèm retry_after_s); đừng nuốt lỗi và đừng kết thúc.",
        "Raise Unavailable for what passes (with retry_after_s); swallow no error and do not end.",
    ),
    _fault(
        "CONFORMANCE_LIMIT_IGNORED",
        "Giới hạn {limit} của bản khai không được giữ: {found} so với {allowed}.",
        "The limit {limit} of the manifest is not kept: {found} where {allowed} are allowed.",
        "Giữ giới hạn trong mã, hoặc khai đúng giới hạn thật.",
        "Enforce the limit, or declare the one that is true.",
    ),
    _fault(
        "CONFORMANCE_BACK_PRESSURE_IGNORED",
        "Không ai ký mà kết nối vẫn đọc tiếp: {waiting} hồ sơ chờ, giới hạn {limit}.",
        "Nobody signs and the connector reads on: {waiting} records wait, the limit is {limit}.",
        "Mỗi lượt đọc chỉ trả về tối đa số hồ sơ được hỏi; đừng đọc trước.",
        "Return at most as many records as were asked for; do not read ahead.",
    ),
    _fault(
        "CONFORMANCE_ENTITY_FOLLOWED",
        "Với tệp độc hại {vector}, kết nối mở tài nguyên ngoài hoặc để lộ tệp của máy.",
        "With the hostile file {vector} the connector opens what is outside, or shows a file of the machine.",
        "Từ chối DTD và thực thể; đọc workbook bằng hub.connectors.worksheets.",
        "Refuse DTDs and entities; read workbooks with hub.connectors.worksheets.",
    ),
    _fault(
        "CONFORMANCE_HOSTILE_STOPS",
        "Với tệp độc hại {vector}, kết nối dừng hoặc dùng quá giới hạn ({reason}).",
        "With the hostile file {vector} the connector ends or goes beyond its bounds ({reason}).",
        "Từ chối tệp bằng một finding (Page.findings) và đọc tiếp các tệp khác.",
        "Refuse the file with a finding (Page.findings) and go on with the other files.",
    ),
    _fault(
        "CONFORMANCE_ANSWER_DOUBLED",
        "Hệ thống giữ {count} câu trả lời hai lần, hoặc cùng mã mà khác nội dung.",
        "The system holds {count} answers twice, or with one id and different bytes.",
        "Ghi theo answer_id: ghi hai lần phải bằng ghi một lần.",
        "Write by answer_id: writing twice must be writing once.",
    ),
    _fault(
        "CONFORMANCE_ANSWER_LOST",
        "{count} câu trả lời không có trong hệ thống.",
        "{count} answers are not in the system.",
        "Chỉ kết thúc write khi hệ thống đã giữ câu trả lời.",
        "Return from write only when the system holds the answers.",
    ),
    _fault(
        "CONFORMANCE_PERSONAL_DATA_LOGGED",
        "Dữ liệu cá nhân xuất hiện trong {where}.",
        "Personal data shows in {where}.",
        "Nhật ký chỉ ghi mã băm của khoá; không ghi tên, số định danh, điểm.",
        "Logs hold a hash of the key; no name, identity number or mark.",
    ),
    _fault(
        "CONFORMANCE_CHECK_STOPPED",
        "Phép kiểm {check} không chạy hết: {reason}.",
        "The check {check} did not run to its end: {reason}.",
        "Xem lỗi này trong mã của kết nối; lỗi tạm thời phải là Unavailable, lỗi lâu dài là Refused.",
        "Look for this error in the connector; what passes is Unavailable, what stays is Refused.",
    ),
    _fault(
        "CONFORMANCE_RESULT_WRONG",
        "Kết quả kiểm thử không dùng được: {reason}.",
        "The result of the check cannot be used: {reason}.",
        "Chạy lại hub connector check và lấy kết quả mới, nguyên vẹn.",
        "Run hub connector check again and take the new result as it is.",
    ),
)
