"""What Bộ finds when it checks a lock against its manifest and log, and what stops a worker."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_PROOF = "Quy ước của hub: bản kê chốt và nhật ký (RFC 9162, C2SP tlog-checkpoint)"
_LOOP = "Quy ước của hub: vị trí đọc và cơ sở dữ liệu"
_SO_VI, _SO_EN = (
    "Sở kiểm tra dữ liệu đã chốt và gửi lại đúng nguyên bản.",
    "Sở checks what it locked and sends it again unchanged.",
)
_CALL_VI, _CALL_EN = "Gọi người vận hành; không tự bỏ qua.", "Call an operator; nothing is skipped by itself."


def _proof(code: str, vi: str, en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _PROOF, vi, en, _SO_VI, _SO_EN)


def _stop(code: str, vi: str, en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _LOOP, vi, en, _CALL_VI, _CALL_EN)


ENTRIES = (
    _proof("CHUNK_MISSING", "Thiếu phần dữ liệu của đợt chốt.", "A chunk of this lock is missing."),
    _proof("CHUNK_DIFFERS", "Hai phần cùng số thứ tự nhưng khác nội dung.", "A chunk came twice with different bytes."),
    _proof("CHUNK_FOREIGN", "Phần dữ liệu không thuộc Sở hoặc trường này.", "A chunk does not belong to this Sở or lock."),
    _proof("CHUNK_LATE", "Phần dữ liệu đến sau khi đợt chốt đã kết thúc.", "A chunk came after its lock was decided."),
    _proof("LEAF_DIFFERS", "Dữ liệu học bạ không khớp với lá bằng chứng.", "A transcript does not match its evidence leaf."),
    _proof("MANIFEST_COUNT_DIFFERS", "Số học bạ khác với bản kê.", "The number of transcripts is not the manifest's."),
    _proof("MANIFEST_ROOT_DIFFERS", "Mã gốc tính lại khác với bản kê.", "The recomputed root is not the manifest's."),
    _proof("MANIFEST_FOREIGN", "Bản kê của một Sở khác.", "The manifest is another Sở's."),
    _proof("MANIFEST_UNSIGNED", "Chữ ký của Sở trên bản kê không hợp lệ.", "The manifest's signature does not verify."),
    _proof("MANIFEST_REPEATED", "Bản kê cũ được gửi lại với nội dung hoặc vị trí khác.",
           "An old manifest came again with other content or at another place."),
    _proof("RECORD_REPEATED", "Một học bạ đã có trong một đợt chốt khác.", "A record of this lock stands in another lock already."),
    _proof("CHECKPOINT_UNSIGNED", "Chữ ký trên điểm kiểm tra không hợp lệ.", "The checkpoint's signature does not verify."),
    _proof("CHECKPOINT_FOREIGN", "Điểm kiểm tra của một nhật ký khác.", "The checkpoint is of another log."),
    _proof("CHECKPOINT_INCOMPLETE", "Thiếu bản kê mà điểm kiểm tra bao gồm.", "A manifest that the checkpoint covers is missing."),
    _proof("CHECKPOINT_ROOT_DIFFERS", "Nhật ký bị rẽ nhánh: gốc của điểm kiểm tra khác gốc tính lại.",
           "The log forks: the checkpoint's root is not the root recomputed from the manifests."),
    _proof("CHECKPOINT_TIMESTAMP_WRONG", "Dấu thời gian trên điểm kiểm không hợp lệ ({reason}).",
           "The time-stamp over the checkpoint does not verify ({reason})."),
    _proof("CHECKPOINT_TIMESTAMP_MISSING", "Điểm kiểm không có dấu thời gian mà chính sách tin cậy đòi hỏi.",
           "The checkpoint has no time-stamp, which the trust policy demands."),
    _proof("INGEST_RECEIPT_UNSIGNED", "Chữ ký của Bộ trên biên nhận không hợp lệ.", "Bộ's receipt does not verify."),
    _proof("INGEST_RECEIPT_DIFFERS", "Biên nhận của Bộ nói số lượng, mã gốc hoặc vị trí khác với đợt chốt của Sở.", "Bộ's receipt tells another count, root or place than our lock has."),
    _proof("INGEST_RECEIPT_UNKNOWN_LOCK", "Biên nhận nói về một đợt chốt không có.", "The receipt is about no lock of ours."),
    _proof("INGEST_RECEIPT_NOT_COSIGNED", "Đồng ký của Bộ trên điểm kiểm không khớp.", "Bộ's cosignature of our head does not verify."),
    _proof("LEAF_ACTION_UNKNOWN", "Lá bằng chứng nói về một việc không thuộc đợt này.",
           "A leaf is about something that this kind of round does not do."),
    _proof("LEAF_UNPAIRED", "Đợt đính chính có lá mở khóa hoặc lá thay thế không thành cặp.",
           "The round of a correction has an unlock or a supersession without its counterpart."),
    _proof("UNLOCK_NOT_OF_STANDING", "Lá mở khóa không nêu đúng bản đang có hiệu lực.",
           "An unlock does not name the version that is in force."),
    _proof("SUPERSESSION_NOT_OF_UNLOCKED", "Bản thay thế không nêu đúng bản vừa mở khóa.",
           "A supersession does not name the version that was unlocked for it."),
    _proof("REGISTER_ENTRY_OLD", "Mục đăng ký ({kind}) cũ hơn mục đang có.", "The register entry ({kind}) is older than the one that stands."),
    _proof("REGISTRAR_UNKNOWN", "Mục đăng ký không do người có quyền đăng ký ký.",
           "The register entry is not signed by a registrar whom the trust policy names."),
    _stop("POSITION_FOREIGN", "Vị trí đọc thuộc về một cụm, chủ đề hoặc bản ghi khác.",
          "The position belongs to another cluster, topic or record."),
    _stop("POSITION_GAP", "Bản ghi chưa xử lý đã bị xóa khỏi chủ đề (hết hạn lưu).",
          "The topic no longer keeps records that were not done yet (retention)."),
    _stop("NO_PROGRESS", "Tiến trình đứng yên {seconds} giây dù còn việc ({topic}); sẽ được khởi động lại.",
          "The worker stood still for {seconds} seconds although there is work ({topic}); it is started again."),
    _stop("RECORD_DEADLY", "Bản ghi này đã làm dừng tiến trình {attempts} lần; trường của nó được để riêng.",
          "This record ended {attempts} workers; its school is set aside."),
    _stop("PARKED_TOO_MANY", "Quá nhiều trường bị để riêng ở bước {stage} ({count}); lỗi không thuộc về các trường.",
          "Too many schools are parked at {stage} ({count}): the fault is not theirs."),
    _stop("TOPIC_NOT_APPEND_TIME", "Chủ đề lệnh không dùng thời gian của máy chủ.",
          "The command topic does not carry the broker's append time."),
    _stop("DATABASE_UNAVAILABLE", "Cơ sở dữ liệu chưa trả lời; sẽ thử lại.", "The database does not answer; it is tried again."),
    _stop("DATABASE_REFUSED", "Cơ sở dữ liệu từ chối một câu lệnh.", "The database refused a statement."),
    _stop("KAFKA_UNAVAILABLE", "Kafka chưa trả lời; sẽ thử lại.", "Kafka does not answer; it is tried again."),
    _stop("MIGRATION_CHANGED", "Một tệp nâng cấp đã áp dụng bị sửa.", "A migration that was applied has been edited."),
    _stop("LOCK_SET_CHANGED", "Tập học bạ của đợt đang chốt đã đổi.", "The set of a closing round has changed."),
    _stop("RECORD_CHANGED", "Dữ liệu lưu ({what}) không còn khớp với mã băm đã nhận hoặc đã chốt: {document}.",
          "What is stored ({what}) is not what was accepted or locked any more: {document}."),
    _stop("LOG_BEHIND", "Nhật ký của Sở không khớp với cơ sở dữ liệu.", "The log does not match the database."),
    _stop("DATABASE_URL_MISSING", "Thiếu địa chỉ cơ sở dữ liệu: {setting}.", "No database address: {setting}."),
    _stop("TOPIC_DIFFERS", "Chủ đề trên máy chủ khác với khai báo: {differences}.", "A topic differs: {differences}."),
    _stop("WAITED_IN_VAIN", "Đã chờ {seconds} giây: {what}.", "Waited {seconds} seconds for {what}."),
    _stop("BALANCE_DIFFERS", "Đối soát không khớp ({problems}).", "The balance does not close ({problems})."),
    Entry("DATABASE_BEHIND", Severity.REFUSE, Certainty.CONTRACT, _LOOP,
          "Chủ đề {topic} có thông điệp {kind} mà cơ sở dữ liệu không biết: cơ sở dữ liệu đã được khôi phục về lúc trước, "
          "hoặc người khác đã ghi vào chủ đề này.",
          "The topic {topic} holds a {kind} that the database does not know: the database was restored to an earlier "
          "point, or somebody else wrote there.",
          "Kiểm tra quyền ghi của chủ đề, rồi chạy hub recover; sau đó tiến trình tự chạy tiếp.",
          "Check who may write to the topic, then run hub recover; the worker goes on afterwards."),
    _stop("RECOVERED_DIFFERS", "Quyết định lại cho kết quả khác với điều đã gửi ({kind}, {message_id}).",
          "What is decided again differs from what was sent before ({kind}, {message_id})."),
    _stop("OUTGOING_TOO_LARGE", "Thông điệp {kind} {message_id} có {size}, quá giới hạn {limit}; bản ghi sinh ra nó được để riêng.",
          "The message {kind} {message_id} has {size}, over the limit of {limit}; the record behind it is set aside."),
    _stop("REPLAY_BEHIND", "Đang làm lại sau khôi phục; chờ {waits_for}.", "Replaying after a recovery; waiting for {waits_for}."),
    _stop("UNEXPECTED", "Lỗi ngoài dự kiến.", "An unexpected error."),
)  # fmt: skip
