"""Codes of files that come in lots (lô) with a control file: what of a lot does not agree, comes late or comes twice."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["LOTS"]

_SOURCE = "Hợp đồng kết nối của hub"
_AGAIN_VI = "Gửi lại lô đầy đủ cùng tệp kiểm soát; lô bị từ chối được dùng lại số lô cũ."
_AGAIN_EN = "Send the whole lot again with its control file; a lot that was refused may use its number again."
_NEW_VI = "Gửi nội dung khác thành một lô mới, có số lô mới; nếu thay tệp đã gửi thì ghi rõ tệp được thay."
_NEW_EN = "Send other content as a new lot with a new number; a file that replaces one that was sent names it."
_NOTHING_VI = "Không cần làm gì."
_NOTHING_EN = "Nothing to do."


def _refused(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _told(code: str, vi: str, en: str, next_vi: str, next_en: str) -> Entry:
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


LOTS: tuple[Entry, ...] = (
    _refused(
        "LOT_CONTROL_MISSING",
        "Lô không có tệp kiểm soát {file}; các tệp của lô chưa được đọc.",
        "The lot has no control file {file}; its files were not read.",
        _AGAIN_VI,
        _AGAIN_EN,
    ),
    _refused(
        "LOT_CONTROL_WRONG",
        "Tệp kiểm soát không đúng dạng: {reason}.",
        "The control file is not of its form: {reason}.",
        _AGAIN_VI,
        _AGAIN_EN,
    ),
    _refused(
        "LOT_FILE_MISSING",
        "Lô {lot} thiếu {count} tệp mà tệp kiểm soát nêu, đầu tiên là {file}; cả lô chưa được nhận.",
        "Lot {lot} lacks {count} files that its control file names, first {file}; nothing of the lot was taken.",
        _AGAIN_VI,
        _AGAIN_EN,
    ),
    _refused(
        "LOT_FILE_DIFFERS",
        "Trong lô {lot}, {count} tệp không khớp mã băm của tệp kiểm soát, đầu tiên là {file}; cả lô chưa được nhận.",
        "In lot {lot}, {count} files differ from the hash in the control file, first {file}; nothing of it was taken.",
        _AGAIN_VI,
        _AGAIN_EN,
    ),
    _refused(
        "LOT_COUNT_WRONG",
        "Trong lô {lot}, {file} có {found} hồ sơ, tệp kiểm soát ghi {stated}; cả lô chưa được nhận.",
        "In lot {lot}, {file} has {found} records and the control file says {stated}; nothing of the lot was taken.",
        _AGAIN_VI,
        _AGAIN_EN,
    ),
    _refused(
        "LOT_NUMBER_REUSED",
        "Số lô {lot} đã được nhận với nội dung khác; nội dung này không được đọc.",
        "Lot number {lot} was taken with other content; this content was not read.",
        _NEW_VI,
        _NEW_EN,
    ),
    _refused(
        "LOT_FILE_EXTRA",
        "Tệp kiểm soát của lô không nêu tệp này; tệp không được đọc, các tệp khác của lô vẫn được nhận.",
        "The lot's control file does not name this file; it was not read, the lot's other files were taken.",
        _NEW_VI,
        _NEW_EN,
    ),
    _refused(
        "LOT_FILE_SHAPE",
        "Phần đã ký của tệp không đúng dạng hồ sơ lớp: {reason}.",
        "The signed part of the file is no class file: {reason}.",
        _NEW_VI,
        _NEW_EN,
    ),
    _refused(
        "LOT_FILE_OF_OTHER_LOT",
        "Tệp được ký cho lô {signed}, không phải cho lô {lot}, hoặc để thay một tệp khác.",
        "The file was signed for lot {signed} and not for lot {lot}, or to replace another file.",
        _NEW_VI,
        _NEW_EN,
    ),
    _refused(
        "LOT_CLASS_TWICE",
        "Lớp này đã có trong lô {lot}; tệp gửi lại phải ghi tệp được thay.",
        "Lot {lot} has this class already; a file that says it again must name the one that it replaces.",
        _NEW_VI,
        _NEW_EN,
    ),
    _refused(
        "LOT_FILE_OVERTAKEN",
        "Lô {lot}, có số lớn hơn, đã gửi lớp này; tệp đến sau nhưng cũ hơn nên không được nhận.",
        "Lot {lot}, which has a greater number, has sent this class; this file came later and is older: not taken.",
        "Không cần làm gì nếu lô sau đúng; nếu không, gửi lớp này thành một lô mới.",
        "Nothing to do where the later lot is right; if it is not, send this class as a new lot.",
    ),
    _refused(
        "LOT_RECORD_NOT_REPEATED",
        "Tệp thay thế không còn hồ sơ này; hồ sơ đã nhận được giữ nguyên, không bị xóa.",
        "The replacing file lacks this record; what was taken stays as it is, nothing is deleted.",
        "Nếu hồ sơ sai, đề nghị đính chính; nếu bị sót, gửi lớp thành một lô mới.",
        "If the record is wrong, ask for a correction; if it was left out, send the class as a new lot.",
    ),
    _told(
        "LOT_REPEATED",
        "Lô {lot} đến lần nữa với đúng nội dung đã nhận.",
        "Lot {lot} came again with the content that was taken.",
        _NOTHING_VI,
        _NOTHING_EN,
    ),
    _told(
        "LOT_LATE",
        "Lô {lot} đến sau lô {after} có số lớn hơn.",
        "Lot {lot} came after lot {after}, which has a greater number.",
        "Không cần làm gì; tệp nào đã có bản mới hơn thì được trả lời riêng.",
        "Nothing to do; a file of which a newer one was taken is answered by itself.",
    ),
    _told(
        "LOT_REPLACED_ABSENT",
        "Tệp được thay ({file}, lô {lot}) không còn đó; không thể biết tệp mới thiếu hồ sơ nào.",
        "The replaced file ({file}, lot {lot}) is not there any more; what the new one lacks cannot be told.",
        "Giữ các lô đã gửi trong thư mục ít nhất đến hết năm học.",
        "Keep lots that were sent in the folder, at least until the school year ends.",
    ),
)
