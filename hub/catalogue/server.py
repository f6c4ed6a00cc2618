"""Codes of the servers below the hub: broker, database, their jars and their data folder."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "Hợp đồng vận hành của hub"


def _entry(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


ENTRIES: tuple[Entry, ...] = (
    _entry(
        "BROKER_UNREACHABLE",
        "Máy chủ Kafka {bootstrap} không trả lời.",
        "The Kafka broker {bootstrap} does not answer.",
        "Hồ sơ không bị mất, hệ thống tự thử lại. Nếu kéo dài, báo người vận hành kiểm tra máy chủ và mạng.",
        "Nothing is lost and the hub tries again. If it lasts, have the operator check broker and network.",
    ),
    _entry(
        "BROKER_LOGIN_FAILED",
        "Máy chủ Kafka {bootstrap} không nhận tài khoản của hub.",
        "The Kafka broker {bootstrap} does not accept the hub's account.",
        "Báo người vận hành kiểm tra tên và mật khẩu của hub trên máy chủ Kafka.",
        "Have the operator check the hub's user name and password at the broker.",
    ),
    _entry(
        "BROKER_DENIED",
        "Máy chủ Kafka từ chối quyền: {reason}.",
        "The Kafka broker denies a right: {reason}.",
        "Báo người vận hành so quyền trên máy chủ với tệp deploy/kafka/acls.json.",
        "Have the operator compare the broker's rights with deploy/kafka/acls.json.",
    ),
    _entry(
        "BROKER_REFUSED",
        "Máy chủ Kafka không thực hiện được yêu cầu: {reason}.",
        "The Kafka broker did not carry out a request: {reason}.",
        "Báo người vận hành xem nhật ký của máy chủ Kafka.",
        "Have the operator read the broker's log.",
    ),
    _entry(
        "TOPIC_MISSING",
        "Trên máy chủ Kafka chưa có topic {topic}.",
        "The Kafka broker has no topic {topic}.",
        "Báo người vận hành tạo topic theo tệp deploy/kafka/topics.json, rồi chạy lại.",
        "Have the operator create the topic from deploy/kafka/topics.json, then start again.",
    ),
    _entry(
        "DATA_FOLDER_IN_USE",
        "Thư mục dữ liệu {folder} đang được một hub khác dùng (tiến trình {pid}).",
        "The data folder {folder} is in use by another hub (process {pid}).",
        "Dừng hub kia, hoặc chọn thư mục dữ liệu khác.",
        "Stop the other hub, or choose another data folder.",
    ),
    _entry(
        "DATA_FOLDER_FOREIGN",
        "Thư mục {folder} thuộc về người dùng khác nên hub không dùng.",
        "The folder {folder} belongs to another user, so the hub does not use it.",
        "Báo người vận hành xóa thư mục đó hoặc chọn thư mục dữ liệu khác.",
        "Have the operator remove that folder or choose another data folder.",
    ),
    _entry(
        "JARS_NOT_FETCHED",
        "Không tải được các tệp của Kafka ({missing} tệp còn thiếu): {reason}.",
        "The files of Kafka could not be fetched ({missing} still missing): {reason}.",
        "Kiểm tra kết nối mạng rồi chạy lại. Chỉ lần chạy đầu tiên cần mạng.",
        "Check the network connection and start again. Only the first start needs it.",
    ),
    _entry(
        "JARS_DIFFER",
        "Tệp tải về khác với tệp đã khóa: {jar}.",
        "A fetched file differs from the locked one: {jar}.",
        "Không dùng tệp này. Báo người vận hành: nguồn tải có thể đã bị thay đổi.",
        "Do not use this file. Tell the operator: its source may have been tampered with.",
    ),
    _entry(
        "SERVER_DIED",
        "Máy chủ {server} dừng ngay khi khởi động (mã thoát {exit}).",
        "The server {server} ended while starting (exit code {exit}).",
        "Xem nhật ký {log}, sửa nguyên nhân rồi chạy lại.",
        "Read the log {log}, remove the cause and start again.",
    ),
    _entry(
        "SERVER_NOT_READY",
        "Máy chủ {server} không trả lời trong {timeout_s} giây.",
        "The server {server} did not answer within {timeout_s} seconds.",
        "Chạy lại. Nếu vẫn vậy, xem nhật ký {log}.",
        "Start again. If it happens again, read the log {log}.",
    ),
    _entry(
        "SERVER_SETUP_FAILED",
        "Không chuẩn bị được máy chủ {server}: {reason}.",
        "The server {server} could not be set up: {reason}.",
        "Sửa nguyên nhân nêu trên (thường là hết dung lượng đĩa hoặc thiếu quyền) rồi chạy lại.",
        "Remove the cause named above (often a full disk or a missing right) and start again.",
    ),
    _entry(
        "DATABASE_URL_ONE_SO",
        "Địa chỉ cơ sở dữ liệu của Sở không có {{so}} nên chỉ một Sở chạy được, đang là {first}; không phục vụ {so}.",
        "The Sở database address has no {{so}}, so only one Sở can run, now {first}; {so} is not served.",
        "Báo người vận hành đặt {{so}} vào {setting} tại chỗ của mã Sở.",
        "Have the operator put {{so}} into {setting} where the slug of the Sở belongs.",
    ),
    _entry(
        "DATABASE_UNREACHABLE",
        "Cơ sở dữ liệu của hub không trả lời: {reason}.",
        "The hub's database does not answer: {reason}.",
        "Hồ sơ không bị mất, hệ thống tự thử lại. Nếu kéo dài, báo người vận hành.",
        "Nothing is lost and the hub tries again. If it lasts, tell the operator.",
    ),
    _entry(
        "LOOK_ANCHOR_UNUSABLE",
        "Không đọc hoặc ghi được tệp mốc nhật ký tra cứu {path}: {reason}.",
        "The file {path}, which holds where the logs of reads end, cannot be read or written: {reason}.",
        "Đặt HUB_LOOK_ANCHOR vào thư mục ghi được; tiến trình tự thử lại.",
        "Let HUB_LOOK_ANCHOR name a place that can be written; the worker tries again by itself.",
    ),
    _entry(
        "LOOK_ANCHOR_WRONG",
        "Tệp mốc nhật ký tra cứu {path} không phải do Bộ ghi: mã xác thực không khớp.",
        "The file {path} of where the logs of reads end was not written by this Bộ: its code does not agree.",
        "Tìm ai đã sửa tệp; cất tệp sang chỗ khác để bắt đầu mốc mới.",
        "Find out who changed it; put it aside, and a new one is begun.",
    ),
    _entry(
        "METRICS_PORT_TAKEN",
        "Cổng {port} cho trang số liệu không dùng được: {reason}.",
        "Port {port} of the metrics page cannot be used: {reason}.",
        "Đặt {setting} khác cho tiến trình này, hoặc 0 để tự chọn cổng; hub up tự đánh số từ cổng đó.",
        "Give this process another {setting}, or 0 for a free port; hub up counts on from it by itself.",
    ),
)
