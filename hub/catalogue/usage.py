"""Codes of using the commands: options, batch folders, keys, data folders, what cannot be found."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "Quy ước của lệnh hub (docs/design.md)"
_AGAIN_VI = "Xem hướng dẫn bằng --help rồi chạy lại."
_AGAIN_EN = "See --help and run it again."


def _use(code: str, vi: str, en: str, next_vi: str = _AGAIN_VI, next_en: str = _AGAIN_EN) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


_OPTIONS = (
    _use("OPTION_MISSING", "Thiếu tùy chọn {option}.", "The option {option} is missing."),
    _use("OPTION_WRONG", "Tùy chọn {option} không hợp lệ: {reason}.", "The option {option} is not valid: {reason}."),
    _use("MATCH_UNKNOWN", "Không có cặp học sinh nào dưới số {id}.", "There is no pair of pupils under the number {id}.",
        "Xem danh sách bằng hub matches list --all.", "See hub matches list --all."),
    _use("IDENTITY_DECISION_UNKNOWN", "Không có quyết định định danh nào mang mã {command_id}.",
        "There is no decision on identifiers under the id {command_id}.",
        "Xem danh sách bằng hub identity list.", "See hub identity list."),
    _use("PARKED_UNKNOWN", "Không có trường nào đang để riêng dưới số {id}.", "Nothing is parked under the number {id}.",
        "Xem danh sách bằng hub parked list.", "See hub parked list."),
    _use("SETTING_WRONG", "Biến môi trường {setting} không hợp lệ.", "The environment variable {setting} is not valid.",
        "Sửa hoặc bỏ biến đó rồi chạy lại.", "Correct or remove it, then run again."),
    _use("SO_NOT_SERVED", "Hub này không phục vụ Sở {so}; đang có: {known}.",
        "This hub does not serve the Sở {so}; it has: {known}.",
        "Chọn một Sở trong danh sách, hoặc lập thư mục dữ liệu mới: HUB_SO_SLUGS='[\"{so}\"]' hub up --data THƯ-MỤC.",
        "Choose one of the list, or found a new data folder: HUB_SO_SLUGS='[\"{so}\"]' hub up --data FOLDER."),
    _use("WORKERS_RUNNING", "Tiến trình của tổ chức này còn đang chạy: {groups}.",
        "Workers of this organisation are running: {groups}.",
        "Dừng các tiến trình, chờ ít giây rồi chạy lại.", "Stop them, wait some seconds, then run it again."),
    _use("LOG_NOT_NEW", "Chủ đề {topic} vẫn là chủ đề cũ: Kafka không bị mất.",
        "The topic {topic} is still the same one: Kafka was not lost.",
        "Chạy hub recover không có --new-cluster.", "Run hub recover without --new-cluster."),
    _use("SCHOOL_FACTS_MISSING", "Chưa biết tên và mã tỉnh của trường {school}.",
        "Name and province of school {school} are not known.",
        "Ghi thêm --name và --province, hoặc --data của một hub đang có sổ đăng ký.",
        "Add --name and --province, or --data of a hub that has the register."),
    _use("KEY_PASSWORD_MISSING", "Chưa có mật khẩu của tệp khóa.", "The password of the key file is missing.",
        "Dùng --password-file, đặt HUB_KEY_PASSWORD, hoặc chạy ở cửa sổ lệnh để nhập.",
        "Use --password-file, set HUB_KEY_PASSWORD, or run it on a terminal."),
)  # fmt: skip
_BATCH = (
    _use("BATCH_MISSING", "Thư mục {folder} không phải là lô học bạ (không có batch.json).",
        "The folder {folder} is not a batch (no batch.json).",
        "Chạy hub prepare để lập lô.", "Make a batch with hub prepare."),
    _use("BATCH_DAMAGED", "Lô học bạ bị hỏng hoặc bị sửa: {file}.", "The batch is damaged or was changed: {file}.",
        "Không sửa tay tệp trong lô; lập lại lô bằng hub prepare rồi ký lại.",
        "Never edit files of a batch; prepare and sign it again."),
    _use("BATCH_EXISTS", "Thư mục {folder} đã có; hub không ghi đè lô đã lập.",
        "The folder {folder} exists; a batch is never overwritten.",
        "Chọn thư mục khác bằng --out.", "Choose another folder with --out."),
    _use("BATCH_EMPTY", "Lô không có học bạ nào.", "The batch has no transcripts.",
        "Sửa các dòng bị từ chối trong report.jsonl rồi lập lại lô.",
        "Correct the refused rows of report.jsonl and prepare again."),
    _use("BATCH_NOT_SIGNED", "{count} học bạ chưa có chữ ký {role}; chưa gửi gì.",
        "{count} transcripts lack the signature of {role}; nothing was sent.",
        "Ký đủ bằng hub sign rồi gửi lại.", "Complete the signatures with hub sign, then submit."),
    _use("BATCH_NOT_SEALED", "{count} học bạ chưa được niêm phong ({role}); chưa gửi gì.",
        "{count} transcripts lack the seal ({role}); nothing was sent.",
        "Niêm phong bằng hub seal rồi gửi lại.", "Seal the batch with hub seal, then submit."),
    _use("BATCH_IS_SEALED", "Lô này của hệ thống {system} được niêm phong, không có người ký.",
        "This batch of the system {system} is sealed; persons do not sign it.",
        "Dùng hub seal với khóa của hệ thống hoặc của Sở.", "Use hub seal with the key of the system, or of the Sở."),
    _use("BATCH_NOT_FOR_SEAL", "Lô này do người của trường ký, không niêm phong được.",
        "Persons of the school sign this batch; it cannot be sealed.",
        "Ký bằng hub sign --role …; niêm phong không thay được chữ ký.",
        "Sign it with hub sign --role …; no seal stands for a signature."),
    _use("BATCH_TOO_LARGE", "Tệp có hơn {rows_max} dòng.", "The file has more than {rows_max} rows.",
        "Chia tệp theo lớp hoặc khối.", "Split the file by class or grade."),
    _use("TRANSFER_NUMBER_TAKEN", "Đợt chuyển trường số {number} đã dùng cho học sinh khác.",
        "Transfer round {number} is in use for another pupil.",
        "Lập lại lô với --transfer-from {free}.", "Prepare again with --transfer-from {free}."),
)  # fmt: skip
_SIGNING = (
    _use("SIGNING_PREDECESSOR_MISSING", "Chưa có chữ ký {needs} nên {role} chưa ký được ({count} học bạ).",
        "The signature of {needs} is missing, so {role} cannot sign yet ({count} transcripts).",
        "Để {needs} ký trước, rồi {role} ký.", "Let {needs} sign first, then {role}."),
    _use("SIGNING_ROLE_SIGNED", "{role} đã ký cả lô này.", "{role} has signed this batch already.",
        "Không phải làm gì; người tiếp theo ký hoặc gửi lô.", "Nothing is to be done; the next signer signs, or submit it."),
    _use("SIGNING_TOO_LATE", "{role} phải ký trước người đã ký sau cùng ({count} học bạ).",
        "{role} must sign before those who have signed ({count} transcripts).",
        "Lập lại lô và ký theo đúng thứ tự.", "Prepare the batch again and sign in order."),
)  # fmt: skip
_DATA = (
    _use("DATA_FOLDER_NOT_FOUNDED", "Thư mục {folder} không có dữ liệu của hub.", "The folder {folder} has no hub data.",
        "Chạy hub up hoặc hub demo, hoặc chỉ đúng thư mục bằng --data.",
        "Run hub up or hub demo first, or name the right folder with --data."),
    _use("DATA_FOLDER_HALF_FOUNDED", "Lần khởi tạo thư mục {folder} trước đây bị gián đoạn.",
        "An earlier founding of the folder {folder} was interrupted.",
        "Xóa thư mục đó (chưa có học bạ nào trong đó) rồi chạy lại.",
        "Remove that folder (it holds no transcripts yet) and start again."),
    _use("DATA_FOLDER_NOT_OURS", "Thư mục {folder} có tệp khác, không phải dữ liệu của hub; hub không xóa.",
        "The folder {folder} holds other files than a hub's data; it is not emptied.",
        "Chọn thư mục trống hoặc thư mục của hub bằng --data.", "Name an empty folder, or one of a hub, with --data."),
    _use("PATH_NOT_USABLE", "Không dùng được {path}: {reason}.", "{path} cannot be used: {reason}.",
        "Kiểm tra đường dẫn, quyền và chỗ trống trên đĩa.", "Check the path, its rights and the space on the disk."),
    _use("KEYS_MISSING", "Thư mục {folder} không có khóa của {owner}.", "The folder {folder} has no keys of {owner}.",
        "Đặt khóa của {owner} vào đó, hoặc chỉ đúng thư mục bằng HUB_SECRETS_DIR.",
        "Put the keys of {owner} there, or name the right folder with HUB_SECRETS_DIR."),
)  # fmt: skip
_FINDING = (
    _use("LOOKUP_NOTHING_FOUND", "Không tìm thấy học bạ nào.", "No transcript was found.",
        "Kiểm tra mã tra cứu, hoặc mã trường và mã học sinh.", "Check the locator, or the codes of school and pupil."),
    _use("LOCK_SET_EMPTY", "Biên nhận của trường không có học bạ nào đang chờ chốt trong đợt {round}.",
        "By the school's receipts nothing waits to be locked in round {round}.",
        "Xem hub receipts; gửi học bạ trước, hoặc kiểm tra năm học và đợt.",
        "See hub receipts; submit first, or check school year and round."),
    _use("COMMANDS_NOT_KEPT", "Có {count} lệnh đã được trả lời mà không còn bản gốc: {commands}.",
        "{count} answered commands are no longer kept: {commands}.",
        "Chạy ở máy đã gửi (có journal.jsonl), hoặc nêu từng học bạ bằng --with.",
        "Run it where they were sent (journal.jsonl), or name the transcripts with --with."),
)  # fmt: skip
_CORRECTING = (
    _use("CORRECTION_AMBIGUOUS", "Có {count} đề nghị khác nhau cùng mã {correction} trên Kafka.",
        "There are {count} different requests under the id {correction} in the topic.",
        "Chạy ở máy đã gửi đề nghị (có journal.jsonl), hoặc ở nơi đọc được cơ sở dữ liệu của Sở.",
        "Run it where the request was sent (journal.jsonl), or where Sở's database is within reach."),
    _use("CORRECTION_BASE_MISSING", "Không có bản đã chốt {document} để lập bản đính chính.",
        "The locked transcript {document} is not at hand.",
        "Nêu tệp học bạ đã chốt bằng --document.", "Name the file of the locked transcript with --document."),
    _use("CORRECTION_NOT_APPROVED", "Chưa biết đợt đính chính của đề nghị {correction}: Sở chưa duyệt, hoặc không đọc được.",
        "The round of correction {correction} is not known: Sở has not approved it, or cannot be read.",
        "Chờ Sở duyệt; hoặc nêu số đợt bằng --number.", "Wait for Sở's approval, or name the round with --number."),
)  # fmt: skip

ENTRIES: tuple[Entry, ...] = _OPTIONS + _BATCH + _SIGNING + _DATA + _FINDING + _CORRECTING
