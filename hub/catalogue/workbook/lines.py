"""Codes of JSON Lines files and their lines."""

from hub.catalogue.entry import Certainty, Entry, Severity

__all__ = ["LINES"]

_SOURCE = "Hợp đồng đọc tệp của hub"
_AGAIN_VI = "Xuất lại tệp từ phần mềm của trường, rồi chạy lại."
_AGAIN_EN = "Export the file again from the school's software and run again."


def _line(code: str, vi: str, en: str, next_vi: str = _AGAIN_VI, next_en: str = _AGAIN_EN) -> Entry:
    """Return a refusal of a line, or of the file that holds it."""
    return Entry(code, Severity.REFUSE, Certainty.CONTRACT, _SOURCE, vi, en, next_vi, next_en)


LINES: tuple[Entry, ...] = (
    _line(
        "LINES_NOT_UTF8",
        "Tệp JSON Lines không phải UTF-8 (dòng {line}).",
        "The JSON Lines file is not UTF-8 (line {line}).",
        "Lưu lại tệp với bảng mã UTF-8 không BOM.",
        "Save the file as UTF-8 without byte order mark.",
    ),
    _line(
        "LINES_BOM",
        "Tệp mở đầu bằng dấu BOM.",
        "The file starts with a byte order mark.",
        "Lưu lại tệp với bảng mã “UTF-8” (không BOM), rồi chạy lại.",
        "Save the file as “UTF-8” (without BOM) and run again.",
    ),
    _line(
        "LINE_CRLF",
        "Dòng {line} kết thúc kiểu Windows (CRLF); dạng này cần kết thúc bằng LF.",
        "Line {line} ends in the Windows way (CRLF); this form needs LF.",
        "Lưu lại tệp với kiểu xuống dòng “LF” (Unix), rồi chạy lại.",
        "Save the file with line ends “LF” (Unix) and run again.",
    ),
    _line(
        "LINE_TOO_LONG",
        "Dòng {line} dài quá {bytes_max} byte.",
        "Line {line} is longer than {bytes_max} bytes.",
        "Mỗi dòng là một học bạ; kiểm tra phần mềm có xuống dòng sau từng học sinh không.",
        "One line is one transcript; check that the software ends the line after each pupil.",
    ),
    _line(
        "LINES_EMPTY",
        "Tệp không có dòng nào mang học bạ.",
        "The file has no line with a transcript.",
    ),
    _line(
        "FILE_TOO_MANY_FAULTS",
        "Tệp có hơn {lines_max} dòng hỏng; có lẽ không phải tệp JSON Lines.",
        "The file has more than {lines_max} broken lines; it is probably not a JSON Lines file.",
    ),
    Entry(
        "LINE_TEXT_NORMALISED",
        Severity.WARN,
        Certainty.CONTRACT,
        _SOURCE,
        "Dòng {line} có chữ viết bằng dấu rời (NFD); học bạ được lập với chữ dựng sẵn (NFC).",
        "Line {line} has letters with separate marks (NFD); the transcript is prepared with composed letters (NFC).",
        "Xem lại các chữ có dấu của học sinh này trước khi ký.",
        "Look at this pupil's accented letters before signing.",
    ),
)
