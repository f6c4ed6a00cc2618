"""Codes of how a connector reaches a system: over HTTP, SFTP, SQL, in a folder; and of the bytes that it finds there."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["TRANSPORT"]

_SOURCE = "Hợp đồng kết nối của hub"
_WAIT_VI = "Hệ thống tự thử lại, không mất gì. Nếu kéo dài, báo người vận hành hệ thống của tỉnh."
_WAIT_EN = "It is tried again, nothing is lost. If it lasts, tell the operator of the province's system."
_VENDOR_VI = "Báo nhà cung cấp hệ thống: câu trả lời này không theo giao thức đã thỏa thuận."
_VENDOR_EN = "Tell the system's vendor: this answer does not follow the agreed protocol."
_FILE_VI = "Xuất lại tệp từ hệ thống gốc rồi đặt vào thư mục."
_FILE_EN = "Export the file again from its system and put it into the folder."


def _refused(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _told(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


TRANSPORT: tuple[Entry, ...] = (
    _refused(
        "SYSTEM_UNREACHABLE",
        "Hệ thống của tỉnh không trả lời: {reason}.",
        "The province's system does not answer: {reason}.",
        _WAIT_VI,
        _WAIT_EN,
    ),
    _refused(
        "SYSTEM_BUSY",
        "Hệ thống của tỉnh yêu cầu chờ vì đã nhận quá nhiều yêu cầu.",
        "The province's system asks to wait, since it had too many requests.",
        "Không cần làm gì; hệ thống tự chờ rồi thử lại. Nếu thường xuyên, giảm requests_per_minute trong manifest.",
        "Nothing to do; it waits and tries again. If it happens often, lower requests_per_minute in the manifest.",
    ),
    _refused(
        "SYSTEM_REFUSES_LOGIN",
        "Hệ thống của tỉnh không nhận tài khoản hoặc khóa của hub ({status}).",
        "The province's system does not accept the hub's account or key ({status}).",
        "Kiểm tra tài khoản, tệp mật khẩu hoặc khóa nêu trong connector.toml, rồi chạy hub connector signal … resume.",
        "Check the account, secret file or key that connector.toml names, then run hub connector signal … resume.",
    ),
    _refused(
        "SYSTEM_REFUSES",
        "Hệ thống của tỉnh từ chối yêu cầu ({status}).",
        "The province's system refuses the request ({status}).",
        "Hỏi người vận hành hệ thống của tỉnh vì sao; sau khi sửa, chạy hub connector signal … resume.",
        "Ask the operator of the province's system why; when it is mended, run hub connector signal … resume.",
    ),
    _refused(
        "SYSTEM_ANSWER_WRONG",
        "Câu trả lời của hệ thống không dùng được: {reason}.",
        "The system's answer cannot be used: {reason}.",
        _VENDOR_VI,
        _VENDOR_EN,
    ),
    _refused(
        "SYSTEM_ANSWER_TOO_LARGE",
        "Câu trả lời của hệ thống lớn hơn {bytes_max} byte.",
        "The system's answer is larger than {bytes_max} bytes.",
        "Giảm page_records trong manifest; nếu vẫn vậy, báo nhà cung cấp hệ thống.",
        "Lower page_records in the manifest; if it happens again, tell the system's vendor.",
    ),
    _refused(
        "SYSTEM_REDIRECTS",
        "Hệ thống chuyển hướng sang địa chỉ khác ({status}); hub không đi theo.",
        "The system redirects to another address ({status}); the hub does not follow.",
        "Kiểm tra với tỉnh; nếu địa chỉ đã đổi, ghi địa chỉ mới vào connector.toml.",
        "Check with the province; if the address changed, write the new one into connector.toml.",
    ),
    _refused(
        "SYSTEM_ADDRESS_WRONG",
        "Địa chỉ hoặc cài đặt kết nối trong connector.toml không dùng được: {reason}.",
        "An address or a connection setting in connector.toml cannot be used: {reason}.",
        "Sửa connector.toml (https, hoặc http chỉ tới chính máy này; mật khẩu để trong tệp quyền 0600), rồi chạy lại.",
        "Correct connector.toml (https, or http to this machine alone; secrets in files of mode 0600), then start again.",
    ),
    _refused(
        "SYSTEM_HOST_UNKNOWN",
        "Khóa của máy chủ {host} không có trong tệp known_hosts của kết nối này.",
        "The key of the server {host} does not stand in this connector's known_hosts file.",
        "Không kết nối. Hỏi tỉnh dấu vân tay của khóa qua đường khác; nếu đúng, ghi khóa vào known_hosts.",
        "Do not connect. Ask the province for the key's fingerprint by other means; if right, add it to known_hosts.",
    ),
    _told(
        "FILE_STILL_WRITTEN",
        "Tệp “{name}” đang được ghi hoặc chưa trọn vẹn, nên chưa được đọc.",
        "The file “{name}” is being written or is not whole yet, so it was not read.",
        "Không cần làm gì. Nếu việc truyền tệp bị ngắt, đặt lại tệp vào thư mục.",
        "Nothing to do. If its transfer broke off, put the file into the folder again.",
    ),
    _refused(
        "FILE_NAME_WRONG",
        "Mục “{name}” trong thư mục không được đọc ({reason}): tên không hợp lệ, hoặc không phải tệp thường.",
        "The entry “{name}” of the folder is not read ({reason}): its name is not allowed, or it is no ordinary file.",
        "Đặt chính tệp đó (không phải liên kết) vào thư mục, với tên ngắn không có ký tự đặc biệt.",
        "Put the file itself (no link) into the folder, under a short name without special characters.",
    ),
    _refused(
        "FOLDER_TOO_FULL",
        "Thư mục có hơn {count_max} mục.",
        "The folder has more than {count_max} entries.",
        "Chuyển các tệp đã được trả lời sang thư mục lưu trữ, hoặc ghi take của năm học mới vào connector.toml, rồi chạy lại.",
        "Archive the files that are answered, or name the new school year by take in connector.toml, then run again.",
    ),
    _refused(
        "CSV_WRONG",
        "Dòng {line} của tệp CSV không đọc được: {reason}.",
        "Line {line} of the CSV file cannot be read: {reason}.",
        _FILE_VI,
        _FILE_EN,
    ),
    _refused(
        "JSON_WRONG",
        "Bản ghi hoặc tệp JSON không đọc được: {reason}.",
        "A record or JSON file cannot be read: {reason}.",
        _FILE_VI,
        _FILE_EN,
    ),
    _refused(
        "TEXT_ENCODING_WRONG",
        "Tệp không phải là văn bản {encoding} ({reason}).",
        "The file is no text in {encoding} ({reason}).",
        "Xuất lại tệp bằng bảng mã UTF-8, hoặc ghi bảng mã đúng vào cấu hình của kết nối.",
        "Export the file again in UTF-8, or name its real encoding in the connector's file.",
    ),
    _told(
        "TEXT_BOM_READ",
        "Tệp bắt đầu bằng dấu BOM; đã đọc không có dấu này.",
        "The file begins with a byte order mark and was read without it.",
        "Không cần làm gì.",
        "Nothing to do.",
    ),
    _refused(
        "CURSOR_REFUSED",
        "Vị trí đọc đã lưu không dùng được nữa ({reason}).",
        "The kept reading position is of no use any more ({reason}).",
        "Chạy hub connector signal … resume --restart: mọi bản ghi được đọc lại, bản đã biết không gây tác dụng gì.",
        "Run hub connector signal … resume --restart: all records are read again, and known ones have no effect.",
    ),
    _refused(
        "SIMULATOR_FAULT_UNKNOWN",
        "Không có lỗi giả lập “{fault}” với giá trị này; có: {known}.",
        "There is no simulated fault “{fault}” with this value; there are: {known}.",
        "Chạy lại với một trong các tên nêu trên, ví dụ --fault errors=5.",
        "Run again with one of the names above, such as --fault errors=5.",
    ),
)
