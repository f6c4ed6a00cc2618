"""Codes of connectors: their manifests, their mapping files, and what a mapping tells of a record."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["SDK"]

_SOURCE = "Hợp đồng kết nối của hub (docs/connectors.md)"
_FILE_VI = "Sửa tệp này theo docs/connectors.md, rồi chạy lại; hub connector check cho biết còn gì sai."
_FILE_EN = "Correct this file as docs/connectors.md says and run again; hub connector check tells what is still wrong."
_RECORD_VI = "Sửa hồ sơ này trong hệ thống của tỉnh; bản sửa sẽ được đọc lại. Nếu hồ sơ đúng, sửa tệp ánh xạ."
_RECORD_EN = "Correct this record in the province's system; it will be read again. If it is right, correct the mapping."
_TABLE_VI = "Nếu mã đúng, thêm mã vào bảng mã kèm ngày hiệu lực; nếu không, sửa hồ sơ trong hệ thống."
_TABLE_EN = "If the code is right, add it to the code table with its dates; if not, correct the record in the system."
_SYSTEM_VI = "Hỏi bên vận hành hệ thống xem trường này đã đổi tên, thêm hay bỏ, rồi sửa tệp ánh xạ và tăng version."
_SYSTEM_EN = (
    "Ask who runs the system whether the field was renamed, added or removed; correct the mapping, raise version."
)
_LOSS_VI = "Xem báo cáo mất mát (hub connector status --losses); khai báo trong manifest nếu chấp nhận được."
_LOSS_EN = "Look at the loss report (hub connector status --losses); declare it in the manifest if it is acceptable."


def _file(code: str, vi: str, en: str, next_vi: str = _FILE_VI, next_en: str = _FILE_EN) -> Entry:
    """Return a code of a connector's own files: it does not start."""
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _record(code: str, vi: str, en: str, next_vi: str = _RECORD_VI, next_en: str = _RECORD_EN) -> Entry:
    """Return a code that keeps a record out."""
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


