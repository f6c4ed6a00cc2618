"""Codes of messages: bytes that do not decode, headers and envelopes that disagree, sizes, schemas."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["ENTRIES"]

_SOURCE = "Hợp đồng bản tin của hub"
_SOFTWARE_VI = "Phần mềm gửi có lỗi: báo nhà cung cấp phần mềm sửa rồi gửi lại; học bạ không phải ký lại."
_SOFTWARE_EN = "The sending software is at fault: have its supplier correct it and send again; nothing is signed anew."
_OPERATOR_VI = "Báo người vận hành hub; nhà trường không phải làm gì."
_OPERATOR_EN = "Tell the operator of the hub; the school has nothing to do."


def _sender(code: str, vi: str, en: str, next_vi: str = _SOFTWARE_VI, next_en: str = _SOFTWARE_EN) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _hub(code: str, vi: str, en: str) -> Entry:
    return _sender(code, vi, en, _OPERATOR_VI, _OPERATOR_EN)


_BYTES = (
    _sender("KEY_MISSING", "Bản tin không có khóa (key).", "The message has no key."),
    _sender("VALUE_MISSING", "Bản tin không có nội dung (null).", "The message has no value (null)."),
    _sender("MESSAGE_EMPTY", "Bản tin rỗng, 0 byte.", "The message is empty, 0 bytes."),
    _sender(
        "MESSAGE_MAGIC",
        "Byte đầu của bản tin là {magic}, phải là 00.",
        "The first byte of the message is {magic}, it must be 00.",
    ),
    _sender(
        "SCHEMA_UNKNOWN",
        "Bản tin ghi mã lược đồ {schema_id}, hub không có lược đồ này.",
        "The message names schema id {schema_id}, which the hub does not have.",
        "Cập nhật phần mềm gửi và lấy lược đồ từ hub, rồi gửi lại; học bạ không phải ký lại.",
        "Update the sending software, take the schemas from the hub, and send again; nothing is signed anew.",
    ),
    _sender(
        "MESSAGE_UNEXPECTED",
        "Loại bản tin {message} không được gửi vào topic này.",
        "A message of type {message} does not belong on this topic.",
    ),
    _sender(
        "MESSAGE_UNDECODABLE",
        "Không giải mã được bản tin ({reason}, tại byte {at}).",
        "The message cannot be decoded ({reason}, at byte {at}).",
    ),
    _sender(
        "MESSAGE_TRAILING_BYTES",
        "Sau phần cuối của bản tin còn thừa {count} byte.",
        "{count} bytes follow the end of the message.",
    ),
    _sender(
        "MESSAGE_NOT_STRICT",
        "Bản tin mã hóa không đúng dạng chuẩn ({reason}, tại byte {at}).",
        "The message is not in its one canonical encoding ({reason}, at byte {at}).",
    ),
    _sender(
        "MESSAGE_TOO_LARGE",
        "Bản tin hoặc một danh sách trong đó quá lớn: {size}, tối đa {limit}.",
        "The message or a list in it is too large: {size}, at most {limit}.",
        "Chia hồ sơ thành nhiều lần gửi nhỏ hơn, ví dụ từng lớp, rồi gửi lại.",
        "Split the transcripts into smaller submissions, for example by class, and send again.",
    ),
    _sender(
        "SUBMISSION_TOO_LARGE",
        "Lần gửi này có {size}, vượt quá giới hạn {limit}; chưa gửi gì.",
        "This submission has {size}, over the limit of {limit}; nothing was sent.",
        "Chia thành nhiều lần gửi nhỏ hơn, ví dụ từng lớp, rồi gửi lại.",
        "Split it into smaller submissions, for example by class, and send again.",
    ),
    _sender(
        "DECODER_KILLED",
        "Bản tin làm dừng chương trình giải mã; hub giữ lại nguyên văn để kiểm tra.",
        "The message kills the decoder; the hub keeps its bytes for examination.",
    ),
)
_HEADERS = (
    _sender("HEADER_MISSING", "Bản tin thiếu header {header}.", "The message lacks header {header}."),
    _sender("HEADER_REPEATED", "Header {header} xuất hiện nhiều lần.", "Header {header} occurs more than once."),
    _sender("HEADER_MALFORMED", "Header {header} sai dạng.", "Header {header} is malformed."),
    _sender(
        "HEADER_CONTENT_TYPE",
        "Header content-type phải là application/avro.",
        "Header content-type must be application/avro.",
    ),
    _sender(
        "HEADER_DISAGREES",
        "Header hoặc khóa của bản tin không khớp với nội dung.",
        "A header or the key of the message disagrees with its body.",
    ),
    _sender(
        "PARTITION_WRONG",
        "Bản tin nằm ở phân vùng {partition}, theo khóa phải ở phân vùng {expected}.",
        "The message stands in partition {partition}; by its key it belongs in partition {expected}.",
        "Phần mềm gửi phải chọn phân vùng theo murmur2 như trình khách Java của Kafka; sửa rồi gửi lại.",
        "The sending software must partition by murmur2 as Kafka's Java client does; correct it and send again.",
    ),
)
_ENVELOPE = (
    _sender(
        "STATEMENT_INVALID",
        "Bản kê đã ký của lệnh sai dạng.",
        "The signed statement of the command is not valid.",
        "Cập nhật phần mềm gửi, lập lại lệnh, ký lại lệnh rồi gửi; học bạ không phải ký lại.",
        "Update the sending software, make the command anew, sign it and send; the transcripts keep their signatures.",
    ),
    _sender(
        "ENVELOPE_DISAGREES",
        "Bản tin không khớp với bản kê đã ký.",
        "The message disagrees with the signed statement in it.",
    ),
    _sender(
        "ENCRYPTION_UNSUPPORTED",
        "Bản tin được mã hóa bằng cách mà hub chưa hỗ trợ.",
        "The message is encrypted in a way that the hub does not support.",
        "Gửi lại bản tin không mã hóa; kênh truyền đã được bảo vệ.",
        "Send the message again without encryption; the channel itself is protected.",
    ),
)
_OURS = (
    _hub(
        "DECODER_UNAVAILABLE",
        "Chưa giải mã được bản tin nghi ngờ vì máy chủ bận ({reason}).",
        "A suspected message could not be decoded yet, because the machine is busy ({reason}).",
    ),
    _hub(
        "MESSAGE_UNENCODABLE",
        "Hub không lập được bản tin: {path} ({reason}).",
        "The hub could not write a message: {path} ({reason}).",
    ),
    _hub(
        "LOCK_ORDER_WRONG",
        "Lệnh chốt nội bộ không phải do bước thẩm tra ghi ra ({reason}); hub giữ lại nguyên văn để kiểm tra.",
        "The lock order is not one that validate wrote ({reason}); its bytes are kept for examination.",
    ),
    _hub(
        "RECORD_TIME_IMPOSSIBLE",
        "Dấu thời gian của bản ghi nằm ngoài lịch; hub giữ lại nguyên văn để kiểm tra.",
        "The timestamp of the record lies outside the calendar; its bytes are kept for examination.",
    ),
    _hub("SCHEMA_UNFIT", "Tệp lược đồ của hub bị hỏng: {reason}.", "The hub's schema files are damaged: {reason}."),
)

ENTRIES: tuple[Entry, ...] = _BYTES + _HEADERS + _ENVELOPE + _OURS
