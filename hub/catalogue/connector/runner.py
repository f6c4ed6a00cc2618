"""Codes of connectors: how they run, what becomes of their records, and what a person tells them."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["RUNNER"]

_SOURCE = "Hợp đồng vận hành kết nối của hub (docs/connectors.md)"


def _refuse(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _warn(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


RUNNER: tuple[Entry, ...] = (
    _refuse(
        "CONNECTOR_RUNS_ALREADY",
        "Kết nối {name} đang chạy (tiến trình {pid}).",
        "The connector {name} is running (process {pid}).",
        "Không chạy hai lần trên một thư mục dữ liệu; dùng hub connector status, hoặc dừng tiến trình kia.",
        "Never run it twice on one data folder; use hub connector status, or stop the other process.",
    ),
    _refuse(
        "CONNECTOR_STATE_FOREIGN",
        "Trạng thái đã lưu thuộc về {found}, không phải {expected} ({what}).",
        "The state kept here belongs to {found}, not to {expected} ({what}).",
        "Chọn thư mục dữ liệu khác, hoặc xóa state.db: mọi hồ sơ sẽ được đọc lại, không hồ sơ nào bị gửi hai lần.",
        "Choose another data folder, or remove state.db: every record is read again, and none counts twice.",
    ),
    _refuse(
        "CONNECTOR_STATE_UNAVAILABLE",
        "Không ghi được trạng thái của kết nối ({reason}).",
        "The state of the connector could not be written ({reason}).",
        "Kiểm tra dung lượng và quyền của thư mục dữ liệu; kết nối tự thử lại.",
        "Check space and rights of the data folder; the connector tries again by itself.",
    ),
    _refuse(
        "CONNECTOR_STATE_DAMAGED",
        "Tệp trạng thái state.db bị hỏng ({reason}).",
        "The state in state.db is damaged ({reason}).",
        "Dừng kết nối; phục hồi state.db cùng batches/ từ bản sao lưu, hoặc dời state.db* đi: mọi hồ sơ được đọc lại.",
        "Stop the connector; restore state.db and batches/ from a backup, or move state.db* away: all is read again.",
    ),
    _refuse(
        "CONNECTOR_INSTANCE_WRONG",
        "Tệp {file} sai: {reason}.",
        "The file {file} is wrong: {reason}.",
        "Sửa tệp theo mẫu mà hub connector simulate in ra, rồi chạy lại.",
        "Correct the file after what hub connector simulate prints, then run again.",
    ),
    _refuse(
        "CONNECTOR_STATE_MISSING",
        "Kết nối {name} chưa từng chạy trong thư mục dữ liệu này.",
        "The connector {name} never ran in this data folder.",
        "Xem tên bằng hub connector list, chạy hub connector run {name}, hoặc chọn --data khác.",
        "See the names with hub connector list, start hub connector run {name}, or choose another --data.",
    ),
    _refuse(
        "CONNECTOR_DOOR_MISSING",
        "Thư mục {folder} không phải là nơi trả lời thay Sở.",
        "The folder {folder} is no stand-in for a Sở.",
        "Bỏ dòng door trong connector.toml để gửi đến Sở thật; nó chỉ dùng khi kiểm tra.",
        "Take the line door out of connector.toml to reach the real Sở; it is for checks only.",
    ),
    _refuse(
        "CONNECTOR_SO_NOT_SERVED",
        "Hồ sơ thuộc Sở {so}, mà hub này không phục vụ; hồ sơ được giữ lại, chưa gửi.",
        "The record belongs to the Sở {so}, which this hub does not serve; it is held back and not sent.",
        "Nếu mã tỉnh đúng, báo người vận hành mở Sở này rồi hub connector signal TÊN resend --refused; nếu không, sửa.",
        "If the province code is right, have that Sở served and signal resend --refused; if not, correct the record.",
    ),
    _refuse(
        "CONNECTOR_RECORD_LOCKED",
        "Học bạ đã chốt nên bản mới từ hệ thống không được gửi.",
        "The transcript is locked, so the new version of the system is not sent.",
        "Đề nghị đính chính: hub correction request; khi được duyệt, bản đính chính sẽ được ghi lại vào hệ thống.",
        "Ask for a correction: hub correction request; once approved, it is written back into the system.",
    ),
    _refuse(
        "CONNECTOR_RECORD_WRONG",
        "Hệ thống trả về dữ liệu không đọc được: {reason}.",
        "The system gave data that cannot be read: {reason}.",
        "Báo bên vận hành hệ thống của tỉnh; các hồ sơ khác vẫn được xử lý.",
        "Tell who runs the province's system; other records go on.",
    ),
    _refuse(
        "CONNECTOR_MAPPING_CRASHED",
        "Ánh xạ không xử lý được hồ sơ này ({error}); hồ sơ chưa gửi, các hồ sơ khác vẫn được xử lý.",
        "The mapping crashed on this record ({error}); it is not sent, other records go on.",
        "Gửi nhật ký cho người phát triển kết nối; khi đã sửa: hub connector signal TÊN resend --refused, rồi resume.",
        "Send the log to who wrote the connector; once it is mended, signal resend --refused, then resume.",
    ),
    _warn(
        "CONNECTOR_VERSION_REUSED",
        "Hệ thống đổi nội dung hồ sơ mà không đổi phiên bản ({place}); nội dung mới được xử lý như phiên bản mới.",
        "The system changed a record under a version that it had ({place}); it is taken as a new version.",
        "Báo bên vận hành hệ thống của tỉnh: mỗi thay đổi phải có phiên bản mới; xem xong thì hub connector signal resume.",
        "Tell who runs the province's system: each change needs a version of its own; then signal resume.",
    ),
    _warn(
        "CONNECTOR_COMMAND_STALE",
        "Chữ ký gửi của lô {folder} không dùng được nữa: đã quá 23 giờ, hoặc Sở đã trả lời.",
        "The signed submissions of batch {folder} are of no more use: older than 23 hours, or answered by Sở before.",
        "Ký gửi lại: hub sign LÔ --role school_seal --submissions; chữ ký trên học bạ vẫn giữ nguyên.",
        "Sign the submissions again: hub sign BATCH --role school_seal --submissions; the documents stay signed.",
    ),
    _refuse(
        "CONNECTOR_SIGNAL_WRONG",
        "Tín hiệu {signal} không dùng được: {reason}.",
        "The signal {signal} cannot be used: {reason}.",
        "Dùng pause, resume, snapshot, show, hoặc resend kèm --from-record/--to-record, --school hay --refused.",
        "Use pause, resume, snapshot, show, or resend with --from-record/--to-record, --school or --refused.",
    ),
    _warn(
        "CONNECTOR_NOT_RUNNING",
        "Kết nối {name} không chạy; tín hiệu sẽ được thực hiện khi nó chạy lại.",
        "The connector {name} is not running; the signal is obeyed when it runs again.",
        "Chạy hub connector run {name}.",
        "Start it: hub connector run {name}.",
    ),
    _refuse(
        "CONNECTOR_CRASHED",
        "Bước {step} của kết nối bị lỗi ({error}); hub tự mở lại và thử lại.",
        "The step {step} of the connector crashed ({error}); it is opened anew and tried again.",
        "Nếu kéo dài, gửi nhật ký cho người phát triển kết nối; không hồ sơ nào bị mất hay gửi hai lần.",
        "If it lasts, send the log to who wrote the connector; no record is lost or sent twice.",
    ),
)