def _loss(code: str, vi: str, en: str, next_vi: str = _LOSS_VI, next_en: str = _LOSS_EN) -> Entry:
    """Return a code that tells what a mapping did with a value."""
    return Entry(code, Severity.WARN, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


SDK: tuple[Entry, ...] = (
    _file(
        "MANIFEST_WRONG",
        "Kết nối không dùng được: {file} sai: {reason}.",
        "The connector cannot be used: {file} is wrong: {reason}.",
    ),
    _file(
        "MAPPING_FILE_WRONG",
        "Tệp ánh xạ {file} hoặc bảng mã của nó sai: {reason}.",
        "The mapping file {file}, or its code tables, are wrong: {reason}.",
    ),
    _file(
        "MAPPING_CHANGED",
        "Bộ luật ánh xạ {mapping} đã công bố không còn như khi ghim: ghim {pinned}, hiện có {found}.",
        "The published mapping {mapping} is not what its pin says: pinned {pinned}, found {found}.",
        "Khôi phục đúng các tệp của phiên bản này; sửa đổi thì thêm thư mục phiên bản mới và dòng mới trong pins.toml.",
        "Restore the files of this version; to change rules, add a folder for a new version and its line in pins.toml.",
    ),
    _file(
        "MAPPING_UNKNOWN",
        "Ở đây không có bộ luật ánh xạ “{mapping}”. Có: {known}.",
        "The mapping “{mapping}” is not kept here. There is: {known}.",
        "Xem bằng hub mapping list; nếu hồ sơ dùng phiên bản mới hơn, cập nhật hub rồi kiểm lại.",
        "See hub mapping list; if the record names a newer version, update the hub and check again.",
    ),
    _file(
        "CONNECTOR_UNKNOWN",
        "Không có kết nối nào tên “{connector}”. Có: {proposal}.",
        "There is no connector “{connector}”. There is: {proposal}.",
        "Xem tên bằng hub connector list, hoặc đưa thư mục hay tệp .toml của kết nối.",
        "See the names with hub connector list, or give the folder or .toml file of the connector.",
    ),
    _record(
        "RECORD_KEY_WRONG",
        "Hồ sơ không có mã dùng được: mã trống, quá dài hoặc có ký tự lạ, nên không nhận ra được khi đọc lại.",
        "The record has no usable key: it is empty, too long or has odd characters, so it could not be known again.",
    ),
    _record(
        "RECORD_TOO_LARGE",
        "Hồ sơ dài {size} byte, quá giới hạn {limit}.",
        "The record has {size} bytes, more than the limit of {limit}.",
    ),
    _record(
        "SOURCE_EXTRACT_WRONG",
        "Trích lục của hồ sơ không đọc được hoặc không lập được: {reason}.",
        "The extract of the record cannot be read, or cannot be made: {reason}.",
        "Giữ nguyên tệp làm bằng chứng; lấy lại hồ sơ từ hệ thống của tỉnh để lập trích lục mới.",
        "Keep the file as evidence; read the record from the province's system again to make a new extract.",
    ),
    _record(
        "MAPPING_FIELD_MISSING",
        "Hồ sơ không có “{path}” (cần cho {to} của học bạ).{hint_vi}",
        "The record has no “{path}” (for {to} of the transcript).{hint_en}",
        _SYSTEM_VI,
        _SYSTEM_EN,
    ),
    _record(
        "MAPPING_CODE_UNKNOWN",
        "Mã ở “{path}” không có trong bảng mã “{table}”.{hint_vi}",
        "The code at “{path}” is not in the code table “{table}”.{hint_en}",
        _TABLE_VI,
        _TABLE_EN,
    ),
    _record(
        "MAPPING_CODE_NOT_IN_FORCE",
        "Mã ở “{path}” có trong bảng mã “{table}” nhưng không có hiệu lực trong năm học {school_year}.",
        "The code at “{path}” is in the code table “{table}”, but not in force in school year {school_year}.",
        _TABLE_VI,
        _TABLE_EN,
    ),
    _record(
        "MAPPING_VALUE_WRONG",
        "Giá trị ở “{path}” không đọc được; cần: {expected}.",
        "The value at “{path}” cannot be read; needed: {expected}.",
    ),
    _record(
        "MAPPING_TICKS_WRONG",
        "Nhóm ô đánh dấu bắt đầu từ “{path}” ({to}) có {count} ô được chọn; không rõ nghĩa nào đúng.",
        "Of the boxes from “{path}” on ({to}), {count} are ticked; which meaning is right is not clear.",
    ),
    _loss(
        "MAPPING_FIELD_UNKNOWN",
        "Tệp ánh xạ không biết “{path}”; giá trị ở đó bị bỏ.{hint_vi}",
        "The mapping does not know “{path}”; what stands there is dropped.{hint_en}",
        _SYSTEM_VI,
        _SYSTEM_EN,
    ),
    _loss(
        "MAPPING_DEFAULTED",
        "“{path}” trống; đã dùng giá trị mặc định của tệp ánh xạ.",
        "“{path}” is empty; the default of the mapping was used.",
    ),
    _loss(
        "MAPPING_WIDENED",
        "Giá trị ở “{path}” hẹp hơn học bạ ghi được; đã đọc thành giá trị rộng hơn, khi ghi ngược lại sẽ khác.",
        "The value at “{path}” says more than the transcript can; it was widened and will be written back differently.",
    ),
    _loss(
        "MAPPING_GUESSED",
        "Giá trị cho “{path}” đã được sửa hoặc suy ra khi đọc (dấu phẩy, chữ rời dấu, dấu cách, số ngày, trường không có).",
        "The value for “{path}” was repaired or concluded (comma, loose marks, spaces, a serial date, no such field).",
        "Xem lại giá trị trong học bạ; sửa cách ghi trong hệ thống của tỉnh.",
        "Look at the value in the transcript; correct how the province's system writes it.",
    ),
)
