"""Codes of a connector that follows a database: its tables, its replication slot, what is gone from it."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["DATABASE"]

_SOURCE = "Hợp đồng kết nối của hub (docs/connectors.md)"
_RESTART_VI = "chạy hub connector signal … resume --restart: khe mới được tạo và mọi bản ghi được đọc lại."
_RESTART_EN = "run hub connector signal … resume --restart: a new slot is made and every record is read again."
_RECORD_VI = "Kiểm tra có chủ ý không. Hub giữ nguyên bản đã nhận; rút lại hay sửa theo quy trình đính chính."
_RECORD_EN = "See whether it was meant. The hub keeps what it has; it is changed or withdrawn by a correction."


def _refused(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _told(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


DATABASE: tuple[Entry, ...] = (
    _refused(
        "SCHEMA_DRIFT",
        "Bảng của hệ thống khác với mô tả mà kết nối dựa vào: {difference}. Không đọc thêm dòng nào.",
        "The system's tables are not what the connector was described: {difference}. No further row is read.",
        f"Hỏi bên vận hành; sửa description.toml, truy vấn và ánh xạ (phiên bản mới), rồi {_RESTART_VI}",
        f"Ask who runs it; mend description.toml, queries and mapping (a new version), then {_RESTART_EN}",
    ),
    _refused(
        "SLOT_LOST",
        "Khe nhân bản {slot} không còn giữ thay đổi cho hub ({reason}); đọc tiếp sẽ bỏ sót.",
        "The replication slot {slot} keeps the changes for the hub no more ({reason}); to go on would miss some.",
        f"Nới max_slot_wal_keep_size nếu cần, rồi {_RESTART_VI}",
        f"Raise max_slot_wal_keep_size if need be, then {_RESTART_EN}",
    ),
    _refused(
        "SLOT_WAITS",
        "Chưa tạo được khe nhân bản {slot}: trong hệ thống có giao dịch mở quá lâu.",
        "The replication slot {slot} could not be made yet: a transaction of the system has been open for too long.",
        "Hệ thống tự thử lại. Tìm giao dịch mở lâu trong pg_stat_activity và kết thúc nó.",
        "It is tried again. Look for the transaction in pg_stat_activity and end it.",
    ),
    _told(
        "SLOT_MOVED_ON",
        "Khe nhân bản {slot} đã đi xa hơn vị trí đã lưu; mọi bản ghi được đọc lại để không sót.",
        "The replication slot {slot} is beyond the kept position; every record is read again so that none is missed.",
        "Kiểm tra không có chương trình nào khác dùng khe này, và thư mục kết nối không bị khôi phục từ bản cũ.",
        "See that nothing else uses this slot, and that the connector's folder is not an older copy of itself.",
    ),
    _told(
        "SLOT_ENDANGERED",
        "Máy chủ sắp bỏ khe nhân bản: {lag_bytes} byte nhật ký đang bị giữ lại.",
        "The server is about to give the replication slot up: it holds back {lag_bytes} bytes of its log.",
        "Để kết nối chạy liên tục; tìm giao dịch mở lâu ở hệ thống; nới max_slot_wal_keep_size.",
        "Let the connector run all the time; look for a long open transaction; raise max_slot_wal_keep_size.",
    ),
    _refused(
        "SYSTEM_DATABASE_OTHER",
        "Địa chỉ này dẫn tới cơ sở dữ liệu khác ({found}), không phải nơi đã đọc trước đây ({expected}).",
        "This address leads to another database ({found}) than the one read so far ({expected}).",
        f"Sửa [database] url; nếu hệ thống đã thật sự chuyển chỗ, {_RESTART_VI}",
        f"Mend [database] url; if the system has really moved, {_RESTART_EN}",
    ),
    _refused(
        "SYSTEM_IS_STANDBY",
        "Máy chủ này là bản dự phòng: khe nhân bản chỉ có ở máy chính.",
        "This server is a standby: the replication slot is on the primary.",
        "Đặt [database] url tới máy chính, hoặc dùng changes = \"view\".",
        "Point [database] url at the primary, or use changes = \"view\".",
    ),
    _refused(
        "SYSTEM_REFUSES_ACCESS",
        "Tài khoản của hub thiếu quyền trong cơ sở dữ liệu ({status}).",
        "The hub's account lacks a right in the database ({status}).",
        "Cấp quyền như README của kết nối nêu, rồi chạy hub connector signal … resume.",
        "Grant what the connector's README names, then run hub connector signal … resume.",
    ),
    _refused(
        "SYSTEM_STAGING_MISSING",
        "Lược đồ nhận câu trả lời không đúng: {reason}.",
        "The staging schema for answers is not as it must be: {reason}.",
        "Tạo lại bảng như README của kết nối nêu; câu trả lời đang chờ, không mất.",
        "Make the tables as the connector's README says; the answers wait and are not lost.",
    ),
    _told(
        "SOURCE_RECORD_DELETED",
        "Hồ sơ đã bị xóa khỏi hệ thống của tỉnh.",
        "The record was deleted from the province's system.",
        _RECORD_VI,
        _RECORD_EN,
    ),
    _told(
        "SOURCE_KEY_CHANGED",
        "Hồ sơ đổi mã thành {key}; với hub đó là một hồ sơ khác.",
        "The record has another key now, {key}; to the hub that is another record.",
        _RECORD_VI,
        _RECORD_EN,
    ),
    _refused(
        "SOURCE_TABLE_EMPTIED",
        "Bảng {table} đã bị xóa trắng (TRUNCATE) hoặc xóa hàng loạt; mọi hồ sơ còn lại được đọc lại.",
        "The table {table} was emptied (TRUNCATE), or most of it deleted; every record left is read again.",
        _RECORD_VI,
        _RECORD_EN,
    ),
    _told(
        "CONNECTOR_UNLOCK_BY_CORRECTION",
        "Học bạ đã chốt trên hub nên không mở khóa được; thay đổi chỉ qua đính chính.",
        "The transcript is locked in the hub and is not unlocked; it changes by a correction alone.",
        "Hiệu trưởng đề nghị đính chính: hub correction request; khi được duyệt, bản đính chính được ghi lại vào hệ thống.",
        "The principal asks for a correction: hub correction request; once approved, it is written back into the system.",
    ),
    _told(
        "CONNECTOR_UNLOCK_NOT_NEEDED",
        "Học bạ chưa chốt trên hub: mở khóa trong hệ thống và sửa, bản mới sẽ được nhận.",
        "The transcript is not locked in the hub: unlock and change it there, and the new version is taken.",
        "Không cần làm gì trên hub.",
        "There is nothing to do in the hub.",
    ),
)  # fmt: skip
